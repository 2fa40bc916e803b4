"""Spending: the shops a person goes to by habit, subscriptions, cash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.draw import take
from graphgen.population.habits import habits
from graphgen.population.holders import Holders
from graphgen.population.shops import Shops
from graphgen.population.since import lately, renewal
from graphgen.schedule import BY_RATE, SAME_DAY
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.region import Region

__all__ = ["Goods", "cash", "goods", "purchases", "subscriptions"]

_ON_CREDIT = 0.55
"""Share of the shops where people who have a credit card use it; our assumption."""
_MEANS = 0.15, 6.0
"""How much less or more than usual prices come to a person's budget is heeded at most; our
assumption."""
_OFTENER = 0.35, 3.0
"""How much more seldom or oftener than usual people shop to spend it; our assumption. Who earns
more pays more often, as in the Diary of Consumer Payment Choice."""
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
    """Yield the habits of shopping with a card, which spend the monthly budget.

    A person's visits are spread over the shops unevenly; how often is drawn for each person. Who
    has more pays more where prices allow, and comes more often.
    """
    data = graph.world.place.toml("habits")
    rates, share = data["rates"], data["budget"]["spending_share"]
    count = np.maximum(1, rng.poisson(rates["purchases"] * min(1.0, 2 * activity), len(user)))
    person = np.repeat(np.arange(len(user)), count)
    sold = goods(graph.world.place, market)
    what = take(rng, sold.visits, len(person))
    remote = rng.random(len(person)) < sold.online[what]
    shop = market.pick(rng, sold.category[what], everybody.place[user[person]], remote)
    rate = rng.standard_exponential(len(person)) ** 1.3 + 0.05
    total = rates["purchase"] * activity * graph.world.activity
    busy = total * rng.lognormal(-0.1, rates["purchase_spread"], len(user))
    rate *= (busy / np.bincount(person, rate, len(user)))[person]
    budget = np.maximum(budget, 0.18 * everybody.income[user]) * share
    dearer, oftener = _afforded(sold, what, person, rate / graph.world.activity, budget)
    rate *= oftener[person]
    amount = sold.median[what] / graph.world.activity * dearer
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
        amount_minor=np.rint(amount).astype(np.int64),
        spread=sold.spread[what],
        amount_of="sum",
        share=0.0,
        rate=rate * renewal(graph),
        schedule=BY_RATE,
        hours=np.where(
            market.online[shop], graph.world.place.profiles.index("online"), sold.hours[what]
        ),
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


@dataclass(frozen=True)
class Goods:
    """What people buy by card: an entry for each row of purchases.csv."""

    category: Array
    """int64: the number of the category."""
    visits: Array
    """float64: how often people go there, next to others."""
    online: Array
    """float64: how much of it is bought at a distance."""
    median: Array
    """float64: minor units."""
    spread: Array
    """float64: of the logarithm of what one person pays at one shop."""
    elastic: Array
    """float64: how prices follow what a person can spend, as an exponent."""
    hours: Array
    """int8: profile of the week."""


def goods(place: Region, market: Shops) -> Goods:
    """Look up what people of a region buy by card."""
    sold, shops = place.csv("purchases"), place.csv("merchants")
    codes = [f"{int(c):04d}" for c in shops["mcc"]]
    row = np.array([codes.index(f"{int(c):04d}") for c in sold["mcc"]])
    visits, online = (np.asarray(shops[name], float)[row] for name in ("visits", "online"))
    return Goods(
        category=np.array([market.category(code) for code in sold["mcc"]]),
        visits=visits,
        online=online,
        median=np.asarray(sold["median_minor"], float),
        spread=np.asarray(sold["spread"], float),
        elastic=np.asarray(sold["elastic"], float),
        hours=np.array([place.profiles.index(name) for name in sold["hours"]], np.int8),
    )


def _afforded(
    sold: Goods, what: Array, person: Array, rate: Array, budget: Array
) -> tuple[Array, Array]:
    """Say how much dearer each habit is, and how much oftener each person comes, to spend it all.

    `rate` is firings a day at usual prices; `budget` is minor units a month.
    """
    usual = _MONTH * rate * (sold.median * np.exp(sold.spread**2 / 2))[what]
    means = np.clip(budget / np.bincount(person, usual, len(budget)), *_MEANS)
    dearer = np.exp(sold.elastic[what] * np.log(means)[person])
    spent = np.bincount(person, usual * dearer, len(budget))
    return dearer, np.clip(budget / spent, *_OFTENER)


def subscriptions(
    graph: Graph, rng: np.random.Generator, everybody: Holders, market: Shops, user: Array
) -> Iterator[Table]:
    """Yield what people subscribe to: a price, on the same day every month, by card."""
    rates = graph.world.place.toml("habits")["rates"]
    person = np.repeat(user, rng.poisson(rates["subscriptions"], len(user)))
    codes = np.array([market.category(code) for code in _SUBSCRIPTION])
    category = rng.choice(codes, len(person))
    remote = market.remote(rng, category)
    shop = market.pick(rng, category, everybody.place[person], remote)
    on_credit = (everybody.credit_card[person] >= 0) & (rng.random(len(person)) < _ON_CREDIT)
    payer = np.where(on_credit, everybody.credit[person], everybody.main[person])
    first, last = lately(graph, rng, payer)
    unit, ending, _ = habits(graph.world.place).price_minor
    price = graph.world.place.amount("subscription") * rng.lognormal(0, 0.6, len(person))
    yield Table.of(
        "pays",
        debtor_account_id=payer,
        creditor_account_id=market.account[shop],
        user_id=person,
        card_id=np.where(on_credit, everybody.credit_card[person], everybody.debit_card[person]),
        habit="subscription",
        rail="card",
        channel="file",
        amount_minor=(np.rint(price / unit) * unit).astype(np.int64) + ending,
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
    place = graph.world.place
    median = place.amount("cash_withdrawal") * wealth * np.where(machine, 1.0, _AT_THE_COUNTER)
    rate /= np.where(machine, 1.0, _AT_THE_COUNTER)
    yield _cash(graph, rng, user, account, rate, median, machine, out=True)
    some = rng.random(len(user)) < rates["cash_depositors"]
    machine = rng.random(len(user)) < 0.5  # noqa: PLR2004 - half go to the counter
    rate = rng.standard_exponential(len(user)) * rates["cash_deposit"] / rates["cash_depositors"]
    columns = (user, account, rate, place.amount("cash_deposit") * wealth, machine)
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
    always, unit = rng.random(len(user)) < _ALWAYS, graph.world.place.amount("cash_round")
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
        amount_minor=np.where(always, np.maximum(1, np.rint(amount / unit)) * unit, amount),
        spread=np.where(always, 0.0, 0.6),
        amount_of="sum",
        share=0.0,
        rate=rate * renewal(graph),
        schedule=BY_RATE,
        hours=np.where(machine, any_time, counter),
        valid_from=first,
        valid_to=last,
    )
