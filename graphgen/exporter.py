"""Exporters: how a sink spells each meaning of a column, and how it takes tables.

An exporter is one file in `exporters/`; its file name is its name (`--to NAME:TARGET`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    import pyarrow as pa

    from graphgen.schema import Schema
    from graphgen.table import Table

__all__ = ["Exporter", "FileExporter", "IdForm"]

IdForm = Literal["int", "text"]
"""How ids are spelled: as the ten digits' number, or as the kind's letter and the digits."""


@dataclass(frozen=True)
class Exporter(ABC):
    """A sink for the tables of a world."""

    target: str
    """Where to: a folder, a file, a server's address."""

    @abstractmethod
    def write(self, tables: Iterable[Table]) -> None:
        """Take nodes, edges, then days of events, then truth."""


@dataclass(frozen=True)
class FileExporter(Exporter):
    """A sink that writes one file for each table (an event table: for each table and day)."""

    suffix: ClassVar[str]
    """How its files' names end, with the dot."""

    ids: IdForm = "int"

    def write(self, tables: Iterable[Table]) -> None:
        """Write each table as a file of the target folder, nothing else: no run.json, no resume."""
        for table in tables:
            path = Path(self.target) / table.schema.folder / f"{table.name}{self.suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            self.write_file(table, path)

    @abstractmethod
    def write_file(self, table: Table, path: Path) -> None:
        """Write one table of public rows (`graphgen.publish`) to a file that does not exist yet."""

    @abstractmethod
    def read_file(self, path: Path, schema: Schema) -> pa.Table:
        """Read such a file back, with the same Arrow types in every format."""
