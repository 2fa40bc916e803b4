"""Exporters: how a sink spells each meaning of a column, and how it takes tables.

An exporter is one file in `exporters/`; its file name is its name (`--to NAME:TARGET`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    import pyarrow as pa

    from graphgen.dataset import Dataset
    from graphgen.detection.found import Found
    from graphgen.schema import Schema
    from graphgen.table import Table
    from graphgen.verify.promise import Check

__all__ = ["LOADS", "DatasetExporter", "Exporter", "FileExporter", "IdForm", "TableExporter"]

IdForm = Literal["int", "text"]
"""How ids are spelled: as the ten digits' number, or as the kind's letter and the digits."""
LOADS = "loads"
"""Annotates a field that says how a store is loaded: to a comparison with it that is nothing."""


@dataclass(frozen=True)
class Exporter(ABC):
    """A sink for a world: one that takes its tables, or one that takes a written dataset.

    Its fields beside `target` are options of the commands that write to it, with their docstrings
    as help.
    """

    schemes: ClassVar[tuple[str, ...]] = ()
    """How URLs begin that are targets of it, as in `https`: such a URL needs no name before it."""

    target: str
    """Where to: a folder, a file, a server's address."""

    @property
    def secret(self) -> str:
        """The environment variable that must hold a password; none if it needs none."""
        return ""


@dataclass(frozen=True)
class TableExporter(Exporter):
    """A sink that takes tables as they come."""

    @abstractmethod
    def write(self, tables: Iterable[Table]) -> None:
        """Take nodes, edges, then days of events, then truth."""


@dataclass(frozen=True)
class DatasetExporter(Exporter):
    """A sink that takes a world once it is a dataset on disk: a store, or files for one."""

    @abstractmethod
    def check(self, *, force: bool) -> None:
        """Raise `StoreError`, before a world is grown for it, if it cannot be written to.

        With `force`, what graphgen wrote there is replaced.
        """

    @abstractmethod
    def load(
        self, dataset: Dataset, *, force: bool, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Take a dataset; gives how many rows of what there are.

        Nothing if all of it is there already. `tell` hears how many steps of how many are done,
        and how many rows. Raises what `check` does.
        """

    def verify(self, dataset: Dataset, *, full: bool) -> list[Check]:  # noqa: ARG002 - for others
        """Compare what a store holds with a dataset; with `full`, every row of it.

        `StoreError` for a store that cannot be asked, or not by this exporter.
        """
        from graphgen.stage import StoreError

        raise StoreError(f"{self.target}: cannot be compared with {dataset.path}")

    @classmethod
    def finders(cls, pattern: str) -> Sequence[str]:  # noqa: ARG003 - for others
        """Name the files of the queries that look for a pattern in such a store."""
        return ()

    def detect(
        self,
        names: Sequence[str],  # noqa: ARG002 - for others, as those that follow
        planted: Collection[str],  # noqa: ARG002
        tell: Callable[[str], None],  # noqa: ARG002
    ) -> list[Found]:
        """Run queries on a store: those of these names, else all for patterns that are planted.

        `tell` hears each one's name before it runs. `ValueError` for a name that there is none of,
        `StoreError` for a store that cannot be asked.
        """
        from graphgen.stage import StoreError

        raise StoreError(f"{self.target}: cannot be asked what it finds; a database can")

    def keep_alerts(self, found: Sequence[Found]) -> Mapping[str, int]:  # noqa: ARG002
        """Write what was found into the store; gives how many alerts are new, and how many old.

        `StoreError` for a store that keeps none.
        """
        from graphgen.stage import StoreError

        raise StoreError(f"{self.target}: keeps no alerts")


@dataclass(frozen=True)
class FileExporter(TableExporter):
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
