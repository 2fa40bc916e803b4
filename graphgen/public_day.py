"""What is public of a day: from proposals and booked rows to rows of event tables.

Each walk tells its own events; here is what they all look up for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from graphgen.ids import event_ids
from graphgen.population.holders import place_of
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.day import Proposed
    from graphgen.graph import Graph
    from graphgen.ledger import Booked
    from graphgen.walk import Ground, Today

__all__ = ["Lookups", "PublicDay", "Rows"]

_QUARTER_MS = 900_000


@dataclass(frozen=True)
class Rows:
    """Rows of an event table, and the edges that they were walked off, if they were."""

    table: Table
    edge_table: Array | None = None
    """int8: codes of `words.WALKED_EDGES`."""
    edge: Array | None = None
    """int32: rows of these tables."""


@dataclass(frozen=True)
class PublicDay:
    """A day that was proposed and settled."""

    proposed: Proposed
    booked: Booked
    look: Lookups

    def event_ids(self, count: int) -> Array:
        """Give the ids of the day's events of a table: int64."""
        return event_ids(self.proposed.today.number, 0, count)

    def writes(self, walk: str) -> bool:
        """Say whether a walk's events are written."""
        return walk in self.look.graph.world.walks


class Lookups:
    """What stays the same from day to day, looked up once."""

    def __init__(self, graph: Graph, ground: Ground) -> None:
        self.graph = graph
        self.ground = ground
        self._ids: dict[str, Array] = {}

    def ids(self, name: str) -> Array:
        """Give the public ids of a table's rows; that of row -1 is -1."""
        if name not in self._ids:
            self._ids[name] = np.append(self.graph.ids(name), -1)
        return self._ids[name]

    def offset(self, today: Today, time: Array, user: Array) -> Array:
        """Give minutes that people's clocks are ahead of UTC: int16, -1 for nobody's."""
        quarter = (time - today.midnight) // _QUARTER_MS
        offset = today.hours.offset[self.ground.zone[user], quarter]
        return np.where(user >= 0, offset, -1).astype(np.int16)

    @cached_property
    def merchant(self) -> Array:
        """int32: the merchant whose account each row of `account` is, -1 for none."""
        found = np.full(self.graph.size("account"), -1, np.int32)
        found[self.graph["merchant"]["account_id"]] = np.arange(self.graph.size("merchant"))
        return found

    @cached_property
    def category(self) -> tuple[list[str], Array]:
        """Name the merchants' category codes, and number each merchant's; int32, last -1."""
        import pyarrow as pa
        import pyarrow.compute as pc

        mcc = self.graph["merchant"]["mcc"]
        plain = mcc.dictionary_decode() if pa.types.is_dictionary(mcc.type) else mcc
        codes = sorted(pc.unique(plain).to_pylist())
        number = np.asarray(pc.index_in(plain, pa.array(codes, pa.string())), np.int32)
        return codes, np.append(number, -1).astype(np.int32)

    @cached_property
    def tills(self) -> Array:
        """int64: how many tills each merchant has, at least one; last, for none, one."""
        kinds = self.graph.world.place.csv("merchants")
        there = dict(zip((f"{int(c):04d}" for c in kinds["mcc"]), kinds["tills"], strict=True))
        codes, number = self.category
        tills = np.array([max(1, there[code]) for code in codes] + [1], np.int64)
        return tills[number]

    @cached_property
    def town(self) -> Array:
        """int32: a number for where each user lives; last, for no user, 0."""
        graph = self.graph
        home = graph["household"]["address_id"][graph["user"]["household_id"]]
        return np.append(place_of(graph, "address")[home], 0)
