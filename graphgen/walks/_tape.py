"""What walks share that read the tape of prices, and fire nobody's edge."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.prices import Tape
from graphgen.market.tape import tape
from graphgen.public_day import PublicDay, Rows
from graphgen.schema import SCHEMAS
from graphgen.table import Array, Table
from graphgen.walk import Today, Walk

if TYPE_CHECKING:
    from graphgen.proposals import SectionDay
    from graphgen.section import Draws

__all__ = ["TapeWalk"]


class TapeWalk(Walk):
    """Tells a session's prices; on a day without a session it tells no row."""

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose nothing."""

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell the day's rows: in order of time, securities by their ids."""
        (event,) = cls.events
        found, ids = tape(day.look.graph), day.look.ids("security")[:-1]
        session = found.sessions.on(day.proposed.today.number)
        table = Table.empty(event)
        if session >= 0:
            columns = cls.bars(day, found, session, np.argsort(ids), np.sort(ids))
            table = Table(SCHEMAS[event], columns)
        yield Rows(Table(table.schema, {f"{event}_id": day.event_ids(len(table)), **table.columns}))

    @classmethod
    @abstractmethod
    def bars(
        cls, day: PublicDay, found: Tape, session: int, order: Array, ids: Array
    ) -> dict[str, Array]:
        """Give a session's columns but for the key; `order` puts securities by their `ids`."""
