"""Losses: what crimes cost, counted while the ledger settles.

A crime's loss is what was booked on its edges of theft, and what the banks' own loss accounts had
to pay back for it; what comes back of stolen money, returned or paid back, and what banks take for
it from accounts that owe them, is recovered. A fee that nobody pays a bank is no loss: it pays that
to itself, and what it gets of it later is not recovered. A look-alike costs nobody anything, but
for days: where a cheque of it bounces on an account whose owner, without meaning to, has spent the
money, it is made good.
What victims of a manipulated price lose is counted by `graphgen.market.damages`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.damages import Damages
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.ledger import Booked
    from graphgen.market.orders import Orders

__all__ = ["Losses", "with_losses"]

_THEFT, _RECOVERY = (words.STAGES.index(w) for w in ("theft", "recovery"))
_ORIGINAL, _RETURN, _SET_OFF = (words.LEGS.index(leg) for leg in ("original", "return", "recovery"))
_BOOKED = words.STATUSES.index("booked")


class Losses:
    """Which edges belong to which case, and for what."""

    def __init__(self, graph: Graph) -> None:
        self.cases = graph.size("case")
        planted = [b.tables["pays"] for b in graph.blocks[1:] if "pays" in b.tables]
        self._first = len(graph.blocks[0].tables.get("pays", ()))
        self._case = np.concatenate([np.empty(0, np.int32), *(t["case_id"] for t in planted)])
        self._stage = np.concatenate([np.empty(0, np.int8), *(t["stage"] for t in planted)])
        self._payer = np.concatenate(
            [np.empty(0, np.int32), *(t["debtor_account_id"] for t in planted)]
        )
        self._damages = Damages(graph)
        self._pays_losses = np.zeros(graph.size("account"), bool)
        self._pays_losses[graph["bank"]["loss_account_id"]] = True

    def none(self) -> Array:
        """Give what was lost before day 0: int64 (cases, 2), minor units lost and recovered."""
        return np.zeros((self.cases, 2), np.int64)

    def count(self, loss: Array, day: int, booked: Booked, orders: Orders) -> None:
        """Add a day's rows, and what was traded on it, to the losses so far."""
        self._damages.count(loss[:, 0], day, orders, booked.traded)
        if not len(self._case):
            return
        planted = (booked.edge >= self._first) & (booked.edge < self._first + len(self._case))
        rows = np.flatnonzero(planted & (booked.status == _BOOKED))
        edge = booked.edge[rows] - self._first
        rows, edge = rows[self._case[edge] >= 0], edge[self._case[edge] >= 0]
        case, stage, leg = self._case[edge], self._stage[edge], booked.leg[rows]
        by_bank = self._pays_losses[booked.debtor[rows]]
        lost = (by_bank & (leg == _RETURN)) | ((stage == _THEFT) & (leg == _ORIGINAL))
        back = (stage == _RECOVERY) & (leg == _ORIGINAL)
        back |= (stage == _THEFT) & (leg == _RETURN) & ~by_bank
        # what a payer still owes is a fee
        back |= (leg == _SET_OFF) & (booked.debtor[rows] != self._payer[edge])
        for column, mine in enumerate((lost, back)):
            np.add.at(loss[:, column], case[mine], booked.amount[rows][mine])


def with_losses(case: Table, loss: Array) -> Table:
    """Give the table of cases with what each has cost: nothing where victims have gained."""
    lost = np.maximum(0, loss[:, 0])
    return case.with_columns(loss_minor=lost, recovered_minor=loss[:, 1].copy())
