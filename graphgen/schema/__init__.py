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
from graphgen.schema.edges import EDGES as _EDGES
from graphgen.schema.edges import RECIPES
from graphgen.schema.events import EVENTS as _EVENTS
from graphgen.schema.market import MARKET_EDGES, MARKET_EVENTS, MARKET_NODES
from graphgen.schema.nodes import NODES as _NODES
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

NODES: tuple[Schema, ...] = (*_NODES, *MARKET_NODES)
EDGES: tuple[Schema, ...] = (*_EDGES, *MARKET_EDGES)
EVENTS: tuple[Schema, ...] = (*_EVENTS, *MARKET_EVENTS)

SCHEMAS: dict[str, Schema] = {
    schema.name: schema for schema in (*NODES, *EDGES, *EVENTS, *TRUTH, *RECIPES)
}
"""Every table by its name: nodes, edges, events, truth, and the recipe that is truth too."""
