"""Friends: the network of people's transfers, and who of them is known to know whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.compiled import compiled
from graphgen.population.acquaintance import friendships
from graphgen.population.errands import at_hours, often, private
from graphgen.population.holders import Holders, holders
from graphgen.population.since import lately, renewal
from graphgen.population.transfers import degrees, transfer_network
from graphgen.schedule import BY_RATE, ONCE, first_quarter
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["among_friends", "befriend", "friends"]

_OF_INCOME = 0.4
_SPREAD = 0.6
_CHEQUE_SIZE = 5.0
"""How much larger a transfer by cheque is. Federal Reserve Payments Study 2022: the average cheque
was 2,430 dollars in 2021."""
_SPREAD_OF_SIZE = 0.25
_AT_MOST = 0.2
"""What a person sends to others is at most this share of the income; our assumption."""
_INSTANT, _BATCH, _CHEQUE = (words.RAILS.index(r) for r in ("instant", "batch", "cheque"))
_ONLINE, _BRANCH = words.CHANNELS.index("online"), words.CHANNELS.index("branch")
_TRANSFER = words.HABITS.index("transfer")


def friends(graph: Graph, rng: np.random.Generator, *, users: Array) -> Iterator[Table]:
    """Yield the habits and errands of sending money among these people, and who is known to be.

    Of `knows` there are the pairs of whom that is known (`graphgen.population.acquaintance`).
    """
    everybody = holders(graph)
    users = users[everybody.main[users] >= 0]
    place = everybody.place[users] + rng.random(len(users))
    payer, payee, pair = transfer_network(
        rng, place, graph.world.transfers, means=everybody.income[users]
    )
    days = first_quarter(graph.world)
    yield from _friendship(graph, rng, everybody, users[payer], users[payee], pair, days)


def among_friends(graph: Graph, rng: np.random.Generator, days: range) -> Iterator[Table]:
    """Yield the errands of some days between people of whom one pays the other by habit."""
    pays, main = graph["pays"], holders(graph).main
    habit = (pays["habit"] == _TRANSFER) & (pays["schedule"] == BY_RATE)
    owner = np.full(graph.size("account"), -1, np.int32)
    owner[main[main >= 0]] = np.flatnonzero(main >= 0)
    payer, payee = (owner[pays[f"{end}_account_id"][habit]] for end in ("debtor", "creditor"))
    yield from _errands(graph, rng, holders(graph), payer, payee, days)


def befriend(graph: Graph, rng: np.random.Generator, *, users: Array) -> Iterator[Table]:
    """Yield the same for a few people more, who make friends with people that were there before.

    Each draws as many partners as anybody, among people of the same place if there are any.
    """
    everybody, shape = holders(graph), graph.world.transfers
    before = everybody.main >= 0
    before[users] = False
    there = np.flatnonzero(before).astype(np.int32)
    if not len(there) or not len(users):
        return
    out = np.repeat(users, degrees(rng, len(users), shape.out_exponent, shape.mean_degree))
    into = np.repeat(users, degrees(rng, len(users), shape.in_exponent, shape.mean_degree))
    there = there[np.argsort(everybody.place[there], kind="stable")]
    person = np.concatenate([out, into])
    first, last = (
        np.searchsorted(everybody.place[there], everybody.place[person], side)
        for side in ("left", "right")
    )
    low, high = np.where(first < last, first, 0), np.where(first < last, last, len(there))
    other = there[low + (rng.random(len(person)) * (high - low)).astype(np.int64)]
    is_out = np.arange(len(person)) < len(out)
    back = rng.random(len(person)) < shape.reciprocity / (2 - shape.reciprocity)
    payer = np.concatenate([np.where(is_out, person, other), np.where(is_out, other, person)[back]])
    payee = np.concatenate([np.where(is_out, other, person), np.where(is_out, person, other)[back]])
    key = np.minimum(payer, payee).astype(np.int64) << 32 | np.maximum(payer, payee)
    directed = np.unique(payer.astype(np.int64) << 32 | payee, return_index=True)[1]
    pair = np.unique(key[directed], return_inverse=True)[1]
    days = range(graph.world.days)
    yield from _friendship(graph, rng, everybody, payer[directed], payee[directed], pair, days)


def _friendship(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    payer: Array,
    payee: Array,
    pair: Array,
    days: range,
) -> Iterator[Table]:
    yield from _from_the_first(graph, rng, _transfers(graph, rng, everybody, payer, payee, pair))
    yield from _errands(graph, rng, everybody, payer, payee, days)
    first = np.empty(int(pair.max(initial=-1)) + 1, np.int64)
    first[pair[::-1]] = np.arange(len(pair))[::-1]  # of each pair the row that is written last
    first = first[~_known(graph, payer[first], payee[first])]
    yield friendships(graph.world, payer[first], payee[first])


def _errands(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    payer: Array,
    payee: Array,
    days: range,
) -> Iterator[Table]:
    pays = np.zeros(len(everybody.main), bool)
    pays[payer] = True
    people = int(pays.sum())
    many = rng.poisson(often(graph, days, among_friends=True) * people)
    some = rng.integers(0, max(1, len(payer)), many)
    if len(payer):
        yield private(graph, rng, everybody, payer[some], payee[some], days)


def _transfers(
    graph: Graph,
    rng: np.random.Generator,
    everybody: Holders,
    payer: Array,
    payee: Array,
    pair: Array,
) -> Table:
    main, income = everybody.main, everybody.income
    data = graph.world.place.toml("habits")
    rates, budget = data["rates"], data["budget"]
    pairs = int(pair.max()) + 1 if len(pair) else 0
    # who pays back does so about as often and as much: a pair has one rate and one size
    rate = rates["transfer"] * rng.lognormal(0, rates["transfer_spread"], pairs)
    size = graph.world.place.amount("transfer") * rng.lognormal(0, _SPREAD_OF_SIZE, pairs)
    wealth = (income[payer] / max(1.0, float(np.median(income)))) ** _OF_INCOME
    amount = size[pair] * wealth
    a_month = 30.4 * np.exp(_SPREAD**2 / 2) * np.bincount(payer, amount * rate[pair], len(main))
    amount *= np.minimum(1, _AT_MOST * income / np.maximum(1, a_month))[payer]
    u = rng.random(len(payer))
    writes = everybody.by_cheque(payer, budget["cheque_transfer"])
    rail = np.where(u < writes, _CHEQUE, _INSTANT)
    rail = np.where(u > 1 - budget["batch_transfer"], _BATCH, rail)
    # who writes a cheque pays more at a time, and more seldom
    by_cheque = rail == _CHEQUE
    amount = np.where(by_cheque, amount * _CHEQUE_SIZE, amount)
    firing = np.where(by_cheque, rate[pair] / _CHEQUE_SIZE, rate[pair])
    first, last = lately(graph, rng, main[payer])
    people, counter = (graph.world.place.profiles.index(name) for name in ("people", "counter"))
    return Table.of(
        "pays",
        debtor_account_id=main[payer],
        creditor_account_id=main[payee],
        user_id=payer,
        habit="transfer",
        rail=rail,
        channel=np.where(rail == _CHEQUE, _BRANCH, _ONLINE),
        amount_minor=np.maximum(graph.world.place.minor_units, amount).astype(np.int64),
        spread=_SPREAD,
        amount_of="sum",
        share=0.0,
        rate=firing * renewal(graph),
        schedule=BY_RATE,
        hours=np.where(by_cheque, counter, people),
        valid_from=first,
        valid_to=last,
    )


def _from_the_first(graph: Graph, rng: np.random.Generator, usual: Table) -> Iterator[Table]:
    """Yield habits, and before those that begin in the window the payment that each begins with.

    Who adds a payee does so to pay them.
    """
    rows = np.flatnonzero(usual["valid_from"] >= graph.world.start_ms)
    new = usual.take(rows)
    day = (new["valid_from"] - graph.world.start_ms) // DAY_MS
    at = at_hours(graph, rng, new["user_id"], day, "people")
    begins = usual["valid_from"].copy()
    begins[rows] = at + 1
    yield usual.with_columns(valid_from=begins)
    once = {"schedule": ONCE, "rate": 0.0}
    first = {name: np.full(len(new), value, new[name].dtype) for name, value in once.items()}
    yield new.with_columns(valid_from=at, **first).take(new["channel"] == _ONLINE)


def _known(graph: Graph, one: Array, other: Array) -> Array:
    """Say which pairs know each other already, as family or otherwise: bool."""
    knows = graph["knows"]
    return _acquainted(
        np.minimum(one, other),
        np.maximum(one, other),
        np.minimum(knows["user_id"], knows["other_user_id"]),
        np.maximum(knows["user_id"], knows["other_user_id"]),
        graph.size("user"),
    )


@compiled
def _acquainted(low: Array, high: Array, known_low: Array, known_high: Array, users: int) -> Array:
    """Say which pairs are among the known ones: those of each first person lie together."""
    first = np.zeros(users + 1, np.int64)
    for person in known_low:
        first[person + 1] += 1
    for person in range(users):
        first[person + 1] += first[person]
    partner, place = np.empty(len(known_low), np.int32), first.copy()
    for i in range(len(known_low)):
        partner[place[known_low[i]]] = known_high[i]
        place[known_low[i]] += 1
    found = np.zeros(len(low), np.bool_)
    for i in range(len(low)):
        for there in range(first[low[i]], first[low[i] + 1]):
            if partner[there] == high[i]:
                found[i] = True
                break
    return found
