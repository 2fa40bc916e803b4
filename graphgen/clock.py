"""Local time: at which moments of a UTC day the habits of a place fire.

A *clock* is a profile of the week in a time zone, numbered `profile * zones + zone`. For a day,
each clock has a weight (how busy the day is, 1 on average) and a quantile table of the time of day.
Both are read off the profile at every quarter of an hour through the zone's offset at that moment,
so summer time, half-hour zones and holidays (which are Sundays) come out right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.region import Region

__all__ = ["QUANTILES", "Clocks", "Hours"]

QUANTILES = 512
"""Steps of a quantile table; within a step, time is uniform."""
_QUARTERS = 96
_QUARTER_MS = 900_000
_SUNDAY = 6


@dataclass(frozen=True)
class Hours:
    """The hours of one day, for every clock."""

    weight: Array
    """float64 (clocks,): how busy the day is."""
    quantile: Array
    """float64 (clocks, QUANTILES + 1): milliseconds since UTC midnight."""
    density: Array
    """float32 (clocks, 96): how busy each quarter of an hour is."""
    offset: Array
    """int16 (zones, 96): minutes ahead of UTC in each quarter of an hour."""


@dataclass(frozen=True)
class Clocks:
    """Every profile of a region, in every zone that its people live in."""

    region: Region
    zones: tuple[str, ...]

    def number(self, profile: Array, zone: Array) -> Array:
        """Give the clock of each profile and zone: int16."""
        return (profile.astype(np.int16) * len(self.zones) + zone).astype(np.int16)

    def hours(self, day: date) -> Hours:
        """Read off the hours of one UTC day."""
        holidays = self.region.holidays(day - timedelta(days=1), day + timedelta(days=1))
        offset = np.array([_offsets(zone, day) for zone in self.zones], np.int16)
        return _hours(self.region, _day_of_profiles(offset, day, holidays), offset.tobytes())

    def busy(self, day: date) -> float:
        """Say how busy paying is on a date, by the day of its month and by its month."""
        calendar = self.region.toml("hours")["calendar"]
        return float(calendar["day_of_month"][day.day - 1] * calendar["month"][day.month - 1])


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)  # which itself remembers eight, fewer than a country may have


@lru_cache(maxsize=256)
def _offsets(zone: str, day: date) -> tuple[int, ...]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    here = _zone(zone)

    def minutes(quarter: int) -> int:
        moment = (midnight + timedelta(minutes=15 * quarter)).astimezone(here)
        return int(moment.utcoffset().total_seconds()) // 60  # type: ignore[union-attr]

    first, last = minutes(0), minutes(_QUARTERS - 1)
    if first == last:
        return (first,) * _QUARTERS
    return tuple(minutes(quarter) for quarter in range(_QUARTERS))


def _day_of_profiles(offset: Array, day: date, holidays: frozenset[date]) -> bytes:
    """Find the hour of the week (0 to 167) in each zone at each quarter: int16 (zones, 96)."""
    local = np.arange(_QUARTERS) * 15 + offset
    shift = np.floor_divide(local, 1440)
    weekday = (day.weekday() + shift) % 7
    for step in (-1, 0, 1):
        if day + timedelta(days=step) in holidays:
            weekday = np.where(shift == step, _SUNDAY, weekday)
    return (weekday * 24 + local % 1440 // 60).astype(np.int16).tobytes()


@lru_cache(maxsize=12)
def _hours(region: Region, hour_of_week: bytes, offsets: bytes) -> Hours:
    offset = np.frombuffer(offsets, np.int16).reshape(-1, _QUARTERS)
    hour = np.frombuffer(hour_of_week, np.int16).reshape(offset.shape)
    weight = week_profiles(region)[:, hour]
    density = weight.reshape(-1, _QUARTERS)
    total = density.sum(axis=1)
    safe = np.where(total[:, None] > 0, density, 1.0)
    cumulative = np.zeros((len(density), _QUARTERS + 1))
    np.cumsum(safe, axis=1, out=cumulative[:, 1:])
    cumulative /= cumulative[:, -1:]
    edges = np.arange(_QUARTERS + 1) * float(_QUARTER_MS)
    steps = np.linspace(0, 1, QUANTILES + 1)
    quantile = np.array([np.interp(steps, row, edges) for row in cumulative])
    return Hours(total / _QUARTERS, quantile, density.astype(np.float32), offset)


@lru_cache(maxsize=16)
def week_profiles(region: Region) -> Array:
    """Give each profile by the hour of the week from Monday on: float64 (profiles, 168), mean 1."""
    rows = []
    for profile in region.toml("hours")["profiles"].values():
        friday = profile.get("friday", profile["weekday"])
        week = [*profile["weekday"] * 4, *friday, *profile["saturday"], *profile["sunday"]]
        rows.append(np.array(week, float) / np.mean(week))
    return np.array(rows)
