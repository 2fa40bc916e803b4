"""Amounts that refer to something: what there is by then, what is owed, what a hop has brought."""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.journal import Number
from graphgen.schema import words

__all__ = [
    "OF_BALANCE",
    "OF_DEBT",
    "OF_HOLD",
    "OF_RECEIPT",
    "OF_SUM",
    "ROUNDING",
    "passed_on",
    "released",
    "resolve",
]

OF_SUM, OF_BALANCE, OF_DEBT, OF_RECEIPT, OF_HOLD = (
    words.AMOUNT_OF.index(what) for what in ("sum", "balance", "debt", "receipt", "hold")
)
ROUNDING = 20
"""A round sum is passed on where what is left for that is at most one part in so many of it all;
our assumption."""
_AFFORDED = 0.8
"""Who pays off a debt spends at most this share of the available balance; our assumption."""


@compiled
def resolve(
    of: Number, amount: Number, share: float, available: Number, owed: Number, receipt: Number
) -> Number:
    """Resolve an amount that refers to something: minor units, nothing due if not above 0."""
    if of == OF_BALANCE:
        return int(share * max(0, available))
    if of == OF_DEBT:
        return int(min(share * max(0, owed), _AFFORDED * max(0, available)))
    if of == OF_RECEIPT:
        return receipt
    return amount


@compiled
def released(of: Number, amount: Number, receipt: Number) -> Number:
    """Say what is held for a row: a receipt for its hop, a purchase's cost since it was made."""
    return np.int64(amount if of == OF_HOLD else max(0, receipt))


@compiled
def _rounded(amount: Number, unit: Number) -> Number:
    """Round an amount down to whole units, if there are two of them at least."""
    return np.int64(amount - amount % unit if unit > 1 and amount >= 2 * unit else amount)


@compiled
def passed_on(amount: Number, unit: Number, in_notes: bool) -> Number:  # noqa: FBT001
    """Round down what is passed on of a receipt: to whole notes, or to whole units.

    No more than a twentieth is left for a round sum: else it is fifths of a unit, or nothing.
    """
    if in_notes:
        return _rounded(amount, unit)
    for one in (unit, unit // 5):
        if one > 1 and ROUNDING * (amount % one) <= amount:
            return np.int64(amount - amount % one)
    return np.int64(amount)
