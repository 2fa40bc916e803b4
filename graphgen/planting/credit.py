"""Credit for patterns: cards opened like anybody's, and lived with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.rings import in_grid
from graphgen.population import settle, with_life
from graphgen.population.banking import cards_of, draw_banks
from graphgen.population.draw import uniform_ms
from graphgen.population.holders import holders
from graphgen.population.shops import shops
from graphgen.population.spending import purchases
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["Cards", "open_cards", "open_for_newcomers"]

_CREDIT = words.ACCOUNT_TYPES.index("credit_card")
_PURCHASE = words.HABITS.index("purchase")
_OF_DEBT = words.AMOUNT_OF.index("debt")
_ACTIVITY = 0.2
"""How much of a main account's shopping a further card sees; our assumption."""
_SELDOM = 0.3
"""How often a day a further card is used at least, so that hardly one lies idle for a month; our
assumption."""
_FRUGAL, _CHEAP = 0.7, 500
"""To which power of how much more often a further card is used sums are smaller, and what they are
not below, in minor units; our assumption."""
_OWED = 0.25
"""At most so much of a limit is owed at the start; our assumption."""
_ROOM, _BILL_DAYS = 0.5, 45
"""What share of a limit a spree may come to at least, and for how many days of honest purchases
there is room left beside it: a month, and half of one till the bill is due; our assumption."""
_LEAST = 0.05, 0.5
"""What share of a debt is paid a month; our assumption."""
_STEADY, _SPARE = 0.25, 0.15
"""Where debts shall stay: what of them is paid a month at least (a month's purchases are a tenth of
the limit, so that two fifths of it come to be owed), and what of the monthly income may be spent
with all these cards; our assumption."""


@dataclass(frozen=True)
class Cards:
    """New credit cards on a grid: a row for each case, along the last axis its cards."""

    account: Array
    """int32: rows of `account`, -1 where there is none."""
    card: Array
    """int32: rows of `card`, -1 where there is none."""
    limit: Array
    """int64: minor units, 0 where there is none."""
    room: Array
    """float64: minor units that a spree may come to, beside what is owed already and what honest
    life buys with the card; 0 where there is none."""
    usual: Array
    """int32, an axis more than those: accounts of shops where each is used by habit, else -1."""
    paid: Array
    """float64: minor units that are usually paid in each."""
    seen: Graph
    """The graph with them, and whoever is new, in it."""


def open_cards(
    graph: Graph,
    rng: np.random.Generator,
    here: Array,
    user: Array,
    opened: Array,
    *,
    settled: Graph | None = None,
    people: list[Table] | None = None,
) -> tuple[Cards, list[Table]]:
    """Open a credit card account for each of these users, and give all that is new its life.

    `here` (bool, a grid) says where there is a card, `user` and `opened` (ms) whose and since when.
    Limits are shares of the income as those of honest cards are, the lower ones more often, since
    the cards are young; little is owed on them. They are shopped with, and what is owed is paid
    slowly. `people` are tables of new ones, and `settled` the graph with these in it.
    """
    settled, count = settled or graph, len(user)
    region = settled.world.place
    spec = region.settings("banking")
    low, high = spec["limit_of_income"]
    step = spec["limit_step"] * region.minor_units
    least, most = (edge * region.minor_units for edge in spec["limit_range"])
    share = low + (high - low) * rng.beta(1, 3.5, count)
    limit = np.clip(
        np.rint(settled["user"]["income_minor"][user] * share / step) * step, least, most
    )
    limit, owed = limit.astype(np.int64), limit * _OWED * rng.beta(1, 3, count)
    account, card = graph.new("account", count), graph.new("card", count)
    kind = np.full(count, _CREDIT, np.int8)
    tables = [
        *(people or ()),
        Table.of(
            "account",
            bank_id=draw_banks(settled, count, rng),
            type=kind,
            currency=region.currency,
            opened=opened,
            opening_balance_minor=-np.rint(owed),
            credit_limit_minor=limit,
        ),
        Table.of("has_account", user_id=user, account_id=account, role="owner", since=opened),
        cards_of(settled, user, account, kind, opened, rng),
    ]
    lived = _nursed(graph, rng, tables, user, account)
    limits, room = np.zeros(here.shape, np.int64), np.zeros(here.shape)
    limits[here] = limit
    room[here] = np.maximum(_ROOM * limit, limit - owed - _bought(lived, account))
    seen, (shop, paid) = graph.grow("seen", tables), _usual(lived, account)
    usual = np.full((*here.shape, shop.shape[1]), -1, np.int32)
    costs = np.ones(usual.shape)
    usual[here], costs[here] = shop, paid
    return Cards(
        in_grid(here, account), in_grid(here, card), limits, room, usual, costs, seen
    ), lived


def open_for_newcomers(
    graph: Graph, rng: np.random.Generator, here: Array, years: float
) -> tuple[Array, Cards, list[Table]]:
    """Settle people who became customers in the last years, and open a credit card for each.

    `here` (bool, a grid) says where there is somebody. Gives who they are (int32 users, as they
    come in the grid), their cards, and the tables of all that is new, as of `open_cards`.
    """
    user = graph.size("user") + np.arange(here.sum(), dtype=np.int32)
    new = list(settle(graph, len(user), rng, arrived=float(years)))
    settled = graph.grow("settled", new)
    graph.new("card", settled.size("card") - graph.size("card"))  # of which none is used here
    since = settled["user"]["customer_since"][user]
    opened = uniform_ms(rng, since, graph.world.start_ms, len(user))
    return user, *open_cards(graph, rng, here, user, opened, settled=settled, people=new)


def _usual(lived: list[Table], account: Array) -> tuple[Array, Array]:
    """Say where cards (rows of `account`) are used by habit: accounts of shops, and what is paid.

    Two grids (cards, shops), -1 and 1 where there is none.
    """
    pays = Table.concat([table for table in lived if table.name == "pays"])
    rows = np.flatnonzero(
        np.isin(pays["debtor_account_id"], account) & (pays["habit"] == _PURCHASE)
    )
    order = np.argsort(account, kind="stable")
    card = order[np.searchsorted(account[order], pays["debtor_account_id"][rows])]
    rows, card = rows[np.argsort(card, kind="stable")], np.sort(card)
    place = np.arange(len(card)) - np.searchsorted(card, card)
    shape = len(account), int(place.max(initial=0)) + 1
    shop, paid = np.full(shape, -1, np.int32), np.ones(shape)
    shop[card, place] = pays["creditor_account_id"][rows]
    paid[card, place] = np.maximum(1, pays["amount_minor"][rows])
    return shop, paid


def _bought(lived: list[Table], account: Array) -> Array:
    """Say what honest life may buy with cards (rows of `account`) within a bill's time: float64."""
    spent = np.zeros(int(account.max(initial=0)) + 1)
    for pays in lived:
        if pays.name == "pays":
            mean = pays["amount_minor"] * np.exp(pays["spread"] ** 2 / 2.0) * pays["rate"]
            mine = pays["debtor_account_id"] < len(spent)
            np.add.at(spent, pays["debtor_account_id"][mine], mean[mine] * _BILL_DAYS)
    return np.asarray(spent[account])


def _nursed(
    graph: Graph, rng: np.random.Generator, tables: list[Table], user: Array, account: Array
) -> list[Table]:
    """Give tables that are about to be planted, and the honest life of what is in them.

    Users and accounts (int32 each) are those of the credit cards.
    """
    grown = graph.grow("to plant", tables)
    new = np.arange(graph.size("account"), grown.size("account"), dtype=np.int32)
    lived = with_life(graph, rng, tables, accounts=new)
    everybody, market = holders(grown), shops(grown)
    # in a world of more than a quarter all their cards together cost no more than they can pay back
    steady = float(np.clip(graph.world.days / 90 - 1, 0, 1))
    budget = 0.1 * grown["account"]["credit_limit_minor"][account]
    spare = _SPARE * everybody.income[user] / np.bincount(user)[user]
    budget = (1 - steady) * budget + steady * np.minimum(budget, spare)
    visits = [
        _kept_busy(table)
        for table in purchases(
            grown, rng, everybody, market, user, account, budget, activity=_ACTIVITY
        )
    ]
    graph.new("pays", sum(len(table) for table in visits))
    is_card = np.zeros(grown.size("account"), bool)
    is_card[account] = True
    lived = [
        _paid_slowly(rng, table, is_card, steady) if table.name == "pays" else table
        for table in lived
    ]
    return [*lived, *visits]


def _kept_busy(visits: Table) -> Table:
    """Use each card often enough: who would use one seldom buys less with it each time."""
    card, number = np.unique(visits["debtor_account_id"], return_inverse=True)
    often = np.bincount(number, visits["rate"], len(card))
    more = np.maximum(1.0, _SELDOM / np.maximum(often, 1e-9))[number]
    less = np.maximum(_CHEAP, visits["amount_minor"] / more**_FRUGAL)
    return visits.with_columns(
        rate=(visits["rate"] * more).astype(np.float32),
        amount_minor=np.minimum(visits["amount_minor"], np.rint(less).astype(np.int64)),
    )


def _paid_slowly(rng: np.random.Generator, pays: Table, is_card: Array, steady: float) -> Table:
    """Pay a small part of what is owed on these accounts (bool) a month.

    The more `steady` (0 to 1), the less debts grow up to the limits.
    """
    some = is_card[pays["creditor_account_id"]] & (pays["amount_of"] == _OF_DEBT)
    share = np.maximum(_STEADY * steady, rng.uniform(*_LEAST, len(pays)))
    return pays.with_columns(share=np.where(some, share, pays["share"]).astype(np.float32))
