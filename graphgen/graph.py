"""The property graph: node and edge tables that refer to each other by row number.

A graph is a stack of blocks: the population's own first, then one for each pattern and one for each
look-alike. It is never changed in place: `grow` gives a bigger one. A row keeps its number for
good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import numpy as np

from graphgen.ids import public_ids
from graphgen.schema import NULL_NUMBER, SCHEMAS, Kind, Meaning
from graphgen.table import Array, Table

if TYPE_CHECKING:
    import igraph
    import networkx as nx

    from graphgen.world import World

__all__ = ["POPULATION", "Block", "Graph"]

POPULATION = "population"
"""The name of the first block."""

_OBSERVED = {"uses_device": "device_id", "uses_ip": "ip_id"}


@dataclass(frozen=True)
class Block:
    """What one source added to the graph."""

    name: str
    tables: Mapping[str, Table]
    starts: Mapping[str, int]
    """The number of each table's first row of this block."""


@dataclass(frozen=True)
class Graph:
    """The tables of a world, and the recipe that they were grown from."""

    world: World
    blocks: tuple[Block, ...] = ()
    _promised: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    # what is stacked stays while somebody holds it: a large graph is not kept twice
    _cache: WeakValueDictionary[str, Table] = field(
        default_factory=WeakValueDictionary, repr=False, compare=False
    )
    _ids: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> Table:
        """Give all rows of a table, block after block."""
        table = self._cache.get(name)
        if table is None:
            table = self._observed(name) if name in _OBSERVED else self._stacked(name)
            self._cache[name] = table
        return table

    def size(self, name: str) -> int:
        """Count a table's rows."""
        return sum(len(block.tables[name]) for block in self.blocks if name in block.tables)

    def new(self, name: str, shape: int | tuple[int, ...]) -> Array:
        """Give the numbers of rows that are about to be added; each call goes on from the last."""
        count = int(np.prod(shape))
        first = self.size(name) + self._promised.get(name, 0)
        self._promised[name] = self._promised.get(name, 0) + count
        return np.arange(first, first + count, dtype=np.int32).reshape(shape)

    def check_promises(self, block: str, tables: Sequence[Table]) -> None:
        """Raise `ValueError` where some rows of a kind were numbered by `new` and others not."""
        for kind, promised in self._promised.items():
            rows = sum(len(table) for table in tables if table.name == kind)
            if rows != promised:
                raise ValueError(f"{block}: {rows} new rows of {kind}, {promised} were numbered")

    def bed(self) -> Graph:
        """Give the same graph with no rows promised yet: each planting is given its own."""
        return replace(self, _promised={})

    def grow(self, name: str, tables: Iterable[Table], *, base: Graph | None = None) -> Graph:
        """Give a bigger graph, with one more block.

        The tables were made on `base` (by default this graph): their references to rows that did
        not exist there are moved to where the rows come to lie here.
        """
        base = base or self
        parts: dict[str, list[Table]] = {}
        for table in tables:
            parts.setdefault(table.name, []).append(table)
        starts = {kind: self.size(kind) for kind in SCHEMAS}
        moves = {kind: (base.size(kind), starts[kind]) for kind in SCHEMAS}
        stacked = {kind: _moved(_stack(some), moves) for kind, some in parts.items()}
        return replace(
            self,
            blocks=(*self.blocks, Block(name, stacked, starts)),
            _promised={},
            _cache=WeakValueDictionary(),
            _ids={},
        )

    def ids(self, name: str) -> Array:
        """Give the public ids of a node table's rows (or of `case`): int64, ten digits."""
        if name not in self._ids:
            sizes = [(b.name, len(b.tables[name]) if name in b.tables else 0) for b in self.blocks]
            self._ids[name] = public_ids(self.world.seed, name, sizes)
        return self._ids[name]

    def to_networkx(self) -> nx.MultiDiGraph:
        """Give nodes and observable edges as a networkx graph; keys are ids in text."""
        from graphgen.convert import to_networkx

        return to_networkx(self)

    def to_igraph(self) -> igraph.Graph:
        """Give nodes and observable edges as an igraph graph (igraph is GPL-2+, and optional)."""
        from graphgen.convert import to_igraph

        return to_igraph(self)

    def _stacked(self, name: str) -> Table:
        parts = [block.tables[name] for block in self.blocks if name in block.tables]
        return Table.concat(parts) if parts else Table.empty(name)

    def _observed(self, name: str) -> Table:
        """Derive who uses what, from when to when, from the habits of signing in."""
        column = _OBSERVED[name]
        signs_in = [b.tables["signs_in"] for b in self.blocks if "signs_in" in b.tables]
        if not signs_in:
            return Table.empty(name)
        user, used, first, last = (
            np.concatenate([t[c] for t in signs_in])
            for c in ("user_id", column, "valid_from", "valid_to")
        )
        last = np.where(last == NULL_NUMBER, np.iinfo(np.int64).max, last)
        pair = user.astype(np.int64) << 32 | used
        order = np.argsort(pair, kind="stable")
        pair = pair[order]
        begins = np.flatnonzero(np.diff(pair, prepend=-1)) if len(pair) else order
        last = np.maximum.reduceat(last[order], begins) if len(pair) else last
        return Table.of(
            name,
            user_id=(pair[begins] >> 32).astype(np.int32),
            first_seen=np.minimum.reduceat(first[order], begins) if len(pair) else first,
            last_seen=np.where(last == np.iinfo(np.int64).max, NULL_NUMBER, last),
            **{column: (pair[begins] & 0xFFFFFFFF).astype(np.int32)},
        )


def _stack(parts: list[Table]) -> Table:
    """Stack tables, letting go of each column once it is copied: peak memory is one column more."""
    if len(parts) == 1:
        return parts[0]
    columns: list[dict[str, object]] = [dict(part.columns) for part in parts]
    schema = parts[0].schema
    names = list(parts[0].columns)
    parts.clear()
    stacked = {}
    for name in names:
        pieces = [Table(schema, {name: own.pop(name)}) for own in columns]
        stacked[name] = Table.concat(pieces)[name]
    return Table(schema, stacked)


_EDGE_ROWS = {"follows": "pays", "via": "signs_in"}


def _moved(table: Table, moves: Mapping[str, tuple[int, int]]) -> Table:
    """Move references to new rows from where the base graph promised them to where they lie."""
    moved = {}
    for column in table.schema.columns:
        kind = _EDGE_ROWS.get(column.name, column.refers)
        if column.meaning is Meaning.ID or kind not in moves:
            continue
        promised, start = moves[kind]
        if promised != start:
            rows = table[column.name]
            moved[column.name] = np.where(rows >= promised, rows + (start - promised), rows).astype(
                rows.dtype
            )
    if table.schema.kind is Kind.TRUTH and "entity" in table.columns:
        moved["entity_id"] = _moved_members(table, moves)
    return table.with_columns(**moved) if moved else table


def _moved_members(table: Table, moves: Mapping[str, tuple[int, int]]) -> Array:
    kinds = table.schema.by_name["entity"].values
    promised, start = np.array([moves[kind] for kind in kinds]).T
    entity, rows = table["entity"], table["entity_id"]
    shift = np.where(rows >= promised[entity], (start - promised)[entity], 0)
    return np.asarray(rows + shift, rows.dtype)
