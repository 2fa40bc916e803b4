"""The property graph: node and edge tables that refer to each other by row number.

A graph is a stack of blocks: the population's own first, then two for each pattern and two for each
look-alike: whom and what it adds with their honest lives, and what belongs to its cases. It is
never changed in place: `grow` and `plant` give a bigger one. A row keeps its number for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

import numpy as np

from graphgen.ids import public_ids
from graphgen.schema import NULL_NUMBER, RECIPES, SCHEMAS, TRUTH, Kind, Meaning
from graphgen.table import Array, Table

if TYPE_CHECKING:
    import igraph
    import networkx as nx

    from graphgen.world import World

__all__ = ["POPULATION", "Block", "Graph"]

Seen = TypeVar("Seen")

POPULATION = "population"
"""The name of the first block."""

_OBSERVED = {"uses_device": "device_id", "uses_ip": "ip_id"}
_GIVEN = {"has_email": "email_id", "has_phone": "phone_id"}
"""Edges that acts add to: what a person gives to the bank in a session."""


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
    _seen: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> Table:
        """Give all rows of a table, block after block."""
        table = self._cache.get(name)
        if table is None:
            table = self._observed(name) if name in _OBSERVED else self._stacked(name)
            if name in _GIVEN:
                table = self._with_given(table)
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

    def once(self, name: str, look: Callable[[], Seen]) -> Seen:
        """Give what a look at the whole graph has found; it is looked at once, beds included.

        Nobody may change what was found.
        """
        if name not in self._seen:
            self._seen[name] = look()
        found: Seen = self._seen[name]
        return found

    def bed(self) -> Graph:
        """Give the same graph with no rows promised yet: each planting is given its own."""
        return replace(self, _promised={})

    def grow(self, name: str, tables: Iterable[Table]) -> Graph:
        """Give a bigger graph, with one more block: of tables that were made on this graph."""
        return self._with(Block(name, _stacked_parts(tables), self._starts()))

    def plant(
        self, name: str, tables: Iterable[Table], *, base: Graph, cases: bool = True
    ) -> Graph:
        """Give a bigger graph with what a pattern planted on `base`, in two blocks.

        References to rows that did not exist there are moved to where the rows come to lie here.
        The first, `name`, holds nodes, and edges that belong to no case; the second, `name/case`,
        edges that do, and the cases. Without `cases` the second is left out, and nothing of the
        first is other than with it: this is the world as it would be without them.
        """
        stacked, starts = _stacked_parts(tables), self._starts()
        to, of_case = {}, {}
        for kind, table in stacked.items():
            mine = table["case_id"] >= 0 if kind in _CASED else np.full(len(table), kind in _TRUTHS)
            of_case[kind] = np.flatnonzero(mine)
            to[kind] = np.empty(len(table), np.int64)
            to[kind][np.argsort(mine, kind="stable")] = starts[kind] + np.arange(len(table))
        moved = _moved(stacked, base, to)
        honest = {kind: _without(table, of_case[kind]) for kind, table in moved.items()}
        blocks = [Block(name, {k: t for k, t in honest.items() if len(t)}, starts)]
        if cases:
            starts = {kind: first + len(honest.get(kind, ())) for kind, first in starts.items()}
            crime = {kind: moved[kind].take(rows) for kind, rows in of_case.items() if len(rows)}
            blocks.append(Block(f"{name}/case", crime, starts))
        return self._with(*blocks)

    def joined(self) -> Graph:
        """Give the same graph with what was planted lying side by side, block after block.

        So whoever stacks the planted blocks copies nothing.
        """
        planted = self.blocks[1:]
        tables: list[dict[str, Table]] = [{} for _ in planted]
        for kind in SCHEMAS:
            parts = {n: b.tables[kind] for n, b in enumerate(planted) if kind in b.tables}
            whole = Table.concat([*parts.values()]) if parts else Table.empty(kind)
            first = 0
            for n, part in parts.items():
                tables[n][kind] = whole.part(first, first + len(part))
                first += len(part)
        blocks = [replace(b, tables=t) for b, t in zip(planted, tables, strict=True)]
        return replace(self, blocks=(*self.blocks[:1], *blocks))

    def _starts(self) -> dict[str, int]:
        return {kind: self.size(kind) for kind in SCHEMAS}

    def _with(self, *blocks: Block) -> Graph:
        return replace(
            self,
            blocks=(*self.blocks, *blocks),
            _promised={},
            _cache=WeakValueDictionary(),
            _ids={},
            _seen={},
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
        return Table.stacked(parts) if parts else Table.empty(name)

    def _with_given(self, table: Table) -> Table:
        """Add what people gave to the bank in a session, in place of what held till then."""
        column = _GIVEN[table.name]
        given = [
            Table.of(
                table.name,
                user_id=acts["user_id"][rows],
                since=acts["valid_from"][rows],
                **{column: acts[column][rows]},
            )
            for acts in (b.tables["acts"] for b in self.blocks if "acts" in b.tables)
            if len(rows := np.flatnonzero(acts[column] >= 0))
        ]
        if not given:
            return table
        new = Table.concat(given)
        first = np.full(self.size("user"), np.iinfo(np.int64).max)
        np.minimum.at(first, new["user_id"], new["since"])
        until = np.where(
            (table["until"] == NULL_NUMBER) & (first[table["user_id"]] > table["since"]),
            first[table["user_id"]],
            table["until"],
        )
        until[until == np.iinfo(np.int64).max] = NULL_NUMBER
        return Table.concat([table.with_columns(until=until), new])

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


def _stacked_parts(tables: Iterable[Table]) -> dict[str, Table]:
    parts: dict[str, list[Table]] = {}
    for table in tables:
        parts.setdefault(table.name, []).append(table)
    return {kind: _stack(some) for kind, some in parts.items()}


def _without(table: Table, rows: Array) -> Table:
    if not len(rows):
        return table
    kept = np.ones(len(table), bool)
    kept[rows] = False
    return table.take(kept)


_EDGE_ROWS = {"follows": "pays", "into": "pays", "via": "signs_in", "meets": "trades"}
_CASED = {schema.name for schema in RECIPES}
_TRUTHS = {schema.name for schema in TRUTH}


def _moved(tables: Mapping[str, Table], base: Graph, to: Mapping[str, Array]) -> dict[str, Table]:
    """Move references to new rows from where `base` promised them to where they come to lie.

    `to` gives the number that each new row of a kind comes to have.
    """
    moves = {kind: (base.size(kind), numbers) for kind, numbers in to.items() if len(numbers)}
    return {kind: _moved_table(table, moves) for kind, table in tables.items()}


def _moved_table(table: Table, moves: Mapping[str, tuple[int, Array]]) -> Table:
    moved = {}
    for column in table.schema.columns:
        kind = _EDGE_ROWS.get(column.name, column.refers)
        if column.meaning is not Meaning.ID and kind in moves:
            moved[column.name] = _renumbered(table[column.name], *moves[kind])
    if table.schema.kind is Kind.TRUTH and "entity" in table.columns:
        rows = table["entity_id"].copy()
        for code, kind in enumerate(table.schema.by_name["entity"].values):
            if kind in moves:
                here = table["entity"] == code
                rows[here] = _renumbered(rows[here], *moves[kind])
        moved["entity_id"] = rows
    return table.with_columns(**moved) if moved else table


def _renumbered(rows: Array, promised: int, numbers: Array) -> Array:
    new = np.flatnonzero(rows >= promised)
    if not len(new):
        return rows
    moved = rows.copy()
    moved[new] = numbers[rows[new] - promised]
    return moved
