"""Provision: what the orders of cases will take is set aside for them, until each is given.

People trade by habit too, and would have spent or sold what they planned with: of a case that
nobody could pay for nothing would happen. So what its orders take is set aside from the world's
start, as for an order that rests, and habits do without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.listing import listing
from graphgen.schedule import ONCE
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.market.orders import Orders

__all__ = ["Provision"]

_OF_NUMBERS, _OF_SHARES = 0.6, 0.25
"""How much of the cash that an account opened with is set aside at most for orders of a number of
shares, and for those of a share of the cash; our assumption."""
_DEARER = 1.25
"""How many times its price at the world's start a share may cost later, as far as that is provided
for; our assumption."""
_BUY, _SELL = (words.SIDES.index(word) for word in ("buy", "sell"))
_NUMBER, _CASH = (words.QUANTITY_OF.index(word) for word in ("number", "cash"))


@dataclass(frozen=True)
class Provision:
    """What is set aside for rows of `trades`: cash for a purchase, shares for a sale."""

    edge: Array
    """int32: rows of `trades` that something is set aside for, ascending."""
    account: Array
    """int32: whose."""
    is_cash: Array
    """bool: whether it is cash; else shares."""
    much: Array
    """int64: minor units, or shares."""

    @classmethod
    def of(cls, graph: Graph, place: Array, held: Array) -> Provision:
        """See what a graph's cases will take.

        `place` says where in the book each row of `trades` stands, `held` how many shares are held
        there as the world begins: int64. Orders that are given to be cancelled take nothing.
        """
        trades = graph["trades"]
        planned = (trades["schedule"] == ONCE) & (trades["case_id"] >= 0) & (trades["lasts"] == 0)
        buys, sells = (planned & (trades["side"] == side) for side in (_BUY, _SELL))
        is_number = trades["quantity_of"] == _NUMBER
        number, share, sale = (
            np.flatnonzero(some)
            for some in (
                buys & is_number,
                buys & (trades["quantity_of"] == _CASH),
                sells & is_number,
            )
        )
        account = trades["account_id"]
        cash = graph["account"]["opening_balance_minor"]
        price = listing(graph.world.place).price[trades["security_id"][number]]
        cost = trades["quantity"][number] * price * _DEARER
        much = [
            _within(account[number], cost, _OF_NUMBERS * cash),
            _within(
                account[share], trades["share"][share] * cash[account[share]], _OF_SHARES * cash
            ),
            _within(place[sale], trades["quantity"][sale].astype(np.float64), held),
        ]
        rows = np.concatenate([number, share, sale])
        order = np.argsort(rows)
        return cls(
            edge=rows[order].astype(np.int32),
            account=account[rows][order],
            is_cash=buys[rows[order]],
            much=np.concatenate(much)[order],
        )

    def of_orders(self, orders: Orders) -> Array:
        """Say what is set aside for each of some orders: int64."""
        much = np.zeros(len(orders), np.int64)
        some = np.flatnonzero(orders.is_once)
        if len(some) and len(self.edge):
            place = np.searchsorted(self.edge, orders.edge[some])
            place = np.minimum(place, len(self.edge) - 1)
            found = self.edge[place] == orders.edge[some]
            much[some] = np.where(found, self.much[place], 0)
        return much


def _within(group: Array, much: Array, most: Array) -> Array:
    """Make sums of each group no more than the `most` of it (by group): whole numbers, int64.

    What is cut off one for that the next of its group gets, as soon as it comes to a whole.
    """
    order = np.argsort(group, kind="stable")
    group, much = group[order], much[order]
    total = np.bincount(group, much, len(most))
    part = np.minimum(1.0, most[group] / np.maximum(1e-9, total[group]))
    sums = np.cumsum(much * part)
    first = np.searchsorted(group, group)
    before = np.append(0.0, sums)[first]
    own = np.floor(sums - before + 1e-6).astype(np.int64)
    whole = np.diff(own, prepend=0)
    new = first == np.arange(len(group))
    whole[new] = own[new]
    found = np.empty(len(group), np.int64)
    found[order] = whole
    return found
