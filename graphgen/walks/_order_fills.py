"""What would become of orders: when, and at what price, each would be filled, or when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.orders import filled
from graphgen.market.resting import rested
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.walks._given_orders import Chance, Exchange, GivenOrders
    from graphgen.world import World

__all__ = ["Terms", "order_fills"]

_MATCHED_MS = 1_500
"""How long after the second of two orders they are matched at most, as soon as any other order that
is filled at once; our assumption."""


@dataclass(frozen=True)
class Terms:
    """On what terms orders are given, one entry each."""

    side: Array
    kind: Array
    tif: Array
    """int8: codes of `words`."""
    limit: Array
    """int64: limit or stop, minor units; 0 for a market order."""
    rests: Array
    """bool: whether it outlives its session."""
    cancelled: Array
    """int64: when its investor loses patience within the session, ms."""
    stays: Array
    """int64: after how many sessions one that rests is cancelled, 0 for never."""


def order_fills(
    world: World,
    given: GivenOrders,
    chance: Chance,
    terms: Terms,
    exchange: Exchange,
    mid: Array,
) -> tuple[Array, Array, Array]:
    """See when, and at what price, orders would be filled, 0 for never; and when they end if not.

    `mid` is the price when each is given. Gives int64: ms and minor units.
    """
    security, bars = given.column("security_id"), exchange.bars
    fill, price, end = filled(
        given.time,
        security,
        terms.side,
        terms.kind,
        terms.tif,
        terms.limit,
        mid,
        exchange.spread[security],
        terms.cancelled,
        chance.u[:, 4:6],
        exchange.opens,
        bars.high,
        bars.low,
    )
    late = np.flatnonzero(terms.rests & (fill == 0))
    if len(late):
        fill[late], price[late], end[late] = rested(
            world,
            exchange.tape,
            exchange.session,
            security[late],
            terms.side[late],
            terms.kind[late],
            terms.limit[late],
            terms.stays[late],
            chance.u[late, 4:6],
        )
    fill, price = _met(given, exchange.closes, mid, chance.u[:, 4], fill, price)
    return fill, price, end


def _met(
    given: GivenOrders, closes: int, mid: Array, u: Array, fill: Array, price: Array
) -> tuple[Array, Array]:
    """Let orders that meet be filled at one moment, at the price in the middle of the spread.

    That is before the session closes.
    """
    edge, meets, time = given.row, given.meets, given.time
    some = np.flatnonzero(meets >= 0)
    if not len(some):
        return fill, price
    by_edge = some[np.argsort(edge[some], kind="stable")]
    found = by_edge[np.minimum(np.searchsorted(edge[by_edge], meets[some]), len(by_edge) - 1)]
    both = edge[found] == meets[some]
    one, other = some[both], found[both]
    fill, price = fill.copy(), price.copy()
    fill[some] = 0
    later = np.where(time[one] >= time[other], one, other)
    soon = time[later] + 1 + (_MATCHED_MS * u[later]).astype(np.int64)
    fill[one] = np.minimum(closes - 1, soon)
    price[one] = np.maximum(1, np.rint(mid[later])).astype(np.int64)
    return fill, price
