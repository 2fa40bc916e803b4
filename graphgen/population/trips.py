"""Trips: days in another town, where one stays at a hotel, eats out and is driven about.

How many there are stands in the region's `habits.toml`; how long they are and what is paid on them
is our assumption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.errands import at_hours
from graphgen.population.holders import Holders
from graphgen.population.shops import Shops
from graphgen.population.spending import goods
from graphgen.schedule import ONCE, QUARTER
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["trips"]

_FURTHER_NIGHTS = 1.0
"""On average, after the first."""
_A_DAY = 2.0
"""Visits on a day away, besides the hotel."""
_HOTEL = "7011"
_VISITED = ("5812", "5814", "4121", "5499", "5812")
_ON_CREDIT = 0.75
"""Share of trips paid with the credit card, of those who have one."""
_POS = words.CHANNELS.index("pos")


def trips(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    market: Shops,
    user: Array,
    days: range,
) -> Table:
    """Give what people pay by card at tills of other towns on some days: errands of `pays`.

    They go where people are, by their number; a trip ends with the last of the days.
    """
    often = graph.world.place.toml("habits")["rates"]["trips"] * len(days) / QUARTER
    person = np.repeat(user, rng.poisson(often, len(user)))
    place = everybody.place[rng.integers(0, len(everybody.place), len(person))]
    away = place != everybody.place[person]
    person, place = person[away], place[away]
    nights = 1 + rng.poisson(_FURTHER_NIGHTS, len(person))
    first = days.start + rng.integers(0, max(1, len(days)), len(person))
    # what is paid: the hotel, at the end, then everything else
    visits = rng.poisson(_A_DAY * (nights + 1))
    trip = np.append(np.arange(len(person)), np.repeat(np.arange(len(person)), visits))
    is_hotel = np.arange(len(trip)) < len(person)
    sold = goods(graph.world.place, market)
    row = {number: row for row, number in enumerate(sold.category.tolist())}
    visited = np.array([row[market.category(code)] for code in _VISITED])
    what = rng.choice(visited, len(trip))
    what[is_hotel] = row[market.category(_HOTEL)]
    within = np.where(is_hotel, nights[trip], rng.integers(0, nights[trip] + 1))
    day = np.minimum(first[trip] + within, days.stop - 1)
    at_home = np.zeros(len(trip), bool)
    shop = market.pick(rng, sold.category[what], place[trip], at_home)
    there = ~market.online[shop]
    trip, what, day, shop = trip[there], what[there], day[there], shop[there]
    is_hotel = is_hotel[there]
    who = person[trip]
    on_credit = (rng.random(len(person)) < _ON_CREDIT)[trip] & (everybody.credit_card[who] >= 0)
    wealth = everybody.income[who] / max(1.0, float(np.median(everybody.income)))
    amount = sold.median[what] * wealth ** sold.elastic[what]
    amount *= rng.lognormal(0, sold.spread[what]) * np.where(is_hotel, nights[trip], 1)
    return Table.of(
        "pays",
        debtor_account_id=np.where(on_credit, everybody.credit[who], everybody.main[who]),
        creditor_account_id=market.account[shop],
        user_id=who,
        card_id=np.where(on_credit, everybody.credit_card[who], everybody.debit_card[who]),
        habit="purchase",
        rail="card",
        channel=np.full(len(who), _POS, np.int8),
        amount_minor=np.maximum(1, np.rint(amount)).astype(np.int64),
        spread=0.0,
        amount_of="sum",
        share=0.0,
        rate=0.0,
        schedule=ONCE,
        hours=graph.world.place.profiles.index("dining"),
        valid_from=at_hours(graph, rng, who, day, "dining"),
    )
