"""Staging: a table's file is written beside its place, whole and safe on disk, before it moves."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

from graphgen.exporter import FileExporter
from graphgen.schema import Schema
from graphgen.table import Table

__all__ = ["Staged", "Stager", "StoreError", "explained", "place_of"]


class StoreError(ValueError):
    """A folder cannot be written, gone on with, or finished; the message says why, in one line."""


@dataclass(frozen=True)
class Staged:
    """A file that is on disk, but not in its place yet."""

    path: str
    """Where it belongs, relative to the dataset's folder, with `/`."""
    beside: Path
    """Where it lies."""
    table: str
    rows: int
    bytes: int
    sha256: str
    """Digest of its content, in hexadecimal digits."""


@dataclass(frozen=True)
class Stager:
    """Writes files beside their places. Any process may, at any time; it holds no lock."""

    root: Path
    """The dataset's folder."""
    folder: Path
    """Where in it to write; one run's own."""
    exporter: FileExporter
    start: date
    """The date of day 0."""

    def stage(self, table: Table, day: int | None = None) -> Staged:
        """Write one table of public rows: an event's or its labels' of that day, or a whole one."""
        return self.stage_pieces([table], day)

    def stage_pieces(self, tables: Iterable[Table], day: int | None = None) -> Staged:
        """Write tables of the same name, at least one, into one file, one after the other."""
        tables = iter(tables)
        first = next(tables)
        path = place_of(first.schema, self.start, day, self.exporter.suffix)
        beside = self.folder / path
        rows = 0
        with explained(self.root):
            beside.parent.mkdir(parents=True, exist_ok=True)
            with self.exporter.open(first.schema, beside) as put:
                for table in chain([first], tables):
                    put(table)
                    rows += len(table)
            with beside.open("rb") as file:
                os.fsync(file.fileno())
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
        return Staged(path, beside, first.name, rows, size, digest)


def place_of(schema: Schema, start: date, day: int | None, suffix: str) -> str:
    """Say where a table's file belongs in a dataset: `events/payment/day=2026-01-31/0.parquet`."""
    if day is None:
        return f"{schema.folder}/{schema.name}{suffix}"
    return f"{schema.folder}/{schema.name}/day={start + timedelta(days=day)}/0{suffix}"


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what the system refuses to do in a folder into a `StoreError` of one line."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            reason = "no space left; what is done is kept: free some, then go on with --resume"
        else:
            reason = (error.strerror or str(error)).splitlines()[0]
        raise StoreError(f"{folder}: {reason}") from error
