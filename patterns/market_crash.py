"""Market crash: within days all stocks fall, the more the more they go with the market.

Volume is a multiple of the usual, prices swing more, bonds of states rise and those of firms fall,
and a part of the loss comes back in the weeks after. The press tells of it after each session.

Sources: Cont, "Empirical properties of asset returns", Quantitative Finance 1 (2001): volume and
volatility rise together. The S&P 500 fell by 12 % on 16 March 2020 alone, and by 20.5 % on 19
October 1987. How much comes back, and how soon, is our assumption; so is the prevalence: once in
five years.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.market.event import Event
from graphgen.market.listing import listing
from graphgen.pattern import cases, members
from graphgen.planting.market import calendar, moments, moves, piece, spread_over, tones
from graphgen.table import Table


@dataclass(frozen=True)
class MarketCrash(Event):
    """All stocks fall at once, and some of it comes back."""

    prevalence: ClassVar[float] = 0.05

    fall: Annotated[float, Interval(ge=0.02, le=0.5)] = 0.12
    """How much the whole market loses, as a share."""

    sessions: Annotated[int, Interval(ge=1, le=30)] = 3
    """Sessions in which it falls."""

    recovers: Annotated[float, Interval(ge=0, le=1)] = 0.4
    """Share of the loss that comes back in the twenty sessions after."""

    volume: Annotated[float, Interval(ge=1, le=20)] = 2.5
    """How many times as much is traded meanwhile."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the fall, the recovery, and what is written of them."""
        count = self.instances(graph)
        case, days = graph.new("case", count), calendar(graph)
        begin = moments(graph, rng, self, count, before=1, after=self.sessions + 1)
        last = np.minimum(begin + self.sessions - 1, len(days) - 1)
        later = np.minimum(last + 20, len(days) - 1)
        start, middle, end = days.opens[begin], days.closes[last], days.closes[later]
        beta = listing(graph.world.place).beta
        fall = spread_over(
            graph, np.log1p(-self.fall) * np.broadcast_to(beta, (count, len(beta))), is_panic=True
        )
        securities = np.arange(len(beta))
        one = (case[:, None], securities, start[:, None], middle[:, None])
        yield moves(graph, *one, drift=fall, swing=1.5, volume=self.volume)
        back = -self.recovers * fall
        yield moves(graph, case[:, None], securities, middle[:, None], end[:, None], drift=back)
        yield piece(graph, case, start + 3_600_000, "market", tones(rng, (count,), -1.5))
        yield cases(graph, self, case, start, end, is_fraud=False)
        yield from members(case, security={"fallen": np.where(fall < 0, securities, -1)})
