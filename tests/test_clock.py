"""Hours are local: summer time, half hours, holidays and all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphgen.clock import QUANTILES, Clocks, Hours, week_profiles
from graphgen.region import load_region
from graphgen.world import DAY_MS

US = load_region("us")
ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "UTC",
)
CLOCKS = Clocks(US, ZONES)
QUARTER_MS = 900_000
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
ordinary = date(2026, 5, 13)


def hours(day: date, *zones: str) -> Hours:
    return Clocks(US, zones or ZONES).hours(day)


def clock(profile: str, zone: str) -> int:
    rows = np.array([US.profiles.index(profile)])
    return int(CLOCKS.number(rows, np.array([ZONES.index(zone)]))[0])


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.dates(date(1971, 1, 2), date(2199, 12, 30)))
def test_every_quantile_table_ascends_from_midnight_to_midnight(day: date) -> None:
    table = CLOCKS.hours(day).quantile
    assert table.shape == (len(US.profiles) * len(ZONES), QUANTILES + 1)
    assert (np.diff(table, axis=1) >= 0).all()
    assert (table[:, 0] >= 0).all()
    assert (table[:, -1] <= DAY_MS).all()


@pytest.mark.parametrize("day", [ordinary, SPRING, AUTUMN, date(2026, 7, 4), date(2028, 2, 29)])
def test_offsets_are_those_of_the_time_zones_at_every_quarter(day: date) -> None:
    offset = CLOCKS.hours(day).offset
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for row, zone in enumerate(ZONES):
        for quarter in range(96):
            moment = (midnight + timedelta(minutes=15 * quarter)).astimezone(ZoneInfo(zone))
            assert timedelta(minutes=int(offset[row, quarter])) == moment.utcoffset()


@pytest.mark.parametrize("day", [ordinary, SPRING, AUTUMN, date(2026, 5, 16)])
def test_each_quarter_is_as_busy_as_its_local_hour_of_the_week(day: date) -> None:
    here, profiles = CLOCKS.hours(day), week_profiles(US)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for zone in ZONES:
        row = clock("home", zone)
        for quarter in range(96):
            local = (midnight + timedelta(minutes=15 * quarter)).astimezone(ZoneInfo(zone))
            wanted = profiles[US.profiles.index("home"), local.weekday() * 24 + local.hour]
            assert here.density[row, quarter] == pytest.approx(wanted)


def test_a_quantile_is_the_inverse_of_the_density() -> None:
    here = CLOCKS.hours(ordinary)
    row = clock("shopping", "America/New_York")
    share = np.diff(
        np.interp(np.arange(97) * QUARTER_MS, here.quantile[row], np.linspace(0, 1, QUANTILES + 1))
    )
    wanted = here.density[row] / here.density[row].sum()
    assert np.abs(share - wanted).max() < 2 / QUANTILES


def test_a_public_holiday_is_a_sunday() -> None:
    christmas, sunday = date(2026, 12, 25), date(2026, 12, 20)
    zone = "UTC"  # so that the whole UTC day is the holiday
    here, there = hours(christmas, zone), hours(sunday, zone)
    assert (here.weight == there.weight).all()
    assert (here.quantile == there.quantile).all()
    friday = hours(date(2026, 12, 18), zone)
    assert (here.weight != friday.weight).any()


def test_a_holiday_begins_at_local_midnight() -> None:
    christmas = date(2026, 12, 25)
    density = hours(christmas, "America/New_York").density
    profiles = week_profiles(US)
    home = US.profiles.index("home")
    # at midnight UTC it is still seven in the evening of the day before in New York
    assert density[home, 0] == pytest.approx(profiles[home, 3 * 24 + 19])
    assert density[home, 40] == pytest.approx(profiles[home, 6 * 24 + 5])


def test_weights_average_one_over_an_ordinary_week() -> None:
    week = [CLOCKS.hours(date(2026, 5, 4) + timedelta(days=n)).weight for n in range(7)]
    assert np.mean(week, axis=0) == pytest.approx(1.0)


def test_the_days_of_the_year_are_as_busy_as_one_on_average() -> None:
    busy = [CLOCKS.busy(date(2025, 1, 1) + timedelta(days=n)) for n in range(365)]
    assert np.mean(busy) == pytest.approx(1.0, abs=0.03)
    assert min(busy) > 0


def test_a_zone_s_hours_do_not_depend_on_which_other_zones_there_are() -> None:
    one = hours(ordinary, "Asia/Kolkata")
    many = CLOCKS.hours(ordinary)
    rows = [clock(profile, "Asia/Kolkata") for profile in US.profiles]
    assert one.quantile == pytest.approx(many.quantile[rows], rel=1e-12)
    assert one.weight == pytest.approx(many.weight[rows], rel=1e-12)


def test_every_clock_has_a_number_of_its_own() -> None:
    profile, zone = np.meshgrid(np.arange(len(US.profiles)), np.arange(len(ZONES)))
    numbers = CLOCKS.number(profile.ravel(), zone.ravel())
    assert sorted(numbers.tolist()) == list(range(len(US.profiles) * len(ZONES)))
