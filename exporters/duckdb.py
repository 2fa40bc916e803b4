"""DuckDB: all of a world in one file, with keys, views, and what each column says.

Tables are called as everywhere, money stands in minor units and in major ones. Entities have
primary keys, what refers to them from entities and edges foreign ones; events are in order of time
and have none, which would cost more than it proves (`graphgen verify` proves it). The view
`account_day` has what came and went on each account and day, `payment_labelled` payments as they
were ordered, with labels, splits, and when they became known; `known_at(moment)` gives what was
known as a crime by then. The truth is in the schema `truth`, and `blind` leaves it out. Every
column has its meaning as a comment: `FROM duckdb_columns()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from graphgen.learning.exporter import ToldExporter
from graphgen.one_file_exporter import OneFileExporter
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.verify.promise import Check

__all__ = ["DuckDB"]


@dataclass(frozen=True)
class DuckDB(OneFileExporter, ToldExporter):
    """A file of DuckDB."""

    holds: ClassVar[str] = "a database"

    def is_own(self, file: Path) -> bool:
        """Tell whether a file is a database with graphgen's note in it."""
        from graphgen.learning.sql_store import is_store

        return is_store(file)

    def fill(
        self, dataset: Dataset, file: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the database."""
        from graphgen.learning.sql_store import write_store

        with self.frame(dataset) as frame:
            return write_store(frame, file, tell, blind=self.blind)

    def verify(self, dataset: Dataset, *, full: bool) -> list[Check]:
        """Compare the database with a dataset."""
        from graphgen.learning.sql_comparison import compare

        file = Path(self.target)
        if not file.is_file() or not self.is_own(file):
            raise StoreError(f"{file}: is no database that graphgen wrote")
        with self.frame(dataset) as frame:
            return compare(frame, file, full=full, blind=self.blind)
