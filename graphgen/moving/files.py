"""Files of a dataset, written again beside their places with every moment moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from graphgen import replacing
from graphgen.arrow import from_arrow
from graphgen.schema import Meaning

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.table import Table

__all__ = ["rewritten"]

_WEEK_MS = 7 * 86_400_000
_URL = "url"
"""The column of addresses on the web that have the day in them, as `/2026/01/31/`."""


def rewritten(
    dataset: Dataset, weeks: int, start: date, tell: Callable[[int, int, int], None]
) -> dict[str, dict[str, Any]]:
    """Write all files of a dataset beside their places; gives what run.json tells of them.

    `start` is the new date of day 0; it names the folders of days. `tell` hears of files done, of
    how many, and of rows.
    """
    stager = replacing.stager(dataset, start)
    files, rows, total = {}, 0, len(dataset.run["files"])
    was = date.fromisoformat(dataset.run["start"])
    for name, path in _places(dataset):
        table = from_arrow(
            dataset.exporter.read_file(path, dataset.schema(name)), dataset.schema(name)
        )
        day = _day_of(path)
        staged = stager.stage(_moved(table, weeks, day), None if day is None else (day - was).days)
        files[staged.path] = replacing.told(staged)
        rows += staged.rows
        tell(len(files), total, rows)
    return dict(sorted(files.items()))


def _places(dataset: Dataset) -> Iterator[tuple[str, Path]]:
    for name in dataset.tables():
        for path in dataset.files(name):
            yield name, path


def _day_of(path: Path) -> date | None:
    """Give the day that a file's folder names; none for a whole table."""
    mark, _, day = path.parent.name.partition("=")
    return date.fromisoformat(day) if mark == "day" else None


def _moved(table: Table, weeks: int, day: date | None) -> Table:
    """Give the same rows, later."""
    changed: dict[str, Any] = {}
    for column in table.schema.columns:
        values = table[column.name]
        if column.meaning is Meaning.TIME:
            later = values + weeks * _WEEK_MS
            if column.nullable:
                later[values == column.null] = column.null
            changed[column.name] = later
        elif column.name == _URL and day is not None:
            now = day + timedelta(weeks=weeks)
            changed[column.name] = pc.replace_substring(
                values, f"/{day:%Y/%m/%d}/", f"/{now:%Y/%m/%d}/"
            )
    return table.with_columns(**changed)
