"""Money that people move between accounts of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.holders import Holders
from graphgen.population.since import since
from graphgen.schedule import BY_RATE, FOLLOWING
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["own_transfers", "repayments"]

_BOOK, _INSTANT = words.RAILS.index("book"), words.RAILS.index("instant")
_CHEQUE = words.RAILS.index("cheque")
_ONLINE, _BRANCH = words.CHANNELS.index("online"), words.CHANNELS.index("branch")
_BY_CHEQUE = 0.06
"""Share of card holders who pay the bill by cheque; our assumption."""
_BACK_A_DAY = 0.012
"""How often people take something back out of their savings; our assumption."""
_IN_FULL = 0.55
"""Share of card holders who pay in full every month. Federal Reserve, Report on the Economic
Well-Being of U.S. Households in 2023: 54 % of card holders carried no balance."""


def own_transfers(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array, savings: Array
) -> Iterator[Table]:
    """Yield saving, monthly, and taking out again, now and then."""
    main = everybody.main[user]
    share = graph.world.place.toml("habits")["budget"]["savings_share"]
    amount = everybody.income[user] * share * rng.lognormal(-0.1, 0.5, len(user))
    rail = _rail(graph, main, savings)
    common = {
        "user_id": user,
        "habit": "own_transfer",
        "rail": rail,
        "channel": "online",
        "amount_of": "sum",
        "share": 0.0,
        "hours": graph.world.place.profiles.index("people"),
    }
    yield Table.of(
        "pays",
        debtor_account_id=main,
        creditor_account_id=savings,
        amount_minor=_rounded(graph, amount),
        spread=0.0,
        rate=0.0,
        schedule=FOLLOWING + rng.integers(1, 32, len(user)),
        valid_from=since(graph, rng, _younger(graph, main, savings)),
        **common,
    )
    yield Table.of(
        "pays",
        debtor_account_id=savings,
        creditor_account_id=main,
        amount_minor=_rounded(graph, amount * 1.5),
        spread=0.7,
        rate=_BACK_A_DAY * rng.standard_exponential(len(user)),
        schedule=BY_RATE,
        valid_from=since(graph, rng, _younger(graph, main, savings)),
        **common,
    )


def repayments(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array, credit: Array
) -> Iterator[Table]:
    """Yield the repayment of credit cards: in full, or a part of what is owed."""
    main = everybody.main[user]
    full = rng.random(len(user)) < _IN_FULL
    by_cheque = rng.random(len(user)) < _BY_CHEQUE
    online, counter = (graph.world.place.profiles.index(name) for name in ("people", "counter"))
    yield Table.of(
        "pays",
        debtor_account_id=main,
        creditor_account_id=credit,
        user_id=user,
        habit="card_repayment",
        rail=np.where(by_cheque, _CHEQUE, _rail(graph, main, credit)),
        channel=np.where(by_cheque, _BRANCH, _ONLINE),
        amount_minor=0,
        spread=0.0,
        amount_of="debt",
        share=np.where(full, 1.0, rng.uniform(0.05, 0.5, len(user))),
        rate=0.0,
        schedule=FOLLOWING + rng.integers(1, 29, len(user)),
        hours=np.where(by_cheque, counter, online),
        valid_from=since(graph, rng, _younger(graph, main, credit)),
    )


def _rail(graph: Graph, one: Array, other: Array) -> Array:
    """Move money on the books when both accounts are at one bank, else by instant payment."""
    bank = graph["account"]["bank_id"]
    return np.where(bank[one] == bank[other], _BOOK, _INSTANT)


def _younger(graph: Graph, one: Array, other: Array) -> Array:
    opened = graph["account"]["opened"]
    return np.where(opened[one] > opened[other], one, other)


def _rounded(graph: Graph, amount: Array) -> Array:
    unit = graph.world.place.amount("saved")
    return np.asarray(np.maximum(1, np.rint(amount / unit)) * unit, np.int64)
