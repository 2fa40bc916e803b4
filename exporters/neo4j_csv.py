"""Plain CSV files and `load.cypher`, for who has no more than Neo4j's Browser (or Aura).

Neo4j's transaction base model and its event-sequence extension. The script makes the constraints,
then reads file by file (`LOAD CSV`, `CALL (row) {...} IN TRANSACTIONS`; Neo4j 5.23 and later). The
server reads the files from its folder `import`, or from wherever `$from` says. The folder appears
whole or not at all.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graphgen.exporter import DatasetExporter
from graphgen.stage import StoreError, explained

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Neo4jCsv"]

_MARK = "load.cypher"


@dataclass(frozen=True)
class Neo4jCsv(DatasetExporter):
    """CSV files, and a script that loads them from Neo4j's Browser."""

    blind: bool = False
    """Leave the truth out: no node, label or property tells what was planted."""
    derived: bool = False
    """Add `TRANSACTED_TO` between accounts and `SHARED_IDENTIFIERS` between customers."""
    home_bank: str = ""
    """A bank's id: only its accounts are `Internal`; else all accounts of people are."""

    def check(self, *, force: bool) -> None:
        """Refuse a folder that holds something else, or, without `force`, such files."""
        folder = Path(self.target)
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"{folder}: is a file; a folder is needed")
        if not folder.is_dir() or not any(folder.iterdir()):
            return
        if not (folder / _MARK).is_file():
            raise StoreError(f"{folder}: is not empty, and holds no {_MARK}")
        if not force:
            raise StoreError(f"{folder}: holds a graph in CSV; replace it with --force")

    def load(
        self, dataset: Dataset, *, force: bool, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the files; gives the rows of each kind."""
        from graphgen.neo4j.csv_files import CsvFiles
        from graphgen.neo4j.projection import Projection, bank_id

        self.check(force=force)
        folder = Path(self.target)
        home = bank_id(dataset, self.home_bank) if self.home_bank else None
        with explained(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(
                prefix=f".{folder.name}.", dir=folder.parent, ignore_cleanup_errors=True
            ) as scratch:
                beside = Path(scratch) / folder.name
                beside.mkdir()
                files = CsvFiles(
                    Projection(dataset, home_bank=home, blind=self.blind, derived=self.derived),
                    beside,
                )
                files.write(tell)
                if folder.is_dir():
                    shutil.rmtree(folder)
                beside.replace(folder)
        return dict(files.rows)
