"""A due date comes once a month, on a day that banks are open or be that as it may."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphgen.region import load_region
from graphgen.schedule import (
    BIWEEKLY,
    FOLLOWING,
    ONCE,
    PRECEDING,
    SAME_DAY,
    WEEKLY,
    due,
)
from graphgen.table import Array

US = load_region("us")
YEARS = [2024, 2026, 2028]  # a leap year, none, and a leap year again
often = settings(max_examples=80, deadline=None, derandomize=True, database=None)
DATES = st.dates(date(1971, 2, 1), date(2198, 11, 30))


def calendar(year: int) -> Array:
    """Say what is due on each day of a year, with a month more at both ends: bool (days, 128)."""
    first = date(year - 1, 12, 1)
    count = (date(year + 1, 1, 31) - first).days + 1
    return np.array([due(first + timedelta(days=n), US) for n in range(count)])


def dates_due(year: int, schedule: int) -> list[date]:
    first = date(year - 1, 12, 1)
    rows = np.flatnonzero(CALENDARS[year][:, schedule])
    return [first + timedelta(days=int(row)) for row in rows]


CALENDARS = {year: calendar(year) for year in YEARS}


def is_open(day: date) -> bool:
    return bool(US.is_business_day(day, 1)[0])


def nominal(year: int, month: int, day: int) -> date:
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day, last))


def moved(day: date, step: int) -> date:
    while not is_open(day):
        day += timedelta(days=step)
    return day


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(("convention", "step"), [(FOLLOWING, 1), (PRECEDING, -1), (SAME_DAY, 0)])
@pytest.mark.parametrize("day", [1, 3, 15, 24, 28, 29, 30, 31])
def test_a_monthly_due_falls_once_for_each_month_where_its_convention_says(
    year: int, convention: int, step: int, day: int
) -> None:
    months = [nominal(year, month, day) for month in range(1, 13)]
    expected = [moved(each, step) for each in months] if step else months
    there = dates_due(year, convention + day)
    around = [d for d in there if expected[0] <= d <= expected[-1]]
    assert around == expected


@pytest.mark.parametrize("year", YEARS)
def test_weekly_and_biweekly_dues_keep_their_rhythm(year: int) -> None:
    for weekday in range(7):
        days = dates_due(year, WEEKLY + weekday)
        assert all(is_open(day) for day in days)
        assert len(days) in range(58, 63)
    for fortnight in range(14):
        days = dates_due(year, BIWEEKLY + fortnight)
        assert all(is_open(day) for day in days)
        gaps = np.diff([day.toordinal() for day in days])
        assert ((gaps >= 9) & (gaps <= 19)).all()


@often
@given(DATES)
def test_nothing_but_the_same_day_is_due_when_banks_are_closed(day: date) -> None:
    is_due = due(day, US)
    closed = np.flatnonzero(is_due[: SAME_DAY + 1]), np.flatnonzero(is_due[WEEKLY:])
    if not is_open(day):
        assert not len(closed[0])
        assert not len(closed[1])
    assert is_due[SAME_DAY + day.day]


@often
@given(DATES, st.integers(1, 31))
def test_following_is_never_before_and_preceding_never_after_the_nominal_date(
    day: date, of_month: int
) -> None:
    wanted = nominal(day.year, day.month, of_month)
    for convention, step in ((FOLLOWING, 1), (PRECEDING, -1)):
        there = [
            wanted + timedelta(days=n)
            for n in range(-8, 9)
            if due(wanted + timedelta(days=n), US)[convention + of_month]
        ]
        assert there == [moved(wanted, step)]


@often
@given(DATES)
def test_an_errand_and_a_rate_are_on_no_calendar(day: date) -> None:
    assert not due(day, US)[ONCE]
    assert not due(day, US)[0]
    assert due(day, US).shape == (128,)


def test_schedules_do_not_overlap() -> None:
    spans = [
        range(FOLLOWING + 1, FOLLOWING + 32),
        range(PRECEDING + 1, PRECEDING + 32),
        range(SAME_DAY + 1, SAME_DAY + 32),
        range(WEEKLY, WEEKLY + 7),
        range(BIWEEKLY, BIWEEKLY + 14),
        range(ONCE, ONCE + 1),
    ]
    everything = [number for span in spans for number in span]
    assert len(everything) == len(set(everything))
    assert max(everything) == np.iinfo(np.int8).max
