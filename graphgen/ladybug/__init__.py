"""Ladybug: the embedded graph database that speaks Cypher, with the graph that Neo4j gets."""
