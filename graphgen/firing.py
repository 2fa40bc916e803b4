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
from graphgen.schema import NULL_NUMBER
from graphgen.table import Array
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.section import Draws, Section

__all__ = ["Rates", "SectionRates", "fire"]

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

    parts: list[tuple[int, Array, Rates]]
    """Each block's number, the rows of its edges in the section (int32), and their rates."""

    @classmethod
    def of(cls, section: Section, seed: int, table: str, rated: Array) -> SectionRates:
        """Lay out these rows of a table (int32, ascending), whose rates count."""
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
            parts.append((number, rows, rates))
        return cls(parts)

    def fired(self, rng: Draws, week: int, monday: int, busiest: float) -> Array:
        """Fire edges for a day: rows of the section, int32, ascending."""
        fired = [
            rows[fire(rng.of(number), rates.cumulative(week, monday), busiest)]
            for number, rows, rates in self.parts
        ]
        return np.concatenate(fired) if fired else np.empty(0, np.int32)


def fire(rng: np.random.Generator, cumulative: Array, busiest: float) -> Array:
    """Fire edges in proportion to their rates, `busiest` times as often: int32, ascending."""
    length = float(cumulative[-1]) * busiest if len(cumulative) else 0.0
    if length <= 0:
        return np.empty(0, np.int32)
    reached, parts = 0.0, []
    while reached < length:
        left = length - reached
        steps = rng.standard_exponential(int(left + 6 * np.sqrt(left) + 16))
        place = reached + np.cumsum(steps)
        reached = float(place[-1])
        parts.append(place[: np.searchsorted(place, length)])
    return _land(np.concatenate(parts) / busiest, cumulative)


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
def _land(
    place: Array,
    cumulative: Array,
) -> Array:
    """Find the edge that each place lies on; places ascend."""
    edges = np.empty(len(place), np.int32)
    edge = 0
    for i in range(len(place)):
        while edge < len(cumulative) - 1 and cumulative[edge] <= place[i]:
            edge += 1
        edges[i] = edge
    return edges
