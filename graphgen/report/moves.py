"""Orders as moves from an account to where they go, and each one's moves in order of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphgen.report.acquaintance import payers
from graphgen.report.reading import Facts
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["Moves", "moves"]


@dataclass(frozen=True)
class Moves:
    """Orders, in order of time: those of payments (the legs "original"), declined ones included.

    Or those for securities: see `graphgen.report.surveillance`.
    """

    event: str
    """The event table that they are in."""
    row: Array
    """The row of each there."""
    payer: Array
    payee: Array
    """Rows of `account`, behind the clearing (of securities, behind all accounts): int64."""
    time: Array
    """int64, ms."""
    amount: Array
    """float64, minor units."""
    booked: Array
    """Whether money moved: bool."""
    first: Array
    """Where each one's entries begin: int64 (accounts and securities + 1). Every order has two
    entries, one on either side."""
    entry: Array
    """For each entry, in order of account and time: 2 * order, + 1 on the side that is paid."""
    pair: Array
    """The number of each order's pair of payer and payee: int64."""
    pairs: int
    """How many pairs there are."""

    @classmethod
    def of(
        cls,
        event: str,
        row: Array,
        payer: Array,
        payee: Array,
        time: Array,
        amount: Array,
        booked: Array,
        ends: int,
    ) -> Moves:
        """Put orders, in order of time, between some ends into each end's order."""
        both = np.stack([payer, payee], axis=1).reshape(-1)
        known, pair = np.unique(payer * ends + payee, return_inverse=True)
        return cls(
            event,
            row,
            payer,
            payee,
            time,
            amount,
            booked,
            np.concatenate([[0], np.cumsum(np.bincount(both, minlength=ends))]),
            np.argsort(both, kind="stable"),
            pair,
            len(known),
        )

    def __len__(self) -> int:
        return len(self.time)


def moves(facts: Facts) -> Moves:
    """Read the moves off the payments."""
    payment = facts.events["payment"]
    order = np.flatnonzero(payment["leg"] == words.LEGS.index("original"))
    payer, payee = (end[order] for end in payers(facts, payment))
    return Moves.of(
        "payment",
        order,
        payer,
        payee,
        payment["time"][order],
        payment["amount_minor"][order].astype(np.float64),
        payment["status"][order] == words.STATUSES.index("booked"),
        len(facts.tables["account"]["account_id"]),
    )
