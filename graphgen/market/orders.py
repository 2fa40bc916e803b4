"""Orders: when and at what price they would be filled, by the minutes of their session alone.

A market order is filled within seconds, on the far side of the spread; a limit order when the price
comes to its limit; a stop order when it falls to its stop. What is not filled is cancelled by its
investor, or ends with the session, unless it is good till cancelled (`graphgen.market.resting`).
`graphgen.market.book` says whether there is money or stock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graphgen.compiled import compiled
from graphgen.market.minutes import MINUTE_MS
from graphgen.proposals import Columns
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["Orders", "filled", "is_bought", "is_reached", "priced"]

_BUY, _COVER = words.SIDES.index("buy"), words.SIDES.index("cover")
_MARKET, _LIMIT = words.ORDER_TYPES.index("market"), words.ORDER_TYPES.index("limit")
_IOC = words.TIMES_IN_FORCE.index("ioc")
_AT_ONCE_MS = 1_500
"""Within how long a market order is filled; our assumption."""


@dataclass(frozen=True)
class Orders(Columns):
    """Orders of a day, and how they would be filled."""

    time: Array = field(metadata={"dtype": "int64"})
    edge: Array = field(metadata={"dtype": "int32"})
    """The row of `trades`."""
    account: Array = field(metadata={"dtype": "int32"})
    user: Array = field(metadata={"dtype": "int32"})
    security: Array = field(metadata={"dtype": "int32"})
    side: Array = field(metadata={"dtype": "int8"})
    type: Array = field(metadata={"dtype": "int8"})
    tif: Array = field(metadata={"dtype": "int8"})
    quantity: Array = field(metadata={"dtype": "int64"})
    quantity_of: Array = field(metadata={"dtype": "int8"})
    share: Array = field(metadata={"dtype": "float32"})
    part: Array = field(metadata={"dtype": "float32"})
    """The part of it that finds another side; below 0 if nobody looks whether there is money."""
    meets: Array = field(metadata={"dtype": "int32"})
    """The row of `trades` whose order it is matched with, -1 for any."""
    is_round: Array = field(metadata={"dtype": "bool"})
    """Whether what a share of cash or of a holding comes to is made a round number of shares."""
    limit: Array = field(metadata={"dtype": "int64"})
    """Limit or stop, minor units; 0 for a market order."""
    is_once: Array = field(metadata={"dtype": "bool"})
    fill: Array = field(metadata={"dtype": "int64"})
    """When it would be filled, ms; 0 for never. It may be in a later session."""
    price: Array = field(metadata={"dtype": "int64"})
    """At what price, minor units."""
    end: Array = field(metadata={"dtype": "int64"})
    """When it ends if it is not filled, ms."""
    session: Array = field(metadata={"dtype": "int32"})
    """The number of its bank session among the section's of the day."""
    device: Array = field(metadata={"dtype": "int32"})
    ip: Array = field(metadata={"dtype": "int32"})


def is_bought(side: Array) -> Array:
    """Say of sides whether they are bought, in a purchase or to cover a short sale: bool."""
    return np.asarray((side == _BUY) | (side == _COVER))


@compiled
def is_reached(
    buys: bool | np.bool_,  # noqa: FBT001 - a column's value
    is_limit: bool | np.bool_,  # noqa: FBT001
    limit: int,
    high: int,
    low: int,
) -> bool | np.bool_:
    """Say whether a price between two comes to an order's limit, or to its stop."""
    # a limit is on the better side of the price, a stop on the worse
    return low <= limit if buys == is_limit else high >= limit


@compiled
def priced(time: Array, security: Array, opens: int, first: Array, last: Array) -> Array:
    """Give the price of each security at each moment of a session: float64, minor units."""
    price = np.empty(len(time))
    for i in range(len(time)):
        minute = min(first.shape[1] - 1, (time[i] - opens) // MINUTE_MS)
        part = min(1.0, (time[i] - opens - minute * MINUTE_MS) / MINUTE_MS)
        begin, end = first[security[i], minute], last[security[i], minute]
        price[i] = begin + part * (end - begin)
    return price


@compiled
def filled(
    time: Array,
    security: Array,
    side: Array,
    kind: Array,
    tif: Array,
    limit: Array,
    mid: Array,
    spread: Array,
    cancelled: Array,
    u: Array,
    opens: int,
    high: Array,
    low: Array,
) -> tuple[Array, Array, Array]:
    """Find when, and at what price, orders are filled; 0 for never. And when they end otherwise.

    `mid` is the price when each is given, `spread` that between bid and ask as a share of it,
    `cancelled` when its investor loses patience (ms), `u` (orders, 2) uniform.
    """
    count, minutes = len(time), high.shape[1]
    closes = opens + minutes * MINUTE_MS
    when, price = np.zeros(count, np.int64), np.zeros(count, np.int64)
    until = np.empty(count, np.int64)
    for i in range(count):
        s, buys = security[i], side[i] == _BUY or side[i] == _COVER
        minute = min(minutes - 1, (time[i] - opens) // MINUTE_MS)
        half = spread[i] * mid[i] / 2
        asked = mid[i] + half if buys else mid[i] - half
        asked = min(high[s, minute], max(low[s, minute], int(np.rint(asked))))
        soon = min(closes - 1, time[i] + 1 + int(u[i, 0] * _AT_ONCE_MS))
        until[i] = min(closes, max(soon, cancelled[i]))
        if tif[i] == _IOC:
            until[i] = soon
        if kind[i] == _MARKET or (
            kind[i] == _LIMIT and (asked <= limit[i] if buys else asked >= limit[i])
        ):
            when[i], price[i] = soon, asked
            continue
        if tif[i] == _IOC:
            continue
        for m in range(minute + 1, minutes):
            if opens + m * MINUTE_MS >= until[i]:
                break
            if is_reached(buys, kind[i] == _LIMIT, limit[i], high[s, m], low[s, m]):
                at = opens + m * MINUTE_MS + int(u[i, 1] * (MINUTE_MS - 1))
                if at < until[i]:
                    when[i] = at
                    price[i] = min(high[s, m], max(low[s, m], limit[i]))
                break
    return when, price, until
