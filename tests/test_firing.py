"""Edges fire as often as their rates say, in bursts, and in no order but their own."""

from __future__ import annotations

import numpy as np
import pytest

from graphgen.firing import Rates, fire
from graphgen.schema import NULL_NUMBER
from graphgen.table import Array
from graphgen.world import DAY_MS

MONDAY = 1_767_571_200_000
FOREVER = np.iinfo(np.int64).max


def rates(
    rate: Array,
    key: int = 11,
    first: Array | int = 0,
    last: Array | int = FOREVER,
    edge: Array | None = None,
) -> Rates:
    size = len(rate)
    some = np.arange(size, dtype=np.int32) if edge is None else edge
    return Rates(some, rate, np.broadcast_to(first, size) + 0, np.broadcast_to(last, size) + 0, key)


def fire_all(rng: np.random.Generator, line: Array, busiest: float) -> Array:
    """Fire edges that follow one clock."""
    return fire(rng, line, np.zeros(len(line), np.int16), np.array([busiest]))


def fired(line: Array, times: int, busiest: float = 1.0) -> Array:
    rng = np.random.default_rng(5)
    counts = np.zeros(len(line), np.int64)
    for _ in range(times):
        counts += np.bincount(fire_all(rng, line, busiest), minlength=len(line))
    return counts


@pytest.mark.parametrize("busiest", [0.3, 1.0, 2.5])
def test_edges_fire_in_proportion_to_their_rates(busiest: float) -> None:
    rate = np.random.default_rng(3).lognormal(-2, 1, 500)
    times = 2_000
    counts, expected = fired(np.cumsum(rate), times, busiest), rate * busiest * times
    chi_square = ((counts - expected) ** 2 / expected).sum()
    # 500 degrees of freedom: six standard deviations of 31.6 either way
    assert abs(chi_square - 500) < 190


def test_edges_fire_as_often_as_their_clock_says() -> None:
    rate = np.random.default_rng(3).lognormal(-2, 1, 600)
    clock = np.arange(600, dtype=np.int16) % 3
    often, line, times = np.array([0.0, 0.4, 1.7]), np.cumsum(rate), 2_000
    rng, counts = np.random.default_rng(5), np.zeros(600)
    for _ in range(times):
        counts += np.bincount(fire(rng, line, clock, often), minlength=600)
    expected = (rate * often[clock] * times)[clock > 0]
    assert (counts[clock == 0] == 0).all()
    # 400 degrees of freedom: six standard deviations of 28.3 either way
    assert abs(((counts[clock > 0] - expected) ** 2 / expected).sum() - 400) < 170


def test_the_number_of_firings_is_poisson() -> None:
    rng, line = np.random.default_rng(9), np.cumsum(np.full(40, 0.5))
    counts = np.array([len(fire_all(rng, line, 1.0)) for _ in range(4_000)])
    assert counts.mean() == pytest.approx(20, rel=0.02)
    assert counts.var() == pytest.approx(20, rel=0.08)


def test_firings_come_in_the_order_of_their_edges() -> None:
    line = np.cumsum(np.full(1_000, 0.7))
    edges = fire_all(np.random.default_rng(1), line, 3.0)
    assert edges.dtype == np.int32
    assert (np.diff(edges) >= 0).all()
    assert edges.min() >= 0
    assert edges.max() < 1_000


def test_an_edge_without_a_rate_never_fires() -> None:
    rate = np.tile([0.0, 1.0, 0.0], 50)
    assert (fired(np.cumsum(rate), 200)[rate == 0] == 0).all()


@pytest.mark.parametrize("line", [np.empty(0), np.zeros(7)])
def test_where_nothing_has_a_rate_nothing_fires(line: Array) -> None:
    assert len(fire_all(np.random.default_rng(1), line, 1.0)) == 0


def test_the_same_stream_fires_the_same_edges() -> None:
    line = np.cumsum(np.full(300, 0.4))
    one, other = (fire_all(np.random.default_rng(4), line, 1.5) for _ in range(2))
    assert (one == other).all()


def weekly(some: Rates, weeks: int) -> Array:
    """Give the intensity of each edge in some weeks: (weeks, edges)."""
    lines = [some.cumulative(week, MONDAY + week * 7 * DAY_MS).copy() for week in range(weeks)]
    return np.diff(np.array(lines), axis=1, prepend=0.0)


def test_an_edge_s_weeks_are_unlike_and_as_busy_as_its_rate_on_average() -> None:
    rate = np.linspace(0.1, 2, 400)
    intensity = weekly(rates(rate), 400) / rate
    assert intensity.mean() == pytest.approx(1.0, abs=0.01)
    # each edge's own mean, and each week's, have a standard error of a twentieth
    assert np.abs(intensity.mean(axis=0) - 1).max() < 0.25
    assert np.abs(intensity.mean(axis=1) - 1).max() < 0.25
    # of an exponential distribution the deviation is the mean, and half the mean's log 2 the median
    assert intensity.std() == pytest.approx(1.0, abs=0.02)
    assert np.median(intensity) == pytest.approx(np.log(2), abs=0.02)


def test_neither_neighbours_nor_weeks_go_together() -> None:
    intensity = weekly(rates(np.ones(400)), 400)
    for one, other in (
        (intensity[:, :-1], intensity[:, 1:]),
        (intensity[:-1], intensity[1:]),
        (intensity[:-1, 1:], intensity[1:, :-1]),
    ):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.01


def test_another_key_gives_other_weeks() -> None:
    one, other = (weekly(rates(np.ones(200), key), 20) for key in (1, 2**62))
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.05


def test_a_week_does_not_depend_on_which_week_was_asked_for_before() -> None:
    asked = rates(np.linspace(0.1, 1, 50))
    for week in (7, 3, 7, 100, 3):
        fresh = rates(np.linspace(0.1, 1, 50))
        here = asked.cumulative(week, MONDAY + 7 * week * DAY_MS).copy()
        assert (here == fresh.cumulative(week, MONDAY + 7 * week * DAY_MS)).all()


def test_an_edge_s_weeks_do_not_depend_on_which_other_edges_have_a_rate() -> None:
    rate = np.linspace(0.1, 1, 60)
    some = np.arange(3, 60, 7, dtype=np.int32)
    among, alone = weekly(rates(rate), 5), weekly(rates(rate, edge=some), 5)
    assert alone == pytest.approx(among[:, some])


def test_only_edges_that_live_in_the_week_have_a_rate_in_it() -> None:
    week = 7 * DAY_MS
    first = np.array([0, MONDAY + week, MONDAY + week - 1, 0, 0, 0])
    last = np.array([FOREVER, FOREVER, FOREVER, MONDAY, MONDAY + 1, NULL_NUMBER])
    line = rates(np.ones(6), first=first, last=last).cumulative(0, MONDAY)
    assert (np.diff(line, prepend=0.0) > 0).tolist() == [True, False, True, False, True, True]


def test_gaps_between_firings_are_burstier_than_poisson() -> None:
    some, rng = rates(np.full(30, 1.5)), np.random.default_rng(2)
    times: list[list[float]] = [[] for _ in range(30)]
    for day in range(700):
        line = some.cumulative(day // 7, MONDAY + day // 7 * 7 * DAY_MS)
        for edge in fire_all(rng, line, 1.0):
            times[edge].append(day + rng.random())
    gaps = np.concatenate([np.diff(sorted(one)) for one in times])
    burstiness = (gaps.std() - gaps.mean()) / (gaps.std() + gaps.mean())
    assert burstiness > 0.1  # of a Poisson process it is 0
