"""Bars: what each security was traded at in each minute of a session."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphgen.market.minutes import minutes
from graphgen.market.prices import tape
from graphgen.proposals import SectionDay
from graphgen.public_day import PublicDay, Rows
from graphgen.schema import SCHEMAS
from graphgen.section import Draws
from graphgen.table import Table
from graphgen.walk import Today, Walk

__all__ = ["BarWalk"]


class BarWalk(Walk):
    """Reads the tape minute by minute: nobody's edge fires."""

    events = ("bar",)

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose nothing."""

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell the day's minutes, in order of time; on a day without a session there are none."""
        look = day.look
        found = tape(look.graph)
        session = found.sessions.on(day.proposed.today.number)
        if session < 0:
            yield Rows(Table.empty("bar").with_columns(bar_id=day.event_ids(0)))
            return
        security = look.ids("security")[:-1]
        order = np.argsort(security)
        bars = minutes(look.graph.world, found, session)
        count = len(bars.time) * len(order)
        columns = {
            name if name == "volume" else f"{name}_minor": getattr(bars, name)[order].T.reshape(-1)
            for name in ("open", "high", "low", "close", "volume")
        }
        yield Rows(
            Table(
                SCHEMAS["bar"],
                {
                    "bar_id": day.event_ids(count),
                    "time": np.repeat(bars.time, len(order)),
                    "security_id": np.tile(security[order], len(bars.time)),
                    **columns,
                },
            )
        )
