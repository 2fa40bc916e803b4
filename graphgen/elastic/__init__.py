"""Elasticsearch: a world as documents, one index for each kind."""
