"""When an edge is due: at a rate, on a schedule of the calendar, or once.

A schedule is one small number, so that an edge carries it in a byte. Days of the month that a month
does not have fall on its last. `following` and `preceding` are the business-day conventions of the
ISDA definitions: a due date that is no business day moves to the next, or to the last before it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.region import Region
    from graphgen.world import World

__all__ = [
    "BIWEEKLY",
    "BY_RATE",
    "FOLLOWING",
    "ONCE",
    "PRECEDING",
    "QUARTER",
    "SAME_DAY",
    "TILLS",
    "WEEKLY",
    "due",
    "first_quarter",
    "stands_for",
]

BY_RATE = 0
"""Fires at the edge's rate, at any time."""
FOLLOWING = 0
"""Add the day of the month (1 to 31): due on it, or on the next business day."""
PRECEDING = 31
"""Add the day of the month: due on it, or on the last business day before."""
SAME_DAY = 62
"""Add the day of the month: due on it, be it a holiday."""
WEEKLY = 94
"""Add the weekday (Monday is 0): due on it, or on the next business day."""
BIWEEKLY = 101
"""Add 0 to 13, a day of the fortnight: due on it, or on the last business day before."""
ONCE = 127
"""An errand: fires once, at `valid_from`."""

QUARTER = 90
"""Days whose errands are drawn together."""

TILLS = 3
"""Each bank has so many machines and so many counters in a town; which one it is that serves goes
by the millisecond, as in shops; our assumption."""
_REACH = 7
"""Days between a due date and the business day it moves to: holidays and weekends are shorter."""


def first_quarter(world: World) -> range:
    """Give the days whose errands the population's block holds; `graphgen.quarters` has others."""
    return range(min(QUARTER, world.days))


def stands_for(world: World) -> float:
    """Say for how many errands of the whole window each of the population's block stands."""
    return max(1.0, world.days / QUARTER)


def due(day: date, region: Region) -> Array:
    """Say which schedules are due on a date: bool (128,), by the schedule's number."""
    first = day - timedelta(days=2 * _REACH)
    business = region.is_business_day(first, 4 * _REACH + 1)
    here = 2 * _REACH
    is_due = np.zeros(128, bool)
    for offset in range(-_REACH, _REACH + 1):
        nominal = day + timedelta(days=offset)
        place = here + offset
        months = _days_of_month(nominal)
        if offset == 0:
            is_due[SAME_DAY + months] = True
        if _next(business, place, 1) == here:
            is_due[FOLLOWING + months] = True
            is_due[WEEKLY + nominal.weekday()] = True
        if _next(business, place, -1) == here:
            is_due[PRECEDING + months] = True
            is_due[BIWEEKLY + nominal.toordinal() % 14] = True
    return is_due


def _days_of_month(day: date) -> Array:
    """Name the days of the month that fall on a date: on the last of a month, all that are left."""
    last = (day + timedelta(days=1)).day == 1
    return np.arange(day.day, 32 if last else day.day + 1)


def _next(business: Array, place: int, step: int) -> int:
    while 0 <= place < len(business) and not business[place]:
        place += step
    return place
