"""Spending: the shops a person goes to by habit, subscriptions, cash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.holders import Holders
from graphgen.population.shops import Shops
from graphgen.population.since import lately, renewal
from graphgen.schedule import BY_RATE, SAME_DAY
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["cash", "purchases", "subscriptions"]

_ON_CREDIT = 0.55
"""Share of the shops where people who have a credit card use it; our assumption."""
_WITHDRAWN, _PAID_IN = 6_500, 30_000
"""Median amounts of cash, in minor units; our assumption."""
_AT_THE_COUNTER = 8.0
"""How much more is fetched at the counter at a time, and how much more seldom; our assumption."""
_ALWAYS = 0.3
"""Share of people who always take the same round sum; our assumption."""
_AT_MACHINES = 0.86
"""Share of people who fetch cash at machines and not at the counter; our assumption."""
_OWN_BANK = 0.7
"""Share of people who fetch cash at their own bank; our assumption."""
_SUBSCRIPTION = ("5968", "4899", "5815", "5818")
_POS, _ONLINE = words.CHANNELS.index("pos"), words.CHANNELS.index("online")
_MONTH = 30.4


def purchases(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    market: Shops,
    user: Array,
    account: Array,
    budget: Array,
    *,
    activity: float,
) -> Iterator[Table]:
    """Yield the habits of shopping with a card; amounts are scaled to spend the monthly budget.

    A person's visits are spread over the shops unevenly; how often is drawn for each person.
    """
    data = graph.world.place.toml("habits")
    rates, share = data["rates"], data["budget"]["spending_share"]
    count = np.maximum(1, rng.poisson(rates["purchases"] * min(1.0, 2 * activity), len(user)))
    person = np.repeat(np.arange(len(user)), count)
    category, median, spread, hours, remote = _categories(graph, rng, market, len(person))
    shop = market.pick(rng, category, everybody.place[user[person]], remote)
    rate = rng.standard_exponential(len(person)) ** 1.3 + 0.05
    total = rates["purchase"] * activity * graph.world.activity
    busy = total * rng.lognormal(-0.1, rates["purchase_spread"], len(user))
    rate *= (busy / np.bincount(person, rate, len(user)))[person]
    spent = _MONTH * np.bincount(person, rate * median * np.exp(spread**2 / 2), len(user))
    scale = np.clip(np.maximum(budget, 0.18 * everybody.income[user]) * share / spent, 0.15, 6.0)
    own = everybody.main[user[person]] == account[person]
    on_credit = own & (everybody.credit_card[user[person]] >= 0)
    on_credit &= rng.random(len(person)) < _ON_CREDIT
    payer = np.where(on_credit, everybody.credit[user[person]], account[person])
    first, last = lately(graph, rng, payer)
    yield Table.of(
        "pays",
        debtor_account_id=payer,
        creditor_account_id=market.account[shop],
        user_id=user[person],
        card_id=np.where(
            on_credit,
            everybody.credit_card[user[person]],
            _card(graph, everybody, user, account)[person],
        ),
        habit="purchase",
        rail="card",
        channel=np.where(market.online[shop], _ONLINE, _POS),
        amount_minor=np.rint(median * scale[person]).astype(np.int64),
        spread=spread,
        amount_of="sum",
        share=0.0,
        rate=rate * renewal(graph),
        schedule=BY_RATE,
        hours=np.where(market.online[shop], graph.world.place.profiles.index("online"), hours),
        valid_from=first,
        valid_to=last,
    )


def _card(graph: Graph, everybody: Holders, user: Array, account: Array) -> Array:
    """Find the card that each person pays with from each account."""
    card = graph["card"]
    by_account = np.full(graph.size("account"), -1, np.int32)
    rows = np.arange(len(card), dtype=np.int32)[::-1]
    by_account[card["account_id"][rows]] = rows
    main = everybody.main[user] == account
    return np.where(main, everybody.debit_card[user], by_account[account])


def _categories(
    graph: Graph, rng: np.random.Generator, market: Shops, count: int
) -> tuple[Array, Array, Array, Array, Array]:
    """Draw categories by how often people go there.

    Gives category, median amount, spread, hours, and whether it is bought at a distance.
    """
    place = graph.world.place
    sold, shops = place.csv("purchases"), place.csv("merchants")
    codes = [f"{int(c):04d}" for c in shops["mcc"]]
    row = np.array([codes.index(f"{int(c):04d}") for c in sold["mcc"]])
    visits = np.asarray(shops["visits"], float)[row]
    drawn = np.searchsorted(np.cumsum(visits / visits.sum())[:-1], rng.random(count), side="right")
    number = np.array([market.category(code) for code in sold["mcc"]])
    profile = np.array([place.profiles.index(name) for name in sold["hours"]], np.int8)
    remote = rng.random(count) < np.asarray(shops["online"], float)[row][drawn]
    median = np.asarray(sold["median_minor"], float)[drawn]
    return number[drawn], median, np.asarray(sold["spread"], float)[drawn], profile[drawn], remote


def subscriptions(
    graph: Graph, rng: np.random.Generator, everybody: Holders, market: Shops, user: Array
) -> Iterator[Table]:
    """Yield what people subscribe to: a price, on the same day every month, by card."""
    rates = graph.world.place.toml("habits")["rates"]
    person = np.repeat(user, rng.poisson(rates["subscriptions"], len(user)))
    codes = np.array([market.category(code) for code in _SUBSCRIPTION])
    remote = np.ones(len(person), bool)
    shop = market.pick(rng, rng.choice(codes, len(person)), everybody.place[person], remote)
    on_credit = (everybody.credit_card[person] >= 0) & (rng.random(len(person)) < _ON_CREDIT)
    payer = np.where(on_credit, everybody.credit[person], everybody.main[person])
    first, last = lately(graph, rng, payer)
    price = np.rint(rng.lognormal(7.0, 0.6, len(person)) / 100) * 100
    yield Table.of(
        "pays",
        debtor_account_id=payer,
        creditor_account_id=market.account[shop],
        user_id=person,
        card_id=np.where(on_credit, everybody.credit_card[person], everybody.debit_card[person]),
        habit="subscription",
        rail="card",
        channel="file",
        amount_minor=price.astype(np.int64) + 99,
        spread=0.0,
        amount_of="sum",
        share=0.0,
        rate=0.0,
        schedule=SAME_DAY + rng.integers(1, 32, len(person)),
        hours=graph.world.place.profiles.index("payroll"),
        valid_from=first,
        valid_to=last,
    )


def cash(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array, account: Array
) -> Iterator[Table]:
    """Yield withdrawals of cash at machines or the counter, and some people's deposits."""
    rates = graph.world.place.toml("habits")["rates"]
    wealth = np.sqrt(everybody.income[user] / max(1.0, float(np.median(everybody.income))))
    machine = rng.random(len(user)) < _AT_MACHINES
    rate = rates["cash_withdrawal"] * rng.standard_exponential(len(user))
    median = _WITHDRAWN * wealth * np.where(machine, 1.0, _AT_THE_COUNTER)
    rate /= np.where(machine, 1.0, _AT_THE_COUNTER)
    yield _cash(graph, rng, user, account, rate, median, machine, out=True)
    some = rng.random(len(user)) < rates["cash_depositors"]
    machine = rng.random(len(user)) < 0.5  # noqa: PLR2004 - half go to the counter
    rate = rng.standard_exponential(len(user)) * rates["cash_deposit"] / rates["cash_depositors"]
    columns = (user, account, rate, _PAID_IN * wealth, machine)
    yield _cash(graph, rng, *(column[some] for column in columns), out=False)


def _cash(
    graph: Graph,
    rng: np.random.Generator,
    user: Array,
    account: Array,
    rate: Array,
    median: Array,
    machine: Array,
    *,
    out: bool,
) -> Table:
    bank = graph["account"]["bank_id"][account]
    other = rng.integers(0, graph.size("bank"), len(user))
    vault = graph["bank"]["vault_account_id"][
        np.where(rng.random(len(user)) < _OWN_BANK, bank, other)
    ]
    amount = np.rint(median * rng.lognormal(0, 0.5, len(user)))
    always, hundred = rng.random(len(user)) < _ALWAYS, 100 * graph.world.place.minor_units
    first, last = lately(graph, rng, account)
    any_time, counter = (graph.world.place.profiles.index(name) for name in ("cash", "counter"))
    return Table.of(
        "pays",
        debtor_account_id=account if out else vault,
        creditor_account_id=vault if out else account,
        user_id=user,
        habit="cash_withdrawal" if out else "cash_deposit",
        rail="cash",
        channel=np.where(machine, words.CHANNELS.index("atm"), words.CHANNELS.index("branch")),
        amount_minor=np.where(always, np.maximum(1, np.rint(amount / hundred)) * hundred, amount),
        spread=np.where(always, 0.0, 0.6),
        amount_of="sum",
        share=0.0,
        rate=rate * renewal(graph),
        schedule=BY_RATE,
        hours=np.where(machine, any_time, counter),
        valid_from=first,
        valid_to=last,
    )
