"""Fills: the compiled loop of the book, one order after the other.

What an order takes that rests beyond its session, cash at its limit or shares, is set aside until
it is filled or ends. Orders that meet are filled together, as far as both can be.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from graphgen.compiled import compiled
from graphgen.market.margin import Fees, Number, affordable, tradable, wanted
from graphgen.market.positions import Positions, fill, set_aside
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["Allowed", "DaysOrders", "Outcome", "cleared"]

_SELL, _COVER = words.SIDES.index("sell"), words.SIDES.index("cover")
_EXECUTED, _PARTLY, _REJECTED = (
    words.ORDER_STATUSES.index(w) for w in ("executed", "partly_filled", "rejected")
)
_UNKNOWN = -2
"""An order of which nothing is known yet."""
_NOTHING = -1
"""What becomes of an order of habit for which there is nothing to trade: nobody gives it."""
_SPENT = 0.5
"""The most of the cash there is that a habit spends at once; our assumption."""


class DaysOrders(NamedTuple):
    """A day's orders, one entry each: columns of `graphgen.market.orders.Orders`, and more."""

    account: Array
    side: Array
    quantity_of: Array
    share: Array
    part: Array
    is_once: Array
    is_round: Array
    fill: Array
    price: Array
    limit: Array
    partner: Array
    """int64: the order that it meets, -1 for none."""
    place: Array
    """int32: its place in the state."""
    rests: Array
    """bool: whether it outlives its session."""
    unfilled: Array
    """int8: its status if it is not filled."""
    provided: Array
    """int64: what has been set aside for it until now."""


class Allowed(NamedTuple):
    """What accounts may do beside spending what is free."""

    shortable: Array
    """bool (places,): which may be sold short."""
    coming: Array
    """int64 (accounts,): what comes today of earlier sales; it may pay for what is planned."""


class Outcome(NamedTuple):
    """What becomes of orders, one entry each."""

    status: Array
    """int8."""
    quantity: Array
    """int64: the shares traded then or later."""
    fee: Array
    """int64: minor units."""
    kept: Array
    """int64: by how much collateral grows once it is settled."""
    aside: Array
    """int64: what is set aside for it."""


@compiled
def cleared(
    order: Array,
    asked: Array,
    orders: DaysOrders,
    due: Any,  # noqa: ANN401 - records of resting orders
    allowed: Allowed,
    positions: Positions,
    fees: Fees,
) -> Outcome:
    """Fill orders one after the other, by number; changes asked and positions.

    After the day's orders, `order` numbers those that are `due`, which have rested until now.
    """
    count = len(order)
    out = Outcome(
        np.full(count, _UNKNOWN, np.int8),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
    )
    for i in order:
        if i >= len(asked):
            item = due[i - len(asked)]
            out.quantity[i] = item.quantity
            out.fee[i], out.kept[i] = _fill_late(item, positions, fees)
        elif out.status[i] == _UNKNOWN:
            _clear(i, asked, orders, allowed, positions, fees, out)
    return out


@compiled
def _clear(
    i: Number,
    asked: Array,
    orders: DaysOrders,
    allowed: Allowed,
    positions: Positions,
    fees: Fees,
    out: Outcome,
) -> None:
    """Fill an order, and the one that it meets, or leave it."""
    other, rests, fills = orders.partner[i], orders.rests[i], orders.fill[i] > 0
    # who does not know what it will be filled at reckons with the limit; a broker sets aside
    # what a stop takes beyond it
    cost = orders.price[i]
    if rests or not fills:
        cost = max(np.int64(1), orders.limit[i], cost)
    there, cash = _there(i, orders, allowed, positions)
    held = abs(positions.state[0, orders.place[i]])
    asked[i] = wanted(
        orders.quantity_of[i],
        asked[i],
        orders.share[i],
        held,
        cash,
        cost,
        orders.provided[i],
        orders.is_round[i],
    )
    room = _room(i, there, cash, cost, orders, positions, fees)
    if other >= 0:
        theirs, cash = _there(other, orders, allowed, positions)
        theirs = _room(other, theirs, cash, cost, orders, positions, fees)
        asked[i] = min(asked[i], room, theirs)
        asked[other] = asked[i]
    elif orders.part[i] > 0:
        asked[i] = min(asked[i], _looked(orders.side[i], asked[i], room, orders.is_once[i]))
    if asked[i] <= 0 or there == 0:
        out.status[i] = _NOTHING
        if other >= 0:
            out.status[other] = _NOTHING
        return
    some = _part_of(orders.part[i], min(asked[i], room))
    if rests or not fills:
        out.status[i] = _became(some, asked[i]) if fills else orders.unfilled[i]
        _leave(i, some, cost, orders, positions, out)
        return
    if other >= 0:
        some = asked[i]
        _fill(other, some, asked, orders, positions, fees, out)
    _fill(i, some, asked, orders, positions, fees, out)


@compiled
def _there(
    i: Number, orders: DaysOrders, allowed: Allowed, positions: Positions
) -> tuple[Number, Number]:
    """Let an order take what was provided for it: for how many shares it could be, and the cash."""
    at, who, side = orders.place[i], orders.account[i], orders.side[i]
    set_aside(at, who, side, -orders.provided[i], positions)
    state = positions.state
    there = tradable(side, state[0, at], state[3, at], allowed.shortable[at])
    return there, positions.free[who] + (allowed.coming[who] if orders.is_once[i] else 0)


@compiled
def _room(
    i: Number,
    there: Number,
    cash: Number,
    cost: Number,
    orders: DaysOrders,
    positions: Positions,
    fees: Fees,
) -> Number:
    """Say how many shares there are, and money for."""
    return min(
        there, affordable(orders.side[i], positions.state, orders.place[i], cash, cost, fees)
    )


@compiled
def _looked(
    side: Number,
    asked: Number,
    room: Number,
    is_once: bool,  # noqa: FBT001 - a column's value
) -> Number:
    """Say how many shares are asked for by who looks first how much they can pay, as most do."""
    if side == _SELL:
        return asked
    return room if is_once or side == _COVER else np.int64(_SPENT * room)


@compiled
def _part_of(part: float, some: Number) -> Number:
    """Say how many of these shares find another side: one at least."""
    return max(1, int(part * some)) if 0 < part < 1 and some > 0 else some


@compiled
def _became(some: Number, asked: Number) -> Number:
    if some == 0:
        return _REJECTED
    return _EXECUTED if some == asked else _PARTLY


@compiled
def _leave(
    i: Number, some: Number, cost: Number, orders: DaysOrders, positions: Positions, out: Outcome
) -> None:
    """Leave an order unfilled, for now if it rests, and set aside what it will take."""
    if not orders.rests[i]:
        return
    aside = some if orders.side[i] == _SELL else some * cost
    set_aside(orders.place[i], orders.account[i], orders.side[i], aside, positions)
    out.aside[i] = aside
    if orders.fill[i] > 0:
        out.quantity[i] = some
    if some == 0:
        out.status[i] = _REJECTED


@compiled
def _fill(
    i: Number,
    some: Number,
    asked: Array,
    orders: DaysOrders,
    positions: Positions,
    fees: Fees,
    out: Outcome,
) -> None:
    """Fill an order with some shares."""
    at, who, side = orders.place[i], orders.account[i], orders.side[i]
    out.quantity[i], out.status[i] = some, _became(some, asked[i])
    out.fee[i], out.kept[i] = fill(at, who, side, some, orders.price[i], positions, fees)


@compiled
def _fill_late(
    item: Any,  # noqa: ANN401 - a record of a resting order
    positions: Positions,
    fees: Fees,
) -> tuple[Number, Number]:
    """Fill an order that has rested with what was set aside for it, or end it: fee, collateral."""
    at, who, side = item.place, item.account, item.side
    set_aside(at, who, side, -item.aside, positions)
    return fill(at, who, side, np.int64(item.quantity), item.price, positions, fees)
