"""Exporters: how a sink spells each meaning of a column, and how it takes tables.

An exporter is one file in `exporters/`; its file name is its name (`--to NAME:TARGET`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
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
    """How ids are spelled where both ways can be: CSV and JSON lines always have them as text."""

    def write(self, tables: Iterable[Table]) -> None:
        """Write one file for each table, all its days in it, and nothing else: no run.json."""
        sinks: dict[str, Callable[[Table], None]] = {}
        with ExitStack() as opened:
            for table in tables:
                if table.name not in sinks:
                    folder = Path(self.target) / table.schema.folder
                    folder.mkdir(parents=True, exist_ok=True)
                    path = folder / f"{table.name}{self.suffix}"
                    sinks[table.name] = opened.enter_context(self.open(table.schema, path))
                sinks[table.name](table)

    def write_file(self, table: Table, path: Path) -> None:
        """Write one table of public rows (`graphgen.publish`) to a file."""
        with self.open(table.schema, path) as put:
            put(table)

    @abstractmethod
    def open(self, schema: Schema, path: Path) -> AbstractContextManager[Callable[[Table], None]]:
        """Begin a file; each call of what this gives appends a table of public rows to it."""

    @abstractmethod
    def read_file(self, path: Path, schema: Schema) -> pa.Table:
        """Read such a file back: the canonical Arrow table (`graphgen.arrow`) in every format."""
