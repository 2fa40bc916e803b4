"""Coverage: who writes about what, and when: `publishes` edges, habits of the press.

Firms report once a quarter, and the press tells of it; analysts write notes; the press writes about
firms, sectors and the market, and about a stock that has moved far. How often is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.listing import listing
from graphgen.schedule import BY_RATE
from graphgen.schema import words
from graphgen.table import Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["coverage"]

_STOCK = words.SECURITY_TYPES.index("stock")
_A_DAY = {"earnings": 0.0, "analyst": 0.02, "company": 0.03, "move": 0.0, "rumour": 0.01}
"""Pieces a day on a stock of middling worth; 0 for what the tape says when."""
_SECTOR = 0.15
"""Pieces a day on each sector; those on the market come after each session."""
_POPULAR = 0.35
"""How the number of pieces grows with what a firm is worth: as this power of it."""


def coverage(graph: Graph) -> Iterator[Table]:
    """Yield the habits of writing about what is listed."""
    here, since = listing(graph.world.place), graph.world.start_ms - 1
    stocks = np.flatnonzero(here.type == _STOCK)
    worth = here.worth[stocks]
    often = (worth / np.median(worth)) ** _POPULAR
    for topic, a_day in _A_DAY.items():
        yield Table.of(
            "publishes",
            security_id=stocks,
            sector_id=here.sector[stocks],
            topic=topic,
            sentiment=0.0,
            rate=a_day * often,
            schedule=BY_RATE,
            valid_from=since,
        )
    yield Table.of(
        "publishes",
        sector_id=np.arange(len(here.sectors)),
        topic="sector",
        sentiment=0.0,
        rate=_SECTOR,
        schedule=BY_RATE,
        valid_from=since,
    )
    yield Table.of(
        "publishes",
        topic=np.array([words.TOPICS.index("market")]),
        sentiment=0.0,
        rate=0.0,
        schedule=BY_RATE,
        valid_from=since,
    )
