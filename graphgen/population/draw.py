"""Drawing many rows at once: by weight within groups, and numbers that no one else has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from graphgen.compiled import compiled
from graphgen.ids import FIRST_ID, scramble
from graphgen.pattern import TooFewError

if TYPE_CHECKING:
    from graphgen.table import Array

__all__ = ["Urns", "chance", "digits", "distinct", "fixed_width", "take", "uniform_ms"]


@dataclass(frozen=True)
class Urns:
    """Rows to draw by weight, sorted into groups."""

    rows: Array
    """int32: the rows, group by group."""
    edges: Array
    """float64: the weights up to and with each row."""
    starts: Array
    """float64 (groups + 1,): the weight that lies before each group."""

    @classmethod
    def of(cls, group: Array, weight: Array, groups: int) -> Urns:
        """Sort rows 0 to len(group) - 1 into `groups` urns."""
        rows = np.argsort(group, kind="stable").astype(np.int32)
        edges = np.cumsum(weight[rows], dtype=np.float64)
        counts = np.searchsorted(group[rows], np.arange(groups + 1))
        return cls(rows, edges, np.concatenate(([0.0], edges))[counts])

    def draw(self, rng: np.random.Generator, wanted: Array) -> Array:
        """Draw a row for each wanted group: int32, -1 where the group is empty."""
        low, high = self.starts[wanted], self.starts[wanted + 1]
        aim = low + rng.random(len(wanted)) * (high - low)
        if not len(self.rows):
            return np.full(len(wanted), -1, np.int32)
        drawn = self.rows[np.minimum(_above(self.edges, aim), len(self.rows) - 1)]
        return np.where(high > low, drawn, np.int32(-1))


def take(rng: np.random.Generator, weight: Array | list[float], count: int) -> Array:
    """Draw `count` of the rows 0 to len(weight) - 1 by their weights: int32."""
    edges = np.cumsum(weight, dtype=np.float64)
    edges /= edges[-1]
    return np.asarray(_above(edges[:-1], rng.random(count)))


@compiled
def _above(edges: Array, aims: Array) -> Array:
    """Find how many of the edges (ascending, float64) are not above each aim: int32.

    A table of where the edges of each of equal steps begin leaves few to look at, so this takes a
    fraction of a bisection's time.
    """
    found = np.zeros(len(aims), np.int32)
    if not len(edges):
        return found
    steps = 4 * len(edges) + 1
    scale = steps / edges[-1] if edges[-1] > 0 else 0.0
    begins = np.empty(steps + 1, np.int32)
    edge = 0
    for step in range(steps + 1):
        while edge < len(edges) and int(edges[edge] * scale) < step:
            edge += 1
        begins[step] = edge
    for i in range(len(aims)):
        edge = begins[min(steps, max(0, int(aims[i] * scale)))]
        while edge < len(edges) and edges[edge] <= aims[i]:
            edge += 1
        found[i] = edge
    return found


def chance(rng: np.random.Generator, share: float | Array, count: int) -> Array:
    """Throw a coin for each of `count` rows: bool."""
    drawn: Array = rng.random(count, np.float32) < share
    return drawn


def uniform_ms(
    rng: np.random.Generator, first: Array | int, last: Array | int, count: int
) -> Array:
    """Draw moments in [first, last), to the millisecond: int64 (`first` where the two are one)."""
    span = np.maximum(np.asarray(last, np.int64) - first, 0)
    moment: Array = np.asarray(first, np.int64) + (rng.random(count) * span).astype(np.int64)
    return moment


def distinct(
    rng: np.random.Generator, seed: int, kind: str, size: int, count: int, taken: Array
) -> Array:
    """Draw `count` numbers below `size` that differ from each other and from `taken`: int64.

    Numbers are consecutive places of a keyed bijection, from a place that `rng` chooses: so two
    draws for one world that know nothing of each other meet with a chance of about their sizes
    over `size`, not over its square. `TooFewError` for more than half of them.
    """
    if count > size // 2:
        raise TooFewError(f"{kind}: {count:,} are needed, the region has {size:,}")
    while True:
        first = int(rng.integers(size))
        numbers = _walk(seed, kind, size, (first + np.arange(count)) % size)
        if not len(taken):
            return numbers
        order = np.sort(numbers)
        place = np.minimum(np.searchsorted(order, taken), max(count - 1, 0))
        if not count or not (order[place] == taken).any():
            return numbers


def _walk(seed: int, kind: str, size: int, numbers: Array) -> Array:
    """Permute 0 to size - 1: permute a larger power of two until each number falls below `size`."""
    bits = max(int(size - 1).bit_length(), 2)
    half = bits // 2
    low_mask, high_mask = (1 << half) - 1, (1 << (bits - half)) - 1
    table = scramble(seed, f"{kind} high", np.arange(max(low_mask, high_mask) + 1)) - FIRST_ID
    walked = numbers.astype(np.int64)
    todo = np.arange(len(walked))
    while len(todo):
        x = walked[todo]
        for _ in range(
            2
        ):  # two rounds of an unbalanced Feistel network: one to one whatever `table`
            low, high = x & low_mask, x >> half
            high ^= (table[low] >> 3) & high_mask
            low ^= (table[high] >> 11) & low_mask
            x = high << half | low
        walked[todo] = x
        todo = todo[x >= size]
    return walked


def digits(numbers: Array, width: int) -> pa.StringArray:
    """Spell numbers in decimal, with leading zeros."""
    spelled = np.empty((len(numbers), width), np.uint8)
    rest = numbers.astype(np.int64)
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        spelled[:, place] = digit + ord("0")
    return fixed_width(spelled)


def fixed_width(spelled: Array) -> pa.StringArray:
    """Give the strings whose bytes are the rows of `spelled` (count, width)."""
    count, width = spelled.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(spelled))
