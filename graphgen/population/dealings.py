"""Dealings: what people and firms pay each other once, and what comes from and goes to elsewhere.

An invoice of a craftsman, a refund, money from a cousin abroad or to an exchange, cash from under
the mattress, goods from another firm. All rates and sums are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.errands import moments
from graphgen.population.holders import Holders
from graphgen.schedule import ONCE
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["dealings", "wholesale"]

_A_QUARTER = {"abroad": 0.8, "from_abroad": 0.9, "invoice": 0.8, "refund": 0.9, "cash_in": 0.5}
"""How many a person has in 90 days."""
_OF_INCOME = {"abroad": 0.12, "from_abroad": 0.15, "invoice": 0.2, "refund": 0.05, "cash_in": 0.12}
"""Median sums, as shares of the monthly income."""
_SPREAD, _AT_MOST = 1.2, 3.0
_BY_BATCH = 0.4
_AT_AN_ATM = 0.4
_SUPPLIES = 6.0
"""Orders of a firm from other firms in 90 days."""
_GOODS_SPREAD = 1.1
_DAYS = 90
_EXTERNAL, _BUSINESS = (words.ACCOUNT_TYPES.index(w) for w in ("external", "business"))
_BATCH, _INSTANT = words.RAILS.index("batch"), words.RAILS.index("instant")
_ATM, _BRANCH = words.CHANNELS.index("atm"), words.CHANNELS.index("branch")


def dealings(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array, days: range
) -> Iterator[Table]:
    """Yield what these people pay and are paid once: to and from firms and the world outside.

    On some days of the window.
    """
    outside = _accounts(graph, _EXTERNAL)
    others = {"invoice": _accounts(graph, _BUSINESS), "refund": graph["merchant"]["account_id"]}
    vault, least = graph["bank"]["vault_account_id"], graph.world.place.minor_units
    for what, usual in _A_QUARTER.items():
        person = np.repeat(user, rng.poisson(usual * len(days) / _DAYS, len(user)))
        own = everybody.main[person]
        amount = everybody.income[person] * _OF_INCOME[what] * _lognormal(rng, len(person))
        amount = np.clip(amount, least, _AT_MOST * everybody.income[person] + least)
        if what == "cash_in":
            small = amount <= graph.world.place.amount("machine")
            yield _once(
                graph, moments(graph, rng, person, "counter", days), amount, "counter",
                debtor_account_id=vault[graph["account"]["bank_id"][own]],
                creditor_account_id=own,
                user_id=person,
                habit="cash_deposit",
                rail="cash",
                channel=np.where((rng.random(len(own)) < _AT_AN_ATM) & small, _ATM, _BRANCH),
            )  # fmt: skip
            continue
        pays = what in ("abroad", "invoice")
        other = rng.choice(others.get(what, outside), len(person))
        yield _once(
            graph, moments(graph, rng, person, "people", days), amount, "people",
            debtor_account_id=own if pays else other,
            creditor_account_id=other if pays else own,
            user_id=person if pays else np.full(len(person), -1, np.int32),
            habit="transfer",
            rail=_either(rng, len(person)),
            channel="online" if pays else "file",
        )  # fmt: skip


def wholesale(graph: Graph, rng: np.random.Generator, days: range) -> Iterator[Table]:
    """Yield what firms order from each other on some days."""
    firms = _accounts(graph, _BUSINESS)
    buyer = np.repeat(firms, rng.poisson(_SUPPLIES * len(days) / _DAYS, len(firms)))
    seller = rng.choice(firms, len(buyer)) if len(firms) else buyer
    buyer, seller = buyer[buyer != seller], seller[buyer != seller]
    nobody = np.full(len(buyer), -1, np.int32)  # they keep the hours of the region's first city
    at = moments(graph, rng, nobody, "counter", days)
    goods = graph.world.place.amount("goods")
    yield _once(
        graph, at, goods * rng.lognormal(0, _GOODS_SPREAD, len(buyer)), "counter",
        debtor_account_id=buyer,
        creditor_account_id=seller,
        user_id=nobody,
        habit="supply",
        rail=_either(rng, len(buyer)),
        channel="file",
    )  # fmt: skip


def _once(graph: Graph, at: Array, amount: Array, hours: str, **columns: Array | str) -> Table:
    return Table.of(
        "pays",
        amount_minor=np.rint(amount).astype(np.int64),
        spread=0.0,
        amount_of="sum",
        share=0.0,
        rate=0.0,
        schedule=ONCE,
        hours=graph.world.place.profiles.index(hours),
        valid_from=at,
        **columns,
    )


def _lognormal(rng: np.random.Generator, count: int) -> Array:
    return rng.lognormal(0, _SPREAD, count)


def _either(rng: np.random.Generator, count: int) -> Array:
    return np.where(rng.random(count) < _BY_BATCH, _BATCH, _INSTANT)


def _accounts(graph: Graph, kind: int) -> Array:
    return np.flatnonzero(graph["account"]["type"] == kind).astype(np.int32)
