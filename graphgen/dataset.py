"""A written dataset, read: each table as Arrow or in SQL, the same in whatever files it lies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from graphgen.arrow import arrow_schema
from graphgen.exporter import FileExporter
from graphgen.publish import inlined
from graphgen.region import load_region
from graphgen.registry import EXPORTERS
from graphgen.run_record import FORMAT, exporter_name, id_form, read_run
from graphgen.schema import SCHEMAS, Kind, Schema, words
from graphgen.stage import place_of

if TYPE_CHECKING:
    import duckdb

__all__ = ["Dataset", "DatasetError"]


class DatasetError(ValueError):
    """A folder is no dataset, or has not what was asked for; the message says what to do."""


class Dataset:
    """A folder that `graphgen generate` wrote.

    `Dataset("world")["payment"]` is an Arrow table;
    `Dataset("world").sql("SELECT ...")` asks DuckDB.
    An unfinished folder can be opened for what its run.json says, not for its tables.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        run = read_run(self.path)
        if run is None:
            raise DatasetError(
                f"{path}: no dataset; graphgen generate --to parquet:{path} makes one"
            )
        if run["format"] != FORMAT:
            raise DatasetError(
                f"{path}: format {run['format']} is read by graphgen {run['graphgen']}, "
                f"not by this one, which reads {FORMAT}"
            )
        self.run: dict[str, Any] = run
        """What run.json says."""
        kind = EXPORTERS.load(run["exporter"], FileExporter)
        self.exporter: FileExporter = kind(str(path), ids=id_form(run))
        """What wrote the files, and reads them."""

    @property
    def days(self) -> list[date]:
        """The days that were walked."""
        start = date.fromisoformat(self.run["start"])
        return [start + timedelta(days=day) for day in range(self.run["days"])]

    def digest(self, *made: object) -> str:
        """Give the digest of its files and of what is made of them, sixteen digits."""
        told = {path: file["sha256"] for path, file in self.run["files"].items()}
        text = json.dumps([told, *made], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def tables(self) -> list[str]:
        """Name the tables that there are."""
        return list(self.run["tables"])

    def schema(self, name: str) -> Schema:
        """Give a table's schema, with labels in it if the dataset has them there."""
        if name not in SCHEMAS:
            raise DatasetError(f"no table called {name!r}; there is: {', '.join(self.tables())}")
        schema = SCHEMAS[name]
        inline = self.run["labels"] == "inline" and name in words.EVENTS
        return inlined(schema) if inline else schema

    def files(self, name: str) -> list[Path]:
        """Give a table's files, in order of days; none if the world has no such table."""
        if not self.run["complete"]:
            raise DatasetError(
                f"{self.path}: not finished; graphgen generate --resume completes it"
            )
        schema, start, suffix = self.schema(name), self.days[:1], self.exporter.suffix
        whole = place_of(schema, date.min, None, suffix)
        daily = [place_of(schema, start[0], day, suffix) for day in range(self.run["days"])]
        return [self.path / place for place in (whole, *daily) if place in self.run["files"]]

    def __getitem__(self, name: str) -> pa.Table:
        """Give a whole table, typed as `graphgen.arrow` says; one without files is empty."""
        parts = list(self.scan(name))
        if not parts:
            return arrow_schema(self.schema(name)).empty_table()
        return pa.concat_tables(parts).unify_dictionaries()

    def scan(self, name: str) -> Iterator[pa.Table]:
        """Yield a table file by file, an event table so day by day: memory holds one of them."""
        schema = self.schema(name)
        for path in self.files(name):
            try:
                yield self.exporter.read_file(path, schema)
            except (OSError, ValueError) as error:
                reason = str(error).splitlines()[0]
                raise DatasetError(f"{path}: cannot be read: {reason}") from error

    def day(self, name: str, day: date) -> pa.Table:
        """Give one day of an event table (or of `event_label`)."""
        schema = self.schema(name)
        path = self.path / place_of(schema, day, 0, self.exporter.suffix)
        if path not in self.files(name):
            raise DatasetError(f"{self.path}: no {name} of {day}; {self._span()}")
        return self.exporter.read_file(path, schema)

    def path_glob(self, name: str) -> str:
        """Give the pattern of paths that a table's files, and no others, have."""
        schema, suffix = self.schema(name), self.exporter.suffix
        one = place_of(schema, date.min, None, suffix)
        daily = schema.kind is Kind.EVENT or name == "event_label"
        there = f"{schema.folder}/{name}/*/0{suffix}" if daily else one
        return f"{escape(str(self.path))}/{there}"

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection to DuckDB in memory, in UTC, with a view of each table there can be.

        A view has the table's columns, ids as BIGINT whatever the files hold, and beside each sum
        in minor units the same in major units, without `_minor`.
        """
        import duckdb

        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        self.make_views(connection)
        return connection

    def make_views(self, connection: duckdb.DuckDBPyConnection, prefix: str = "") -> None:
        """Make the views in a connection to DuckDB, with a prefix before their names."""
        from graphgen.sql import view

        form = exporter_name(self.exporter)
        minor = load_region(self.run["world"].get("region", "us")).minor_units
        for name in SCHEMAS:
            source = self.path_glob(name) if self.files(name) else ()
            made = view(self.schema(name), form, source, self.exporter.ids, minor, prefix + name)
            connection.execute(made)

    def select(self, name: str, days: range) -> str:
        """Give the query of an event table's rows of some days, with the columns of its view."""
        from graphgen.sql import select

        schema = self.schema(name)
        start = date.fromisoformat(self.run["start"])
        places = [place_of(schema, start, day, self.exporter.suffix) for day in days]
        paths = [str(self.path / place) for place in places if place in self.run["files"]]
        minor = load_region(self.run["world"].get("region", "us")).minor_units
        return select(schema, exporter_name(self.exporter), paths, self.exporter.ids, minor)

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """Ask DuckDB; every table is a view by its name."""
        return self.connection.sql(query)

    def _span(self) -> str:
        days = self.days
        return f"there are {days[0]} to {days[-1]}" if days else "there is no day"
