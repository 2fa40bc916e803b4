"""Fills: the compiled loop of the book, one order after the other."""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["cleared"]

_BUY = words.SIDES.index("buy")
_EXECUTED, _PARTLY, _CANCELLED, _EXPIRED, _REJECTED = range(5)
_OPEN = -2
"""An order of which nothing is known yet."""
_OF_HOLDING, _OF_CASH = words.QUANTITY_OF.index("holding"), words.QUANTITY_OF.index("cash")
_NOTHING = -1
"""What becomes of an order of habit for which there is nothing to sell: nobody gives it."""


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
    fill: Array,
    price: Array,
    limit: Array,
    end: Array,
    closing: int,
    state: Array,
    free: Array,
    of_sale: float,
    a_share: float,
    most: float,
) -> tuple[Array, Array, Array]:
    """Fill orders one after the other; changes positions, free cash, and the numbers asked for.

    Costs are averages: a sale takes as large a share of the cost as of the shares. What a sale
    brings may be spent at once: both are settled together. Orders that meet are filled together,
    as far as both can be.
    """
    status = np.full(len(order), -2, np.int8)
    quantity, fee = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    for i in order:
        if status[i] != _OPEN:
            continue
        at, who, other = place[i], account[i], partner[i]
        held = max(np.int64(0), state[0, at])
        # who does not know what it will be filled at reckons with the limit
        cost = price[i] if fill[i] > 0 else max(np.int64(1), limit[i])
        asked[i] = _wanted(quantity_of[i], asked[i], share[i], held, free[who], cost)
        room = _room(side[i], held, free[who], cost)
        if other >= 0:
            theirs = max(np.int64(0), state[0, place[other]])
            asked[i] = min(asked[i], room, _room(side[other], theirs, free[account[other]], cost))
            asked[other] = asked[i]
        elif side[i] == _BUY and part[i] > 0:  # most look first how much they can pay
            asked[i] = min(asked[i], room)
        if asked[i] <= 0 or (side[i] != _BUY and held == 0):
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
            quantity[other] = _filled(
                other, some, place, account, side, price, state, free, fee, of_sale, a_share, most
            )
            status[other] = _became(some, asked[other])
        quantity[i] = _filled(
            i, some, place, account, side, price, state, free, fee, of_sale, a_share, most
        )
        status[i] = _became(some, asked[i])
    return status, quantity, fee


@compiled
def _wanted(of: int, number: int, share: float, held: int, free: int, price: int) -> int:
    """Say how many shares an order is for."""
    if of == _OF_HOLDING:
        return int(share * held + 0.5)
    if of == _OF_CASH:
        return int(share * max(0, free)) // price
    return number


@compiled
def _room(side: int, held: int, free: int, price: int) -> int:
    """Say how many shares an order could be filled with."""
    return max(0, free) // price if side == _BUY else held


@compiled
def _part_of(part: float, some: int) -> int:
    """Say how many of these shares find another side: one at least."""
    return max(1, int(part * some)) if 0 < part < 1 and some > 0 else some


@compiled
def _became(some: int, asked: int) -> int:
    if some == 0:
        return _REJECTED
    return _EXECUTED if some == asked else _PARTLY


@compiled
def _filled(
    i: int,
    some: int,
    place: Array,
    account: Array,
    side: Array,
    price: Array,
    state: Array,
    free: Array,
    fee: Array,
    of_sale: float,
    a_share: float,
    most: float,
) -> int:
    """Fill one order with some shares, and give how many."""
    at, who, gross = place[i], account[i], some * price[i]
    if some > 0 and side[i] == _BUY:
        free[who] -= gross
        state[0, at] += some
        state[1, at] += gross
    elif some > 0:
        fee[i] = min(gross, np.int64(np.ceil(of_sale * gross + min(most, a_share * some))))
        cost = state[1, at] * some // state[0, at]
        free[who] += gross - fee[i]
        state[0, at] -= some
        state[1, at] -= cost
        state[2, at] += gross - fee[i] - cost
    return some
