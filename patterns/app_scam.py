"""Authorised push payment scam: the victims pay themselves, for something that does not exist.

A victim is told a story and pays for it in one to ten payments that fit it: for a purchase once or
twice, in a romance again and again, into an investment more each time. The payees are mules, who
pass on 90 to 98 % of each receipt. Who invests is paid a small return out of the first payment, so
that the next one is larger. It looks like a real large purchase in instalments, whose seller pays
suppliers out of what comes in, and pays a part of the first instalment, a deposit, back.

By definition (`defined_by`) the payee was added for the first of these payments, and the sums of
romances and investments are large beside what people pay each other; so it is in the look-alike.
What sets the crime apart is what becomes of the money.

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
from graphgen.pattern import Mirrored
from graphgen.planting.instalments import instalments, who_affords
from graphgen.planting.mules import dealt
from graphgen.planting.onward import onward
from graphgen.planting.through import through
from graphgen.reporting import Reporting
from graphgen.table import Table

_PURCHASE, _ROMANCE, _INVESTMENT = range(3)
_STORIES = (0.7, 0.12, 0.18)
_FEWEST, _MOST = np.array([1, 6, 3]), np.array([2, 10, 8])
"""How many payments a story takes, at least and at most: romances as in the sources, about ten; our
assumption otherwise."""
_SPREAD, _GROWTH = 1.2, 1.4
"""Of the sums' logarithm; and how much more each payment into an investment is; our assumption."""
_PASSED, _MARGIN = (0.95, 0.98), (0.43, 0.9)
"""Shares that a mule passes on, and that an honest seller pays to suppliers; our assumption."""
_BACK = (0.05, 0.2)
"""How much of an investor's first payment goes back, beside what is passed on of it; our
assumption."""
_SUPPLIED, _CASH = 0.5, 0.3
"""Shares of the instalments for which a seller has something to pay, and of the payments that
payees pass on in cash; our assumption."""
_HELD = 20_000
"""The least that a payer has at the world's start, in minor units; our assumption."""


@dataclass(frozen=True)
class AppScam(Mirrored):
    """One to ten payments that fit a story, to mules."""

    prevalence: ClassVar[float] = 8.5
    reporting: ClassVar[Reporting] = Reporting(share=0.49, days=14.0, spread=1.2)
    """51 % of those who are defrauded by instant payment in India tell nobody (a survey told of in
    https://www.business-standard.com/amp/economy/news/indians-see-wallets-drained-by-rs-485-cr-in-upi-scams-124112601339_1.html);
    the days are our assumption: a story lasts until it is doubted."""
    defined_by: ClassVar[tuple[str, ...]] = ("days since the payee was added",)
    counterparts: ClassVar[Mapping[str, str]] = {
        "victim": "buyer", "mule": "seller", "second mule": "supplier",
    }  # fmt: skip
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

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield payments by a story, hops that pass them on, and a part that goes back."""
        most, hard = self.payments, self.hardness
        story = rng.choice(3, count, p=_STORIES)
        number = np.minimum(rng.integers(_FEWEST[story], _MOST[story] + 1), most)
        here = np.arange(most) < number[:, None]
        payer, mule, payee, further = dealt(
            graph, rng, self, here, others=1, least=_HELD, is_fraud=is_fraud
        )
        mean = np.array([self.purchase, self.romance, self.investment])[story]
        asked = mean * rng.lognormal(-(_SPREAD**2) / 2, _SPREAD, count)
        payer = who_affords(graph, asked, payer)
        # the harder, the more often what is passed on goes to one account more of the population
        further = np.where(rng.random((count, 1)) < hard, further, -1)
        passes = here & (is_fraud | (rng.random(here.shape) < _SUPPLIED))
        back = passes[:, 0] & (story == _INVESTMENT)
        back = back * rng.uniform(*_BACK, count)
        # a purchase is paid within days; the harder, the longer are the other stories
        long = self.days * (0.4 + 0.6 * hard) * rng.uniform(0.5, 1, count)
        at, amount = instalments(
            graph, rng, payer, here,
            days=np.where(story == _PURCHASE, min(3, self.days), long),
            asked=asked,
            growth=np.where(story == _INVESTMENT, _GROWTH, 1.0),
            hardness=hard,
        )  # fmt: skip
        hops = onward(
            graph, rng, at, here, passes,
            payer=payer,
            payee=mule,
            further=further,
            back=back,
            amount=amount,
            passed=_PASSED if is_fraud else _MARGIN,
            cash=_CASH,
            hardness=hard,
        )  # fmt: skip
        used = (hops.here & (hops.payee == further)).any(axis=1, keepdims=True)
        second = np.where(used, further, -1)
        yield from through(
            graph, rng, self, graph.new("case", count), hops,
            begins="theft",
            roles={"victim": payer, "mule": payee, "second mule": second},
            is_fraud=is_fraud,
        )  # fmt: skip
