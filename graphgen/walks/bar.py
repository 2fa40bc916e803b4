"""Bars: what each security was traded at in each minute of a session."""

from __future__ import annotations

import numpy as np

from graphgen.market.minutes import minutes
from graphgen.market.prices import Tape
from graphgen.public_day import PublicDay
from graphgen.table import Array
from graphgen.walks._tape import TapeWalk

__all__ = ["BarWalk"]


class BarWalk(TapeWalk):
    """Reads the tape minute by minute."""

    events = ("bar",)

    @classmethod
    def bars(
        cls, day: PublicDay, found: Tape, session: int, order: Array, ids: Array
    ) -> dict[str, Array]:
        """Give one row of each security and minute."""
        within = minutes(day.look.graph.world, found, session)
        columns = {
            name if name == "volume" else f"{name}_minor": getattr(within, name)[order]
            for name in ("open", "high", "low", "close", "volume")
        }
        return {
            "time": np.repeat(within.time, len(ids)),
            "security_id": np.tile(ids, len(within.time)),
            **{name: values.T.reshape(-1) for name, values in columns.items()},
        }
