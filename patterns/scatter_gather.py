"""Scatter-gather: one splits a sum among intermediaries, who all pay it on to one other.

The proceeds of a crime reach a source from the world outside or through a firm; it splits them
among three to ten intermediaries, and each of these pays what it got, less a fee, to the account of
one beneficiary, who is never paid by the source. It looks like travellers whose trip was called
off: who had booked it gets the refund and pays everybody their part, and they pay it to the one who
books the next. The harder it is to be, the more of them are people who pay each other anyway: the
source pays friends, and the beneficiary is one whom one of these pays by habit.

Sources: scatter-gather (fan-out, then fan-in) as a typology of alerts: IBM AMLSim
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
from graphgen.planting.relay import relay, split, sums
from graphgen.table import Table

_LARGE = 0.15
"""Share of the parts that are as what people send by batch; our assumption."""


@dataclass(frozen=True)
class ScatterGather(Mirrored):
    """One pays another through many, each of whom keeps a fee."""

    prevalence: ClassVar[float] = 3.0

    most: Annotated[int, Interval(ge=FEWEST, le=50)] = 10
    """At most so many stand between the two, and at least three."""

    days: Annotated[int, Interval(ge=1, le=60)] = 14
    """Within so many days all has arrived."""

    amount: Annotated[int, Interval(ge=1_000, le=10_000_000)] = 30_000
    """Median of what goes through each, in minor units, where it does not hide among usual sums."""

    keeps: Annotated[float, Interval(ge=0, le=0.5)] = 0.1
    """At most this share of each receipt stays with whoever passes it on."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield proceeds, what intermediaries get and pay on; or a refund, for the next trip."""
        ring, most = Ring(graph, rng, self, is_fraud=is_fraud), self.most
        source = ring.hubs(count, debtor=FEWEST, goes_on=True)[:, None]
        here = sizes(rng, count, most, self.hardness)
        between = ring.around(source[:, 0], here, "debtor")
        # whom one of them pays by habit the others pay for once
        target = ring.beyond(between, "debtor")
        part = here * sums(graph, rng, here.shape, self.amount, self.hardness, large=_LARGE)
        total, share = split(rng, part, self.keeps)
        place = np.arange(1 + 2 * most)
        passed = 1 - kept(self.keeps) * rng.uniform(0.2, 1, here.shape)
        yield from relay(
            graph,
            rng,
            self,
            days=self.days,
            here=np.hstack([np.ones_like(source, bool), here, here]),
            payer=np.hstack([np.full_like(source, -1), source.repeat(most, axis=1), between]),
            payee=np.hstack([source, between, target.repeat(most, axis=1)]),
            after=np.where(place == 0, -1, np.where(place <= most, 0, place - most)),
            amount=np.where(place == 0, total, 0),
            share=np.hstack([np.zeros_like(total), share, passed]),
            roles={"source": source, "intermediary": between, "beneficiary": target},
            is_fraud=is_fraud,
        )
