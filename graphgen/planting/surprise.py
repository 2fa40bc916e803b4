"""Surprises: news that moves the price of a firm, or of a whole sector, as it comes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.listing import listing
from graphgen.pattern import cases, members
from graphgen.planting.market import (
    STRONG,
    calendar,
    moments,
    moves,
    named_stock,
    piece,
    spread_over,
    stocks,
    tones,
)

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.table import Table

__all__ = ["surprises"]

_HOUR = 3_600_000
_BEFORE_OPEN = 0.6
"""Share of news that comes out before the open; our assumption."""
_FEW = 0.5
"""How far a sector's other firms move when the news is about the sector, at least."""


def surprises(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    *,
    move: float,
    volume: float,
    of_sector: float,
    symbol: str | None,
) -> Iterator[Table]:
    """Yield news of a firm, or (a share `of_sector`) of a sector, and what prices do then.

    Prices move by `move` (of the logarithm) about: most of it at once, the rest by the close; funds
    follow what they hold. Volume is `volume` times the usual in that session, and half as much more
    in the next.
    """
    count = pattern.instances(graph)
    here, days = listing(graph.world.place), calendar(graph)
    case = graph.new("case", count)
    session = moments(graph, rng, pattern, count, before=1, after=2)
    opens, closes = days.opens[session], days.closes[session]
    first = rng.random(count) < _BEFORE_OPEN
    within = (closes - opens) * rng.uniform(0.1, 0.8, count)
    at = np.where(first, opens - rng.uniform(0.4, 2, count) * _HOUR, opens + within)
    at = at.astype(np.int64)
    firm = stocks(graph, rng, count)
    if symbol is not None:
        firm[:] = named_stock(graph, pattern.name, symbol)
    whole = rng.random(count) < of_sector
    size = move * rng.uniform(0.6, 1.5, count)
    mine = np.arange(len(here)) == firm[:, None]
    peers = whole[:, None] & (here.sector == here.sector[firm][:, None]) & (here.sector >= 0)
    drawn = rng.uniform(_FEW, 1, peers.shape)
    drift = spread_over(graph, size[:, None] * np.where(mine, 1.0, np.where(peers, drawn, 0.0)))
    moved = np.where(np.abs(drift) > 0, np.arange(len(here)), -1)
    told = np.where(mine | peers, np.arange(len(here)), -1)
    start, end = at[:, None], closes[:, None]
    after = days.closes[np.minimum(session + 1, len(days) - 1)]
    one = case[:, None]
    yield moves(graph, one, moved, start, start, drift=0.8 * drift)
    yield moves(graph, one, moved, start, end, drift=0.2 * drift)
    yield moves(graph, one, told, start, end, volume=volume)
    yield moves(graph, one, told, end, after[:, None], volume=(1 + volume) / 2)
    yield piece(
        graph, case, at, "company", tones(rng, size.shape, size / STRONG),
        security=np.where(whole, -1, firm), sector=here.sector[firm],
    )  # fmt: skip
    yield cases(graph, pattern, case, at, after, is_fraud=False)
    yield from members(case, security={"told of": told})
