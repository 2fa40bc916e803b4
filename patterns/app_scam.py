"""Authorised push payment scam: the victims pay themselves, for something that does not exist.

A victim is told a story and pays for it in one to ten payments that fit it: for a purchase once or
twice, in a romance again and again, into an investment more each time. The payees are mules, who
pass on 90 to 98 % of each receipt. Who invests is paid a small return out of the first payment, so
that the next one is larger. It looks like a real large purchase in instalments, whose seller pays
suppliers out of what comes in, and pays a part of the first instalment, a deposit, back.

By definition the sums of romances and investments are large beside what people pay each other; so
are those of the look-alike. What sets the crime apart is what becomes of the money.

The parameters are what stories ask for; what comes out is what people have. Who has more is asked
for more, but nobody for more than most of what lies on the main account, a few thousand dollars for
half of all people. So cases come to less than the sources' means: purchases to about as much, the
long stories to a half of it at easy; at medium, where sums are nearer to what people usually pay,
to a tenth; at hard they are as anybody's payments.

Sources: UK Finance's figures in Which?
(https://www.which.co.uk/news/article/fraud-losses-hit-1.17bn-for-second-year-running-aIa3D1W3SqWz)
and in Harpenden Building Society's guide
(https://harpendenbs.co.uk/help-guidance/uk-finance-fraud-report): 549 pounds a case of purchase,
18,600 of investment, 8,800 and about ten payments of romance; 186,000 cases a year in the United
Kingdom, or 34 among 10,000 adults (a quarter of it in 90 days). Griffin and Mei 2025
(https://papers.ssrn.com/sol3/papers.cfm?abstract_id=4742235): some 98,000 small payments a year go
back to victims of investment scams, to induce them to pay more. That it is one, after the first
payment, and of 5 to 20 % of it, how stories are shared out, 1.25 dollars a pound, the log-normal
law, and how sums grow is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Pattern
from graphgen.planting.flow import blend, held, times
from graphgen.planting.hops import planned, through
from graphgen.planting.mules import dealt
from graphgen.reporting import Reporting
from graphgen.table import Array, Table

_PURCHASE, _ROMANCE, _INVESTMENT = range(3)
_STORIES = (0.7, 0.12, 0.18)
_FEWEST, _MOST = np.array([1, 6, 3]), np.array([2, 10, 8])
"""How many payments a story takes, at least and at most: romances as in the sources, about ten; our
assumption otherwise."""
_SPREAD, _GROWTH = 1.2, 1.4
"""Of the sums' logarithm; and how much more each payment into an investment is; our assumption."""
_OWN = 6
"""How much longer sums stay those of the story than all else does as it gets harder, as a power of
the hardness: at medium they hardly come near to what people usually pay; our assumption."""
_AFFORDED = 0.8
"""All payments together are at most this share of the payer's balance at the world's start; our
assumption."""
_PASSED, _MARGIN = (0.95, 0.98), (0.43, 0.9)
"""Shares that a mule passes on, and that an honest seller pays to suppliers; our assumption."""
_BACK = (0.05, 0.2)
"""How much of an investor's first payment goes back, beside what is passed on of it; our
assumption."""
_SUPPLIED, _CASH = 0.5, 0.3
"""Shares of the instalments for which a seller has something to pay, and of the payments that
payees pass on in cash; our assumption."""
_LEAST, _HELD = 500, 20_000
"""The least that anybody asks for, and that a payer has at the world's start, in minor units; our
assumption."""
_NEVER = 1 << 24
"""A day after all others, for payments that are not made."""


@dataclass(frozen=True)
class AppScam(Pattern):
    """One to ten payments that fit a story, to mules."""

    prevalence: ClassVar[float] = 8.5
    reporting: ClassVar[Reporting] = Reporting(share=0.49, days=14.0, spread=1.2)
    """51 % of those who are defrauded by instant payment in India tell nobody (a survey told of in
    https://www.business-standard.com/amp/economy/news/indians-see-wallets-drained-by-rs-485-cr-in-upi-scams-124112601339_1.html);
    the days are our assumption: a story lasts until it is doubted."""
    counterparts: ClassVar[Mapping[str, str]] = {
        "victim": "buyer",
        "mule": "seller",
        "second mule": "supplier",
    }
    strangers: ClassVar[tuple[str, ...]] = ("victim", "buyer")

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
        yield from self._told(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield buyers who pay for something large in instalments, and what sellers pay for it."""
        yield from self._told(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _told(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield cases: payments by a story, hops that pass them on, and a part that goes back."""
        most, hard = self.payments, self.hardness
        story = rng.choice(3, count, p=_STORIES)
        number = np.minimum(rng.integers(_FEWEST[story], _MOST[story] + 1), most)
        here = np.arange(most) < number[:, None]
        payer, mule, payee, further = dealt(
            graph, rng, self, here, others=1, least=_HELD, is_fraud=is_fraud
        )
        whole, payer = self._asked(graph, rng, story, payer)
        # the harder, the more often what is passed on goes to one account more of the population
        further = np.where(rng.random((count, 1)) < hard, further, -1)
        passes = here & (is_fraud | (rng.random(here.shape) < _SUPPLIED))
        back = passes[:, :1] & (story == _INVESTMENT)[:, None]
        weight = np.ones((count, 2 * most + 1))
        weight[:, -1] = rng.uniform(*_BACK, count)
        hops = planned(
            graph,
            rng,
            self._moments(graph, rng, payer, story, here),
            np.concatenate([here, passes, back], axis=1),
            payer=np.concatenate([payer.repeat(most, axis=1), mule, mule[:, :1]], axis=1),
            payee=np.concatenate([mule, further.repeat(most, axis=1), payer], axis=1),
            follows=np.concatenate([np.full(most, -1), np.arange(most), [0]]),
            amount=self._sums(graph, rng, whole, payer[:, 0], story, here),
            weight=weight,
            passed=_PASSED if is_fraud else _MARGIN,
            drawn=np.repeat([0, _CASH, 0], [most, most, 1]),
            hardness=hard,
        )
        used = (hops.here & (hops.payee == further)).any(axis=1, keepdims=True)
        roles = ("victim", "mule", "second mule") if is_fraud else ("buyer", "seller", "supplier")
        people = (payer, payee, np.where(used, further, -1))
        yield from through(
            graph,
            rng,
            self,
            graph.new("case", count),
            hops,
            begins="theft",
            roles=dict(zip(roles, people, strict=True)),
            is_fraud=is_fraud,
        )

    def _moments(
        self, graph: Graph, rng: np.random.Generator, payer: Array, story: Array, here: Array
    ) -> Array:
        """Draw when each payment is made: int64 ms. A purchase is paid within days.

        The harder, the longer a story is.
        """
        long = self.days * (0.4 + 0.6 * self.hardness) * rng.uniform(0.5, 1, len(story))
        span = np.minimum(np.where(story == _PURCHASE, min(3, self.days), long), graph.world.days)
        begin = rng.random(len(story)) * (graph.world.days - span)
        day = (begin[:, None] + rng.random(here.shape) * span[:, None]).astype(np.int64)
        return np.sort(times(graph, rng, payer, np.where(here, day, _NEVER), "people"), axis=1)

    def _asked(
        self, graph: Graph, rng: np.random.Generator, story: Array, payer: Array
    ) -> tuple[Array, Array]:
        """Draw what a story asks for in all (float64, minor units), and whom it is told.

        Of those who pay (int32, cases by one), who has more is asked for more.
        """
        mean = np.array([self.purchase, self.romance, self.investment])[story]
        whole = mean * rng.lognormal(-(_SPREAD**2) / 2, _SPREAD, len(story))
        told = np.empty_like(payer)
        told[np.argsort(whole)] = payer[np.argsort(held(graph, payer[:, 0]), kind="stable")]
        return whole, told

    def _sums(
        self,
        graph: Graph,
        rng: np.random.Generator,
        whole: Array,
        payer: Array,
        story: Array,
        here: Array,
    ) -> Array:
        """Draw what is asked for in each payment: int64, minor units."""
        affords = _AFFORDED * held(graph, payer)
        whole = np.clip(whole, _LEAST * here.sum(axis=1), affords)
        part = here * rng.lognormal(0, 0.25, here.shape)
        part *= np.where(story == _INVESTMENT, _GROWTH, 1.0)[:, None] ** np.arange(here.shape[1])
        own = whole[:, None] * part / part.sum(axis=1, keepdims=True)
        hard = self.hardness**_OWN
        sums = blend(graph, rng, own, hard, habit="transfer", rail="instant", channel="online")
        sums = np.where(sums < _LEAST, rng.integers(_LEAST, 3 * _LEAST, sums.shape), sums)
        return np.minimum(sums, affords[:, None].astype(np.int64))
