"""Sizes of orders: numbers of shares, or shares of what there is, and which part is filled.

Sizes are such that more than half of the trades in stocks are odd lots, and about 12 % of the
volume, as in the United States in 2020 ("Modernizing odd lot trading",
https://discovery.researcher.life/article/modernizing-odd-lot-trading/2a939ebebf853588b1d2fe7249946c70).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.walks._given_orders import Chance, GivenOrders

__all__ = ["order_sizes"]

_OF_HOLDING = words.QUANTITY_OF.index("holding")
_SELL, _COVER = words.SIDES.index("sell"), words.SIDES.index("cover")
_LIMIT = words.ORDER_TYPES.index("limit")
_PARTLY, _BOLD = 0.06, 0.03
"""Shares of limit orders that find another side for a part only, and of orders that are given
whether there is money or not."""
_ROUND, _ROUND_SHARE = 0.6, 0.43
"""Share of numbers of shares that people begin with which are round, and of those that a share of
cash or of a holding comes to: as many as are round of the former once there is less to spend."""
_CLOSED_OUT = (0.12, 0.2, 0.27)
"""Shares of sales that are of all that is held, of a half, and of a quarter."""
_COVERED = (0.6, 0.8, 0.85)
"""Shares of orders that cover a short position which are of all of it, of a half, and of a
quarter."""


def order_sizes(given: GivenOrders, chance: Chance, side: Array, kind: Array) -> dict[str, Array]:
    """Draw how much is ordered, of orders on sides and of types: columns of `Orders`."""
    share, quantity_of = _shares(given, side, chance.u[:, 6])
    wanted = given.column("quantity") * np.exp(given.column("spread") * chance.z[:, 2])
    rounded = _rounded(wanted, chance.u[:, 6])
    part = np.where(given.column("lasts") > 0, -1.0, _parts(chance.u[:, 7], kind))
    return {
        "part": part.astype(np.float32),
        "share": share.astype(np.float32),
        "quantity_of": quantity_of.astype(np.int8),
        "is_round": chance.u[:, 6] < _ROUND_SHARE,
        "quantity": np.where(given.is_habit, rounded, given.column("quantity")),
    }


def _shares(given: GivenOrders, side: Array, u: Array) -> tuple[Array, Array]:
    """Say what share of what each order is for: habits close out all of a position, or a part."""
    share, of = given.column("share"), given.column("quantity_of")
    closes = given.is_habit & ((side == _SELL) | (side == _COVER))
    for sold, covered, some in zip(_CLOSED_OUT, _COVERED, (1.0, 0.5, 0.25), strict=True):
        here = closes & (u < np.where(side == _COVER, covered, sold)) & (share == 0)
        share, of = np.where(here, some, share), np.where(here, _OF_HOLDING, of)
    return share, of


def _parts(u: Array, kind: Array) -> Array:
    """Say which part of each order finds another side, off a uniform number: float64."""
    of = u * 97 % 1
    part = np.where((kind == _LIMIT) & (of > 1 - _PARTLY), 0.1 + 0.8 * (u * 89 % 1), 1.0)
    return np.where(of < _BOLD, -1.0, part)


def _rounded(wanted: Array, u: Array) -> Array:
    """Round numbers of shares as people do, most of them: to fives, tens or hundreds; int64."""
    unit = np.select([wanted >= 60, wanted >= 20, wanted >= 10], [100, 10, 5], 1)  # noqa: PLR2004
    unit = np.where(u < _ROUND, unit, 1)
    return np.asarray(np.maximum(1, np.rint(wanted / unit)) * unit, np.int64)
