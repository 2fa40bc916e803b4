"""The journal: the rows that a day books, one after the other, and what each does to balances."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np

from graphgen.compiled import compiled
from graphgen.schema import words
from graphgen.table import Array

__all__ = [
    "AMOUNT",
    "BOOKED",
    "COLUMNS",
    "COUNTERPARTY",
    "CREDITOR",
    "CREDITOR_BALANCE",
    "DEBTOR",
    "DEBTOR_BALANCE",
    "DECLINED",
    "EDGE",
    "LEG",
    "NONE",
    "ORIGINAL",
    "PROPOSAL",
    "RAIL",
    "ROOM",
    "STATUS",
    "TIME",
    "Books",
    "Number",
    "free",
    "with_room",
    "write",
]

Number: TypeAlias = int | np.signedinteger[Any]
"""A whole number of 64 bits."""

# Whole numbers of 64 bits: a Python int or another width has each loop compiled anew.
NONE = np.int64(-1)
BOOKED, DECLINED = (np.int64(words.STATUSES.index(status)) for status in ("booked", "declined"))
ROOM = 1024
"""Room for later legs to begin with; more is made when it is full."""

# The columns of the rows that are being booked, in one array of whole numbers.
(
    TIME,
    DEBTOR,
    CREDITOR,
    COUNTERPARTY,
    AMOUNT,
    DEBTOR_BALANCE,
    CREDITOR_BALANCE,
    LEG,
    STATUS,
    RAIL,
    ORIGINAL,
    PROPOSAL,
    EDGE,
    COLUMNS,
) = range(14)


class Books(NamedTuple):
    """What a day's rows change and look at."""

    balance: Array
    """int64 (accounts,): minor units."""
    hold: Array
    """int64 (accounts,): what of that waits for something, and cannot be taken."""
    limit: Array
    """int64 (accounts,): how far below zero each may go."""
    bank: Array
    """int (accounts,): rows of `bank`."""
    internal: Array
    """int64 (banks, 3): each bank's own accounts (`graphgen.clearing`)."""


@compiled
def write(
    rows: Array,
    n: Number,
    balance: Array,
    time: Number,
    debtor: Number,
    creditor: Number,
    counterparty: Number,
    amount: Number,
    leg: Number,
    status: Number,
    rail: Number,
    original: Number,
    proposal: Number,
    edge: Number,
) -> Number:
    """Book one row, or note that it was declined; gives the number of the next."""
    if status == BOOKED:
        balance[debtor] -= amount
        balance[creditor] += amount
    rows[TIME, n] = time
    rows[DEBTOR, n] = debtor
    rows[CREDITOR, n] = creditor
    rows[COUNTERPARTY, n] = counterparty
    rows[AMOUNT, n] = amount
    rows[DEBTOR_BALANCE, n] = balance[debtor]
    rows[CREDITOR_BALANCE, n] = balance[creditor]
    rows[LEG, n] = leg
    rows[STATUS, n] = status
    rows[RAIL, n] = rail
    rows[ORIGINAL, n] = original
    rows[PROPOSAL, n] = proposal
    rows[EDGE, n] = edge
    return n + 1


@compiled
def with_room(rows: Array, needed: Number) -> Array:
    """Make room for so many rows."""
    while needed > rows.shape[1]:
        rows = _longer(rows)
    return rows


@compiled
def _longer(rows: Array) -> Array:
    """Make room for more rows."""
    longer = np.empty((rows.shape[0], rows.shape[1] * 9 // 8 + ROOM), np.int64)
    for column in range(rows.shape[0]):  # a slice would be three seconds more to compile
        for row in range(rows.shape[1]):
            longer[column, row] = rows[column, row]
    return longer


@compiled
def free(account: Number, balance: Array, hold: Array, limit: Array) -> Number:
    """Say what can be taken from an account: balance and limit less what is held, at least 0."""
    return np.int64(max(0, balance[account] - hold[account] + limit[account]))
