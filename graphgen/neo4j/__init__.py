"""Neo4j: the published transaction model as data, and the ways into a database."""
