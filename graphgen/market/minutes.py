"""Minutes: what happens between the first and the last price of a session.

Prices follow a Brownian bridge that moves most after the open and before the close, and never
leaves the session's range; the session's highest and lowest price are where it is highest and
lowest. Volume follows the same curve, with a print of the auctions at the open and at the close.

The curve, with the close's auction, puts 28 % of the volume into the last hour, as ITG found for
the S&P 500 ("How much volume trades in the last hour of the day", analyticsincubator.itginc.com);
its shape, and 1.5 and 8.5 % in the auctions, are our assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.compiled import compiled
from graphgen.rng import stream
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.market.prices import Tape
    from graphgen.world import World

__all__ = ["MINUTE_MS", "Minutes", "curve", "minutes"]

MINUTE_MS = 60_000
_FULL = 390
_OPENING, _CLOSING = 0.015, 0.085
_WITHIN = 0.6
"""How far a minute's extremes lie beyond its ends, in its standard deviations, at most."""


@dataclass(frozen=True)
class Minutes:
    """The minutes of a session: int64 (securities, minutes); prices in minor units."""

    time: Array
    """int64 (minutes,): when each begins, ms since 1970 UTC."""
    open: Array
    high: Array
    low: Array
    close: Array
    volume: Array

    def rows(self, some: Array) -> Minutes:
        """Give the minutes of some of the securities."""
        bars = (self.open, self.high, self.low, self.close, self.volume)
        return Minutes(self.time, *(values[some] for values in bars))


def minutes(world: World, tape: Tape, session: int, some: Array | None = None) -> Minutes:
    """Draw the minutes of a session: a function of the world and the session alone.

    Over them lies what cases do. With `some`, of these securities alone (ascending).
    """
    if tape.overlay is not None and tape.clean is not None:
        laid = tape.overlay.at(session)
        clean = minutes(world, tape.clean, session, some)
        if laid is not None and some is not None:
            laid = laid.among(some)
        return clean if laid is None else laid.over(clean)
    opens, closes = int(tape.sessions.opens[session]), int(tape.sessions.closes[session])
    count = (closes - opens) // MINUTE_MS
    rng = stream(world.seed, "market", "minutes", int(tape.sessions.day[session]))
    securities = tape.open.shape[1]
    rows = np.arange(securities) if some is None else some
    moved, traded = curve(count), curve(count) * (1 - _OPENING - _CLOSING)
    traded[0] += _OPENING
    traded[-1] += _CLOSING
    shape = (securities, count)
    bars = _within(
        tape.open[session, rows],
        tape.high[session, rows],
        tape.low[session, rows],
        tape.close[session, rows],
        tape.volume[session, rows],
        tape.spread[session, rows],
        rng.standard_normal(shape, np.float32)[rows],
        rng.random(shape, np.float32)[rows],
        moved,
        traded,
    )
    return Minutes(opens + MINUTE_MS * np.arange(count), *bars)


def curve(count: int) -> Array:
    """Say what share of a session's trading, the auctions aside, falls into each minute."""
    u = (np.arange(count) + 0.5) / max(1, count)
    busy = 0.55 + 1.9 * np.exp(-u * _FULL / 18) + 0.9 * np.exp(-(1 - u) * _FULL / 22)
    busy += 0.5 * (2 * u - 1) ** 2
    return np.asarray(busy / busy.sum())


@compiled
def _within(
    first: Array,
    highest: Array,
    lowest: Array,
    last: Array,
    volume: Array,
    spread: Array,
    normal: Array,
    uniform: Array,
    moved: Array,
    traded: Array,
) -> tuple[Array, Array, Array, Array, Array]:
    """Fill in the minutes of each security."""
    securities, count = normal.shape
    shape = (securities, count)
    begins, high = np.empty(shape, np.int64), np.empty(shape, np.int64)
    low, ends = np.empty(shape, np.int64), np.empty(shape, np.int64)
    some = np.empty(shape, np.int64)
    path = np.empty(count)
    step = np.sqrt(moved)
    for i in range(securities):
        top, bottom = np.log(highest[i] / first[i]), np.log(lowest[i] / first[i])
        end = np.log(last[i] / first[i])
        walked = 0.0
        for t in range(count):
            walked += step[t] * spread[i] * normal[i, t]
            path[t] = walked
        gone, at_top, at_bottom = 0.0, 0, 0
        for t in range(count):
            gone += moved[t]
            here = path[t] - gone * (walked - end)
            if here > top:
                here = max(bottom, 2 * top - here)
            elif here < bottom:
                here = min(top, 2 * bottom - here)
            path[t] = here
            at_top = t if here > path[at_top] else at_top
            at_bottom = t if here < path[at_bottom] else at_bottom
        before, sold, share, whole = first[i], np.int64(0), 0.0, 0.0
        for t in range(count):
            whole += traded[t] * (0.5 + uniform[i, t])
        for t in range(count):
            price = np.int64(np.rint(first[i] * np.exp(path[t])))
            price = last[i] if t == count - 1 else min(highest[i], max(lowest[i], price))
            reach = _WITHIN * step[t] * spread[i] * price
            above = np.int64(uniform[i, t] * reach)
            below = np.int64((1 - uniform[i, t]) * reach)
            begins[i, t], ends[i, t] = before, price
            high[i, t] = min(highest[i], max(before, price) + above)
            low[i, t] = max(lowest[i], min(before, price) - below)
            before = price
            share += traded[t] * (0.5 + uniform[i, t]) / whole
            until = volume[i] if t == count - 1 else np.int64(volume[i] * min(1.0, share))
            some[i, t] = until - sold
            sold = until
        high[i, at_top] = highest[i]
        low[i, at_bottom] = lowest[i]
    return begins, high, low, ends, some
