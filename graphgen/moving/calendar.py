"""What of a dataset's calendar no longer fits once it was moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from graphgen.region import load_region

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["misfits"]

_QUARTERS = "(first|second|third|fourth)[ -]quarter"


def misfits(dataset: Dataset, made: date) -> tuple[str, ...]:
    """Tell what was true of a dataset's days where they were made, and is not where they lie now.

    `made` is the date that its day 0 had when it was made. Nothing is told of one that lies there.
    """
    start, days = date.fromisoformat(dataset.run["start"]), int(dataset.run["days"])
    if start == made or not days:
        return ()
    return (
        *_holidays(dataset, made, start, days),
        *_clocks(dataset, made, start, days),
        *_months(made, start),
        *_texts(dataset),
    )


def _holidays(dataset: Dataset, made: date, start: date, days: int) -> Iterator[str]:
    """Tell of holidays on which people worked, and of days on which they had one."""
    region = load_region(dataset.run["world"].get("region", "us"))
    one = timedelta(days=1)
    was = {(day - made) // one for day in region.holidays(made, made + (days - 1) * one)}
    now = {(day - start) // one for day in region.holidays(start, start + (days - 1) * one)}
    if now - was:
        named = ", ".join(str(start + day * one) for day in sorted(now - was))
        yield f"holidays that are days like any other in it: {named}"
    if was - now:
        named = ", ".join(
            f"{start + d * one} (made as {made + d * one})" for d in sorted(was - now)
        )
        yield f"days that are holidays in it, and none: {named}"


def _clocks(dataset: Dataset, made: date, start: date, days: int) -> Iterator[str]:
    """Tell of each time zone on how many days its clocks are not as `utc_offset` says."""
    zones = [
        zone
        for (zone,) in dataset.sql("SELECT DISTINCT time_zone FROM address ORDER BY 1").fetchall()
    ]
    wrong: dict[tuple[int, ...], list[str]] = {}
    for zone in zones:
        off = tuple(d for d in range(days) if _noon(zone, made, d) != _noon(zone, start, d))
        wrong.setdefault(off, []).append(zone)
    for off, some in wrong.items():
        if off:
            first, last = (start + timedelta(days=day) for day in (off[0], off[-1]))
            yield (
                f"clocks that changed on other days: on {len(off)} of {days} days, {first} to "
                f"{last}, utc_offset is another than in {', '.join(some)}"
            )


def _noon(zone: str, first: date, day: int) -> timedelta | None:
    """Give how far a zone is ahead of UTC at noon (UTC) of a day."""
    on = first + timedelta(days=day)
    return (
        datetime(on.year, on.month, on.day, 12, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    )


def _months(made: date, start: date) -> Iterator[str]:
    """Tell of what is due by the day of the month."""
    if made.day != start.day:
        yield (
            "days of the month: rent, salaries, statements and ends of months on the market fall "
            f"on other days: what was due on {made} is paid on {start}"
        )


def _texts(dataset: Dataset) -> Iterator[str]:
    """Tell how many pieces name a quarter of the year."""
    for name in ("news", "report"):
        if name in dataset.tables():
            [(count,)] = dataset.sql(
                f"SELECT count(*) FROM {name} "  # noqa: S608 - a table of the schema
                f"WHERE regexp_matches(lower(title || ' ' || content), '{_QUARTERS}')"
            ).fetchall()
            if count:
                yield f"texts: {count:,} of {name} name a quarter of the year"
