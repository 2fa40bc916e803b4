"""Resting orders: good till cancelled, they live on until a later session's price comes to them.

When that is follows from prices alone. What it takes, cash or shares, is set aside as long
(`graphgen.market.fills`), so an order that rests is filled for sure once its price has come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.compiled import compiled
from graphgen.market.minutes import MINUTE_MS, minutes
from graphgen.market.orders import is_bought, is_reached
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.market.prices import Tape
    from graphgen.world import World

__all__ = ["STILL_OPEN", "rested"]

STILL_OPEN = np.iinfo(np.int64).max
"""When an order ends that is open as the world does."""
_LIMIT = words.ORDER_TYPES.index("limit")
_EXPIRES = 90
"""Days after which a broker lets an order expire that is good till cancelled: just2trade.com, "How
long do GTC orders stay open?"; moomoo.com, "Time in force"."""


def rested(
    world: World,
    tape: Tape,
    session: int,
    security: Array,
    side: Array,
    kind: Array,
    limit: Array,
    stays: Array,
    u: Array,
) -> tuple[Array, Array, Array]:
    """Find when, and at what price, orders that a session has left open are filled, 0 for never.

    `stays` says after how many sessions each is cancelled, 0 for never; `u` (orders, 2) is uniform.
    Gives times and prices, and when they end otherwise: int64, ms and minor units.
    """
    days, count = tape.sessions, len(security)
    expires = int(days.day[session]) + _EXPIRES
    last = int(np.searchsorted(days.day, expires, side="right")) - 1
    end = np.full(count, days.closes[last] if expires < world.days else STILL_OPEN)
    quits = session + stays
    is_quit = np.flatnonzero((stays > 0) & (quits <= last))
    on = quits[is_quit]
    lasts = days.closes[on] - days.opens[on] - 1
    end[is_quit] = days.opens[on] + (u[is_quit, 0] * lasts).astype(np.int64)
    until = np.full(count, last)
    until[is_quit] = on
    buys, is_limit = is_bought(side), kind == _LIMIT
    found = _sessions(session + 1, until, security, buys, is_limit, limit, tape.high, tape.low)
    fill, price = np.zeros((2, count), np.int64)
    for number in np.unique(found[found >= 0]).tolist():
        rows = np.flatnonzero(found == number)
        some, place = np.unique(security[rows], return_inverse=True)
        bars = minutes(world, tape, number, some)
        minute, price[rows] = _within(
            place, buys[rows], is_limit[rows], limit[rows], bars.open, bars.high, bars.low
        )
        fill[rows] = bars.time[minute] + 1 + (u[rows, 1] * (MINUTE_MS - 2)).astype(np.int64)
    fill[fill >= end] = 0
    return fill, price * (fill > 0), end


@compiled
def _sessions(
    first: int,
    last: Array,
    security: Array,
    buys: Array,
    is_limit: Array,
    limit: Array,
    high: Array,
    low: Array,
) -> Array:
    """Find the session from `first` to `last` that fills each order: int64, -1 for none."""
    found = np.full(len(security), -1, np.int64)
    for i in range(len(security)):
        for session in range(first, last[i] + 1):
            top, bottom = high[session, security[i]], low[session, security[i]]
            if is_reached(buys[i], is_limit[i], limit[i], top, bottom):
                found[i] = session
                break
    return found


@compiled
def _within(
    security: Array,
    buys: Array,
    is_limit: Array,
    limit: Array,
    begins: Array,
    high: Array,
    low: Array,
) -> tuple[Array, Array]:
    """Find the minute of a session in which each order is filled, and at what price: int64.

    If the price has come to it before the session opens, it is filled at the open.
    """
    minute, price = np.zeros(len(security), np.int64), np.zeros(len(security), np.int64)
    for i in range(len(security)):
        s = security[i]
        opens = begins[s, 0]
        if is_reached(buys[i], is_limit[i], limit[i], opens, opens):
            price[i] = opens
            continue
        for m in range(high.shape[1]):
            if is_reached(buys[i], is_limit[i], limit[i], high[s, m], low[s, m]):
                minute[i], price[i] = m, min(high[s, m], max(low[s, m], limit[i]))
                break
    return minute, price
