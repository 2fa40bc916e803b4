"""Authorised push payment scam: the victims pay themselves, for something that does not exist.

A victim is told a story and pays for it in one to ten payments that fit it: for a purchase once or
twice, in a romance again and again, into an investment more each time. The payees are mules, who
pass on 90 to 98 % of each receipt. It looks like a real large purchase in instalments, whose seller
pays suppliers out of what comes in.

By definition the sums of romances and investments are large beside what people pay each other; so
are those of the look-alike. What sets the crime apart is what becomes of the money.

Sources: UK Finance's figures in Which?
(https://www.which.co.uk/news/article/fraud-losses-hit-1.17bn-for-second-year-running-aIa3D1W3SqWz)
and in Harpenden Building Society's guide
(https://harpendenbs.co.uk/help-guidance/uk-finance-fraud-report): 549 pounds a case of purchase,
18,600 of investment, 8,800 and about ten payments of romance; 186,000 cases a year in the United
Kingdom, or 34 among 10,000 adults (a quarter of it in 90 days). How stories are shared out, 1.25
dollars a pound, the log-normal law, and how sums grow is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.flow import banking, blend, dwell, times, within
from graphgen.graph import Graph
from graphgen.mules import at_the_counter, dealt, recruits, through
from graphgen.pattern import Pattern, cases, choose, members
from graphgen.population.holders import holders
from graphgen.table import Array, Table

_MINUTE = 60_000
_PURCHASE, _ROMANCE, _INVESTMENT = range(3)
_STORIES = (0.7, 0.12, 0.18)
_FEWEST, _MOST = np.array([1, 6, 3]), np.array([2, 10, 8])
"""How many payments a story takes."""
_SPREAD, _GROWTH = 1.2, 1.4
"""Of the sums' logarithm; and how much more each payment into an investment is."""
_AFFORDED = 0.6
"""All payments together are at most this share of the payer's balance at the world's start."""
_PASSED, _MARGIN = (0.90, 0.98), (0.4, 0.9)
"""Shares that a mule passes on, and that an honest seller pays to suppliers."""
_SUPPLIED, _CASH = 0.5, 0.3
"""Shares of the instalments for which a seller has something to pay, and of the payees who draw
what they pass on in cash."""
_LEAST = 500
"""The least that anybody asks for, in minor units."""
_NEVER = 1 << 24
"""A day after all others, for payments that are not made."""


@dataclass(frozen=True)
class AppScam(Pattern):
    """One to ten payments that fit a story, to mules."""

    prevalence: ClassVar[float] = 8.5

    payments: Annotated[int, Interval(ge=1, le=10)] = 10
    """Payments of a case at most."""

    days: Annotated[int, Interval(ge=1, le=180)] = 60
    """Days that a romance or an investment goes on for at most."""

    purchase: Annotated[int, Interval(ge=1_000, le=100_000_000)] = 69_000
    """Mean loss to a purchase, in minor units."""

    romance: Annotated[int, Interval(ge=1_000, le=100_000_000)] = 1_100_000
    """Mean loss to a romance, in minor units."""

    investment: Annotated[int, Interval(ge=1_000, le=100_000_000)] = 2_325_000
    """Mean loss to an investment, in minor units."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield victims, what they pay, and how the mules pass it on."""
        what = "app_scam: victims and mules"
        victim = choose(rng, banking(graph), (self.instances(graph),), what)
        shape, hard = (len(victim), 1 + self._payees()), self.hardness
        mule = recruits(graph, rng, shape, what, hardness=hard, besides=victim)
        yield from self._told(graph, rng, victim, mule, is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield buyers who pay for something large in instalments, and what sellers pay for it."""
        shape = (self.lookalikes(graph), 2 + self._payees())
        people = choose(rng, banking(graph), shape, "app_scam: buyers and sellers")
        yield from self._told(graph, rng, people[:, 0], people[:, 1:], is_fraud=False)

    def _payees(self) -> int:
        """Say among how many accounts at most the money of a case is dealt out."""
        return min(self.payments, 1 + round(1.2 * self.hardness))

    def _told(
        self, graph: Graph, rng: np.random.Generator, payer: Array, payee: Array, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield cases: payments by a story, and the hops by which the payees pass them on."""
        count, hard = len(payer), self.hardness
        story = rng.choice(3, count, p=_STORIES)
        number = np.minimum(rng.integers(_FEWEST[story], _MOST[story] + 1), self.payments)
        here = np.arange(self.payments) < number[:, None]
        cash = rng.random((count, 1)) < _CASH
        at = self._moments(graph, rng, payer, story, here, cash)
        paid = np.concatenate(
            [here, here & (is_fraud | (rng.random(here.shape) < _SUPPLIED))], axis=1
        )
        at = within(graph, at, paid)
        further, payee = payee[:, :1], payee[:, 1:]
        mule, payee = dealt(payee, here)
        main = np.append(holders(graph).main, -1)
        # the harder, the more often what is passed on goes to one account more of the population
        further = np.where(rng.random((count, 1)) < hard, further, -1)
        further = np.where(
            (paid[:, self.payments :] & ~cash).any(axis=1, keepdims=True), further, -1
        )
        case = graph.new("case", count)
        yield through(
            graph,
            rng,
            at,
            paid,
            case=case[:, None],
            payer=payer[:, None],
            mule=mule,
            cash=cash,
            at_machines=hard >= 1,
            onward=main[further],
            passed=_PASSED if is_fraud else _MARGIN,
            stages=("theft", "layering") if is_fraud else None,
            amount_of="sum",
            amount=self._sums(graph, rng, payer, story, here),
        )
        first = at.min(axis=1, where=paid, initial=graph.world.end_ms)
        last = at.max(axis=1, where=paid, initial=0)
        yield cases(graph, self, case, first, last, is_fraud=is_fraud)
        roles = ("victim", "mule", "second mule") if is_fraud else ("buyer", "seller", "supplier")
        people = dict(zip(roles, (payer[:, None], payee, further), strict=True))
        accounts = {role: main[who] for role, who in people.items()}
        yield from members(case, user=people, account=accounts)

    def _moments(
        self,
        graph: Graph,
        rng: np.random.Generator,
        payer: Array,
        story: Array,
        here: Array,
        cash: Array,
    ) -> Array:
        """Draw when each payment is made, and when it is passed on: int64 ms, side by side.

        A purchase is paid within days. The harder, the longer a story is, and the longer its money
        lies: 20 minutes at the median when it is easy to see.
        """
        long = self.days * (0.4 + 0.6 * self.hardness) * rng.uniform(0.5, 1, len(payer))
        span = np.minimum(np.where(story == _PURCHASE, min(3, self.days), long), graph.world.days)
        begin = rng.random((len(payer), 1)) * (graph.world.days - span)[:, None]
        day = (begin + rng.random(here.shape) * span[:, None]).astype(np.int64)
        at = np.sort(
            times(graph, rng, payer[:, None], np.where(here, day, _NEVER), "people"), axis=1
        )
        on = at + dwell(rng, at.shape, 20 * _MINUTE * (1 + 10 * self.hardness), 1.2)
        on = np.where(cash, at_the_counter(graph, rng, payer[:, None], on), on)
        return np.concatenate([at, on], axis=1)

    def _sums(
        self, graph: Graph, rng: np.random.Generator, payer: Array, story: Array, here: Array
    ) -> Array:
        """Draw what is asked for in each payment: int64, minor units."""
        mean = np.array([self.purchase, self.romance, self.investment])[story]
        whole = mean * rng.lognormal(-(_SPREAD**2) / 2, _SPREAD, len(payer))
        held = graph["account"]["opening_balance_minor"][holders(graph).main[payer]]
        whole = np.clip(whole, _LEAST * here.sum(axis=1), _AFFORDED * np.maximum(held, 0))
        part = here * rng.lognormal(0, 0.25, here.shape)
        part *= np.where(story == _INVESTMENT, _GROWTH, 1.0)[:, None] ** np.arange(here.shape[1])
        own = whole[:, None] * part / part.sum(axis=1, keepdims=True)
        hard = self.hardness
        sums = blend(graph, rng, own, hard, habit="transfer", rail="instant", channel="online")
        return np.maximum(_LEAST, sums)
