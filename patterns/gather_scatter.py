"""Gather-scatter: many pay a hub, and the hub pays it on to many others.

Three to ten people's accounts pay one hub, which waits until all is there and pays it on, less a
fee, to as many others or fewer: whoever follows the money through the hub finds that any payer may
stand behind any payee. It looks like a small agency whose head is paid by several clients and pays
those who did the work, a payroll fed by many.

Sources: gather-scatter (fan-in, then fan-out) as a typology of alerts: IBM AMLSim
(https://github.com/IBM/AMLSim/wiki/Transaction-Model:-Alert-Model); the fee: mules keep 2 to 10 %,
common to reports of mule networks, for one
https://dailypioneer.com/news/blas---capital-a-mule---s-day. How many they are, and within how many
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


@dataclass(frozen=True)
class GatherScatter(Mirrored):
    """Many pay a hub, and the hub pays it on to many others, less a fee."""

    prevalence: ClassVar[float] = 3.0

    most: Annotated[int, Interval(ge=FEWEST, le=50)] = 10
    """At most so many pay, and at least three; as many are paid, or fewer, but at least three."""

    days: Annotated[int, Interval(ge=1, le=60)] = 14
    """Within so many days all is in and out again."""

    amount: Annotated[int, Interval(ge=1_000, le=10_000_000)] = 30_000
    """Median of what each pays, in minor units, where it does not hide among usual sums."""

    keeps: Annotated[float, Interval(ge=0, le=0.5)] = 0.1
    """At most this share of each receipt stays with the hub."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield what is paid to each hub, and what it pays on; or an agency, and its workers."""
        ring, most = Ring(graph, rng, self, is_fraud=is_fraud), self.most
        hub = ring.hubs(count, creditor=FEWEST, debtor=FEWEST)[:, None]
        gathers = sizes(rng, count, most, self.hardness)
        scatters = gathers & sizes(rng, count, most, self.hardness)
        payee = ring.around(hub[:, 0], scatters, "debtor")
        payer = ring.around(hub[:, 0], gathers, "creditor")
        own = sums(graph, rng, payer.shape, self.amount, self.hardness)
        share = 1 - kept(self.keeps) * rng.uniform(0.2, 1, (count, 1))
        incoming = np.arange(2 * most) < most
        turn = np.arange(most) % np.maximum(1, scatters.sum(axis=1, keepdims=True))
        middle = np.broadcast_to(hub, payer.shape)
        yield from relay(
            graph,
            rng,
            self,
            days=self.days,
            here=np.hstack([gathers, scatters]),
            payer=np.hstack([payer, middle]),
            payee=np.hstack([middle, payee]),
            after=np.where(incoming, -1, -1 - most),
            into=np.hstack([most + turn, np.full_like(turn, -1)]),
            amount=np.hstack([own, np.zeros_like(own)]),
            share=np.where(incoming, 0, share),
            roles={"sender": payer, "hub": hub, "receiver": payee},
            is_fraud=is_fraud,
        )
