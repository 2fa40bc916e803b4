"""What went over an account just before a payment: a sampler that cannot look ahead.

Each account has its payments in the order of their ids. Those before a payment are the places
before its own, so that a neighbourhood is arithmetic on places, and has none of what comes later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphgen.table import Array

__all__ = ["Neighbours", "neighbours"]


@dataclass(frozen=True)
class Neighbours:
    """The payments of each account, in order."""

    event: Array
    """int64: payments, account by account; each payment stands at both of its accounts."""
    is_paid: Array
    """Whether the account is paid there; else it pays."""
    first: Array
    """int64, by place: where the account's payments begin."""
    place: Array
    """int64, by end (0: the payer's, 1: the payee's) and payment: where it stands."""

    def before(self, place: Array, count: int) -> Array:
        """Give the places of the last payments before each: int64, (..., count), -1 for none."""
        found = place[..., None] - np.arange(1, count + 1)
        return np.where(found >= self.first[place][..., None], found, -1)

    def across(self, place: Array) -> Array:
        """Give the place of the same payment at its other account; -1 stays -1."""
        event, is_paid = self.event[place], self.is_paid[place]
        other = self.place[np.where(is_paid, 0, 1), event]
        return np.where(place >= 0, other, -1)


def neighbours(payer: Array, payee: Array) -> Neighbours:
    """Order payments, which are in the order of their ids, by account."""
    count = len(payer)
    account = np.concatenate([payer, payee])
    event = np.tile(np.arange(count), 2)
    is_paid = np.repeat([False, True], count)
    order = np.lexsort((is_paid, event, account))
    account = account[order]
    first = np.searchsorted(account, account)
    place = np.empty(2 * count, np.int64)
    place[order] = np.arange(2 * count)
    return Neighbours(event[order], is_paid[order], first, place.reshape(2, count))
