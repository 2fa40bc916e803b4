"""Prices: a bar for each security and session, told when the session ends."""

from __future__ import annotations

import numpy as np

from graphgen.market.prices import Tape
from graphgen.public_day import PublicDay
from graphgen.table import Array
from graphgen.walks._tape import TapeWalk

__all__ = ["PriceWalk"]


class PriceWalk(TapeWalk):
    """Reads the tape."""

    events = ("price",)

    @classmethod
    def bars(
        cls, day: PublicDay, found: Tape, session: int, order: Array, ids: Array
    ) -> dict[str, Array]:
        """Give one row of each security, at the session's end."""
        del day
        prices = ("open", "high", "low", "close")
        return {
            "time": np.full(len(ids), found.sessions.closes[session], np.int64),
            "security_id": ids,
            **{f"{name}_minor": getattr(found, name)[session][order] for name in prices},
            "volume": found.volume[session][order],
        }
