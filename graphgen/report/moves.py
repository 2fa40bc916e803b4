"""Orders of money as moves from account to account, and each account's moves in order of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphgen.report.features import payers
from graphgen.report.reading import Facts
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["Moves", "moves"]


@dataclass(frozen=True)
class Moves:
    """The orders of payments (the legs "original"), in order of time, declined ones included."""

    row: Array
    """The row of each in `payment`."""
    payer: Array
    payee: Array
    """Rows of `account`, behind the clearing: int64."""
    time: Array
    """int64, ms."""
    amount: Array
    """float64, minor units."""
    booked: Array
    """Whether money moved: bool."""
    first: Array
    """Where each account's entries begin: int64 (accounts + 1). Every order has two entries, one
    on either side."""
    entry: Array
    """For each entry, in order of account and time: 2 * order, + 1 on the side that is paid."""
    pair: Array
    """The number of each order's pair of payer and payee: int64."""
    pairs: int
    """How many pairs there are."""

    def __len__(self) -> int:
        return len(self.time)


def moves(facts: Facts) -> Moves:
    """Read the moves off the payments."""
    payment = facts.events["payment"]
    order = np.flatnonzero(payment["leg"] == words.LEGS.index("original"))
    payer, payee = (end[order] for end in payers(facts, payment))
    accounts = len(facts.tables["account"]["account_id"])
    ends = np.stack([payer, payee], axis=1).reshape(-1)
    entry = np.argsort(ends, kind="stable")
    known, pair = np.unique(payer * accounts + payee, return_inverse=True)
    return Moves(
        order,
        payer,
        payee,
        payment["time"][order],
        payment["amount_minor"][order].astype(np.float64),
        payment["status"][order] == words.STATUSES.index("booked"),
        np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=accounts))]),
        entry,
        pair,
        len(known),
    )
