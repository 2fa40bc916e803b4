"""Fan-in: many people pay one of them within days.

Money that has been handed out among many is gathered: from three to a dozen people, recruited for
it, each send a sum from their own account to the account of one collector, within two weeks. What
stands out is no payment but the collector, whom so many pay that never paid before. It looks like
housemates who pay the one that pays the rent, or like buyers who pay somebody who clears an attic
on a marketplace: they take their time, and that is all that tells them apart.

Sources: FinCEN, advisory FIN-2014-A005 (https://jdsupra.com/post/contentViewerEmbed.aspx?fid=4238c2c8-cfc0-423a-bc09-40eccc3759b5):
funnel accounts, that many people pay into and one draws from. Fan-in as a typology of alerts: IBM
AMLSim (https://github.com/IBM/AMLSim/wiki/Transaction-Model:-Alert-Model). How many pay, what, and
within how many days is our assumption.
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
from graphgen.planting.relay import relay, sums
from graphgen.table import Table


@dataclass(frozen=True)
class FanIn(Mirrored):
    """Many people pay one within days."""

    prevalence: ClassVar[float] = 4.0

    most: Annotated[int, Interval(ge=FEWEST, le=50)] = 12
    """At most so many pay, and at least three."""

    days: Annotated[int, Interval(ge=1, le=60)] = 14
    """Within so many days all have paid."""

    amount: Annotated[int, Interval(ge=1_000, le=10_000_000)] = 30_000
    """Median of what each pays, in minor units, where it does not hide among usual sums."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield what recruits pay their collector; or housemates the one who pays the rent."""
        ring = Ring(graph, rng, self, is_fraud=is_fraud)
        hub = ring.hubs(count, creditor=FEWEST)
        here = sizes(rng, count, self.most, self.hardness)
        payer = ring.around(hub, here, "creditor")
        yield from relay(
            graph,
            rng,
            self,
            days=self.days,
            here=here,
            payer=payer,
            payee=np.broadcast_to(hub[:, None], payer.shape),
            after=np.full(self.most, -1),
            amount=sums(graph, rng, here.shape, self.amount, self.hardness),
            roles={"collector": hub[:, None], "sender": payer},
            is_fraud=is_fraud,
        )
