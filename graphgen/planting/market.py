"""What cases do in the market: when, which securities, how far their prices move, what is written.

Everything works on grids: a row for each case, along the last axis its securities or moments.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.market.listing import Listing, listing
from graphgen.market.prices import fund_weights, of_funds
from graphgen.market.sessions import Sessions, sessions
from graphgen.pattern import NoSuchError
from graphgen.schedule import ONCE
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from datetime import date

    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = [
    "STRONG",
    "calendar",
    "moments",
    "month_ends",
    "moves",
    "named_stock",
    "piece",
    "spread_over",
    "stocks",
    "tones",
]

_STOCK, _ETF, _BOND = (words.SECURITY_TYPES.index(word) for word in ("stock", "etf", "bond"))
_HAVEN = 0.004
"""How much a bond of a state gains for each year of its duration as stocks lose a tenth; our
assumption."""
STRONG = 0.1
"""A move of the logarithm by so much is as good or as bad as it gets, or nearly: 0.76 of it."""
_TONE_SPREAD = 0.35
"""The spread of the logarithm of how loud a piece is; our assumption."""
_CREDIT = 0.4
"""How much of what stocks lose a bond of credit spread 1 does; our assumption."""


def calendar(graph: Graph) -> Sessions:
    """Give the sessions of a world's days."""
    world = graph.world
    return graph.once("sessions", lambda: sessions(world.place, world.start, world.days))


def moments(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    count: int,
    *,
    before: int,
    after: int,
    least: int = 1,
) -> Array:
    """Draw the session in which each case comes to its point: int64 (count,).

    There are `before` sessions before it and `after` sessions after it, as far as the world has
    them. `NoSuchError` for a world with fewer than `least` sessions.
    """
    there = len(calendar(graph))
    if count and there < least:
        needed = f"{least} sessions" if least > 1 else "sessions"
        raise NoSuchError(f"{pattern.name}: {needed} are needed, the world has {there or 'none'}")
    on = getattr(pattern, "on", None)
    if count and on is not None:
        return np.full(count, _on(graph, pattern.name, on))
    low = min(before, max(0, there - 1))
    high = max(low + 1, there - after)
    return rng.integers(low, high, count)


def _on(graph: Graph, name: str, on: date) -> int:
    """Find the session of a date; `NoSuchError` for one that has none."""
    world, days = graph.world, calendar(graph)
    number = (on - world.start).days
    first, last = (world.date_of(int(days.day[place])) for place in (0, -1))
    if not 0 <= number < world.days:
        inside = f"{world.start} to {world.date_of(world.days - 1)}"
        raise NoSuchError(f"{name}.on: {on} is no day of the world; it has {inside}")
    if on < first:
        raise NoSuchError(f"{name}.on: {on} is before the first session; that is {first}")
    if days.on(number) < 0:
        nearest = days.day[min(len(days) - 1, int(np.searchsorted(days.day, number)))]
        told = f"the nearest is {world.date_of(int(nearest))}, the last {last}"
        raise NoSuchError(f"{name}.on: {on} is no session; {told}")
    return days.on(number)


def named_stock(graph: Graph, name: str, symbol: str) -> int:
    """Find the security of a symbol; `NoSuchError` if there is none, or it is no stock."""
    symbols = graph["security"]["symbol"].to_pylist()
    if symbol not in symbols:
        near = get_close_matches(symbol.upper(), symbols, 1)
        hint = f"did you mean {near[0]}?" if near else f"one is {symbols[0]}"
        raise NoSuchError(f"{name}.symbol: no security called {symbol!r}; {hint}")
    row = symbols.index(symbol)
    if listing(graph.world.place).type[row] != _STOCK:
        raise NoSuchError(f"{name}.symbol: {symbol} is no stock; one is {symbols[0]}")
    return int(row)


def month_ends(
    graph: Graph, rng: np.random.Generator, pattern: Pattern, count: int, most: int
) -> Array:
    """Draw sessions for each case, the last ones of months first: int64 (count, most).

    Nobody has more than there are; where there are too few, -1. `NoSuchError` for a world without a
    session.
    """
    days, world = calendar(graph), graph.world
    if count and not len(days):
        raise NoSuchError(f"{pattern.name}: sessions are needed, the world has none")
    month = np.array([world.date_of(int(day)).month for day in days.day], np.int64)
    ends = np.flatnonzero(np.diff(month, append=-1 if len(month) else month) != 0)
    key = rng.random((count, len(days)))
    key[:, ends[:-1]] += 1  # the last session of the window need not be a month's
    drawn = np.argsort(-key, axis=1)[:, :most]
    short = max(0, most - drawn.shape[1])
    return np.pad(np.sort(drawn, axis=1), ((0, 0), (0, short)), constant_values=-1)


def stocks(graph: Graph, rng: np.random.Generator, count: int, *, small: float = 0.0) -> Array:
    """Draw a stock for each case: int32 (count,); the more `small`, the more often of small worth.

    No stock is drawn twice as long as there are others.
    """
    here = listing(graph.world.place)
    rows = np.flatnonzero(here.type == _STOCK)
    key = -small * np.log(here.worth[rows])
    rounds = [
        rows[np.argsort(-(key + rng.gumbel(size=len(rows))))]
        for _ in range(-(-count // max(1, len(rows))))
    ]
    return np.concatenate([*rounds, np.empty(0, np.int64)])[:count].astype(np.int32)


def spread_over(graph: Graph, move: Array, *, is_panic: bool = False) -> Array:
    """Say how far all else moves with stocks: float64 (cases, securities) of logarithms.

    `move` (cases, securities) says what stocks do. Funds do what they hold does; in a panic bonds
    of firms fall with them, and those of states rise.
    """
    here = listing(graph.world.place)
    moved: Array = np.where(here.type == _STOCK, move, 0.0)
    weights = fund_weights(here)
    funds = np.flatnonzero(weights.any(axis=1))
    held = np.ascontiguousarray(np.expm1(moved).T)
    moved[:, funds] = np.log1p(of_funds(weights[funds], held)).T
    if is_panic:
        rows = np.flatnonzero(here.duration > 0)
        fall = moved[:, here.type == _STOCK].mean(axis=1, keepdims=True)
        moved[:, rows] = _bonds(here, rows) * fall
    return moved


def _bonds(here: Listing, rows: Array) -> Array:
    haven = -10 * _HAVEN * here.duration[rows] * (here.credit[rows] <= 0)
    return np.asarray(haven + _CREDIT * np.minimum(1.0, here.credit[rows]))


def moves(
    graph: Graph,
    case: Array | int,
    security: Array,
    start: Array,
    end: Array,
    *,
    drift: Array | float = 0.0,
    swing: Array | float = 1.0,
    volume: Array | float = 1.0,
    **columns: Any,  # noqa: ANN401 - whatever broadcasts
) -> Table:
    """Give `moves` edges: columns broadcast; where `security` is -1 there is none."""
    grid = np.broadcast_arrays(
        case, security, start, end, np.asarray(drift), np.asarray(swing), np.asarray(volume)
    )
    there = grid[1] >= 0
    graph.new("moves", int(there.sum()))
    names = ("case_id", "security_id", "valid_from", "valid_to", "drift", "swing", "volume")
    return Table.of(
        "moves", **{name: one[there] for name, one in zip(names, grid, strict=True)}, **columns
    )


def piece(
    graph: Graph,
    case: Array,
    at: Array,
    topic: str | Array,
    sentiment: Array,
    *,
    security: Array | int = -1,
    sector: Array | int = -1,
    **columns: Any,  # noqa: ANN401 - whatever broadcasts
) -> Table:
    """Give `publishes` edges that fire once: what is written, and when.

    What is about a security is about its sector, as all that the press writes of it.
    """
    graph.new("publishes", at.size)
    if np.ndim(security) or security != -1:
        of = listing(graph.world.place).sector[np.maximum(security, 0)]
        sector = np.where(np.asarray(security) >= 0, of, sector)
    shaped = np.broadcast_arrays(case, at, sentiment, security, sector)
    names = ("case_id", "valid_from", "sentiment", "security_id", "sector_id")
    return Table.of(
        "publishes",
        topic=topic.reshape(-1) if isinstance(topic, np.ndarray) else topic,
        rate=0.0,
        schedule=ONCE,
        **{name: one.reshape(-1) for name, one in zip(names, shaped, strict=True)},
        **columns,
    )


def tones(rng: np.random.Generator, shape: tuple[int, ...], worth: float | Array) -> Array:
    """Draw how good pieces are that tell of news of some worth: float64 from -1 to 1.

    The sign is that of the worth, and no two are alike.
    """
    return np.asarray(np.tanh(worth * rng.lognormal(0.0, _TONE_SPREAD, shape)))
