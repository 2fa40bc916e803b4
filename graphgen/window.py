"""A dataset's tables in DuckDB, those of events a few days at a time: memory holds no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from graphgen.schema import SCHEMAS, Kind

if TYPE_CHECKING:
    import duckdb

    from graphgen.dataset import Dataset

__all__ = ["Window"]

_MEMORY = "128MB"
"""What DuckDB may hold, with one thread: all else it spills to disk. Two threads hold more at a
time, so that a million people are too many; they take as much CPU."""


class Window:
    """Views of a dataset: `today.payment` and its like have the rows of the days shown."""

    def __init__(self, dataset: Dataset) -> None:
        import duckdb

        self.dataset = dataset
        self.events = _counted(dataset)
        """How many events each day has."""
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET enable_progress_bar = false")
        self.connection.execute("SET preserve_insertion_order = false")
        self.beside = TemporaryDirectory(prefix="graphgen-", ignore_cleanup_errors=True)
        """For what does not fit into memory."""
        self.connection.execute("SET temp_directory = ?", [self.beside.name])
        self.connection.execute("SET threads = 1")
        self.connection.execute(f"SET memory_limit = '{_MEMORY}'")
        dataset.make_views(self.connection)
        self.connection.execute("CREATE SCHEMA today")

    def show(self, days: range) -> None:
        """Let the tables of `today` be those of some days."""
        for name, schema in SCHEMAS.items():
            if schema.kind is Kind.EVENT:
                self.view(f'today."{name}"', self.dataset.select(name, days))

    def view(self, name: str, query: str) -> None:
        """Make a view, or make it anew."""
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS {query}")

    def views(self, queries: Mapping[str, str]) -> None:
        """Make views by their names."""
        for name, query in queries.items():
            self.view(name, query)

    def days(self, rows: int) -> Iterator[range]:
        """Part the days into runs of about so many events, one day at least."""
        first, held = 0, 0
        for day, here in enumerate(self.events):
            if held and held + here > rows:
                yield range(first, day)
                first, held = day, 0
            held += here
        if first < len(self.events):
            yield range(first, len(self.events))


def _counted(dataset: Dataset) -> list[int]:
    found = dict.fromkeys(map(str, dataset.days), 0)
    for path, file in dataset.run["files"].items():
        if path.startswith("events/"):
            found[path.partition("/day=")[2].partition("/")[0]] += file["rows"]
    return list(found.values())
