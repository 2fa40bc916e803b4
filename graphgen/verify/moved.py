"""A dataset that was moved is proven where it was made: the calendar of then is what it keeps."""

from __future__ import annotations

from copy import copy
from datetime import date, timedelta
from typing import TYPE_CHECKING

from graphgen.schema import Meaning, Schema

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["as_made", "select", "weeks_moved"]


def weeks_moved(dataset: Dataset) -> int:
    """Say by how many weeks a dataset was moved since it was made."""
    return int(dataset.run.get("moved", {}).get("weeks", 0))


def as_made(dataset: Dataset) -> Dataset:
    """Give a dataset that tells of itself what it told when it was made: days, names of files.

    Its views show the files as they are; `select` moves what they show.
    """
    weeks = weeks_moved(dataset)
    if not weeks:
        return dataset
    was = copy(dataset)
    start = date.fromisoformat(dataset.run["start"]) - timedelta(weeks=weeks)
    files = {_earlier(path, weeks): told for path, told in dataset.run["files"].items()}
    was.run = {**dataset.run, "start": start.isoformat(), "files": files}
    return was


def select(schema: Schema, source: str, weeks: int) -> str:
    """Give the query of a table's rows as they were before it was moved by so many weeks."""
    times = [column.name for column in schema.columns if column.meaning is Meaning.TIME]
    if not weeks or not times:
        return f"FROM {source}"
    back = ", ".join(f'"{name}" - INTERVAL {7 * weeks} DAY AS "{name}"' for name in times)
    return f"SELECT * REPLACE ({back}) FROM {source}"  # noqa: S608 - columns of the schema


def _earlier(path: str, weeks: int) -> str:
    """Give the name that a file of a day had."""
    before, mark, after = path.partition("/day=")
    if not mark:
        return path
    day, _, rest = after.partition("/")
    return f"{before}{mark}{date.fromisoformat(day) - timedelta(weeks=weeks)}/{rest}"
