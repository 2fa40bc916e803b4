"""Fills: the compiled loop of the book, one order after the other.

Costs are averages: a sale takes as large a share of the cost as of the shares. What a sale brings
may be spent at once: both are settled together. A short sale makes a position negative, and its
cost too: less what it brought. One and a half times that is collateral, half of it the investor's
own: the initial margin of Regulation T (12 CFR 220.12). Nothing more is called for as prices rise;
our simplification.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from graphgen.compiled import compiled
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["cleared"]

_BUY, _SELL, _SHORT, _COVER = (words.SIDES.index(w) for w in ("buy", "sell", "short", "cover"))
_EXECUTED, _PARTLY, _CANCELLED, _EXPIRED, _REJECTED = range(5)
_OPEN = -2
"""An order of which nothing is known yet."""
_OF_HOLDING, _OF_CASH = words.QUANTITY_OF.index("holding"), words.QUANTITY_OF.index("cash")
_NOTHING = -1
"""What becomes of an order of habit for which there is nothing to trade: nobody gives it."""
_SPENT = 0.8
"""The most of the cash there is that a habit spends at once; our assumption."""
_NO_END = np.int64(1 << 62)

Number: TypeAlias = int | np.signedinteger[Any]
"""A whole number of 64 bits: each other width would have the loops compiled once more."""


@compiled
def cleared(
    order: Array,
    partner: Array,
    place: Array,
    account: Array,
    side: Array,
    asked: Array,
    quantity_of: Array,
    share: Array,
    part: Array,
    is_once: Array,
    fill: Array,
    price: Array,
    limit: Array,
    end: Array,
    closing: int,
    shortable: Array,
    state: Array,
    free: Array,
    hold: Array,
    of_sale: float,
    a_share: float,
    most: float,
) -> tuple[Array, Array, Array, Array]:
    """Fill orders one after the other, by number; changes asked, state, free and hold.

    `state` is int64 (3, places): shares, cost, profit; `free` what each account may spend, `hold`
    what is held of it, both int64 (accounts,); `shortable` which places may be sold short. Gives
    for each order its status (int8), the shares traded, the fee, and by how much collateral grows
    once it is settled (int64). Orders that meet are filled together, as far as both can be.
    """
    status = np.full(len(order), _OPEN, np.int8)
    quantity, fee = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    kept = np.zeros(len(order), np.int64)
    for i in order:
        if status[i] != _OPEN:
            continue
        at, who, other = place[i], account[i], partner[i]
        # who does not know what it will be filled at reckons with the limit
        cost = price[i] if fill[i] > 0 else max(np.int64(1), limit[i])
        there = _there(side[i], state[0, at], shortable[at])
        asked[i] = _wanted(quantity_of[i], asked[i], share[i], abs(state[0, at]), free[who], cost)
        room = min(there, _paid_for(side[i], state, at, free[who], cost, of_sale, a_share, most))
        if other >= 0:
            theirs = _there(side[other], state[0, place[other]], shortable[place[other]])
            afford = _paid_for(
                side[other], state, place[other], free[account[other]], cost, of_sale, a_share, most
            )
            asked[i] = min(asked[i], room, theirs, afford)
            asked[other] = asked[i]
        elif side[i] != _SELL and part[i] > 0:  # most look first how much they can pay
            some = room if is_once[i] or side[i] == _COVER else np.int64(_SPENT * room)
            asked[i] = min(asked[i], some)
        if asked[i] <= 0 or there == 0:
            status[i] = _NOTHING
            if other >= 0:
                status[other] = _NOTHING
            continue
        if fill[i] == 0:
            status[i] = _CANCELLED if end[i] < closing else _EXPIRED
            continue
        some = _part_of(part[i], min(asked[i], room))
        if other >= 0:
            some = asked[i]
            quantity[other] = some
            fee[other], kept[other] = _filled(
                place[other], account[other], side[other], some, price[other], state, free, hold,
                of_sale, a_share, most,
            )  # fmt: skip
            status[other] = _became(some, asked[other])
        quantity[i] = some
        fee[i], kept[i] = _filled(
            at, who, side[i], some, price[i], state, free, hold, of_sale, a_share, most
        )
        status[i] = _became(some, asked[i])
    return status, quantity, fee, kept


@compiled
def _there(side: Number, held: Number, may_be_short: bool) -> Number:  # noqa: FBT001 - a column's value
    """Say how many shares an order could be for: a short position is covered before it is bought.

    And what is held is sold before anything is sold short.
    """
    if side == _SELL:
        return max(np.int64(0), held)
    if side == _COVER:
        return max(np.int64(0), -held)
    if side == _SHORT:
        return _NO_END if may_be_short and held <= 0 else np.int64(0)
    return _NO_END if held >= 0 else np.int64(0)


@compiled
def _wanted(
    of: Number, number: Number, share: float, held: Number, free: Number, price: Number
) -> Number:
    """Say how many shares an order is for."""
    if of == _OF_HOLDING:
        return int(share * held + 0.5)
    if of == _OF_CASH:
        return int(share * max(0, free)) // price
    return number


@compiled
def _paid_for(
    side: Number,
    state: Array,
    at: Number,
    free: Number,
    price: Number,
    of_sale: float,
    a_share: float,
    most: float,
) -> Number:
    """Say for how many shares there is money: their price, or the margin of a short sale.

    A short position's collateral pays for covering it, as far as it goes.
    """
    free = max(np.int64(0), free)
    if side == _BUY:
        return free // price
    if side == _SHORT:
        some = 2 * free // price
        while some > 0 and _margin(-state[1, at], some, price, of_sale, a_share, most) > free:
            some -= 1
        return some
    if side == _COVER and state[0, at] < 0:
        held, brought = -state[0, at], -state[1, at]
        some = held
        loss = price * held - _collateral(brought)
        if loss > free:
            some = np.int64(free / loss * held)
        while some > 0 and price * some - _released(brought, some, held) > free:
            some -= 1
        return some
    return _NO_END


@compiled
def _collateral(brought: Number) -> Number:
    """Say what is kept of a short position that brought so much: half as much again."""
    return brought + (brought + 1) // 2


@compiled
def _released(brought: Number, some: Number, held: Number) -> Number:
    """Say how much collateral is no longer needed once some of the shares held are covered."""
    return _collateral(brought) - _collateral(brought - brought * some // held)


@compiled
def _fee(some: Number, gross: Number, of_sale: float, a_share: float, most: float) -> Number:
    """Say what a sale costs."""
    return min(gross, np.int64(np.ceil(of_sale * gross + min(most, a_share * some))))


@compiled
def _margin(
    brought: Number, some: Number, price: Number, of_sale: float, a_share: float, most: float
) -> Number:
    """Say what an investor adds of their own to what a short sale brings, its fee included."""
    gross = some * price
    more = _collateral(brought + gross) - _collateral(brought)
    return more - gross + _fee(some, gross, of_sale, a_share, most)


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
def _filled(
    at: Number,
    who: Number,
    side: Number,
    some: Number,
    price: Number,
    state: Array,
    free: Array,
    hold: Array,
    of_sale: float,
    a_share: float,
    most: float,
) -> tuple[Number, Number]:
    """Fill an order with some shares: gives the fee, and how much collateral it keeps or lets go.

    What a purchase costs is held until it is settled, as is the margin of a short sale; what that
    brings is kept once it has come, and let go once it is covered and that is settled.
    """
    gross = some * price
    if some == 0:
        return np.int64(0), np.int64(0)
    if side == _BUY:
        free[who] -= gross
        hold[who] += gross
        state[0, at] += some
        state[1, at] += gross
        return np.int64(0), np.int64(0)
    if side == _COVER:
        held, brought = -state[0, at], -state[1, at]
        back, part = _released(brought, some, held), brought * some // held
        free[who] += back - gross
        hold[who] += gross
        state[0, at] += some
        state[1, at] += part
        state[2, at] += part - gross
        return np.int64(0), -back
    fee = _fee(some, gross, of_sale, a_share, most)
    if side == _SHORT:
        margin = _margin(-state[1, at], some, price, of_sale, a_share, most)
        free[who] -= margin
        hold[who] += margin
        state[0, at] -= some
        state[1, at] -= gross
        state[2, at] -= fee
        return fee, gross - fee
    cost = state[1, at] * some // state[0, at]
    free[who] += gross - fee
    state[0, at] -= some
    state[1, at] -= cost
    state[2, at] += gross - fee - cost
    return fee, np.int64(0)
