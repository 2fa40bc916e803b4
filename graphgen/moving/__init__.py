"""Moving: every moment of a written dataset, by one whole number of weeks.

Weekdays and hours stay true, and so do order and gaps. What was made for its own dates does not:
holidays, the days on which clocks change, days of the month. Each is told of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from graphgen import replacing
from graphgen.dataset import Dataset, DatasetError
from graphgen.moving.calendar import misfits
from graphgen.moving.files import rewritten

__all__ = ["Moved", "move", "shift", "weeks_until"]

_WEEK = 7


@dataclass(frozen=True)
class Moved:
    """How far a dataset was moved, and what no longer fits."""

    weeks: int
    """Weeks by which this call moved it; below 0 to the past, 0 if it lay there already."""
    start: date
    """The date of day 0 now."""
    end: date
    """The day after its last now."""
    since_made: int
    """Weeks that it lies from where it was made, in all."""
    misfits: tuple[str, ...]
    """What of the calendar no longer fits, a line each."""


def shift(
    path: str | Path, end: date, on_progress: Callable[[int, int, int], None] | None = None
) -> Moved:
    """Move a dataset so that it ends as late as whole weeks allow, but not after `end`.

    `end` is the day after its last, as of a world. Nothing is done where it lies there already, so
    doing it twice is doing it once. The files are replaced together, or none of them is; a run that
    was killed is ended by the next. `on_progress` hears of files done, of how many, and of rows.
    `DatasetError` for a folder that is no dataset, and for dates that there are not; `StoreError`
    for one that cannot be written.
    """
    with replacing.opened(path) as dataset:
        return _moved(dataset, weeks_until(dataset, end), on_progress)


def move(
    path: str | Path, weeks: int, on_progress: Callable[[int, int, int], None] | None = None
) -> Moved:
    """Move a dataset by so many weeks, further or back; raises what `shift` does."""
    with replacing.opened(path) as dataset:
        return _moved(dataset, weeks, on_progress)


def weeks_until(dataset: Dataset, end: date) -> int:
    """Say by how many weeks a dataset is moved to end by a day."""
    start = date.fromisoformat(dataset.run["start"])
    return (end - start - timedelta(days=dataset.run["days"])).days // _WEEK


def _moved(
    dataset: Dataset, weeks: int, on_progress: Callable[[int, int, int], None] | None
) -> Moved:
    was = date.fromisoformat(dataset.run["start"])
    before = int(dataset.run.get("moved", {}).get("weeks", 0))
    try:
        start = was + timedelta(weeks=weeks)
        ends = start + timedelta(days=dataset.run["days"])
    except OverflowError:
        raise DatasetError(f"{dataset.path}: {was} and {weeks} weeks is no date") from None
    made = was - timedelta(weeks=before)
    if weeks:
        # a file that was changed would get a digest that hides it
        replacing.check_digests(dataset, dataset.tables())
        files = rewritten(dataset, weeks, start, on_progress or (lambda *_: None))
        here: dict[str, Any] = {"weeks": weeks + before, "from": made.isoformat()}
        content = {**dataset.run, "start": start.isoformat(), "moved": here, "files": files}
        if not weeks + before:
            del content["moved"]
        replacing.put(dataset, content, {})
        dataset = Dataset(dataset.path)
    return Moved(weeks, start, ends, weeks + before, misfits(dataset, made))
