"""Margin: for how many shares there is stock or money, and what is kept of a short position.

One and a half times what a short sale brought is collateral, half of it the investor's own: the
initial margin of Regulation T (12 CFR 220.12). Nothing more is called for as prices rise: as nobody
buys on credit, accounts are worth several times the maintenance margin of FINRA rule 4210 (25 % of
what is held, 30 % of what is short).
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np

from graphgen.compiled import compiled
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["Fees", "Number", "affordable", "fee_of", "own_margin", "released", "tradable", "wanted"]

_BUY, _SELL, _SHORT, _COVER = (words.SIDES.index(w) for w in ("buy", "sell", "short", "cover"))
_OF_HOLDING, _OF_CASH = words.QUANTITY_OF.index("holding"), words.QUANTITY_OF.index("cash")
_NO_END = np.int64(1 << 62)
_LOT = 100
"""Shares of a round lot."""

Number: TypeAlias = int | np.signedinteger[Any]
"""A whole number of 64 bits: each other width would have the loops compiled once more."""


class Fees(NamedTuple):
    """What sales cost."""

    of_sale: float
    """The share of what a sale brings."""
    a_share: float
    """For each share that is sold, minor units."""
    most: float
    """The most that these come to."""


@compiled
def tradable(
    side: Number,
    held: Number,
    aside: Number,
    may_be_short: bool,  # noqa: FBT001 - a column's value
) -> Number:
    """Say how many shares an order could be for: a short position is covered before it is bought.

    And what is held is sold before anything is sold short; but not what is set aside.
    """
    if side == _SELL:
        return max(np.int64(0), held - aside)
    if side == _COVER:
        return max(np.int64(0), -held)
    if side == _SHORT:
        return _NO_END if may_be_short and held <= 0 else np.int64(0)
    return _NO_END if held >= 0 else np.int64(0)


@compiled
def wanted(
    of: Number,
    number: Number,
    share: float,
    held: Number,
    free: Number,
    price: Number,
    provided: Number,
    is_round: bool,  # noqa: FBT001 - a column's value
) -> Number:
    """Say how many shares an order is for; all of a holding is all of it, however many.

    Where cash has been provided for it, it is one at least.
    """
    if of == _OF_HOLDING:
        part = int(share * held + 0.5)
        return part - part % _unit(part) if is_round and part < held else part
    if of == _OF_CASH:
        some = max(int(share * max(0, free)), provided) // price
        if provided > 0:
            some = max(np.int64(1), some)
        return some - some % _unit(some) if is_round else some
    return number


@compiled
def _unit(some: Number) -> Number:
    """Say of what a number of about so many shares is a multiple if it is round."""
    if some >= _LOT:
        return _LOT
    return 10 if some >= 20 else 5 if some >= 10 else 1  # noqa: PLR2004 - tens and fives


@compiled
def affordable(
    side: Number,
    state: Array,
    at: Number,
    free: Number,
    price: Number,
    fees: Fees,
) -> Number:
    """Say for how many shares there is money: their price, or the margin of a short sale.

    A short position's collateral pays for covering it, as far as it goes.
    """
    free = max(np.int64(0), free)
    if side == _BUY:
        return free // price
    if side == _SHORT:
        some = 2 * free // price
        while some > 0 and own_margin(-state[1, at], some, price, fees) > free:
            some -= 1
        return some
    if side == _COVER and state[0, at] < 0:
        held, brought = -state[0, at], -state[1, at]
        some = held
        loss = price * held - _collateral(brought)
        if loss > free:
            some = np.int64(free / loss * held)
        while some > 0 and price * some - released(brought, some, held) > free:
            some -= 1
        return some
    return _NO_END


@compiled
def _collateral(brought: Number) -> Number:
    """Say what is kept of a short position that brought so much: half as much again."""
    return brought + (brought + 1) // 2


@compiled
def released(brought: Number, some: Number, held: Number) -> Number:
    """Say how much collateral is no longer needed once some of the shares held are covered."""
    return _collateral(brought) - _collateral(brought - brought * some // held)


@compiled
def fee_of(some: Number, gross: Number, fees: Fees) -> Number:
    """Say what a sale costs."""
    return min(gross, np.int64(np.ceil(fees.of_sale * gross + min(fees.most, fees.a_share * some))))


@compiled
def own_margin(brought: Number, some: Number, price: Number, fees: Fees) -> Number:
    """Say what an investor adds of their own to what a short sale brings, its fee included."""
    gross = some * price
    more = _collateral(brought + gross) - _collateral(brought)
    return more - gross + fee_of(some, gross, fees)
