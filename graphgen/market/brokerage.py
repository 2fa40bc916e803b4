"""Brokerage: who invests, what they hold when the world begins, and the money that goes to and fro.

A brokerage account belongs to a person of the population, beside the bank account that feeds it.
What investors are given is a block of its own, from a stream of its own: with or without them,
everybody else's life is the same.

Sources: 21 % of families held stocks directly (Federal Reserve, Survey of Consumer Finances 2022),
the richer the more often. Risk profiles trade 5 to 15, 15 to 50, and 50 to 150 times a quarter. Who
may trade on margin takes more risk (Ko and Rapkin, "The financial illiteracy and overconfidence of
margin traders", SEC 2018). All else is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.funding import funding
from graphgen.market.insiders import insiders
from graphgen.market.listing import Listing, listing
from graphgen.order import among, distinct
from graphgen.population.banking import draw_banks
from graphgen.population.draw import uniform_ms
from graphgen.population.holders import holders
from graphgen.schedule import BY_RATE
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["MARKET", "brokerage"]

MARKET = "market"
"""The name of the block that investors are given."""

_PROFILES = (0.5, 0.35, 0.15)
"""Shares of investors whose risk profile is low, medium and high."""
_HELD = ((3, 8), (4, 12), (5, 20))
"""Securities in a portfolio, by risk profile."""
_TASTE = ((0.3, 12.0, 12.0), (1.0, 6.0, 3.0), (2.0, 1.0, 0.1))
"""How much more likely each profile is to hold stocks, funds and bonds than their size says."""
_OF_INCOME, _SPREAD = 0.8, 1.3
"""Median of what a portfolio is worth, in yearly incomes, and the spread of its logarithm."""
_CASH = (0.05, 0.35)
"""Cash on the account, as a share of the portfolio."""
_COST_SPREAD = 0.3
_POPULAR = 0.5
"""How the odds of being held grow with what a security is worth: as this power of it."""
_A_QUARTER = ((8, 11), (20, 42), (60, 135))
"""Trades of an investor in a usual quarter, by risk profile; our assumption, so that nine in ten
quarters are of the 5 to 15, 15 to 50 and 50 to 150 trades that they are said to have."""
_TRADED_OF_ORDERED = 0.65
"""The share of orders that come to a trade: others are cancelled or run out; as measured."""
_TRADED, _TRADED_SPREAD = 0.35, 0.8
"""Median of what is bought or sold at a time, as a share of what is held, and its spread."""
_WATCHED = (0.25, 0.5, 0.75)
"""Securities that an investor does not hold and may come to buy, for each held, by risk profile."""
_ON_MARGIN = (0.05, 0.2, 0.5)
"""Share of investors with a margin account, by risk profile."""
_SHORTS, _SHORTED, _SOLD_SHORT = 0.6, (1, 3), 0.2
"""Share of these who ever sell short, how many securities, and for what share of their orders."""
_SHORT_OF_CASH = 0.15
"""Median of what is sold short at a time, as a share of the cash at the start."""
_SESSIONS = 63
_SHORT = words.SIDES.index("short")


def brokerage(graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
    """Yield brokerage accounts, their owners, what they hold, and their funding: a block's tables.

    The first account is the central counterparty's, with whom every trade is settled.
    """
    world, everybody, here = graph.world, holders(graph), listing(graph.world.place)
    user = _investors(rng, everybody.main, everybody.income, world.investors)
    risk = rng.choice(len(_PROFILES), len(user), p=_PROFILES)
    income = everybody.income[user] * 12
    worth = _OF_INCOME * income * (1 + 0.5 * risk) * rng.lognormal(0, _SPREAD, len(user))
    slot, security, quantity = _portfolios(rng, here, risk, worth)
    account = graph.new("account", len(user) + 1)
    main = everybody.main[user]
    opened = uniform_ms(rng, graph["account"]["opened"][main], world.start_ms, len(user))
    is_margin = rng.random(len(user)) < np.array(_ON_MARGIN)[risk]
    cash = np.rint(worth * rng.uniform(*_CASH, len(user)))
    bank = np.append(0, draw_banks(graph, len(user), rng))
    yield Table.of(
        "account",
        bank_id=bank,
        type=np.append(_type("external"), np.full(len(user), _type("brokerage"))),
        currency=world.place.currency,
        opened=np.append(graph["account"]["opened"].min(), opened),
        opening_balance_minor=np.append(0, cash),
        credit_limit_minor=np.append(
            graph["account"]["credit_limit_minor"].min(), np.zeros(len(user), np.int64)
        ),
        risk_profile=np.append(-1, risk),
        brokerage_type=np.append(-1, is_margin),
    )
    own = account[1:]
    yield Table.of("has_account", user_id=user, account_id=own, role="owner", since=opened)
    paid = here.price[security] * rng.lognormal(-0.08, _COST_SPREAD, len(slot))
    yield Table.of(
        "holds",
        account_id=own[slot],
        security_id=security,
        quantity=quantity,
        cost_minor=np.rint(quantity * paid),
    )
    yield from funding(graph, rng, user, own, bank[1:], opened)
    yield insiders(graph, rng, everybody.main)
    short, borrowed = _shorted(graph, rng, is_margin, slot, security)
    sold = np.maximum(1, _SHORT_OF_CASH * cash[short] / here.price[borrowed] / _TRADED)
    taken = np.append(slot, short), np.append(security, borrowed)
    watcher, watched = _watched(rng, here, risk, *taken)
    usual = np.bincount(slot, quantity * here.price[security], len(user)) / np.bincount(
        slot, minlength=len(user)
    )
    wanted = np.maximum(1, usual[watcher] / here.price[watched])
    is_short = np.repeat([False, True, False], [len(slot), len(short), len(watcher)])
    yield _trading(
        graph,
        rng,
        np.concatenate([slot, short, watcher]),
        np.concatenate([security, borrowed, watched]),
        np.concatenate([quantity, sold, wanted]),
        is_short,
        risk,
        user,
        own,
    )


def _type(word: str) -> int:
    return words.ACCOUNT_TYPES.index(word)


def _investors(rng: np.random.Generator, main: Array, income: Array, share: float) -> Array:
    """Draw who invests: int32 users; those of the highest income thrice as likely as the median."""
    pool = np.flatnonzero(main >= 0).astype(np.int32)
    rank = np.argsort(np.argsort(income[pool], kind="stable"), kind="stable") / max(1, len(pool))
    likely = np.minimum(1.0, share * (0.25 + 2.25 * rank**2))
    return pool[rng.random(len(pool)) < likely]


def _portfolios(
    rng: np.random.Generator, here: Listing, risk: Array, worth: Array
) -> tuple[Array, Array, Array]:
    """Draw what each investor holds: the investor, the security and the number of shares, int64."""
    low, high = np.array(_HELD)[risk].T
    investor = np.repeat(np.arange(len(risk)), rng.integers(low, high + 1))
    security = _chosen(rng, here, risk, investor)
    part = rng.standard_exponential(len(investor))
    pair, place = np.unique(investor * len(here) + security, return_inverse=True)
    weight = np.bincount(place, part)  # who draws a security twice holds more of it
    investor, security = pair // len(here), pair % len(here)
    share = weight / np.bincount(investor, weight, len(risk))[investor]
    quantity = np.maximum(1, worth[investor] * share / here.price[security]).astype(np.int64)
    return investor, security, quantity


def _watched(
    rng: np.random.Generator, here: Listing, risk: Array, investor: Array, security: Array
) -> tuple[Array, Array]:
    """Draw what investors may come to buy, of what they neither hold nor sell short yet.

    `investor` and `security` are what they do hold or sell short. Gives both again, int64.
    """
    many = rng.binomial(np.bincount(investor, minlength=len(risk)), np.array(_WATCHED)[risk])
    who = np.repeat(np.arange(len(risk)), many)
    pair = distinct(who * len(here) + _chosen(rng, here, risk, who))
    pair = pair[~among(pair, investor * len(here) + security)]
    return pair // len(here), pair % len(here)


def _chosen(rng: np.random.Generator, here: Listing, risk: Array, investor: Array) -> Array:
    """Draw a security for each investor of a list, after the taste of their profile: int64."""
    odds = here.worth**_POPULAR * np.array(_TASTE)[:, here.type]
    ends = np.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)
    u, security = rng.random(len(investor)), np.empty(len(investor), np.int64)
    for profile in range(len(_PROFILES)):
        some = risk[investor] == profile
        security[some] = np.searchsorted(ends[profile], u[some], side="right")
    return np.minimum(security, len(here) - 1)


def _shorted(
    graph: Graph, rng: np.random.Generator, is_margin: Array, slot: Array, security: Array
) -> tuple[Array, Array]:
    """Draw who sells what short: investors and securities, int64; nobody what they hold."""
    who = np.flatnonzero(is_margin & (rng.random(len(is_margin)) < _SHORTS))
    who = np.repeat(who, rng.integers(_SHORTED[0], _SHORTED[1] + 1, len(who)))
    lent = np.flatnonzero(graph["security"]["is_shortable"])
    odds = listing(graph.world.place).worth[lent] ** _POPULAR
    what = rng.choice(lent, len(who), p=odds / odds.sum())
    many = graph.size("security")
    pair = distinct(who * many + what)
    pair = pair[~among(pair, slot * many + security)]
    return pair // many, pair % many


def _trading(
    graph: Graph,
    rng: np.random.Generator,
    investor: Array,
    security: Array,
    quantity: Array,
    is_short: Array,
    risk: Array,
    user: Array,
    account: Array,
) -> Table:
    """Give the habits of trading, each account as often in all as its risk profile does.

    One for each security that an investor holds, may come to buy or, where `is_short`, sells short.
    """
    low, high = np.array(_A_QUARTER)[risk].T
    in_all = (low + (high - low) * rng.random(len(risk))) / _TRADED_OF_ORDERED / _SESSIONS
    part = rng.standard_exponential(len(investor))
    sums = [np.bincount(investor[rows], part[rows], len(risk)) for rows in (~is_short, is_short)]
    part /= np.stack(sums)[is_short.astype(int), investor]
    of_shorts = np.where(sums[1] > 0, _SOLD_SHORT, 0.0)[investor]
    graph.new("trades", len(investor))
    return Table.of(
        "trades",
        account_id=account[investor],
        security_id=security,
        user_id=user[investor],
        side=np.where(is_short, _SHORT, -1),
        quantity=np.maximum(1, np.rint(quantity * _TRADED)),
        spread=_TRADED_SPREAD,
        off=0.0,
        lasts=0,
        quantity_of="number",
        share=0.0,
        rate=in_all[investor] * part * np.where(is_short, of_shorts, 1 - of_shorts),
        schedule=BY_RATE,
        valid_from=graph.world.start_ms - 1,
    )
