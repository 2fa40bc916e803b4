"""How often edges fire in a world's window, as its calendar makes them expect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graphgen.schedule import BY_RATE, ONCE, due
from graphgen.schema import NULL_NUMBER
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.world import World

__all__ = ["Calendar"]

_READ = ("valid_from", "valid_to", "schedule", "rate", "hours")
_PIECE = 1 << 18
"""Edges that are looked at together."""
_LOOKED_AT = 60
"""Days, evenly spread, off which the hours of a long window are read."""


class Calendar:
    """How often edges fire in a world's window, as its calendar makes them expect."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._dues = np.zeros(128)
        for day in range(world.days):
            self._dues += due(world.date_of(day), world.place)
        self._often = self._busy_hours() if world.days else np.zeros(len(world.place.profiles))

    def expected(self, pays: Table, *, an_errand: float = 1.0) -> float:
        """Add up how often edges of `pays` will fire in the window; each errand counts so much."""
        if not self._world.days:
            return 0.0
        # piece by piece, so that a large graph does not have a dozen columns beside it
        return sum(
            self._expected({name: pays[name][first : first + _PIECE] for name in _READ}, an_errand)
            for first in range(0, len(pays), _PIECE)
        )

    def _expected(self, pays: Mapping[str, Array], an_errand: float) -> float:
        world = self._world
        last = np.where(pays["valid_to"] == NULL_NUMBER, world.end_ms, pays["valid_to"])
        stands = np.minimum(last, world.end_ms) - np.maximum(pays["valid_from"], world.start_ms)
        days = np.clip(stands / DAY_MS, 0, world.days)
        schedule = pays["schedule"]
        often = pays["rate"] * days * self._often[pays["hours"]]
        regular = self._dues[schedule] * days / world.days
        begins = (pays["valid_from"] >= world.start_ms) & (pays["valid_from"] < world.end_ms)
        fires = np.where(
            schedule == BY_RATE, often, np.where(schedule == ONCE, begins * an_errand, regular)
        )
        return float(fires.sum())

    def ordered(self, tables: Iterable[Table], *, own: bool) -> float:
        """Add up the payments that edges will order: of cases (`own`), or all others."""
        return sum(
            self.expected(table.take((table["case_id"] >= 0) == own))
            for table in tables
            if table.name == "pays"
        )

    def _busy_hours(self) -> Array:
        """Say how much busier than its rate each profile is, by the calendar and its days."""
        from graphgen.clock import Clocks

        world = self._world
        zones = tuple(sorted(set(world.place.csv("cities")["time_zone"])))
        clocks = Clocks(world.place, zones)
        some = np.unique(np.linspace(0, world.days - 1, _LOOKED_AT).astype(int))
        weights = np.zeros(len(world.place.profiles))
        for day in some:
            here = world.date_of(int(day))
            weight = clocks.hours(here).weight.reshape(-1, len(zones)).mean(axis=1)
            weights += weight * clocks.busy(here)
        return np.asarray(weights / len(some))
