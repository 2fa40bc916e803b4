"""Sections: blocks of the graph that are walked together, each with random streams of its own.

A graph has many small blocks, two for each pattern and each look-alike. What a walk costs is mostly
the same for a small block as for all of them at once; so all but the population's are one section,
whose rows are drawn block by block and otherwise handled as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from graphgen.rng import stream
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Block, Graph

__all__ = ["Draws", "Section", "section", "sections"]

_WALKED = words.WALKED_EDGES


@dataclass(frozen=True)
class Section:
    """The walked edges of neighbouring blocks, stacked."""

    blocks: tuple[str, ...]
    """The names of the blocks."""
    tables: Mapping[str, Table]
    starts: Mapping[str, int]
    """The number in the graph of each table's first row of this section."""
    ends: Mapping[str, Array]
    """int64 (blocks,): for each table, how many rows there are up to the end of each block."""
    quarter: int = 0
    """Which quarter's errands it is, of those after the first."""

    @cached_property
    def is_one(self) -> bool:
        """Whether it is a single block."""
        return len(self.blocks) == 1

    def block_of(self, table: str, rows: Array) -> Array:
        """Say which block rows of a table are of: int64; rows are numbered in the section."""
        if self.is_one:
            return np.zeros(len(rows), np.int64)
        return np.searchsorted(self.ends[table], rows, side="right")

    def block_of_edges(self, table: Array, edge: Array) -> Array:
        """Say which block edges are of, named by codes of `WALKED_EDGES` and rows of the graph."""
        block = np.zeros(len(edge), np.int64)
        if not self.is_one:
            for code in np.unique(table):
                here = np.flatnonzero(table == code)
                name = _WALKED[code]
                block[here] = self.block_of(name, edge[here] - self.starts[name])
        return block

    def parts(self, table: str) -> Iterator[tuple[int, int, int]]:
        """Yield each block that has rows of a table: its number, its first row, and its end."""
        first = 0
        for number, end in enumerate(self.ends[table].tolist()):
            if end > first:
                yield number, first, end
            first = end


def sections(graph: Graph) -> list[Section]:
    """Divide a graph: the population's block, and all that was planted on it."""
    groups = [graph.blocks[:1], graph.blocks[1:]]
    return [section(group) for group in groups if group]


def section(blocks: tuple[Block, ...], quarter: int = 0) -> Section:
    """Stack neighbouring blocks."""
    tables, ends = {}, {}
    for name in _WALKED:
        parts = [block.tables[name] for block in blocks if name in block.tables]
        sizes = [len(block.tables[name]) if name in block.tables else 0 for block in blocks]
        if parts:
            tables[name] = Table.concat(parts)
            ends[name] = np.cumsum(sizes)
    names = tuple(block.name for block in blocks)
    return Section(names, tables, blocks[0].starts, ends, quarter)


class Draws:
    """The random streams of a section's blocks for one purpose, made when they are first asked."""

    def __init__(self, section: Section, seed: int, *path: str | int) -> None:
        """Give each block the stream that is named by the path and, in it, the block's name.

        The block's name comes before the last part of the path, which is the day.
        """
        self._section, self._seed = section, seed
        self._before, self._after = path[:-1], path[-1]
        self._streams: dict[int, np.random.Generator] = {}

    def of(self, block: int) -> np.random.Generator:
        """Give the stream of one block."""
        if block not in self._streams:
            name = self._section.blocks[block]
            self._streams[block] = stream(self._seed, *self._before, name, self._after)
        return self._streams[block]

    def each(self, block: Array, draw: Callable[[np.random.Generator, int], Array]) -> Array:
        """Draw for each row from the stream of its block; rows of one block in their order.

        `draw` is given a stream and a number of rows, and draws as many.
        """
        if self._section.is_one or not len(block):
            return draw(self.of(0), len(block))
        order = np.argsort(block, kind="stable")
        counts = np.bincount(block)
        some = np.flatnonzero(counts).tolist()
        drawn = np.concatenate([draw(self.of(number), counts[number]) for number in some])
        placed = np.empty_like(drawn)
        placed[order] = drawn
        return placed
