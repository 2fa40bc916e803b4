"""Friends: the network of people's transfers, and whom they know by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.holders import holders
from graphgen.population.since import lately
from graphgen.population.transfers import transfer_network
from graphgen.schedule import BY_RATE
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["friends"]

_MEDIAN_MINOR = 4500
"""Median amount of a transfer between people; our assumption."""
_OF_INCOME = 0.4
_SPREAD = 0.7
_CHEQUE_SIZE = 5.0
"""How much larger a transfer by cheque is. Federal Reserve Payments Study 2022: the average cheque
was 2,430 dollars in 2021."""
_AT_MOST = 0.12
"""What a person sends to others is at most this share of the income; our assumption."""
_INSTANT, _BATCH, _CHEQUE = (words.RAILS.index(r) for r in ("instant", "batch", "cheque"))
_ONLINE, _BRANCH = words.CHANNELS.index("online"), words.CHANNELS.index("branch")


def friends(graph: Graph, rng: np.random.Generator, *, users: Array) -> Iterator[Table]:
    """Yield the habits of sending money among these people, and `knows` for each pair."""
    everybody = holders(graph)
    users = users[everybody.main[users] >= 0]
    place = everybody.place[users] + rng.random(len(users))
    payer, payee, pair = transfer_network(rng, place, graph.world.transfers)
    payer, payee = users[payer], users[payee]
    yield _transfers(graph, rng, everybody.main, everybody.income, payer, payee, pair)
    first = np.unique(pair, return_index=True)[1]
    first = first[~_known(graph, payer[first], payee[first])]
    world = graph.world
    yield Table.of(
        "knows",
        user_id=payer[first],
        other_user_id=payee[first],
        relation="friend",
        since=world.start_ms - (rng.random(len(first)) * 3e11).astype(np.int64),
    )


def _transfers(
    graph: Graph,
    rng: np.random.Generator,
    main: Array,
    income: Array,
    payer: Array,
    payee: Array,
    pair: Array,
) -> Table:
    data = graph.world.place.toml("habits")
    rates, budget = data["rates"], data["budget"]
    pairs = int(pair.max()) + 1 if len(pair) else 0
    # who pays back does so about as often and as much: a pair has one rate and one size
    rate = rates["transfer"] * rng.lognormal(0, rates["transfer_spread"], pairs)
    size = _MEDIAN_MINOR * rng.lognormal(0, 0.7, pairs)
    wealth = (income[payer] / max(1.0, float(np.median(income)))) ** _OF_INCOME
    amount = size[pair] * wealth
    a_month = 30.4 * np.exp(_SPREAD**2 / 2) * np.bincount(payer, amount * rate[pair], len(main))
    amount *= np.minimum(1, _AT_MOST * income / np.maximum(1, a_month))[payer]
    u = rng.random(len(payer))
    rail = np.where(u < budget["cheque_transfer"], _CHEQUE, _INSTANT)
    rail = np.where(u > 1 - budget["batch_transfer"], _BATCH, rail)
    # who writes a cheque pays more at a time, and more seldom
    by_cheque = rail == _CHEQUE
    amount = np.where(by_cheque, amount * _CHEQUE_SIZE, amount)
    often = np.where(by_cheque, rate[pair] / _CHEQUE_SIZE, rate[pair])
    first, last = lately(graph, rng, main[payer])
    return Table.of(
        "pays",
        debtor_account_id=main[payer],
        creditor_account_id=main[payee],
        user_id=payer,
        habit="transfer",
        rail=rail,
        channel=np.where(rail == _CHEQUE, _BRANCH, _ONLINE),
        amount_minor=np.maximum(100, amount).astype(np.int64),
        spread=_SPREAD,
        amount_of="sum",
        share=0.0,
        rate=often,
        schedule=BY_RATE,
        hours=graph.world.place.profiles.index("people"),
        valid_from=first,
        valid_to=last,
    )


def _known(graph: Graph, one: Array, other: Array) -> Array:
    """Say which pairs know each other already, as family or otherwise: bool."""
    knows = graph["knows"]

    def pair(a: Array, b: Array) -> Array:
        return np.minimum(a, b).astype(np.int64) << 32 | np.maximum(a, b)

    return np.isin(pair(one, other), pair(knows["user_id"], knows["other_user_id"]))
