"""Positions: what an order that is filled does to shares, their cost, and free and held cash.

Costs are averages: a sale takes as large a share of the cost as of the shares. What a sale brings
may be spent at once: both are settled together. A short sale makes a position negative, and its
cost too: less what it brought.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphgen.compiled import compiled
from graphgen.market.margin import Fees, Number, fee_of, own_margin, released
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["Positions", "fill", "set_aside"]

_BUY, _SELL, _SHORT, _COVER = (words.SIDES.index(w) for w in ("buy", "sell", "short", "cover"))


class Positions(NamedTuple):
    """What accounts have, as orders change it."""

    state: Array
    """int64 (4, places): shares, their cost, the profit of what was sold, and shares set aside."""
    free: Array
    """int64 (accounts,): what each may spend, minor units."""
    hold: Array
    """int64 (accounts,): what it may not."""


@compiled
def set_aside(at: Number, who: Number, side: Number, much: Number, positions: Positions) -> None:
    """Set aside shares that an order is to sell, or cash with which it is to buy."""
    if side == _SELL:
        positions.state[3, at] += much
    else:
        positions.free[who] -= much
        positions.hold[who] += much


@compiled
def fill(
    at: Number,
    who: Number,
    side: Number,
    some: Number,
    price: Number,
    positions: Positions,
    fees: Fees,
) -> tuple[Number, Number]:
    """Fill an order with some shares: gives the fee, and how much collateral it keeps or lets go.

    What a purchase costs is held until it is settled, as is the margin of a short sale; what that
    brings is kept once it has come, and let go once it is covered and that is settled.
    """
    state, free, hold = positions
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
    fee = fee_of(some, gross, fees)
    if side == _SHORT:
        margin = own_margin(-state[1, at], some, price, fees)
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
