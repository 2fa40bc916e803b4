"""Firing edges at their rates: one draw for all edges of a block and a day.

By superposition, firing each edge as a Poisson process is the same as one Poisson process along the
line of all rates laid end to end: exponential steps along it land on edges in order, in one pass
and without a sort. An edge is busier in some weeks than in others (`weekly`), which makes its gaps
burstier than a Poisson process's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.compiled import compiled
from graphgen.rng import stream
from graphgen.schedule import ONCE
from graphgen.schema import NULL_NUMBER
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.section import Draws, Section

__all__ = ["Errands", "Rates", "SectionRates", "fire"]

_NEVER = NULL_NUMBER
"""What `valid_to` says of an edge that does not end."""


class Rates:
    """The rates of a block's edges, laid end to end week by week."""

    def __init__(
        self, edge: Array, rate: Array, valid_from: Array, valid_to: Array, key: int
    ) -> None:
        """Lay out the edges with these row numbers (int32); the other columns are of all rows."""
        self._edge, self._rate = edge, rate
        self._from, self._to = valid_from, valid_to
        self._key = np.uint64(key)
        self._week: int | None = None
        self._cumulative = np.empty(0)

    def cumulative(self, week: int, monday: int) -> Array:
        """Give the running sum of the rates in the week that begins at `monday` (ms): float64."""
        if week != self._week:
            self._cumulative = _lay(
                self._edge,
                self._rate,
                self._from,
                self._to,
                monday,
                monday + 7 * DAY_MS,
                self._key,
                np.uint64(week),
            )
            self._week = week
        return self._cumulative


@dataclass(frozen=True)
class SectionRates:
    """The rates of a section's edges, block by block."""

    parts: list[tuple[int, Array, Array, Rates]]
    """Each block's number; of its edges the rows in the section (int32), the clocks (int16), and
    the rates."""

    @classmethod
    def of(
        cls, section: Section, seed: int, table: str, rated: Array, clock: Array
    ) -> SectionRates:
        """Lay out these rows of a table (int32, ascending), whose rates count.

        `clock` is the clock of every row of the table.
        """
        edges, parts = section.tables[table], []
        for number, first, end in section.parts(table):
            low, high = np.searchsorted(rated, [first, end])
            if low == high:
                continue
            key = stream(seed, "weeks", table, section.blocks[number]).integers(1 << 63)
            rate, begins, ends = (
                np.ascontiguousarray(edges[column][first:end])
                for column in ("rate", "valid_from", "valid_to")
            )
            rows = rated[low:high]
            rates = Rates((rows - first).astype(np.int32), rate, begins, ends, int(key))
            parts.append((number, rows, clock[rows], rates))
        return cls(parts)

    def fired(self, rng: Draws, week: int, monday: int, often: Array) -> Array:
        """Fire edges for a day, each clock's so often: rows of the section, int32, ascending."""
        fired = [
            rows[fire(rng.of(number), rates.cumulative(week, monday), clock, often)]
            for number, rows, clock, rates in self.parts
        ]
        return np.concatenate(fired) if fired else np.empty(0, np.int32)


@dataclass(frozen=True)
class Errands:
    """What fires once, at a time of its own."""

    rows: Array
    """int32: rows of the edges, by time."""
    at: Array
    """int64: when each fires, ms; ascending."""

    @classmethod
    def of(cls, edges: Table) -> Errands:
        """Find the errands among edges."""
        once = np.flatnonzero(edges["schedule"] == ONCE).astype(np.int32)
        rows = once[np.argsort(edges["valid_from"][once], kind="stable")]
        return cls(rows, edges["valid_from"][rows])

    def on(self, midnight: int) -> Array:
        """Give what fires on the day that begins then: int32 rows."""
        low, high = np.searchsorted(self.at, [midnight, midnight + DAY_MS])
        return self.rows[low:high]


def fire(rng: np.random.Generator, cumulative: Array, clock: Array, often: Array) -> Array:
    """Fire edges in proportion to their rates: int32, ascending.

    `cumulative` is the running sum of the rates; each edge follows a clock (int16), and `often`
    says how many times as often as its rate what follows a clock fires (float64, by clock).
    """
    busiest = float(often.max(initial=0.0))
    length = float(cumulative[-1]) * busiest if len(cumulative) else 0.0
    if length <= 0:
        return np.empty(0, np.int32)
    reached, parts = 0.0, []
    while reached < length:
        left = length - reached
        steps = rng.standard_exponential(int(left + 6 * np.sqrt(left) + 16))
        place = np.cumsum(steps, out=steps)
        place += reached
        reached = float(place[-1])
        parts.append(place[: np.searchsorted(place, length)])
    places = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return _land(places, busiest, cumulative, clock, often / busiest)


@compiled
def _lay(
    edges: Array,
    rate: Array,
    valid_from: Array,
    valid_to: Array,
    first: int,
    last: int,
    key: np.uint64,
    week: np.uint64,
) -> Array:
    """Sum rates, each times its intensity of the week: exponential with mean 1, by a hash."""
    cumulative = np.empty(len(edges))
    total = 0.0
    salt = key + week * np.uint64(0x9E3779B97F4A7C15)
    for place in range(len(edges)):
        edge = edges[place]
        if valid_from[edge] < last and (valid_to[edge] > first or valid_to[edge] == _NEVER):
            x = (np.uint64(edge) + salt) * np.uint64(0xBF58476D1CE4E5B9)
            x = (x ^ (x >> np.uint64(31))) * np.uint64(0x94D049BB133111EB)
            x ^= x >> np.uint64(29)
            u = (np.float64(x >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)
            total -= rate[edge] * np.log(u)
        cumulative[place] = total
    return cumulative


@compiled
def _land(place: Array, busiest: float, cumulative: Array, clock: Array, share: Array) -> Array:
    """Find the edge that each place lies on; places ascend, stretched by `busiest`.

    Where on its edge a place lies is as good as another draw: it says which of a clock's edges
    fire when it is not at its busiest.
    """
    edges = np.empty(len(place), np.int32)
    edge = n = 0
    before = 0.0
    for i in range(len(place)):
        here = place[i] / busiest
        while edge < len(cumulative) - 1 and cumulative[edge] <= here:
            before = cumulative[edge]
            edge += 1
        if here - before < share[clock[edge]] * (cumulative[edge] - before):
            edges[n] = edge
            n += 1
    return edges[:n]
