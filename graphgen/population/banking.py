"""Banks and accounts: who banks where, with which accounts, limits, balances and cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.draw import chance, take, uniform_ms
from graphgen.population.places import YEAR_MS
from graphgen.schema import words
from graphgen.table import Table, text
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphgen.graph import Graph
    from graphgen.population.people import People
    from graphgen.table import Array

__all__ = ["accounts_of_people", "business_accounts", "cards_of", "draw_banks", "open_checking"]

_TYPE = {word: code for code, word in enumerate(words.ACCOUNT_TYPES)}
_ROLE = {word: code for code, word in enumerate(words.ACCOUNT_ROLES)}
_LAST_FOUR = tuple(f"{number:04d}" for number in range(10_000))
_SAME_BANK = {"savings": 0.75, "credit_card": 0.45, "business": 0.65, "joint": 0.7}
"""How often a further account is at the main bank; our assumption."""


def draw_banks(graph: Graph, count: int, rng: np.random.Generator) -> Array:
    """Draw banks by their shares of the market: int32 rows."""
    return take(rng, graph.world.place.csv("banks")["share"], count)


def business_accounts(
    graph: Graph, balance: Array, opened: Array, rng: np.random.Generator
) -> Table:
    """Make the account of each firm, with the balance (float, minor units) that it needs."""
    count = len(balance)
    limit = balance * 0.25 * rng.beta(1, 2, count) * chance(rng, 0.7, count)
    return Table.of(
        "account",
        bank_id=draw_banks(graph, count, rng),
        type="business",
        currency=graph.world.place.currency,
        opened=opened,
        opening_balance_minor=np.round(balance),
        credit_limit_minor=np.round(limit / 10_000) * 10_000,
    )


@dataclass(frozen=True)
class _Batch:
    """Accounts of one type, and who may act for each."""

    kind: str
    owner: Array
    """int32: the owner, as a number among the people."""
    bank: Array
    opened: Array
    balance: Array
    """float64, minor units."""
    limit: Array
    """float64, minor units."""
    other: Array | None = None
    """int32: who else may act for it, -1 for nobody."""
    other_role: str = "joint"
    other_since: Array | None = None
    """From when the other may, if not from the opening: ms."""


def accounts_of_people(
    graph: Graph, people: People, user: Array, rng: np.random.Generator
) -> Iterator[Table]:
    """Make the accounts of people, their roles and their cards.

    The first account of the i-th person is the i-th: the checking account that everyone owns.
    """
    main = _main_banks(graph, people, rng)
    batches = [
        *_checking(graph, people, main, rng),
        _savings(graph, people, main, rng),
        *_credit_cards(graph, people, main, rng),
        _business(graph, people, main, rng),
    ]
    sizes = [len(batch.owner) for batch in batches]
    number = graph.new("account", sum(sizes))
    yield Table.of(
        "account",
        bank_id=np.concatenate([batch.bank for batch in batches]),
        type=np.repeat([_TYPE[batch.kind] for batch in batches], sizes),
        currency=graph.world.place.currency,
        opened=np.concatenate([batch.opened for batch in batches]),
        opening_balance_minor=np.round(np.concatenate([batch.balance for batch in batches])),
        credit_limit_minor=np.round(np.concatenate([batch.limit for batch in batches])),
    )
    ends = np.cumsum(sizes)
    rows = [number[end - size : end] for end, size in zip(ends, sizes, strict=True)]
    held = [_held(batch, own) for batch, own in zip(batches, rows, strict=True)]
    who, account, role, since, kind = (np.concatenate(column) for column in zip(*held, strict=True))
    yield Table.of("has_account", user_id=user[who], account_id=account, role=role, since=since)
    yield cards_of(graph, user[who], account, kind, since, rng)


def open_checking(
    graph: Graph, user: Array, bank: Array, rng: np.random.Generator, *, least: Array | int = 0
) -> tuple[Array, list[Table]]:
    """Open one more checking account for each user: its rows (int32), and the tables.

    Balance, limit, age and card are drawn as those of anybody's second account; `least` (minor
    units) is what a balance is not below.
    """
    people = graph["user"]
    income = people["income_minor"][user].astype(np.float64)
    opened = _later(graph, people["customer_since"][user], rng)
    balance, limit = _spendable(graph, income * 0.02, rng)
    balance = np.where(least > 0, np.maximum(balance, least), balance)
    account = graph.new("account", len(user))
    kind = np.full(len(user), _TYPE["checking"], np.int8)
    return account, [
        Table.of(
            "account",
            bank_id=bank,
            type=kind,
            currency=graph.world.place.currency,
            opened=opened,
            opening_balance_minor=np.round(balance),
            credit_limit_minor=np.round(limit),
        ),
        Table.of("has_account", user_id=user, account_id=account, role="owner", since=opened),
        cards_of(graph, user, account, kind, opened, rng),
    ]


def _held(batch: _Batch, rows: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Tell who holds the accounts: person, account, role, since when, type of account."""
    owner, account, since = batch.owner, rows, batch.opened
    role = np.full(len(rows), _ROLE["owner"], np.int8)
    if batch.other is not None:
        also = np.flatnonzero(batch.other >= 0)
        owner = np.concatenate((owner, batch.other[also]))
        account = np.concatenate((account, rows[also]))
        others = batch.opened if batch.other_since is None else batch.other_since
        since = np.concatenate((since, np.maximum(batch.opened, others)[also]))
        role = np.concatenate((role, np.full(len(also), _ROLE[batch.other_role], np.int8)))
    return owner, account, role, since, np.full(len(owner), _TYPE[batch.kind], np.int8)


def _main_banks(graph: Graph, people: People, rng: np.random.Generator) -> Array:
    """Draw everybody's main bank; half the partners bank with the head of their household."""
    main = draw_banks(graph, people.count, rng)
    with_head = (people.position > 0) & chance(rng, 0.5, people.count)
    return np.where(with_head, main[people.head], main)


def _bank(graph: Graph, main: Array, same: float, rng: np.random.Generator) -> Array:
    other = draw_banks(graph, len(main), rng)
    return np.where(chance(rng, same, len(main)), main, other)


def _later(graph: Graph, since: Array, rng: np.random.Generator) -> Array:
    """Draw when further accounts were opened: from when the person became a customer."""
    return uniform_ms(rng, since, graph.world.start_ms, len(since))


def _lognormal(rng: np.random.Generator, median: Array, spread: float) -> Array:
    return median * np.exp(spread * rng.standard_normal(len(median)))


def _overdrafts(graph: Graph, count: int, rng: np.random.Generator) -> Array:
    region = graph.world.place
    spec = region.settings("banking")
    limits = np.array(spec["overdraft_limits"], np.float64) * region.minor_units
    granted = chance(rng, spec["overdraft"], count)
    return np.where(granted, limits[rng.integers(len(limits), size=count)], 0.0)


def _checking(
    graph: Graph, people: People, main: Array, rng: np.random.Generator
) -> Iterator[_Batch]:
    """Give everyone a checking account, some a second one elsewhere, some couples a joint one."""
    spec = graph.world.place.settings("banking")
    banks = graph.size("bank")
    income, since = people.income, people.customer_since
    everyone = np.arange(people.count, dtype=np.int32)
    balance, limit = _spendable(graph, income * 0.1, rng)
    yield _Batch("checking", everyone, main, since, balance, limit)
    who = everyone[chance(rng, spec["second_checking"], people.count)]
    elsewhere = (main[who] + rng.integers(1, max(banks, 2), len(who))) % banks
    balance, limit = _spendable(graph, income[who] * 0.02, rng)
    yield _Batch("checking", who, elsewhere, _later(graph, since[who], rng), balance, limit)
    other = everyone[people.is_partner & chance(rng, spec["joint"], people.count)]
    who = people.head[other]
    bank = _bank(graph, main[who], _SAME_BANK["joint"], rng)
    opened = _later(graph, np.maximum(since[who], since[other]), rng)
    balance, limit = _spendable(graph, (income[who] + income[other]) * 0.04, rng)
    yield _Batch("checking", who, bank, opened, balance, limit, other=other)


def _spendable(graph: Graph, median: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw balances and limits; 6 % of those who may be below zero are. Our assumption."""
    limit = _overdrafts(graph, len(median), rng)
    below = (limit > 0) & chance(rng, 0.06, len(limit))
    balance = _lognormal(rng, median, 0.9)
    return np.where(below, -limit * rng.beta(1, 2, len(limit)), balance), limit


def _savings(graph: Graph, people: People, main: Array, rng: np.random.Generator) -> _Batch:
    share = graph.world.place.settings("banking")["savings"]
    who = np.flatnonzero(chance(rng, share, people.count)).astype(np.int32)
    median = people.income[who] * 0.006 * np.maximum(people.age[who] - 15, 3)
    bank = _bank(graph, main[who], _SAME_BANK["savings"], rng)
    opened = _later(graph, people.customer_since[who], rng)
    return _Batch("savings", who, bank, opened, _lognormal(rng, median, 1.4), np.zeros(len(who)))


def _credit_cards(
    graph: Graph, people: People, main: Array, rng: np.random.Generator
) -> Iterator[_Batch]:
    region = graph.world.place
    spec = region.settings("banking")
    first = np.flatnonzero(chance(rng, spec["credit_card"], people.count)).astype(np.int32)
    second = first[chance(rng, spec["second_credit_card"], len(first))]
    for who in (first, second):
        low, high = spec["limit_of_income"]
        share = low + (high - low) * rng.random(len(who))
        step = spec["limit_step"] * region.minor_units
        least, most = (edge * region.minor_units for edge in spec["limit_range"])
        limit = np.clip(np.round(people.income[who] * share / step) * step, least, most)
        used = rng.beta(1, 3, len(who)) * chance(rng, 0.78, len(who))
        bank = _bank(graph, main[who], _SAME_BANK["credit_card"], rng)
        opened = _later(graph, people.customer_since[who], rng)
        yield _Batch("credit_card", who, bank, opened, -np.floor(limit * used), limit)


def _business(graph: Graph, people: People, main: Array, rng: np.random.Generator) -> _Batch:
    region = graph.world.place
    spec = region.settings("banking")
    own_boss = people.employment == words.EMPLOYMENT.index("self_employed")
    who = np.flatnonzero(own_boss & chance(rng, spec["business"], people.count)).astype(np.int32)
    may_sign = chance(rng, spec["signatory"], len(who))
    return _Batch(
        "business",
        who,
        _bank(graph, main[who], _SAME_BANK["business"], rng),
        _later(graph, people.customer_since[who], rng),
        _lognormal(rng, people.income[who] * 0.15, 1.1),
        rng.integers(0, 11, len(who)) * (500.0 * region.minor_units) * chance(rng, 0.4, len(who)),
        other=np.where(may_sign, people.companion[who], -1),
        other_role="signatory",
        other_since=people.customer_since[people.companion[who]],
    )


def cards_of(
    graph: Graph, user: Array, account: Array, kind: Array, since: Array, rng: np.random.Generator
) -> Table:
    """Make a card for each holder of a checking, business or credit card account."""
    world = graph.world
    carries = np.flatnonzero(kind != _TYPE["savings"])
    account, user, kind, since = (column[carries] for column in (account, user, kind, since))
    years = world.place.settings("banking")["card_years"]
    validity = int(years * YEAR_MS)
    earliest = np.maximum(since, world.start_ms - validity * 7 // 10)
    issued = uniform_ms(rng, earliest, world.start_ms, len(user)) // DAY_MS * DAY_MS
    expires = issued + validity // DAY_MS * DAY_MS
    renewed = world.end_ms + (1 + rng.integers(0, 365 * years, len(user))) * DAY_MS
    return Table.of(
        "card",
        account_id=account,
        user_id=user,
        type=np.where(kind == _TYPE["credit_card"], 1, 0),
        last_four=text(_LAST_FOUR, rng.integers(10_000, size=len(user))),
        issued=issued,
        expires=np.where(expires > world.end_ms, expires, renewed // DAY_MS * DAY_MS),
    )
