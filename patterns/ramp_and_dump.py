"""Ramp and dump: nominees with money from one source lift a small stock for weeks, and then let go.

Nobody talks. Accounts in the names of others, funded by one person, buy a stock of a small firm
session after session, and its price climbs; there are few sellers. When it has doubled or so they
sell all within days, and it falls below where it began. It looks like a small firm that is found by
the market: people without any tie buy over weeks, and the price stays.

By definition (`defined_by`) it is about one stock that is new to all who trade it, whose price and
volume rise.

Source: FINRA, Regulatory Notice 22-25: nominee accounts, funded alike, in small offerings, with
limit orders at ever higher prices. Its sizes are ours, as is the prevalence (1 in 10,000 investors
a quarter).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Pattern
from graphgen.planting.manipulation import MOVED, manipulated
from graphgen.planting.rally import Path
from graphgen.reporting import Reporting
from graphgen.table import Table

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class RampAndDump(Pattern):
    """Nominees buy for weeks, and sell within days."""

    market: ClassVar[bool] = True
    prevalence: ClassVar[float] = 1.0
    reporting: ClassVar[Reporting] = Reporting(share=0.2, days=120.0, spread=0.8)
    """Found by surveillance, if at all, and after months; our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = MOVED
    counterparts: ClassVar[Mapping[str, str]] = {"ring": "early", "victim": "late"}

    nominees: Annotated[int, Interval(ge=3, le=30)] = 8
    """At most so many accounts."""

    sessions: Annotated[int, Interval(ge=5, le=60)] = 20
    """Sessions for which the price is lifted."""

    rise: Annotated[float, Interval(ge=0.05, le=5)] = 0.9
    """How far, as a share."""

    fall: Annotated[float, Interval(ge=0.05, le=0.95)] = 0.6
    """How far it falls then, as a share."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the nominees, their money, and what the price does."""
        yield from self._lifted(graph, rng, is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield small firms that the market finds."""
        yield from self._lifted(graph, rng, is_fraud=False)

    def _lifted(self, graph: Graph, rng: np.random.Generator, *, is_fraud: bool) -> Iterator[Table]:
        quiet = max(1, self.sessions // 4)
        path = Path(
            sessions=(quiet, max(1, self.sessions - quiet), 3),
            moves=(0.1, self.rise, -self.fall),
            volume=(1.5, 2.5, 5.0),
        )
        yield from manipulated(
            graph,
            rng,
            self,
            path,
            ring=(3, self.nominees),
            others=(1, 4),
            pieces=0,
            funded=is_fraud,
            is_fraud=is_fraud,
        )
