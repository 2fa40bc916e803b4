"""Pump and dump: a ring buys a small stock, talks it up, and sells to those who come late.

For some sessions the ring buys quietly. Then pieces are passed round that promise the moon, volume
is a multiple of the usual, the price climbs, and people who have never held the stock buy it; the
ring sells everything to them, and within days the price is where it was, or lower. The ring's money
comes from one of them, and they order from one device, or one address. It looks like a real rally:
news that is true, people without any tie who buy before and after it, and a price that stays.

By definition (`defined_by`) it is about one stock that is new to all who trade it, whose price and
volume rise.

Sources: SEBI's order on Superior Finlease (19 entities; from 100 to 184 rupees, 220 on the day of
the tips, 63 nine sessions later); Leuz, Meyer, Muhn, Soltes and Hackethal, "Who falls prey to the
wolf of wall street?" (NBER 24083): about 16 victims a scheme among 110,000 accounts, who lose 28 %.
Sizes of the phases follow from these, halved at hard; the prevalence (2 in 10,000 investors a
quarter) is our assumption.
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
class PumpAndDump(Pattern):
    """Quiet purchases, loud promises, and everything sold to those who believe them."""

    market: ClassVar[bool] = True
    prevalence: ClassVar[float] = 2.0
    reporting: ClassVar[Reporting] = Reporting(share=0.2, days=120.0, spread=0.8)
    """Found by surveillance, if at all, and after months; our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = MOVED
    counterparts: ClassVar[Mapping[str, str]] = {"ring": "early", "victim": "late"}

    fewest: Annotated[int, Interval(ge=2, le=30)] = 3
    """At least so many are in the ring."""

    most: Annotated[int, Interval(ge=2, le=30)] = 10
    """At most so many; at hard as few as there may be."""

    victims: Annotated[int, Interval(ge=1, le=60)] = 16
    """At most so many people buy late."""

    rise: Annotated[float, Interval(ge=0.05, le=5)] = 0.7
    """How far the price is driven up, as a share."""

    fall: Annotated[float, Interval(ge=0.05, le=0.95)] = 0.5
    """How far it falls then, as a share."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the rings, their talk, and what the price does."""
        yield from self._driven_up(graph, rng, is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield rallies on news that is true."""
        yield from self._driven_up(graph, rng, is_fraud=False)

    def _driven_up(
        self, graph: Graph, rng: np.random.Generator, *, is_fraud: bool
    ) -> Iterator[Table]:
        path = Path(
            sessions=(6, 3, 5),
            moves=(0.06, self.rise, -self.fall),
            volume=(1.8, 8.0, 6.0),
        )
        yield from manipulated(
            graph,
            rng,
            self,
            path,
            ring=(self.fewest, self.most),
            others=(max(1, self.victims // 2), self.victims),
            pieces=4,
            funded=is_fraud,
            is_fraud=is_fraud,
        )
