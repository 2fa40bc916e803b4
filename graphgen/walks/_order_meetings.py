"""Orders of customers that happen to meet: one sells what another buys, within seconds.

What its customers order of each other a broker may cross in the middle of the spread: two accounts
that trade with each other are no ring yet. It moves no price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphgen.table import Array

__all__ = ["Meetings", "meetings"]

_MEETS = 0.5
"""Share of the orders of habit for one security and session that meet, two and two, where one of
the two holds it; our assumption."""
_WITHIN_MS = 200, 4_000
"""How much later the second of two orders is given, from and to; our assumption."""


@dataclass(frozen=True)
class Meetings:
    """Pairs of orders, by their places in a day's list."""

    seller: Array
    """int64: the places of those that sell."""
    buyer: Array
    """int64: the places of those that buy from them."""

    def times(self, time: Array, last: int) -> Array:
        """Move the purchase of each pair to seconds after the sale, `last` (ms) at the latest."""
        low, high = _WITHIN_MS
        moved = time.copy()
        moved[self.buyer] = time[self.seller] + low + time[self.buyer] % (high - low)
        return np.minimum(moved, last)

    def partner(self, edge: Array) -> Array:
        """Give the row that each order meets, -1 for none: int32, of the orders' own rows."""
        found = np.full(len(edge), -1, np.int32)
        found[self.seller], found[self.buyer] = edge[self.buyer], edge[self.seller]
        return found


def meetings(block: Array, account: Array, security: Array, holds: Array, u: Array) -> Meetings:
    """Pair orders of one block for one security, of which one at least is by somebody who holds it.

    `holds` says who holds what is ordered, and so may sell it; `u` (orders, 3) is uniform. Each
    order is in one pair at most.
    """
    order = np.lexsort((u[:, 0], security, block))
    new = np.diff(security[order], prepend=-1) != 0
    new |= np.diff(block[order], prepend=-1) != 0
    first = np.flatnonzero(new)
    rank = np.arange(len(order)) - first[np.cumsum(new) - 1]
    second = np.flatnonzero(rank % 2 == 1)
    one, other = order[second - 1], order[second]
    meet = (account[one] != account[other]) & (holds[one] | holds[other]) & (u[one, 1] < _MEETS)
    one, other = one[meet], other[meet]
    sells = holds[one] & (~holds[other] | (u[one, 2] < 0.5))  # noqa: PLR2004 - a coin
    return Meetings(np.where(sells, one, other), np.where(sells, other, one))
