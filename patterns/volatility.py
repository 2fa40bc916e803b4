"""Volatility: for some sessions all prices swing further, with no direction, and more is traded.

Sources: Cont, "Empirical properties of asset returns", Quantitative Finance 1 (2001): volatility
comes in clusters, and volume rises with it. How much, and how often, is our assumption.
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
from graphgen.planting.market import calendar, moments, moves, piece, tones
from graphgen.table import Table


@dataclass(frozen=True)
class Volatility(Event):
    """Prices swing further than usual, in all directions."""

    prevalence: ClassVar[float] = 0.5

    swing: Annotated[float, Interval(ge=1, le=5)] = 2.0
    """How many times as far prices move."""

    sessions: Annotated[int, Interval(ge=1, le=60)] = 8
    """Sessions for which it lasts."""

    volume: Annotated[float, Interval(ge=1, le=20)] = 1.5
    """How many times as much is traded."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the sessions of it."""
        count = self.instances(graph)
        case, days = graph.new("case", count), calendar(graph)
        begin = moments(graph, rng, self, count, before=0, after=self.sessions)
        last = np.minimum(begin + self.sessions - 1, len(days) - 1)
        start, end = days.opens[begin], days.closes[last]
        securities = np.arange(len(listing(graph.world.place)))
        when = (start[:, None], end[:, None])
        yield moves(graph, case[:, None], securities, *when, swing=self.swing, volume=self.volume)
        yield piece(graph, case, start + 3_600_000, "market", tones(rng, (count,), -0.3))
        yield cases(graph, self, case, start, end, is_fraud=False)
        everything = np.broadcast_to(securities, (count, len(securities)))
        yield from members(case, security={"swinging": everything})
