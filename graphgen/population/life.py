"""The honest life of an account: the one function that gives it to everybody.

What an account lives by depends on what it is: a person's main account earns, pays the rent, shops;
a second one takes side income and shops less; savings and cards are fed from the main one; a
business sells and buys. The population's accounts and those that patterns create get it here alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.dealings import dealings, wholesale
from graphgen.population.dues import dues
from graphgen.population.errands import errands
from graphgen.population.friends import among_friends, befriend
from graphgen.population.holders import Holders, holders
from graphgen.population.income import business_income, income, side_income
from graphgen.population.own import own_transfers, repayments
from graphgen.population.shops import Shops, shops
from graphgen.population.slips import slips
from graphgen.population.spending import cash, purchases, subscriptions
from graphgen.population.trips import trips
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["errands_of", "live", "with_life"]

_KIND = {word: number for number, word in enumerate(words.ACCOUNT_TYPES)}
_OWNER = words.ACCOUNT_ROLES.index("owner")
_SIDE_SHARE = 0.35
"""How much of a main account's activity a second one sees; our assumption."""


def live(
    graph: Graph, rng: np.random.Generator, *, accounts: Array, days: range
) -> Iterator[Table]:
    """Yield the habits of people's accounts, and their errands on some days: `pays`.

    Parameters
    ----------
    graph
        A graph that holds the accounts, their owners, and a world to spend in.
    rng
        Where chance comes from.
    accounts
        int32: rows of the accounts to give a life; those nobody owns get none.
    days
        The days of the window whose errands are asked for.

    """
    everybody, market = holders(graph), shops(graph)
    asked = np.zeros(graph.size("account"), bool)
    asked[accounts] = True
    held = graph["has_account"]
    owned = asked[held["account_id"]] & (held["role"] == _OWNER)
    user, account = held["user_id"][owned], held["account_id"][owned]
    kind = graph["account"]["type"][account]
    is_main = everybody.main[user] == account
    mains = user[is_main]
    yield from _main_life(graph, rng, everybody, market, mains, days)
    second = (kind == _KIND["checking"]) & ~is_main
    yield from _second_life(graph, rng, everybody, market, user[second], account[second])
    fed = everybody.main[user] >= 0
    savings = (kind == _KIND["savings"]) & fed
    yield from own_transfers(graph, rng, everybody, user[savings], account[savings])
    credit = (kind == _KIND["credit_card"]) & fed
    yield from repayments(graph, rng, everybody, user[credit], account[credit])
    business = kind == _KIND["business"]
    yield from business_income(graph, rng, everybody, user[business], account[business])


def errands_of(graph: Graph, rng: np.random.Generator, *, days: range) -> Iterator[Table]:
    """Yield what everybody does once on some days, and no habit: `pays` and `acts`."""
    everybody, market = holders(graph), shops(graph)
    people = np.flatnonzero(everybody.main >= 0).astype(np.int32)
    yield from errands(graph, rng, everybody, market, people, days)
    yield trips(graph, rng, everybody, market, people, days)
    yield from dealings(graph, rng, everybody, people, days)
    yield from among_friends(graph, rng, days)
    yield from wholesale(graph, rng, days)
    yield slips(graph, rng, days, users=people)


def with_life(
    graph: Graph, rng: np.random.Generator, tables: list[Table], *, accounts: Array
) -> list[Table]:
    """Give tables that a pattern is about to plant, and the honest life of what is in them.

    Accounts get their habits, new people their friends and their slips.
    """
    grown = graph.grow("to plant", tables)
    people = np.arange(graph.size("user"), grown.size("user"), dtype=np.int32)
    days = range(graph.world.days)
    life = [*live(grown, rng, accounts=accounts, days=days)]
    life += befriend(grown, rng, users=people)
    life.append(slips(grown, rng, days, users=people))
    for recipe in ("pays", "acts"):
        graph.new(recipe, sum(len(table) for table in life if table.name == recipe))
    return [*tables, *life]


def _main_life(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    market: Shops,
    user: Array,
    days: range,
) -> Iterator[Table]:
    account = everybody.main[user]
    yield from income(graph, rng, everybody, user)
    costs, tables = dues(graph, rng, everybody, market, user)
    yield from tables
    yield from subscriptions(graph, rng, everybody, market, user)
    yield from cash(graph, rng, everybody, user, account)
    yield from errands(graph, rng, everybody, market, user, days)
    yield trips(graph, rng, everybody, market, user, days)
    yield from dealings(graph, rng, everybody, user, days)
    left = everybody.income[user] - costs
    yield from purchases(graph, rng, everybody, market, user, account, left, activity=1.0)


def _second_life(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    market: Shops,
    user: Array,
    account: Array,
) -> Iterator[Table]:
    earned, tables = side_income(graph, rng, everybody, user, account)
    yield from tables
    yield from cash(graph, rng, everybody, user, account)
    yield from purchases(graph, rng, everybody, market, user, account, earned, activity=_SIDE_SHARE)
