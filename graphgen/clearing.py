"""Clearing: items that are credited at once, and settled, or returned, on a business day after."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from graphgen.compiled import compiled
from graphgen.journal import BOOKED, DECLINED, NONE, Number, free, write
from graphgen.schema import words
from graphgen.table import Array

__all__ = [
    "CLEARING",
    "INCOME",
    "LEGS_OF_AN_ITEM",
    "LOSS",
    "Terms",
    "enter",
    "falls_due",
    "settle_item",
]

CLEARING, INCOME, LOSS = 0, 1, 2
"""The places of a bank's own accounts among `internal`."""
LEGS_OF_AN_ITEM = 5
"""So many rows an item has at most when it is settled or returned."""
_SETTLEMENT, _RETURN, _FEE = (
    np.int64(words.LEGS.index(leg)) for leg in ("settlement", "return", "fee")
)
_CHEQUE, _BOOK = (np.int64(words.RAILS.index(rail)) for rail in ("cheque", "book"))


class Terms(NamedTuple):
    """What a day's items are cleared by."""

    first: Array
    """int64 (2,): when the next business day begins, and the one after it, ms."""
    posting: Array
    """int64 (2,): when on it items begin to be settled, and within how long, ms."""
    salt: np.uint64
    """Where chance comes from."""
    fee: int
    """What the payer of a returned item is charged, in minor units."""


@compiled
def falls_due(
    first: Array, posting: Array, salt: np.uint64, time: Number, parties: Number, rail: Number
) -> Number:
    """Say when an item falls due: by who pays whom when, so that it is so in every twin.

    A batch transfer does on the next business day, a cheque then or on the one after it.
    """
    x = (np.uint64(time) ^ salt) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(parties)
    x = (x ^ (x >> np.uint64(32))) * np.uint64(0x94D049BB133111EB)
    x = (x ^ (x >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(32)
    second = 1 if rail == _CHEQUE and x & np.uint64(1) else 0
    return int(first[second] + posting[0] + np.int64((x >> np.uint64(8)) % np.uint64(posting[1])))


@compiled
def enter(
    item: Any,  # noqa: ANN401 - a record of the pending items
    payer: Number,
    payee: Number,
    amount: Number,
    original: Number,
    edge: Number,
    rail: Number,
    held: bool | np.bool_,  # noqa: FBT001 - a column's value
) -> None:
    """Note an item that enters clearing."""
    item.debtor = payer
    item.creditor = payee
    item.amount = amount
    item.original = original
    item.edge = edge
    item.rail = rail
    item.held = held


@compiled
def settle_item(
    rows: Array,
    n: Number,
    item: Any,  # noqa: ANN401 - a record of the pending items
    balance: Array,
    hold: Array,
    limit: Array,
    bank: Array,
    internal: Array,
    fee: Number,
) -> tuple[Number, Number, Number]:
    """Settle an item in clearing, or return it: from the payee, else at the bank's loss.

    Gives the number of the next row, and what the banks have lost: for the payee, for the payer.
    """
    debtor, creditor, amount, due = (
        np.int64(item.debtor),
        np.int64(item.creditor),
        item.amount,
        item.due,
    )
    rail, original, edge = np.int64(item.rail), item.original, np.int64(item.edge)
    clearing = internal[bank[creditor], CLEARING]
    if item.held:
        hold[debtor] -= amount
    covered = free(debtor, balance, hold, limit) >= amount
    n = write(
        rows, n, balance, due, debtor, clearing, creditor, amount, _SETTLEMENT,
        BOOKED if covered else DECLINED, rail, original, NONE, edge,
    )  # fmt: skip
    if covered:
        return n, np.int64(0), np.int64(0)
    back = min(amount, free(creditor, balance, hold, limit))
    if back > 0:
        n = write(
            rows, n, balance, due, creditor, clearing, debtor, back, _RETURN, BOOKED, rail,
            original, NONE, edge,
        )  # fmt: skip
    if back < amount:
        loss = internal[bank[creditor], LOSS]
        n = write(
            rows, n, balance, due, loss, clearing, creditor, amount - back, _RETURN, BOOKED,
            rail, original, NONE, edge,
        )  # fmt: skip
    n, unpaid = _charge(rows, n, item, balance, hold, limit, bank, internal, fee)
    return n, amount - back, unpaid


@compiled
def _charge(
    rows: Array,
    n: Number,
    item: Any,  # noqa: ANN401 - a record of the pending items
    balance: Array,
    hold: Array,
    limit: Array,
    bank: Array,
    internal: Array,
    fee: Number,
) -> tuple[Number, Number]:
    """Charge the payer of a returned item a fee; what is not covered is the bank's loss too.

    Gives the number of the next row, and what is not covered.
    """
    debtor, due, original, edge = (
        np.int64(item.debtor),
        item.due,
        item.original,
        np.int64(item.edge),
    )
    income, loss = internal[bank[debtor], INCOME], internal[bank[debtor], LOSS]
    taken = min(fee, free(debtor, balance, hold, limit))
    if taken > 0:
        n = write(
            rows, n, balance, due, debtor, income, NONE, taken, _FEE, BOOKED, _BOOK, original,
            NONE, edge,
        )  # fmt: skip
    if taken < fee:
        n = write(
            rows, n, balance, due, loss, income, debtor, fee - taken, _FEE, BOOKED, _BOOK,
            original, NONE, edge,
        )  # fmt: skip
    return n, fee - taken
