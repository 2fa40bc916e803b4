"""graphgen: grow a financial world as a graph, plant true fraud, and walk its payments off it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.exporter import Exporter, FileExporter
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.schema import SCHEMAS, Schema
    from graphgen.table import Table
    from graphgen.world import Transfers, World

__all__ = [
    "SCHEMAS",
    "Dataset",
    "Exporter",
    "FileExporter",
    "Graph",
    "Pattern",
    "Schema",
    "Table",
    "Transfers",
    "World",
]
__version__ = "0.1.0"

_HOMES = {
    "SCHEMAS": "schema",
    "Dataset": "dataset",
    "Exporter": "exporter",
    "FileExporter": "exporter",
    "Graph": "graph",
    "Pattern": "pattern",
    "Schema": "schema",
    "Table": "table",
    "Transfers": "world",
    "World": "world",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import a public name when it is first used: `graphgen --help` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'graphgen' has no attribute {name!r}")
    return getattr(import_module(f"graphgen.{_HOMES[name]}"), name)
