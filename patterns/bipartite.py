"""A bipartite flow: several firms that come by money all pay the same several others.

The inputs, which are front businesses, pay takings in, or are paid from elsewhere. Each of them
pays all of it, less at most a twentieth, in parts to every one of the outputs, so that nobody can
tell whose money an output holds. It looks like a supply chain: traders who buy from the same
wholesalers pay them out of what they took in, but at leisure, and they keep a trader's margin.
The harder it is to be, the fewer firms there are, the longer it takes, and the more the sums are
as firms pay each other anyway. Both go between business accounts, some of people and some of
firms, as supplies are paid for (purpose SUPP); who owns a firm has an account more than others.

Sources: one of the eight typologies of Altman et al., "Realistic Synthetic Financial Transactions
for Anti-Money Laundering Models" (NeurIPS 2023, https://arxiv.org/abs/2306.16424), after Suzumura
and Kanezashi's AMLSim (https://github.com/IBM/AMLSim). That the hands are firms', how many they
are, what they keep, how long they take and the sums are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Mirrored
from graphgen.planting.layers import layered
from graphgen.table import Table


@dataclass(frozen=True)
class Bipartite(Mirrored):
    """Two layers of firms, each of the first paying every one of the second."""

    prevalence: ClassVar[float] = 2.0
    defined_by: ClassVar[tuple[str, ...]] = ("accounts",)

    fewest: Annotated[int, Interval(ge=2, le=20)] = 2
    """At least so many inputs, and as many outputs."""

    most: Annotated[int, Interval(ge=2, le=20)] = 4
    """At most so many of each; at hard, there are the fewest."""

    days: Annotated[int, Interval(ge=2, le=365)] = 14
    """Within so many days it is done: the easier to find, the sooner."""

    keeps: Annotated[float, Interval(ge=0, le=0.5)] = 0.05
    """At most this share of what an input got stays with them."""

    margin: Annotated[float, Interval(ge=0, le=0.9)] = 0.25
    """At most this share of what an honest trader got stays with them."""

    amount: Annotated[int, Interval(ge=10_000, le=100_000_000)] = 150_000
    """Median of what an input pays an output, in minor units, at easy difficulty."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield money that is paid onward, as good as all of it; or traders, who keep a margin."""
        most = self.fewest if self.hardness == 1 else self.most
        size = rng.integers(self.fewest, most + 1, (count, 2, 1))
        return layered(
            graph,
            rng,
            self,
            np.arange(most) < size,
            ("input", "output"),
            days=self.days,
            median=self.amount,
            keeps=self.keeps if is_fraud else self.margin,
            is_fraud=is_fraud,
        )
