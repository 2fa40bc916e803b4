"""Every table of the world, each declared once, as data."""

from __future__ import annotations

from graphgen.schema.column import (
    NULL_CATEGORY,
    NULL_NUMBER,
    NULL_ROW,
    Column,
    Kind,
    Meaning,
    Schema,
)
from graphgen.schema.edges import EDGES, RECIPES
from graphgen.schema.events import EVENTS
from graphgen.schema.nodes import NODES
from graphgen.schema.truth import TRUTH

__all__ = [
    "EDGES",
    "EVENTS",
    "NODES",
    "NULL_CATEGORY",
    "NULL_NUMBER",
    "NULL_ROW",
    "RECIPES",
    "SCHEMAS",
    "TRUTH",
    "Column",
    "Kind",
    "Meaning",
    "Schema",
]

SCHEMAS: dict[str, Schema] = {
    schema.name: schema for schema in (*NODES, *EDGES, *EVENTS, *TRUTH, *RECIPES)
}
"""Every table by its name: nodes, edges, events, truth, and the recipe that is truth too."""
