"""Damages: what those lost who bought while a case held a price up.

The measure is that of securities law, out of pocket: a share is inflated by what it is traded above
the price that there would have been without the case; a victim loses the inflation of what they buy
and gets back that of what they sell. Sources: Dura Pharmaceuticals v. Broudo, 544 U.S. 336 (2005);
Burch, "Reassessing damages in securities fraud class actions", Maryland Law Review 66 (2007), page
348. The inflation of a session is that of its close: our assumption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from graphgen.market.orders import is_bought
from graphgen.market.tape import counterfactual, tape
from graphgen.order import among
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.market.book import Traded
    from graphgen.market.orders import Orders

__all__ = ["Damages"]

_VICTIM = "victim"
_ACCOUNT = words.ENTITIES.index("account")


class Damages:
    """Which orders are of victims, and how much each case inflates a price in each session."""

    def __init__(self, graph: Graph) -> None:
        trades, member = graph["trades"], graph["member"]
        victims = np.asarray(pc.equal(member["role"], _VICTIM)) & (member["entity"] == _ACCOUNT)
        theirs, mine = (
            table["case_id"].astype(np.int64) << 32 | table[column]
            for table, column in ((member.take(victims), "entity_id"), (trades, "account_id"))
        )
        self._edge = np.flatnonzero((trades["case_id"] >= 0) & among(mine, theirs))
        self._case = trades["case_id"][self._edge]
        if len(self._edge):
            self._tape = tape(graph)
            self._keys, self._inflated = self._inflation(graph)

    def _inflation(self, graph: Graph) -> tuple[Array, Array]:
        """Give how much the close is above that without a case, by case, security and session.

        Keys (int64) ascend; inflation is int64, minor units.
        """
        bars, found = counterfactual(graph), self._tape
        session = np.searchsorted(found.sessions.closes, bars["time"])
        keys = self._key(bars["case_id"], bars["security_id"], session)
        more = found.close[session, bars["security_id"]] - bars["close_minor"]
        order = np.argsort(keys)
        return keys[order], more[order]

    def _key(self, case: Array, security: Array, session: Array | int) -> Array:
        sessions, securities = self._tape.close.shape
        return np.asarray((case.astype(np.int64) * securities + security) * sessions + session)

    def count(self, loss: Array, day: int, orders: Orders, traded: Traded) -> None:
        """Add what victims traded on a day to what each case has cost (int64 (cases,))."""
        if not len(self._edge):
            return
        rows = np.flatnonzero((traded.quantity > 0) & among(orders.edge, self._edge))
        if not len(rows):
            return
        case = self._case[np.searchsorted(self._edge, orders.edge[rows])]
        keys = self._key(case, orders.security[rows], self._tape.sessions.on(day))
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        more = np.where(self._keys[place] == keys, self._inflated[place], 0)
        many = np.where(is_bought(orders.side[rows]), 1, -1) * traded.quantity[rows]
        np.add.at(loss, case, many * more)
