"""Sessions: on which days, and from when to when, exchanges are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.region import Region

__all__ = ["Sessions", "sessions"]

_SATURDAY = 5


@dataclass(frozen=True)
class Sessions:
    """The sessions of some days."""

    day: Array
    """int64 (sessions,): which of the days each is on, ascending."""
    opens: Array
    closes: Array
    """int64 (sessions,): ms since 1970 UTC."""

    def __len__(self) -> int:
        return len(self.day)

    def on(self, day: int) -> int:
        """Give the number of a day's session, -1 if there is none."""
        place = int(np.searchsorted(self.day, day))
        return place if place < len(self.day) and self.day[place] == day else -1


def sessions(region: Region, first: date, count: int) -> Sessions:
    """Look up the sessions of `count` days from `first` on, by the calendar of the exchange."""
    spec = region.toml("market")
    zone = ZoneInfo(spec["time_zone"])
    opening, closing, early = (
        time.fromisoformat(spec[key]) for key in ("open", "close", "half_day_close")
    )
    days, opens, closes = [], [], []
    for number in range(count):
        day = first + timedelta(days=number)
        closed, half = _calendar(spec["calendar"], day.year)
        if day.weekday() >= _SATURDAY or day in closed:
            continue
        days.append(number)
        opens.append(_ms(day, opening, zone))
        closes.append(_ms(day, early if day in half else closing, zone))
    return Sessions(*(np.array(some, np.int64) for some in (days, opens, closes)))


@cache
def _calendar(name: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Give the days of a year on which an exchange is closed, and on which it closes early."""
    from holidays import financial_holidays

    closed = financial_holidays(name, years=year)
    half = financial_holidays(name, years=year, categories=("half_day",))
    return frozenset(closed), frozenset(half)


def _ms(day: date, at: time, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, at, zone).timestamp() * 1000)
