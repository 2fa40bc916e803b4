"""A query's first alert as a picture: statements that give paths in place of a table."""

from __future__ import annotations

from graphgen.neo4j.queries import Query, load_query

__all__ = ["drawn"]


def drawn(query: Query) -> str:
    """Give a statement that draws the first alert of a query: its entities, and what joins them."""
    _, ring = load_query("browser/ring").text.split("\n", 1)
    return f"CALL () {{\n{query.text}\n}}\nWITH entities LIMIT 1\n{ring}"
