"""Claims: what banks have lost by items that came back, and take from what comes to who owes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphgen.compiled import compiled
from graphgen.journal import BOOKED, NONE, Number, free, write
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["note_claim", "set_off"]

_RECOVERY, _BOOK = np.int64(words.LEGS.index("recovery")), np.int64(words.RAILS.index("book"))


@compiled
def note_claim(
    claims: Array,
    count: int,
    owes: Array,
    item: Any,  # noqa: ANN401 - a record of the pending items
    account: Number,
    lost: Number,
) -> int:
    """Note what a bank has lost by an item, if it has: whose account it is owes that.

    Gives how many claims there are.
    """
    if lost == 0:
        return count
    claim = claims[count]
    claim.account = account
    claim.amount = lost
    claim.original = item.original
    claim.edge = item.edge
    owes[account] = True
    return count + 1


@compiled
def set_off(
    rows: Array,
    n: Number,
    claims: Array,
    count: int,
    owes: Array,
    time: Number,
    account: Number,
    balance: Array,
    hold: Array,
    limit: Array,
    loss: Number,
) -> Number:
    """Take what has come to an account for what its owner owes the bank, claim by claim."""
    still = False
    for place in range(count):
        claim = claims[place]
        if claim.account != account or claim.amount == 0:
            continue
        taken = min(claim.amount, free(account, balance, hold, limit))
        if taken > 0:
            n = write(
                rows, n, balance, time, account, loss, NONE, taken, _RECOVERY, BOOKED, _BOOK,
                claim.original, NONE, np.int64(claim.edge),
            )  # fmt: skip
            claim.amount -= taken
        still |= claim.amount > 0
    owes[account] = still
    return n
