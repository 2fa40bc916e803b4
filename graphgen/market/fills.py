"""Fills: the compiled loop of the book, one order after the other.

Costs are averages: a sale takes as large a share of the cost as of the shares. What a sale brings
may be spent at once: both are settled together. A short sale makes a position negative, and its
cost too: less what it brought. What an order takes that rests beyond its session, cash at its limit
or shares, is set aside until it is filled or ends.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphgen.compiled import compiled
from graphgen.market.margin import (
    Number,
    affordable,
    fee_of,
    own_margin,
    released,
    tradable,
    wanted,
)
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["cleared"]

_BUY, _SELL, _SHORT, _COVER = (words.SIDES.index(w) for w in ("buy", "sell", "short", "cover"))
_EXECUTED, _PARTLY, _REJECTED = (
    words.ORDER_STATUSES.index(w) for w in ("executed", "partly_filled", "rejected")
)
_UNKNOWN = -2
"""An order of which nothing is known yet."""
_NOTHING = -1
"""What becomes of an order of habit for which there is nothing to trade: nobody gives it."""
_SPENT = 0.5
"""The most of the cash there is that a habit spends at once; our assumption."""


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
    is_round: Array,
    fill: Array,
    price: Array,
    limit: Array,
    rests: Array,
    unfilled: Array,
    provided: Array,
    due: Any,  # noqa: ANN401 - records of resting orders
    shortable: Array,
    state: Array,
    free: Array,
    hold: Array,
    coming: Array,
    of_sale: float,
    a_share: float,
    most: float,
) -> tuple[Array, Array, Array, Array, Array]:
    """Fill orders one after the other, by number; changes asked, state, free and hold.

    After the day's orders, `order` numbers those that are `due`, which have rested until now.
    `state` is int64 (4, places): shares, cost, profit, and shares set aside; `free` what each
    account may spend, `hold` what is held of it, `coming` what comes today of earlier sales, which
    may pay for what is planned (`is_once`), all int64 (accounts,); `shortable` which places
    may be sold short; `rests` which orders outlive their session, `unfilled` the status of those
    that are not filled, and `provided` what has been set aside for them until now. Gives for each
    order its status (int8), the shares traded then or later, the fee, by how much collateral grows
    once it is settled, and what is set aside for it (int64). Orders that meet are filled together,
    as far as both can be.
    """
    status = np.full(len(order), _UNKNOWN, np.int8)
    quantity, fee = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    kept, aside = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    for i in order:
        if i >= len(fill):
            quantity[i], fee[i], kept[i] = _filled_late(
                due[i - len(fill)], state, free, hold, of_sale, a_share, most
            )
            continue
        if status[i] != _UNKNOWN:
            continue
        at, who, other = place[i], account[i], partner[i]
        _set_aside(at, who, side[i], -provided[i], state, free, hold)
        # who does not know what it will be filled at reckons with the limit; a broker sets aside
        # what a stop takes beyond it
        cost = price[i] if fill[i] > 0 and not rests[i] else max(np.int64(1), limit[i], price[i])
        there = tradable(side[i], state[0, at], state[3, at], shortable[at])
        held = abs(state[0, at])
        cash = free[who] + (coming[who] if is_once[i] else 0)
        asked[i] = wanted(
            quantity_of[i], asked[i], share[i], held, cash, cost, provided[i], is_round[i]
        )
        room = min(there, affordable(side[i], state, at, cash, cost, of_sale, a_share, most))
        if other >= 0:
            to = place[other]
            _set_aside(to, account[other], side[other], -provided[other], state, free, hold)
            theirs = tradable(side[other], state[0, to], state[3, to], shortable[to])
            cash = free[account[other]] + (coming[account[other]] if is_once[other] else 0)
            afford = affordable(side[other], state, to, cash, cost, of_sale, a_share, most)
            asked[i] = min(asked[i], room, theirs, afford)
            asked[other] = asked[i]
        elif part[i] > 0:
            asked[i] = min(asked[i], _looked(side[i], asked[i], room, is_once[i]))
        if asked[i] <= 0 or there == 0:
            status[i] = _NOTHING
            if other >= 0:
                status[other] = _NOTHING
            continue
        some = _part_of(part[i], min(asked[i], room))
        if rests[i] or fill[i] == 0:
            told = _became(some, asked[i]) if fill[i] > 0 else unfilled[i]
            status[i], quantity[i], aside[i] = _left(
                at, who, side[i], some, cost, rests[i], fill[i], told, state, free, hold
            )
            continue
        if other >= 0:
            some = asked[i]
            quantity[other] = some
            fee[other], kept[other] = _filled(
                to, account[other], side[other], some, price[other], state, free, hold,
                of_sale, a_share, most,
            )  # fmt: skip
            status[other] = _became(some, asked[other])
        quantity[i] = some
        fee[i], kept[i] = _filled(
            at, who, side[i], some, price[i], state, free, hold, of_sale, a_share, most
        )
        status[i] = _became(some, asked[i])
    return status, quantity, fee, kept, aside


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
def _set_aside(
    at: Number, who: Number, side: Number, much: Number, state: Array, free: Array, hold: Array
) -> None:
    """Set aside shares that an order is to sell, or cash with which it is to buy."""
    if side == _SELL:
        state[3, at] += much
    else:
        free[who] -= much
        hold[who] += much


@compiled
def _left(
    at: Number,
    who: Number,
    side: Number,
    some: Number,
    cost: Number,
    rests: bool,  # noqa: FBT001 - a column's value
    fill: Number,
    status: Number,
    state: Array,
    free: Array,
    hold: Array,
) -> tuple[Number, Number, Number]:
    """Leave an order unfilled, for now if it rests, and set aside what it will take.

    Gives its status, the shares that it is filled with later, and what is set aside.
    """
    if not rests:
        return status, np.int64(0), np.int64(0)
    aside = some if side == _SELL else some * cost
    _set_aside(at, who, side, aside, state, free, hold)
    return status if some > 0 else _REJECTED, some if fill > 0 else np.int64(0), aside


@compiled
def _filled_late(
    item: Any,  # noqa: ANN401 - a record of a resting order
    state: Array,
    free: Array,
    hold: Array,
    of_sale: float,
    a_share: float,
    most: float,
) -> tuple[Number, Number, Number]:
    """Fill an order that has rested with what was set aside for it, or end it: shares first."""
    at, who, side = np.int64(item.place), np.int64(item.account), np.int64(item.side)
    some = np.int64(item.quantity)
    _set_aside(at, who, side, -item.aside, state, free, hold)
    fee, kept = _filled(at, who, side, some, item.price, state, free, hold, of_sale, a_share, most)
    return some, fee, kept


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
        back, part = released(brought, some, held), brought * some // held
        free[who] += back - gross
        hold[who] += gross
        state[0, at] += some
        state[1, at] += part
        state[2, at] += part - gross
        return np.int64(0), -back
    fee = fee_of(some, gross, of_sale, a_share, most)
    if side == _SHORT:
        margin = own_margin(-state[1, at], some, price, of_sale, a_share, most)
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
