"""Ladybug: a graph to ask in Cypher, in a folder, with no server.

The graph that Neo4j gets (`neo4j.md`), in the embedded database that goes on from Kuzu: a table
for each label and each type. Ladybug's nodes have one label: a second one stands in `secondLabel`
(`a.secondLabel = 'Internal'`). What of Neo4j's Cypher its dialect takes is in `ladybug.md`.

`DIR/graph.lbug` opens with `ladybug.Database`, or at once by `graphgen query DATASET "MATCH ..."`.
It appears whole or not at all. Needs `pip install 'graphgen[ladybug]'`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from graphgen.folder_exporter import FolderExporter
from graphgen.learning.exporter import needed
from graphgen.neo4j.graph_exporter import GraphExporter
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.verify.promise import Check

__all__ = ["Ladybug"]


@dataclass(frozen=True)
class Ladybug(FolderExporter, GraphExporter):
    """An embedded graph database that speaks Cypher."""

    mark: ClassVar[str] = "graph.lbug"
    holds: ClassVar[str] = "a database of Ladybug"

    def check(self, *, force: bool) -> None:
        """Refuse where Ladybug is not installed, and what `FolderExporter` refuses."""
        needed("ladybug", "ladybug")
        super().check(force=force)

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the database."""
        from graphgen.ladybug.store import write_graph

        return write_graph(self.projection(dataset), folder, tell)

    def verify(self, dataset: Dataset, *, full: bool) -> list[Check]:
        """Compare the database with a dataset."""
        from graphgen.ladybug.comparison import compare
        from graphgen.ladybug.store import opened

        folder = Path(self.target)
        if not (folder / self.mark).is_file():
            raise StoreError(f"{folder}: holds no database of Ladybug")
        with opened(folder) as store:
            return compare(store, self.projection(dataset), full=full)
