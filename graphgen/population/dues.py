"""What must be paid every month: rent or mortgage, bills, savings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.holders import Holders
from graphgen.population.shops import Shops
from graphgen.population.since import since
from graphgen.schedule import FOLLOWING
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["dues"]

_LANDLORDS = "6513"
_OWNER, _SAVINGS = words.ACCOUNT_ROLES.index("owner"), words.ACCOUNT_TYPES.index("savings")
_LARGEST_SHARE = 0.33
"""Rent is at most this share of the income, the bills together half as much; our assumption."""
_SPREAD_OF_HOUSING = 0.25
_ON_THE_FIRST = 0.7
"""Share of rents and mortgages due on the first of the month; our assumption."""


def dues(
    graph: Graph, rng: np.random.Generator, everybody: Holders, market: Shops, user: Array
) -> tuple[Array, Iterator[Table]]:
    """Give what each person's dues come to a month (float64), and the habits that pay them."""
    budget = graph.world.place.toml("habits")["budget"]
    smallest = graph.world.place.amount("rent")
    costs = everybody.income[user] * np.where(_saves(graph)[user], budget["savings_share"], 0.0)
    tables: list[Table] = []
    head = np.flatnonzero(everybody.head[user])
    u = rng.random(len(head))
    renters = head[u < budget["renters"]]
    owners = head[u > 1 - budget["mortgage_payers"]]
    for rows, kind in ((renters, "rent"), (owners, "mortgage")):
        share = budget[f"{kind}_share"]
        spread = rng.lognormal(0, _SPREAD_OF_HOUSING, len(rows))
        income = everybody.income[user[rows]]
        amount = np.minimum(np.maximum(smallest, income * share * spread), income * _LARGEST_SHARE)
        costs[rows] += amount
        tables.append(_housing(graph, rng, everybody, market, user[rows], amount, kind))
    for code in budget["bills"]:
        spread = rng.lognormal(0, budget["bill_spread"], len(head))
        most = everybody.income[user[head]] * _LARGEST_SHARE / 2 / len(budget["bills"])
        amount = np.minimum(budget["bill_median_minor"] * spread, most)
        costs[head] += amount
        tables.append(_bill(graph, rng, everybody, market, user[head], amount, code))
    return costs, iter(tables)


def _saves(graph: Graph) -> Array:
    """Say who owns a savings account: bool, one for each user."""
    held = graph["has_account"]
    kind = graph["account"]["type"][held["account_id"]]
    saves = np.zeros(graph.size("user"), bool)
    saves[held["user_id"][(held["role"] == _OWNER) & (kind == _SAVINGS)]] = True
    return saves


def _housing(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    market: Shops,
    user: Array,
    amount: Array,
    kind: str,
) -> Table:
    payer = everybody.main[user]
    batch, cheque = words.RAILS.index("batch"), words.RAILS.index("cheque")
    file, branch = words.CHANNELS.index("file"), words.CHANNELS.index("branch")
    if kind == "rent":
        category = np.full(len(user), market.category(_LANDLORDS))
        offline = np.zeros(len(user), bool)
        landlord = market.pick(rng, category, everybody.place[user], offline)
        payee = market.account[landlord]
        share = graph.world.place.toml("habits")["budget"]["cheque_rent"]
        by_cheque = rng.random(len(user)) < everybody.by_cheque(user, share)
        unit = graph.world.place.toml("habits")["rent"]["round_minor"]
        rounded = np.rint(amount / unit) * unit
    else:
        payee = graph["bank"]["income_account_id"][graph["account"]["bank_id"][payer]]
        by_cheque = np.zeros(len(user), bool)
        rounded = np.rint(amount)
    return Table.of(
        "pays",
        debtor_account_id=payer,
        creditor_account_id=payee,
        user_id=user,
        habit=kind,
        rail=np.where(by_cheque, cheque, batch),
        channel=np.where(by_cheque, branch, file),
        amount_minor=rounded.astype(np.int64),
        spread=0.0,
        amount_of="sum",
        share=0.0,
        rate=0.0,
        schedule=FOLLOWING
        + np.where(rng.random(len(user)) < _ON_THE_FIRST, 1, rng.integers(1, 29, len(user))),
        hours=_hours(graph, "counter" if kind == "rent" else "payroll"),
        valid_from=since(graph, rng, payer),
    )


def _bill(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    market: Shops,
    user: Array,
    amount: Array,
    code: int,
) -> Table:
    payer = everybody.main[user]
    category = np.full(len(user), market.category(code))
    remote = market.remote(rng, category)
    biller = market.pick(rng, category, everybody.place[user], remote)
    return Table.of(
        "pays",
        debtor_account_id=payer,
        creditor_account_id=market.account[biller],
        user_id=user,
        habit="bill",
        rail="batch",
        channel="file",
        amount_minor=amount.astype(np.int64),
        spread=0.18,
        amount_of="sum",
        share=0.0,
        rate=0.0,
        schedule=FOLLOWING + rng.integers(1, 29, len(user)),
        hours=_hours(graph, "payroll"),
        valid_from=since(graph, rng, payer),
    )


def _hours(graph: Graph, profile: str) -> int:
    return graph.world.place.profiles.index(profile)
