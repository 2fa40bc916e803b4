"""Timing: when a crime's money, or a look-alike's, goes from hand to hand.

Everything works on grids: a row for each case, along the last axis its payments. `pace` says how
slow cases are: at 0 all is done in a part of the days, at 1 it is spread over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.flow import dwell, first_day, open_days, times, within
from graphgen.table import Array
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.planting.chains import Chain

__all__ = ["hop_by_hop", "level_by_level"]

_SWIFTEST = 0.25
"""Part of the days that the swiftest cases take; our assumption."""
_LIES_MS, _LIES_SPREAD = 20 * 60_000, 1.2
"""Median of how long money lies where it goes on the same day, and the spread of its logarithm:
as with mules; our assumption."""
_AT_LEAST_MS = 60_000
"""Nobody passes money on hop by hop sooner than that; our assumption."""
_PATIENCE = 0.25
"""How soon haste is given up as it gets harder to hide, as an exponent; our assumption."""
_LONG_AGO = np.iinfo(np.int64).max


def level_by_level(
    graph: Graph,
    rng: np.random.Generator,
    chain: Chain,
    is_cash: Array,
    *,
    days: int,
    pace: float,
) -> Array:
    """Draw when the payments of each case happen: int64 ms (cases, payments).

    Each level has a part of the days to itself: cash and cheques keep to the hours of the counter,
    all else to those at which people pay, or it comes minutes after the payment that it follows.
    Firms trade on business days.
    """
    shape, level, after = chain.here.shape, chain.level, chain.after
    taken = round(days * (_SWIFTEST + (1 - _SWIFTEST) * pace))
    taken = max(1, min(taken, graph.world.days) - 1)  # what runs late is still within the days
    part = (level + rng.random(shape)) * taken / (level.max(initial=0) + 1)
    first = first_day(graph, rng, len(chain.here), taken)[:, None]
    day = first + part.astype(np.int64)
    if chain.in_trade:
        day = _on_business_days(graph, first, part / taken, taken, day)
    person = chain.whose_hours
    counter, people = (times(graph, rng, person, day, hours) for hours in ("counter", "people"))
    at = np.where(is_cash | chain.in_trade, counter, people)
    wait = dwell(rng, shape, _LIES_MS, _LIES_SPREAD)
    for hop in np.flatnonzero(after >= 0):
        at[:, hop] = np.maximum(at[:, hop], at[:, after[hop]] + wait[:, hop])
    # where there are more hops than the days have room for, they come closer together
    return within(graph, _closer(at, chain.here, days), chain.here)


def hop_by_hop(
    graph: Graph,
    rng: np.random.Generator,
    person: Array,
    after: Array,
    here: Array,
    *,
    days: int,
    pace: float,
) -> Array:
    """Draw when the hops of each case happen, all within so many days: int64 ms (cases, hops).

    `person` says in whose time zone: int32, a grid of users; `after` is as of
    `graphgen.planting.relay`. At pace 0 what comes after another comes some minutes later, all in a
    quarter of the days; at 1 it comes at hours at which people pay, spread over the days. Who hides
    gives up haste first.
    """
    days = min(days, max(1, graph.world.days))
    taken = days * (_SWIFTEST + (1 - _SWIFTEST) * pace)
    step = max(1, int(taken / (_levels(after).max(initial=0) + 1)))
    first = first_day(graph, rng, len(person), days)
    wait = rng.integers(0, step, person.shape)
    hurries = rng.random(person.shape) >= pace**_PATIENCE
    lies = np.maximum(_AT_LEAST_MS, dwell(rng, person.shape, _LIES_MS, _LIES_SPREAD))
    at = np.empty(person.shape, np.int64)
    for hop, before in enumerate(after.tolist()):
        if before == -1:
            at[:, hop] = times(graph, rng, person[:, hop], first + wait[:, hop], "people")
            continue
        last = slice(before, before + 1) if before >= 0 else slice(-1 - before)
        earlier = at[:, last].max(axis=1, where=here[:, last], initial=graph.world.start_ms)
        day = (earlier - graph.world.start_ms) // DAY_MS + wait[:, hop]
        later = times(graph, rng, person[:, hop], day, "people")
        later = np.where(later < earlier + _AT_LEAST_MS, later + DAY_MS, later)
        at[:, hop] = np.where(hurries[:, hop], earlier + lies[:, hop], later)
    return within(graph, _closer(at, here, days), here)


def _levels(after: Array) -> Array:
    """Count the hops that come one after the other up to each place: int64, as `after`."""
    level = np.zeros(len(after), np.int64)
    for hop, before in enumerate(after.tolist()):
        earlier = level[before : before + 1] if before >= 0 else level[: -1 - before]
        level[hop] = earlier.max(initial=-1) + 1
    return level


def _closer(at: Array, here: Array, days: int) -> Array:
    """Bring the moments of each case closer together until they lie within so many days."""
    begin = at.min(axis=1, keepdims=True, where=here, initial=_LONG_AGO)
    span = at.max(axis=1, keepdims=True, where=here, initial=0) - begin
    share = days * DAY_MS / np.maximum(span, 1)
    return np.where(share < 1, begin + ((at - begin) * share).astype(np.int64), at)


def _on_business_days(
    graph: Graph, first: Array, part: Array, taken: int, otherwise: Array
) -> Array:
    """Find the business day to a part (0 to 1) of so many days from the first on: int64.

    Each of them as often; where none of these days is one, it is the day that was thought of.
    """
    business = np.flatnonzero(open_days(graph))
    low, high = (np.searchsorted(business, first + days) for days in (0, taken))
    there = low + (part * (high - low)).astype(np.int64)
    found = np.append(business, 0)[np.minimum(there, len(business))]
    return np.where(low < high, found, otherwise)
