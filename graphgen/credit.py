"""Credit cards for patterns: opened like anybody's, lived with, and drawn in a spree.

A spree is many purchases by card in shops that also others go to; small ones, as people make every
day, hide the large ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.pattern import errands
from graphgen.population import with_life
from graphgen.population.banking import cards_of, draw_banks
from graphgen.population.draw import take
from graphgen.population.holders import holders
from graphgen.population.shops import shops
from graphgen.population.spending import purchases
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["everyday", "nursed", "open_cards", "split", "spree"]

_CREDIT = words.ACCOUNT_TYPES.index("credit_card")
_PURCHASE = words.HABITS.index("purchase")
_OF_DEBT = words.AMOUNT_OF.index("debt")
_POS, _ONLINE = words.CHANNELS.index("pos"), words.CHANNELS.index("online")
_SORTS = ("5732", "5712", "5200", "4511", "7011")
"""What is bought for much: electronics, furniture, building materials, flights, hotels."""
_EVERYDAY = ("5411", "5812", "5541", "5912")
"""What is bought every day: groceries, meals, fuel, a pharmacy's goods."""
_DIGITAL = ("5815", "5818", "5816", "5999", "5942", "5651")
"""What is bought online for little: books, music, games, clothes."""
_LARGE_ONLINE, _SMALL_ONLINE = 0.1, 0.3
"""Shares bought at a distance; our assumption."""
_ACTIVITY = 0.35
"""How much of a main account's shopping a further card sees; our assumption."""
_OWED = 0.4
"""At most so much of a limit is owed at the start; our assumption."""
_LEAST = 0.05, 0.5
"""What share of a debt is paid a month; our assumption."""
_JITTER = 0.5


def open_cards(
    graph: Graph, seen: Graph, user: Array, opened: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array, list[Table]]:
    """Open a credit card account for each of these users: accounts, cards, limits, tables.

    Rows are int32, limits int64 in minor units. `seen` is the graph with the users in it, `graph`
    the one that is planted on. Limits are shares of the income as those of honest cards are, the
    lower ones more often, since the cards are young; little is owed on them.
    """
    region = seen.world.place
    spec = region.settings("banking")
    low, high = spec["limit_of_income"]
    step = spec["limit_step"] * region.minor_units
    least, most = (edge * region.minor_units for edge in spec["limit_range"])
    share = low + (high - low) * rng.beta(1, 2.5, len(user))
    limit = np.clip(np.rint(seen["user"]["income_minor"][user] * share / step) * step, least, most)
    limit, owed = limit.astype(np.int64), limit * _OWED * rng.beta(1, 3, len(user))
    account, card = graph.new("account", len(user)), graph.new("card", len(user))
    kind = np.full(len(user), _CREDIT, np.int8)
    return (
        account,
        card,
        limit,
        [
            Table.of(
                "account",
                bank_id=draw_banks(seen, len(user), rng),
                type=kind,
                currency=seen.world.place.currency,
                opened=opened,
                opening_balance_minor=-np.rint(owed),
                credit_limit_minor=limit,
            ),
            Table.of("has_account", user_id=user, account_id=account, role="owner", since=opened),
            cards_of(seen, user, account, kind, opened, rng),
        ],
    )


def nursed(
    graph: Graph,
    rng: np.random.Generator,
    tables: list[Table],
    *,
    accounts: Array,
    cards: tuple[Array, Array],
) -> list[Table]:
    """Give tables that are about to be planted, and the honest life of what is in them.

    `accounts` are all that get one; `cards` the users and accounts (int32 each) of the credit
    cards, which are shopped with, and whose debt is paid slowly.
    """
    user, account = cards
    grown = graph.grow("to plant", tables)
    lived = with_life(graph, rng, tables, accounts=accounts)
    everybody, market = holders(grown), shops(grown)
    budget = 0.1 * grown["account"]["credit_limit_minor"][account]
    visits = list(
        purchases(grown, rng, everybody, market, user, account, budget, activity=_ACTIVITY)
    )
    graph.new("pays", sum(len(table) for table in visits))
    is_card = np.zeros(grown.size("account"), bool)
    is_card[account] = True
    lived = [
        _paid_slowly(rng, table, is_card) if table.name == "pays" else table for table in lived
    ]
    return [*lived, *visits]


def _paid_slowly(rng: np.random.Generator, pays: Table, is_card: Array) -> Table:
    """Pay a small part of what is owed on these accounts (bool) a month."""
    some = is_card[pays["creditor_account_id"]] & (pays["amount_of"] == _OF_DEBT)
    return pays.with_columns(
        share=np.where(some, rng.uniform(*_LEAST, len(pays)), pays["share"]).astype(np.float32)
    )


def split(rng: np.random.Generator, total: Array, small: Array) -> Array:
    """Split sums (the grid without its last axis) into parts, some of them small: int64.

    `small` has the amounts of the small parts where it is above 0; the large ones share the rest.
    Where small ones would be more than half of the sum, they are less; where all are small, they
    share the sum.
    """
    large = (small <= 0) | (small > 0).all(axis=-1, keepdims=True)
    little = np.where(large, 0.0, small)
    much = little.sum(axis=-1, keepdims=True)
    little *= np.minimum(1, 0.5 * total[..., None] / np.maximum(much, 1))
    weight = large * rng.lognormal(0, _JITTER, small.shape)
    rest = total[..., None] - little.sum(axis=-1, keepdims=True)
    shared = rest * weight / weight.sum(axis=-1, keepdims=True)
    return np.asarray(np.maximum(1, np.rint(little + shared)), np.int64)


def everyday(graph: Graph, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw sums that people spend by card on any day: float64, minor units."""
    pays = graph["pays"]
    usual = np.flatnonzero((pays["habit"] == _PURCHASE) & (pays["rate"] > 0))
    if not len(usual):
        return np.zeros(shape)
    drawn = usual[take(rng, pays["rate"][usual], int(np.prod(shape)))].reshape(shape)
    sums = pays["amount_minor"][drawn] * np.exp(pays["spread"][drawn] * rng.standard_normal(shape))
    return np.asarray(sums)


def spree(
    graph: Graph,
    seen: Graph,
    rng: np.random.Generator,
    at: Array,
    *,
    large: Array,
    person: Array,
    **columns: Any,  # noqa: ANN401 - whatever broadcasts
) -> Table:
    """Give purchases by card, in shops near the person or online; columns are as of `errands`.

    `large` (bool) says which are of what is bought for much; the others are of everyday things.
    """
    everybody, market = holders(seen), shops(seen)
    person = np.broadcast_to(person, at.shape)
    remote = rng.random(at.shape) < np.where(large, _LARGE_ONLINE, _SMALL_ONLINE)
    sort = np.select(
        [large, remote],
        [
            rng.choice([market.category(code) for code in some], at.shape)
            for some in (_SORTS, _DIGITAL)
        ],
        rng.choice([market.category(code) for code in _EVERYDAY], at.shape),
    )
    place = everybody.place[np.maximum(person, 0)]
    shop = market.pick(rng, sort.reshape(-1), place.reshape(-1), remote.reshape(-1))
    shop = shop.reshape(at.shape)
    return errands(
        graph,
        at,
        hours="shopping",
        creditor_account_id=market.account[shop],
        user_id=person,
        habit="purchase",
        rail="card",
        channel=np.where(market.online[shop], _ONLINE, _POS),
        **columns,
    )
