"""Means: what people can have on their main accounts, and what they send from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.holders import holders
from graphgen.schedule import BY_RATE, ONCE, stands_for
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["means", "sparing"]

_OF_SUM, _OF_DEBT = words.AMOUNT_OF.index("sum"), words.AMOUNT_OF.index("debt")
_TRANSFERS = [words.RAILS.index(rail) for rail in ("instant", "batch", "cheque")]
_MONTHS = 2
"""How many months' income comes within the weeks of a case; our assumption."""


def means(graph: Graph, person: Array) -> Array:
    """Say what people can have in their main accounts within the weeks of a case: float64.

    All that will come once counts, all that comes at a rate as often as it may, and of a share of
    somebody's balance, the whole balance.
    """
    table, account = graph["account"], holders(graph).main[person]
    pays = graph["pays"]
    pays = pays.take(np.isin(pays["creditor_account_id"], account))
    has, shared = table["opening_balance_minor"], pays["amount_of"] != _OF_SUM
    sums = np.where(shared, np.abs(has[pays["debtor_account_id"]]), pays["amount_minor"])
    often = np.where(
        pays["schedule"] == ONCE, stands_for(graph.world), pays["rate"] * graph.world.days
    )
    comes = np.bincount(pays["creditor_account_id"], sums * often, len(table))
    free = has + table["credit_limit_minor"] + comes
    return np.asarray(free[account] + _MONTHS * graph["user"]["income_minor"][person] / 12)


def sparing(graph: Graph, people: Array, share: float) -> Array:
    """Keep a share of these people (int32): who sends the least from the main account."""
    sent = graph.once("sent", lambda: _sent(graph))[people]
    return people[np.sort(np.argsort(sent, kind="stable")[: round(share * len(people))])]


def _sent(graph: Graph) -> Array:
    """Say what people's main accounts will send in the window: float64 (users,), minor units.

    Of debts it is what is bought meanwhile on the account that has them, of balances their share.
    """
    pays, size = graph["pays"], graph.size("account")
    schedule, payer = pays["schedule"], pays["debtor_account_id"]
    times = np.where(schedule == BY_RATE, pays["rate"] * graph.world.days, graph.world.days / 30.4)
    times = np.where(schedule == ONCE, stands_for(graph.world), times)
    is_sum = pays["amount_of"] == _OF_SUM
    sums = np.where(is_sum, pays["amount_minor"] * times, 0.0)
    bought = np.bincount(payer, sums, size)[pays["creditor_account_id"]]
    has = np.maximum(0, graph["account"]["opening_balance_minor"])[payer] * pays["share"] * times
    sums = np.where(is_sum, sums, np.where(pays["amount_of"] == _OF_DEBT, bought, has))
    sums *= np.isin(pays["rail"], _TRANSFERS)
    return np.asarray(np.bincount(payer, sums, size)[holders(graph).main])
