"""Random walk: money wanders from person to person, and does not return.

Somebody sends a sum to somebody who sends it on, less a small fee, and so on for three to nine
hops, each to an account that has had no part in it so far: whoever looks at one hop sees one person
pay another, and the trail is as long as it likes to be. It looks like money that is forwarded for
ordinary reasons: who is paid back what a friend owed pays back a friend. The harder it is to be,
the more often a crime's money too goes on to somebody whom the one before pays anyway.

Sources: random movement between accounts as a typology of alerts: IBM AMLSim
(https://github.com/IBM/AMLSim/wiki/Transaction-Model:-Alert-Model); the fee: mules keep 2 to 10 %,
common to reports of mule networks, for one
https://dailypioneer.com/news/blas---capital-a-mule---s-day. How many hops, and within how many
days, is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Mirrored
from graphgen.planting.flow import kept
from graphgen.planting.hubs import FEWEST, Ring, sizes
from graphgen.planting.relay import relay, sums
from graphgen.table import Table

_LARGE = 0.15
"""Share of the cases whose sums are as what people send by batch; our assumption."""
_LEAST = 20_000
"""What the first has at the world's start, at least, in minor units; our assumption."""


@dataclass(frozen=True)
class RandomWalk(Mirrored):
    """Money wanders hop by hop, and does not return."""

    prevalence: ClassVar[float] = 4.0

    most: Annotated[int, Interval(ge=FEWEST, le=15)] = 9
    """At most so many hops, and at least three."""

    days: Annotated[int, Interval(ge=1, le=60)] = 14
    """Within so many days it has come to its end."""

    amount: Annotated[int, Interval(ge=1_000, le=10_000_000)] = 30_000
    """Median of what is sent first, in minor units, where it does not hide among usual sums."""

    keeps: Annotated[float, Interval(ge=0, le=0.2)] = 0.1
    """At most this share of each receipt stays with whoever sends it on."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield the hops of money that wanders; or of debts, each paid back from the last."""
        ring = Ring(graph, rng, self, is_fraud=is_fraud)
        # a walk that is hard to find is no shorter: it is found hop by hop
        here = sizes(rng, count, self.most, 0)
        walk = [ring.payers((count, 1), _LEAST)]
        for goes in here.T[:, :, None]:
            walk.append(ring.around(walk[-1][:, 0], goes, "debtor"))
        people = np.hstack(walk)
        hop, hops = np.arange(1 + self.most), here.sum(axis=1, keepdims=True)
        own = sums(graph, rng, (count, 1), self.amount, self.hardness, large=_LARGE)
        passed = 1 - kept(self.keeps) * rng.uniform(0.2, 1, here.shape)
        yield from relay(
            graph,
            rng,
            self,
            days=self.days,
            here=here,
            payer=people[:, :-1],
            payee=people[:, 1:],
            after=hop[:-1] - 1,
            amount=np.where(hop[:-1] == 0, own, 0),
            share=np.where(hop[:-1] == 0, 0, passed),
            roles={
                "originator": people[:, :1],
                "intermediary": np.where((hop > 0) & (hop < hops), people, -1),
                "beneficiary": np.where(hop == hops, people, -1),
            },
            is_fraud=is_fraud,
        )
