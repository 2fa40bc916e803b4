"""Drawers: people whose cheques are paid in on the cards of another, and what they give.

Everything works on grids: a row for each person who is given them, along the last axis their cards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.cheques import by_cheque, cash_paid_in
from graphgen.planting.flow import banking, held, without
from graphgen.planting.means import means, sparing
from graphgen.planting.rings import recruits
from graphgen.population.holders import holders
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.planting.credit import Cards

__all__ = ["Given", "drawers"]

_POOR, _SOMETHING = 0.03, 180_000
"""What share of people has little, and what others have at least, in minor units; our
assumption."""
_QUIET = 0.5
"""Of those who have something, what share pay least: whose cheques are given; our assumption."""


@dataclass(frozen=True)
class Given:
    """What is paid in on cards before they are drawn again: grids (people, cards)."""

    payer: Array
    """Whose cheques are paid in on each: int32 users."""
    twice: Array
    """Which cards they are paid in on, so that these are drawn again: bool."""
    made_good: Array
    """For which of them the drawer brings cash days later: bool."""

    def cheques(
        self,
        graph: Graph,
        cards: Cards,
        at: Array,
        amount: Array,
        *,
        case: Array,
        stage: str | None,
    ) -> Table:
        """Give the cheques at these moments, for so much (int64): an axis more than the cards."""
        return by_cheque(
            graph,
            at,
            payer=holders(graph).main[self.payer][:, :, None],
            payee=cards.account[:, :, None],
            person=self.payer[:, :, None],
            habit="card_repayment",
            amount=amount,
            stage=stage,
            case=case[:, None, None],
            here=self.twice[:, :, None],
        )

    def cash(self, graph: Graph, cards: Cards, at: Array, amount: Array, *, case: Array) -> Table:
        """Give the cash that makes cheques good at these moments, so much of it: int64."""
        return cash_paid_in(
            graph,
            at,
            account=cards.account,
            bank=cards.seen["account"]["bank_id"][cards.account],
            person=self.payer,
            case=case[:, None],
            here=self.made_good,
            amount_minor=amount,
        )


def drawers(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    person: Array,
    number: Array,
    limit: Array,
) -> Array:
    """Choose whose cheques are paid in: int32 (people, as many as `number` counts), else -1.

    `number` says, of each card, whose of the person's drawers' cheques are paid in on it. The first
    of each has little, the others something: the more, the larger the limit of the card.
    """
    pool = without(graph, banking(graph), person)
    has = held(graph, pool)
    poor = np.argsort(means(graph, pool))[: max(len(person), round(_POOR * len(pool)))]
    wanted = np.arange(number.shape[1]) <= number.max(axis=1, initial=-1, keepdims=True)
    rich = sparing(graph, pool[has > _SOMETHING], _QUIET)
    rich = without(graph, rich, pool[poor])
    payers = recruits(rng, rich, wanted, f"{pattern.name}: people who give cheques")
    most = np.zeros(wanted.shape)
    np.put_along_axis(most, number, limit, axis=1)
    order = np.argsort(np.where(wanted, -held(graph, payers), 1), axis=1, kind="stable")
    turn = np.argsort(np.argsort(np.where(wanted, -most, 1), axis=1, kind="stable"), axis=1)
    payers = np.take_along_axis(payers, np.take_along_axis(order, turn, axis=1), axis=1)
    payers[:, :1] = recruits(rng, pool[poor], wanted[:, :1], f"{pattern.name}: people with little")
    return payers
