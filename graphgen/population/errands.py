"""Errands: the unusual payments that honest life is full of. Each fires once.

A sofa, a repair, a deposit for a flat, a loan to a friend, a cheque for a used car.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.clock import Clocks
from graphgen.population.holders import Holders, zones_of
from graphgen.population.shops import Shops
from graphgen.population.spending import goods
from graphgen.schedule import ONCE
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["COUNTER", "at_hours", "errands", "moments", "often", "private"]

COUNTER = "counter"
"""The profile of what is done at a bank's counter."""
_DAYS = 90
_MEDIAN_OF_INCOME = 0.06
"""An errand's median amount as a share of the monthly income; our assumption."""
_SPREAD = 1.2
_AT_MOST = 1.5
_CHEQUES, _BATCHES = 0.5, 0.87
"""Share of errands by cheque, among those who can afford it, and share not by batch transfer; our
assumption."""
_CASH_TIMES, _CHEQUE_SHARE = 4.0, (0.05, 0.65)
"""How much larger errands in cash are, what share of the balance a large cheque is for, and the
largest errand in monthly incomes; our assumption."""
_OF_SUM, _OF_BALANCE = words.AMOUNT_OF.index("sum"), words.AMOUNT_OF.index("balance")
_TO_PEOPLE = 0.55
_STRANGERS = 0.3
"""Of the errands to people, those to somebody one never pays otherwise, as who sells a sofa; our
assumption."""
_IN_CASH = 0.12
_CASHED = 0.03
"""Cheques that a person cashes in 90 days; our assumption."""
_COUNTING_MS = 60_000
"""How long it takes at least to fetch what has been paid in; our assumption."""
_CLEARED_OUT = 0.15
"""Share of large withdrawals that take most of what there is; our assumption."""
_CARD, _INSTANT = words.RAILS.index("card"), words.RAILS.index("instant")
_CHEQUE, _BATCH = words.RAILS.index("cheque"), words.RAILS.index("batch")
_POS, _ONLINE = words.CHANNELS.index("pos"), words.CHANNELS.index("online")
_BRANCH = words.CHANNELS.index("branch")
_BIG_TICKETS = ("5712", "5732", "7538", "5200", "4511", "7011", "8021")


def errands(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    market: Shops,
    user: Array,
    days: range,
) -> Iterator[Table]:
    """Yield people's unusual payments on some days, to shops and to other people."""
    person = np.repeat(user, rng.poisson(often(graph, days), len(user)))
    u = rng.random(len(person))
    yield _big_tickets(graph, rng, everybody, market, person[u > _TO_PEOPLE], days)
    stranger = person[u < _TO_PEOPLE * _STRANGERS]
    others = np.flatnonzero(everybody.main >= 0).astype(np.int32)
    payee = rng.choice(others, len(stranger)) if len(others) else stranger
    other = payee != stranger
    yield private(graph, rng, everybody, stranger[other], payee[other], days)
    at = moments(graph, rng, person, COUNTER, days)
    large = rng.random(len(person)) < _IN_CASH
    most = rng.random(int(large.sum())) < _CLEARED_OUT
    yield _cash(graph, rng, everybody, person[large], at[large], most)
    yield from _cashed_cheques(graph, rng, everybody, user, days)


def often(graph: Graph, days: range, *, among_friends: bool = False) -> float:
    """Say how many errands a person has on some days, or how many of them among friends."""
    many = graph.world.place.toml("habits")["rates"]["errands"] * len(days) / _DAYS
    return float(many * _TO_PEOPLE * (1 - _STRANGERS) if among_friends else many)


def moments(
    graph: Graph, rng: np.random.Generator, user: Array, profile: str, days: range
) -> Array:
    """Draw when errands happen: one of the days, at an hour that the profile likes; int64, ms.

    What is done at a bank's counter is done on business days, if there are any.
    """
    day = np.arange(days.start, max(days.stop, days.start + 1))
    if profile == COUNTER:
        world = graph.world
        is_open = world.place.is_business_day(world.date_of(days.start), len(day))
        day = day[is_open] if is_open.any() else day
    return at_hours(graph, rng, user, day[rng.integers(0, len(day), len(user))], profile)


def at_hours(
    graph: Graph, rng: np.random.Generator, user: Array, day: Array, profile: str
) -> Array:
    """Draw a moment of each day at an hour that a business day's profile likes: int64, ms.

    Hours are those of the person's time zone (of nobody, -1: of the region's first city), in winter
    or summer as the window begins.
    """
    world = graph.world
    zones, zone, quantile = graph.once("hours of a business day", lambda: _hours(graph))
    row = world.place.profiles.index(profile) * zones + zone[user]
    steps = quantile.shape[1] - 1
    u = rng.random(len(user)) * steps
    step = u.astype(np.int64)
    low, high = quantile[row, step], quantile[row, step + 1]
    within = np.minimum(low + (u - step) * (high - low), DAY_MS - 1)
    return np.asarray(world.start_ms + day * DAY_MS + within.astype(np.int64), np.int64)


def _hours(graph: Graph) -> tuple[int, Array, Array]:
    """Look up how many time zones there are, each user's (and nobody's), and a day's hours."""
    world = graph.world
    zones, zone = zones_of(graph)
    zone = np.append(zone, zones.index(world.place.csv("cities")["time_zone"][0]))
    business = np.flatnonzero(world.place.is_business_day(world.start, 14))
    hours = Clocks(world.place, zones).hours(world.date_of(int(business[0])))
    return len(zones), zone, hours.quantile


def _amount(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    person: Array,
    *,
    times: Array | float = 1.0,
) -> Array:
    """Draw amounts around a share of the income, or that many times as much."""
    income = everybody.income[person]
    drawn = income * _MEDIAN_OF_INCOME * times * rng.lognormal(0, _SPREAD, len(person))
    least = graph.world.place.minor_units
    return np.maximum(least, np.minimum(drawn, _AT_MOST * income)).astype(np.int64)


def _big_tickets(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    market: Shops,
    person: Array,
    days: range,
) -> Table:
    sold = goods(graph.world.place, market)
    codes = np.array([market.category(code) for code in _BIG_TICKETS])
    rows = np.flatnonzero(np.isin(sold.category, codes))
    what = rng.choice(rows, len(person))
    remote = rng.random(len(person)) < np.maximum(0.4, sold.online[what])
    shop = market.pick(rng, sold.category[what], everybody.place[person], remote)
    least = sold.median[what] * rng.lognormal(-0.5, sold.spread[what] / 2)
    on_credit = (everybody.credit_card[person] >= 0) & (rng.random(len(person)) < 0.6)  # noqa: PLR2004
    card = np.where(on_credit, everybody.credit_card[person], everybody.debit_card[person])
    return Table.of(
        "pays",
        debtor_account_id=np.where(on_credit, everybody.credit[person], everybody.main[person]),
        creditor_account_id=market.account[shop],
        user_id=person,
        card_id=card,
        habit="purchase",
        rail="card",
        channel=np.where(market.online[shop], _ONLINE, _POS),
        # what is dear is so for everybody
        amount_minor=np.maximum(least, _amount(graph, rng, everybody, person)).astype(np.int64),
        spread=0.0,
        amount_of="sum",
        share=0.0,
        rate=0.0,
        schedule=ONCE,
        hours=graph.world.place.profiles.index("shopping"),
        valid_from=moments(graph, rng, person, "shopping", days),
    )


def private(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    person: Array,
    payee: Array,
    days: range,
) -> Table:
    """Pay other people once, and more than usual: by instant payment, cheque or batch transfer."""
    u = rng.random(len(person))
    at, banking = (moments(graph, rng, person, hours, days) for hours in ("people", COUNTER))
    affords = everybody.income[person] > np.median(everybody.income)
    rail = np.where(u < _CHEQUES * affords, _CHEQUE, np.where(u > _BATCHES, _BATCH, _INSTANT))
    return Table.of(
        "pays",
        debtor_account_id=everybody.main[person],
        creditor_account_id=everybody.main[payee],
        user_id=person,
        habit="transfer",
        rail=rail,
        channel=np.where(rail == _CHEQUE, _BRANCH, _ONLINE),
        # who writes a large cheque looks at the balance first
        amount_minor=np.where(rail == _CHEQUE, 0, _amount(graph, rng, everybody, person)),
        spread=0.0,
        amount_of=np.where(rail == _CHEQUE, _OF_BALANCE, _OF_SUM),
        share=np.where(rail == _CHEQUE, rng.uniform(*_CHEQUE_SHARE, len(person)), 0.0),
        rate=0.0,
        schedule=ONCE,
        hours=graph.world.place.profiles.index("people"),
        valid_from=np.where(rail == _CHEQUE, banking, at),
    )


def _cashed_cheques(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array, days: range
) -> Iterator[Table]:
    """Pay in the cheque of somebody one knows, and fetch nearly all there is in cash within hours.

    The poorer of the two writes it, and not always from what is there; so some of these cheques
    bounce, and the bank bears what is gone.
    """
    world, knows = graph.world, graph["knows"]
    asked = np.zeros(len(everybody.main), bool)
    asked[user] = True
    one, other = knows["user_id"], knows["other_user_id"]
    near = np.flatnonzero(asked[one] | asked[other])
    one, other = one[near], other[near]
    poorer = everybody.income[one] < everybody.income[other]
    payer, payee = np.where(poorer, one, other), np.where(poorer, other, one)
    pairs = np.flatnonzero(
        asked[payee] & (np.minimum(everybody.main[payer], everybody.main[payee]) >= 0)
    )
    some = rng.poisson(_CASHED * len(days) / _DAYS * len(user)) if len(pairs) else 0
    pairs = rng.choice(pairs, some) if some else pairs[:0]
    payer, payee = payer[pairs], payee[pairs]
    at = moments(graph, rng, payee, COUNTER, days)
    day = (at - world.start_ms) // DAY_MS
    later = at_hours(graph, rng, payee, day, COUNTER)
    at, later = np.minimum(at, later), np.maximum(at, later) + _COUNTING_MS
    yield Table.of(
        "pays",
        debtor_account_id=everybody.main[payer],
        creditor_account_id=everybody.main[payee],
        user_id=payer,
        habit="transfer",
        rail="cheque",
        channel="branch",
        amount_minor=(everybody.income[payer] * rng.uniform(0.1, 0.5, len(payer))).astype(np.int64),
        spread=0.0,
        amount_of="sum",
        share=0.0,
        rate=0.0,
        schedule=ONCE,
        hours=world.place.profiles.index(COUNTER),
        valid_from=at,
    )
    yield _cash(graph, rng, everybody, payee, later, np.ones(len(at), bool))


def _cash(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    person: Array,
    at: Array,
    most: Array,
) -> Table:
    """Fetch a large sum, or most of what there is, at the counter."""
    account = everybody.main[person]
    return Table.of(
        "pays",
        debtor_account_id=account,
        creditor_account_id=graph["bank"]["vault_account_id"][graph["account"]["bank_id"][account]],
        user_id=person,
        habit="cash_withdrawal",
        rail="cash",
        channel="branch",
        amount_minor=_amount(graph, rng, everybody, person, times=_CASH_TIMES),
        spread=0.0,
        amount_of=np.where(most, _OF_BALANCE, _OF_SUM),
        share=rng.uniform(0.6, 0.98, len(person)),
        rate=0.0,
        schedule=ONCE,
        hours=graph.world.place.profiles.index(COUNTER),
        valid_from=at,
    )
