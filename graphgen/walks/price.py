"""Prices: a bar for each security and session, told when the session ends."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphgen.market.prices import tape
from graphgen.proposals import SectionDay
from graphgen.public_day import PublicDay, Rows
from graphgen.schema import SCHEMAS
from graphgen.section import Draws
from graphgen.table import Table
from graphgen.walk import Today, Walk

__all__ = ["PriceWalk"]


class PriceWalk(Walk):
    """Reads the tape: nobody's edge fires."""

    events = ("price",)

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose nothing."""

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell the day's bars; on a day without a session there are none."""
        look = day.look
        found = tape(look.graph)
        session = found.sessions.on(day.proposed.today.number)
        security = look.ids("security")[:-1]
        order = np.argsort(security) if session >= 0 else np.empty(0, np.int64)
        closes = found.sessions.closes[session] if session >= 0 else 0
        bars = {
            f"{name}_minor": getattr(found, name)[session][order]
            for name in ("open", "high", "low", "close")
        }
        yield Rows(
            Table(
                SCHEMAS["price"],
                {
                    "price_id": day.event_ids(len(order)),
                    "time": np.full(len(order), closes, np.int64),
                    "security_id": security[order],
                    **bars,
                    "volume": found.volume[session][order],
                },
            )
        )
