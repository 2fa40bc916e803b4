"""Flows of money for patterns: who can take part, when hops happen, and what is sent.

Everything works on grids: a row for each case, along the last axis its people or hops.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from graphgen.amounts import ROUNDING
from graphgen.population.errands import at_hours
from graphgen.population.holders import holders
from graphgen.schedule import BY_RATE, ONCE, due, stands_for
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.world import World

__all__ = [
    "banking",
    "blend",
    "dwell",
    "emptied",
    "firing",
    "first_day",
    "held",
    "holding",
    "hop_times",
    "income_days",
    "kept",
    "main_accounts",
    "on_open_days",
    "open_days",
    "outside",
    "standing",
    "times",
    "within",
    "without",
]

_A_SECOND = 1_000
_DRAWS = 20
"""How often a day is drawn again until counters are open on one."""

_ROUNDED = 1 / ROUNDING
"""The most that rounding leaves of a receipt that is passed on, but not in cash."""


def kept(keeps: float) -> float:
    """Give the share of a receipt that may be kept so that what rounding leaves makes it `keeps`.

    Of a share that is itself about as small as what rounding leaves, a quarter.
    """
    return max(keeps - _ROUNDED, keeps / 4)


def banking(graph: Graph) -> Array:
    """Find people who can order payments at any time of the window: int32 rows of `user`.

    They hold a main account, and have a way to sign in that stands from the first day on.
    """
    return graph.once("banking", lambda: _banking(graph))


def _banking(graph: Graph) -> Array:
    can = np.zeros(graph.size("user"), bool)
    can[standing(graph)["user_id"]] = True
    return np.flatnonzero(can & (holders(graph).main >= 0)).astype(np.int32)


def main_accounts(graph: Graph, person: Array) -> Array:
    """Give people's main accounts: int32, as `person`; -1 is nobody, and has none."""
    return np.where(person >= 0, holders(graph).main[person], -1)


def held(graph: Graph, person: Array) -> Array:
    """Say what is on people's main accounts at the world's start: int64, minor units."""
    return np.asarray(graph["account"]["opening_balance_minor"][holders(graph).main[person]])


def holding(graph: Graph, pool: Array, least: int) -> Array:
    """Leave people out of a pool of users who have less than that at the world's start: int32."""
    return pool[held(graph, pool) >= least] if least > 0 else pool


def without(graph: Graph, pool: Array, people: Array) -> Array:
    """Leave people out of a pool of users: int32, in their order; -1 is nobody."""
    stays = np.ones(graph.size("user") + 1, bool)
    stays[people] = False
    return pool[stays[pool]]


def standing(graph: Graph) -> Table:
    """Give the ways by which the population signs in all through the window: `signs_in`."""
    return graph.once("standing", lambda: _standing(graph))


def _standing(graph: Graph) -> Table:
    ways = graph.blocks[0].tables["signs_in"] if graph.blocks else graph["signs_in"]
    stands = (ways["valid_from"] <= graph.world.start_ms) & (ways["valid_to"] == NULL_NUMBER)
    return ways.take(stands)


def income_days(graph: Graph, account: Array, tables: Iterable[Table]) -> Array:
    """Say when what these tables of `pays` hold is due, by a schedule, to come to accounts.

    bool (accounts, days of the world).
    """
    comes = np.zeros((len(account), graph.world.days), bool)
    row = np.full(int(account.max(initial=-1)) + 1, -1)
    row[account] = np.arange(len(account))
    here = graph.once("due", lambda: _due(graph.world))
    for pays in tables:
        some = pays.take((pays["schedule"] != BY_RATE) & (pays["schedule"] != ONCE))
        some = some.take(some["creditor_account_id"] < len(row))
        to = row[some["creditor_account_id"]]
        np.logical_or.at(comes, to[to >= 0], here[some["schedule"][to >= 0]])
    return comes


def _due(world: World) -> Array:
    days = (world.start + timedelta(days=day) for day in range(world.days))
    return np.array([due(day, world.place) for day in days], bool).reshape(world.days, 128).T


def firing(graph: Graph, rows: Array) -> Array:
    """Say how surely these edges of `pays` fire in the window: float64, 1 if by a schedule.

    An errand counts as often as there are others like it in the window.
    """
    pays = graph["pays"]
    fires: Array = -np.expm1(-pays["rate"][rows].astype(np.float64) * graph.world.days)
    fires[pays["schedule"][rows] != BY_RATE] = 1.0
    fires[pays["schedule"][rows] == ONCE] = stands_for(graph.world)
    return fires


def outside(graph: Graph, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw accounts of the world outside: int32, a grid of that shape."""
    external = graph["account"]["type"] == words.ACCOUNT_TYPES.index("external")
    return rng.choice(np.flatnonzero(external).astype(np.int32), shape)


def first_day(graph: Graph, rng: np.random.Generator, count: int, days: float) -> Array:
    """Draw the day on which each case begins, so that its days fit into the window: int64.

    Any day is as likely, but each case has a part of the window to itself: so no part of it is
    full of them, and none is without.
    """
    part = (rng.permutation(count) + rng.random(count)) / max(1, count)
    return (part * max(1, int(graph.world.days - days) + 1)).astype(np.int64)


def open_days(graph: Graph) -> Array:
    """Say on which days of the window the counters of banks are open: bool (days,)."""
    world = graph.world
    return graph.once("open days", lambda: world.place.is_business_day(world.start, world.days))


def on_open_days(
    graph: Graph,
    rng: np.random.Generator,
    day: Array,
    least: Array | int,
    most: Array | int,
) -> Array:
    """Draw days on which counters are closed again, between `least` and `most`: int64.

    Where none of these days is an open one, any of them stays.
    """
    is_open = np.append(open_days(graph), True)  # nobody looks at days after the window
    for _ in range(_DRAWS):
        closed = ~is_open[np.clip(day, 0, len(is_open) - 1)]
        if not closed.any():
            break
        day = np.where(closed, rng.integers(least, np.maximum(most, least) + 1, day.shape), day)
    return day


def times(graph: Graph, rng: np.random.Generator, person: Array, day: Array, profile: str) -> Array:
    """Draw moments of days at hours that a profile of the week likes: int64 ms, a grid.

    `person` (whose time zone counts; -1: the region's own) and `day` broadcast.
    """
    shape = np.broadcast_shapes(person.shape, np.shape(day))
    who = np.broadcast_to(person, shape).reshape(-1)
    when = np.broadcast_to(day, shape).reshape(-1)
    return at_hours(graph, rng, who, when, profile).reshape(shape)


def dwell(
    rng: np.random.Generator, shape: tuple[int, ...], median_ms: float, spread: float
) -> Array:
    """Draw how long money lies before it goes on, log-normal: int64 ms, a second at least."""
    lies = median_ms * np.exp(spread * rng.standard_normal(shape))
    return np.maximum(_A_SECOND, lies).astype(np.int64)


def hop_times(first: Array, follows: Array, wait: Array) -> Array:
    """Say when hops happen: at `first`, or `wait` after the hop that they follow: int64 ms.

    All grids are (cases, hops); `follows` names places of hops that come before, -1 for none.
    """
    at = np.broadcast_to(first, wait.shape).copy()
    before = np.broadcast_to(follows, wait.shape)
    for hop in range(at.shape[1]):
        parent = np.take_along_axis(at, np.maximum(before[:, hop : hop + 1], 0), axis=1)[:, 0]
        at[:, hop] = np.where(before[:, hop] >= 0, parent + wait[:, hop], at[:, hop])
    return at


def within(graph: Graph, at: Array, here: Array | None = None) -> Array:
    """Bring the moments of each case closer together until the last lies in the window.

    Their order stays, and the first stays where it is.
    """
    there = np.ones(at.shape, bool) if here is None else np.broadcast_to(here, at.shape)
    axes = tuple(range(1, at.ndim))
    begin = at.min(axis=axes, keepdims=True, where=there, initial=np.iinfo(np.int64).max)
    end = at.max(axis=axes, keepdims=True, where=there, initial=0)
    last = graph.world.end_ms - 1
    late = (end > last) & (end > begin)
    share = np.where(late, (last - begin) / np.maximum(end - begin, 1), 1.0)
    moved = np.where(late, begin + ((at - begin) * share).astype(np.int64), at)
    return np.asarray(np.where(there, moved, at), np.int64)


def blend(
    graph: Graph,
    rng: np.random.Generator,
    own: Array,
    hardness: float,
    *,
    habit: str,
    rail: str,
    channel: str | None = None,
) -> Array:
    """Blend sums into those that honest people pay alike: int64, minor units.

    Easy leaves a crime's own sums as they are, hard gives sums of the honest ones' distribution,
    every edge as often as it fires; between the two lies the geometric mean, weighted by the
    hardness.
    """
    if hardness <= 0:
        return np.maximum(1, own).astype(np.int64)
    pays = graph["pays"]
    alike = np.flatnonzero(
        (pays["habit"] == words.HABITS.index(habit))
        & (pays["rail"] == words.RAILS.index(rail))
        & (channel is None or pays["channel"] == words.CHANNELS.index(channel))
        & (pays["amount_of"] == words.AMOUNT_OF.index("sum"))
    )
    if not len(alike):
        return np.maximum(1, own).astype(np.int64)
    once = pays["schedule"][alike] == ONCE
    often = np.cumsum(
        np.where(once, stands_for(graph.world), pays["rate"][alike] * max(1, graph.world.days))
    )
    place = np.searchsorted(often, rng.random(np.shape(own)) * often[-1], side="right")
    edge = alike[np.minimum(place, len(alike) - 1)]
    spread = pays["spread"][edge] * rng.standard_normal(np.shape(own))
    honest = np.log(np.maximum(1, pays["amount_minor"][edge])) + spread
    mean = (1 - hardness) * np.log(np.maximum(1, own)) + hardness * honest
    return np.asarray(np.maximum(1, np.rint(np.exp(mean))), np.int64)


def emptied(
    rng: np.random.Generator, here: Array, in_all: tuple[float, float], spread: float
) -> Array:
    """Draw what share of the balance that is left by then each payment takes: float64, as `here`.

    All that a case has (`here`, bool) take a share of the first balance between these two; `spread`
    is of the logarithm of their parts.
    """
    part = here * rng.lognormal(0, spread, here.shape)
    part *= rng.uniform(*in_all, (len(part), 1)) / part.sum(axis=1, keepdims=True)
    return np.asarray(part / (1 - np.cumsum(part, axis=1) + part))
