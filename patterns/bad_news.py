"""Bad news: a firm, or a whole sector, falls at once as something comes out.

Most of the move is there with the first trade after the news, the rest by the close; volume is a
multiple of the usual that day and the next. Funds move as what they hold does.

Source: Ahern, "Information networks: evidence from illegal insider trading tips", Journal of
Financial Economics 125 (2017), finds that prices of firms with such news moved by 35 % in 21 days;
that most news moves them less is our assumption, as is how often there is any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.market.event import Event
from graphgen.planting.surprise import surprises
from graphgen.table import Table


@dataclass(frozen=True)
class BadNews(Event):
    """News comes out, and the price of a firm or a sector falls."""

    prevalence: ClassVar[float] = 4.0

    fall: Annotated[float, Interval(ge=0.01, le=0.6)] = 0.12
    """How far the price falls, about, as a share."""

    volume: Annotated[float, Interval(ge=1, le=50)] = 4.0
    """How many times as much is traded that day."""

    of_sector: Annotated[float, Interval(ge=0, le=1)] = 0.25
    """Share of the news that is about a whole sector."""

    symbol: str | None = None
    """The ticker of the stock that it is about; by default any."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the news, and what prices and volumes do then."""
        yield from surprises(
            graph,
            rng,
            self,
            move=np.log1p(-self.fall),
            volume=self.volume,
            of_sector=self.of_sector,
            symbol=self.symbol,
        )
