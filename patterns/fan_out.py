"""Fan-out: one account is paid a sum from elsewhere and splits it among many.

The proceeds of a crime reach a distributor from the world outside or through a firm. Within minutes
or days all of it but a small share is split among three to a dozen people's accounts, recruited to
receive it, so that no single sum is remarkable. It looks like somebody who is paid for a job that
was done by several, and pays them their part: a small payroll.

Sources: fan-out as a typology of alerts: IBM AMLSim
(https://github.com/IBM/AMLSim/wiki/Transaction-Model:-Alert-Model); that a layer of mules fans out
from one to 3 to 10 accounts and keeps 2 to 10 %: common to reports of mule networks, for one
https://dailypioneer.com/news/blas---capital-a-mule---s-day; the number of days is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Mirrored
from graphgen.planting.hubs import FEWEST, Ring, sizes
from graphgen.planting.relay import relay, split, sums
from graphgen.table import Table

_LARGE = 0.25
"""Share of the parts that are as what people send by batch; our assumption."""


@dataclass(frozen=True)
class FanOut(Mirrored):
    """One is paid from elsewhere and splits it among many within days."""

    prevalence: ClassVar[float] = 4.0

    most: Annotated[int, Interval(ge=FEWEST, le=50)] = 12
    """At most so many are paid, and at least three."""

    days: Annotated[int, Interval(ge=1, le=60)] = 14
    """Within so many days all have been paid."""

    amount: Annotated[int, Interval(ge=1_000, le=10_000_000)] = 30_000
    """Median of what each is paid, in minor units, where it does not hide among usual sums."""

    keeps: Annotated[float, Interval(ge=0, le=0.5)] = 0.1
    """At most this share of what has come in stays with the distributor."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield proceeds, and what recruits get of them; or a job's, and what its workers get."""
        ring = Ring(graph, rng, self, is_fraud=is_fraud)
        hub = ring.hubs(count, creditor=0, debtor=FEWEST)[:, None]
        here = sizes(rng, count, self.most, self.hardness)
        payee = ring.around(hub[:, 0], here, "debtor")
        part = here * sums(graph, rng, here.shape, self.amount, self.hardness, large=_LARGE)
        total, share = split(rng, part, self.keeps)
        first = np.arange(1 + self.most) == 0
        yield from relay(
            graph,
            rng,
            self,
            days=self.days,
            here=np.hstack([np.ones_like(hub, bool), here]),
            payer=np.where(first, -1, hub),
            payee=np.hstack([hub, payee]),
            after=np.where(first, -1, 0),
            amount=np.where(first, total, 0),
            share=np.hstack([np.zeros_like(total), share]),
            roles={"distributor": hub, "receiver": payee},
            is_fraud=is_fraud,
        )
