"""Verifying: every promise of a written dataset, proven again from its files alone."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from graphgen.dataset import Dataset
from graphgen.registry import PATTERNS, UnknownNameError
from graphgen.verify import (
    books,
    cases,
    clearing,
    files,
    keys,
    market,
    moved,
    times,
    trading,
    truth,
    use,
)
from graphgen.verify.promise import Check, Promise

if TYPE_CHECKING:
    import duckdb

__all__ = ["GROUPS", "Check", "Promise", "names", "verify"]

GROUPS = (files, keys, truth, times, books, clearing, use, market, trading, cases)
"""What is proven, group by group; each has `PROMISES`, and a `SETUP` of what they share."""

_THREADS = 2
_MEMORY = "2500MB"
_SMALL = 2_000_000
"""Rows of a dataset that is read once, for all promises: opening files would take longest. Of a
larger one, each promise reads the columns that it needs."""


def verify(path: str | Path, only: Collection[str] = ()) -> list[Check]:
    """Prove a dataset's promises; gives what became of each.

    With `only`, those of these names alone. Tables that do not fit into memory are spilled to a
    folder for passing files. Raises `DatasetError` for a folder that is no dataset, or not a
    finished one, and `UnknownNameError` for a name that no promise has.
    """
    dataset = Dataset(path)
    dataset.files("user")  # an unfinished one has nothing to prove
    known = names() if only else []
    for name in only:
        if name not in known:
            raise UnknownNameError("promise", name, known)
    found = [files.check(dataset, name) for name in files.CHECKS if not only or name in only]
    with tempfile.TemporaryDirectory(prefix="graphgen-verify-") as spill:
        return [*found, *_proven(dataset, only, Path(spill))]


def names() -> list[str]:
    """Give the name of every promise: those of each dataset, and those of each pattern's cases."""
    general = (promise.name for group in GROUPS for promise in group.PROMISES)
    return [*files.CHECKS, *general, *PATTERNS.names()]


def _proven(dataset: Dataset, only: Collection[str], spill: Path) -> Iterator[Check]:
    """Yield what became of each promise that is asked in SQL."""
    import duckdb

    try:
        connection = _prepared(dataset, spill)
    except duckdb.Error as error:
        yield Check("tables", "every table can be read", ok=False, detail=_unreadable(error))
        return
    dataset = moved.as_made(dataset)
    general = chain.from_iterable(group.PROMISES for group in GROUPS)
    for promise in chain(general, cases.promises(dataset)):
        wanted = not only or promise.name in only
        if wanted and all(table in dataset.run["tables"] for table in promise.needs):
            yield _kept(dataset, connection, promise)


def _prepared(dataset: Dataset, spill: Path) -> duckdb.DuckDBPyConnection:
    """Open the dataset's views within a budget, and make what promises share."""
    connection = dataset.connection
    connection.execute(f"SET threads = {_THREADS}")
    connection.execute(f"SET memory_limit = '{_MEMORY}'")
    connection.execute("SET temp_directory = ?", [str(spill)])
    weeks, made = moved.weeks_moved(dataset), moved.as_made(dataset)
    small = sum(dataset.run["tables"].values()) <= _SMALL
    if small or weeks:
        kept = "TABLE" if small else "VIEW"
        for name in dataset.tables():
            rows = moved.select(dataset.schema(name), f'memory.main."{name}"', weeks)
            connection.execute(f'CREATE TEMP {kept} "{name}" AS {rows}')
    for group in GROUPS:
        tables = group.SETUP.tables(made) if group.SETUP.tables else {}
        for name, table in tables.items():
            connection.register(name, table)
        for statement in group.SETUP.statements:
            connection.execute(statement)
    return connection


def _kept(dataset: Dataset, connection: duckdb.DuckDBPyConnection, promise: Promise) -> Check:
    """Ask for the first row that breaks a promise."""
    import duckdb

    if promise.unproven:
        return Check(promise.name, promise.text, ok=False, detail=promise.unproven, proven=False)
    query = promise.broken if isinstance(promise.broken, str) else promise.broken(dataset)
    try:
        asked = connection.execute(f"SELECT * FROM ({query}) LIMIT 1")  # noqa: S608 - our own query
        row = asked.fetchone()
    except duckdb.Error as error:
        return Check(promise.name, promise.text, ok=False, detail=_unreadable(error))
    if row is None:
        return Check(promise.name, promise.text, ok=True)
    names = [column[0] for column in asked.description or ()]
    detail = ", ".join(f"{name} {_said(value)}" for name, value in zip(names, row, strict=True))
    return Check(promise.name, promise.text, ok=False, detail=detail)


def _said(value: object) -> str:
    return "none" if value is None else str(value)


def _unreadable(error: Exception) -> str:
    return f"cannot be asked: {str(error).splitlines()[0]}"
