"""Payees of old: people of a case who have sent each other something before, now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.order import among
from graphgen.pattern import HARDNESS
from graphgen.payees import payees_by_habit
from graphgen.population.holders import holders
from graphgen.schedule import BY_RATE
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["as_of_old", "payees_of_old", "usual_sums"]

_INSTANT = words.RAILS.index("instant")
_SUM, _TRANSFER = words.AMOUNT_OF.index("sum"), words.HABITS.index("transfer")
_SELDOM, _SINCE = 0.01, (200, 1_500)
"""How often a day they send something, and since how many days; our assumption."""
_MEDIUM = HARDNESS["medium"]
_SPREAD = 0.3
_SOMETHING = 30_000.0
"""What is sent where nobody else sends anything, in minor units."""


def as_of_old(
    graph: Graph,
    rng: np.random.Generator,
    payer: Array,
    payee: Array,
    here: Array,
    hardness: float,
) -> Table:
    """Give habits that make old payees of those whom people of crimes pay.

    At hard, of all; up to medium, of nobody; our assumption. `payer` and `payee` are int32 users,
    grids as `here`, which says where there is a payment.
    """
    share, main = (hardness - _MEDIUM) / (1 - _MEDIUM), holders(graph).main
    if share <= 0:
        return Table.empty("pays")
    some = here & (payer >= 0) & (payee >= 0) & (rng.random(here.shape) < share)
    return payees_of_old(graph, rng, main[payer[some]], main[payee[some]], payer[some])


def payees_of_old(
    graph: Graph, rng: np.random.Generator, payer: Array, payee: Array, user: Array
) -> Table:
    """Give habits of paying accounts online that are older than the world: `pays`.

    So a case's payment to one of them adds no payee. `payer` and `payee` are accounts, `user` is
    who pays: int32, one for each; a pair that comes twice, or has a habit anyway, gets no second.
    """
    pair, first = np.unique(payer.astype(np.int64) << 32 | payee, return_index=True)
    since = graph.world.start_ms
    usual = graph.once("payees by habit", lambda: payees_by_habit(graph["pays"], since))
    first = first[~among(pair, usual)]
    payer, payee, user = payer[first], payee[first], user[first]
    graph.new("pays", len(payer))
    return Table.of(
        "pays",
        debtor_account_id=payer,
        creditor_account_id=payee,
        user_id=user,
        habit="transfer",
        rail="instant",
        channel="online",
        amount_minor=rng.choice(usual_sums(graph), len(payer)),
        spread=_SPREAD,
        amount_of="sum",
        share=0.0,
        rate=_SELDOM,
        schedule=BY_RATE,
        hours=graph.world.place.profiles.index("people"),
        valid_from=graph.world.start_ms - DAY_MS * rng.integers(*_SINCE, len(payer)),
    )


def usual_sums(graph: Graph) -> Array:
    """Give the sums that people send each other at once: float64, one at least."""
    return graph.once("usual sums", lambda: _usual(graph))


def _usual(graph: Graph) -> Array:
    pays, main = graph["pays"], holders(graph).main
    is_main = np.zeros(graph.size("account"), bool)
    is_main[main[main >= 0]] = True
    some = is_main[pays["debtor_account_id"]] & is_main[pays["creditor_account_id"]]
    some &= (pays["rail"] == _INSTANT) & (pays["amount_of"] == _SUM) & (pays["amount_minor"] > 0)
    some &= pays["habit"] == _TRANSFER
    sums = pays["amount_minor"][some].astype(np.float64)
    return sums if len(sums) else np.array([_SOMETHING])
