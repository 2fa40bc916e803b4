"""Plain CSV files and `load.cypher`, for who has no more than Neo4j's Browser (or Aura).

Neo4j's transaction base model and its event-sequence extension. The script makes the constraints,
then reads file by file (`LOAD CSV`, `CALL (row) {...} IN TRANSACTIONS`; Neo4j 5.23 and later). The
server reads the files from its folder `import`, or from wherever `$from` says. The folder appears
whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from graphgen.folder_exporter import FolderExporter
from graphgen.neo4j.graph_exporter import GraphExporter

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Neo4jCsv"]


@dataclass(frozen=True)
class Neo4jCsv(FolderExporter, GraphExporter):
    """CSV files, and a script that loads them from Neo4j's Browser."""

    mark: ClassVar[str] = "load.cypher"
    holds: ClassVar[str] = "CSV files with their script"

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the files and the script."""
        from graphgen.neo4j.csv_files import CsvFiles

        files = CsvFiles(self.projection(dataset), folder)
        files.write(tell)
        return dict(files.rows)
