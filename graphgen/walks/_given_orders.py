"""Orders as they are given: off which rows of `trades`, when, and what is drawn for their terms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.minutes import MINUTE_MS
from graphgen.market.orders import priced
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.market.minutes import Minutes
    from graphgen.market.prices import Tape
    from graphgen.section import Draws, Section

__all__ = ["Chance", "Exchange", "GivenOrders"]


@dataclass(frozen=True)
class Exchange:
    """A session of the exchange."""

    tape: Tape
    session: int
    """Its place on the tape."""
    bars: Minutes
    spread: Array
    """That of each security, a share of its price."""

    @property
    def opens(self) -> int:
        """When it opens, ms."""
        return int(self.bars.time[0])

    @property
    def closes(self) -> int:
        """When it closes, ms."""
        return int(self.bars.time[-1]) + MINUTE_MS

    def priced(self, time: Array, security: Array) -> Array:
        """Give the price of each security at each moment: float64, minor units."""
        return priced(time, security, self.opens, self.bars.open, self.bars.close)

    def before(self, security: Array) -> Array:
        """Give the price that each security had before the session, minor units."""
        tape, session = self.tape, self.session
        return np.asarray((tape.close[session - 1] if session else tape.open[session])[security])


@dataclass(frozen=True)
class GivenOrders:
    """Orders that are given off rows of a section's `trades`, one entry each."""

    section: Section
    edge: Array
    """Rows of the section's `trades`."""
    side: Array
    """int8: the side that is told, -1 for any."""
    meets: Array
    """int32: the row of the graph's `trades` whose order it meets, -1 for none."""
    time: Array
    """int64: when it is given, ms."""

    def column(self, name: str) -> Array:
        """Give a column of `trades`."""
        return np.asarray(self.section.tables["trades"][name][self.edge])

    def take(self, rows: Array) -> GivenOrders:
        """Give some of them."""
        some = (of[rows] for of in (self.edge, self.side, self.meets, self.time))
        return GivenOrders(self.section, *some)

    @property
    def row(self) -> Array:
        """int32: the row of the graph's `trades`."""
        return (self.edge + self.section.starts["trades"]).astype(np.int32)

    @cached_property
    def is_habit(self) -> Array:
        """bool: whether it is of habit."""
        return np.asarray(self.column("rate") > 0)

    @cached_property
    def is_crossed(self) -> Array:
        """bool: whether it is of habit and meets another."""
        return np.asarray(self.is_habit & (self.meets >= 0))


@dataclass(frozen=True)
class Chance:
    """What is drawn for each order: its terms, and whether and when it is filled."""

    u: Array
    """float64 (orders, 8): uniform."""
    z: Array
    """float64 (orders, 3): standard normal."""

    @classmethod
    def of(cls, rng: Draws, given: GivenOrders) -> Chance:
        """Draw it, from the streams of the orders' blocks."""
        block = given.section.block_of("trades", given.edge)
        return cls(
            rng.each(block, lambda stream, count: stream.random((count, 8))),
            rng.each(block, lambda stream, count: stream.standard_normal((count, 3))),
        )
