"""A cycle: money that goes round through several hands and comes back to where it began.

The origin, who paid cash in or was paid from elsewhere, sends it to a first link, that to a
second, and so on, each hop later than the last and a little smaller, as each link may keep a tenth
of what it got. The last link pays the origin, who has now been paid by somebody with a name. It
looks like a savings circle of friends, who pay each other by habit, hand a pot on to one another
over the weeks and keep next to nothing of it; and some are firms, which supply each other and pay
as credit falls due. The harder, the more often a crime too goes through the hands of people who
deal with each other anyway, and some of it always goes through firms.
The harder it is to be, the more hops there are, the longer they take, and the less of what came
in goes round, in sums as people send each other anyway.

Sources: one of the eight typologies of Altman et al., "Realistic Synthetic Financial Transactions
for Anti-Money Laundering Models" (NeurIPS 2023, https://arxiv.org/abs/2306.16424), after Suzumura
and Kanezashi's AMLSim (https://github.com/IBM/AMLSim); that money comes back to its origin by a
detour is the round-tripping of the FATF's report "Professional Money Laundering" (2018). What a
link keeps, how long it takes, the sums, and how many cases go through firms are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Mirrored
from graphgen.planting.circles import circles
from graphgen.table import Table

_HONEST = 0.2
"""What honest people keep, as a part of what a link may; our assumption."""
_IN_TRADE = 0.25
"""Share of cases that go through firms; our assumption."""
_STAYS = (0.7, 0.95)
"""What stays with the origin of a hard case, as a share of what came in; our assumption."""


@dataclass(frozen=True)
class Cycle(Mirrored):
    """Money that goes round through people's accounts, and comes back less what each keeps."""

    prevalence: ClassVar[float] = 3.0

    fewest: Annotated[int, Interval(ge=2, le=15)] = 3
    """At least so many people are on the cycle, each making one hop."""

    most: Annotated[int, Interval(ge=2, le=15)] = 6
    """At most so many at easy and medium difficulty, and twice as many at hard."""

    days: Annotated[int, Interval(ge=2, le=365)] = 14
    """Within so many days the money has come back: the easier to find, the sooner."""

    keeps: Annotated[float, Interval(ge=0, le=0.5)] = 0.1
    """At most this share of what a link got stays with it."""

    amount: Annotated[int, Interval(ge=10_000, le=100_000_000)] = 200_000
    """Median of what goes round, in minor units, at easy difficulty."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield money that comes in, and its way round; or savings circles, at leisure."""
        trading, most = round(_IN_TRADE * count), self.most * (2 if self.hardness == 1 else 1)
        for many, in_trade in ((count - trading, False), (trading, True)):
            yield from circles(
                graph,
                rng,
                self,
                np.arange(most) < rng.integers(self.fewest, most + 1, (many, 1)),
                ("origin", "link"),
                days=self.days,
                median=self.amount,
                keeps=self.keeps * (1 if is_fraud else _HONEST),
                stays=(0.0, 0.0) if in_trade else _STAYS,
                in_trade=in_trade,
                is_fraud=is_fraud,
            )
