"""From rows of the graph to rows for a sink: public ids, in an order that says nothing.

In the graph a reference is a row number, and rows lie block after block: population, patterns,
look-alikes. Neither may be seen from outside. So ids replace row numbers, rows are sorted by them,
and words that repeat by the alphabet. Recipes (`pays`, `signs_in`) keep their order: they are
truth, and labels name their rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.ids import FIRST_ID
from graphgen.order import among
from graphgen.quarters import quarters
from graphgen.schema import EDGES, NODES, RECIPES, SCHEMAS, Column, Meaning, Schema
from graphgen.table import Array, Table, text

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["edges", "inlined", "nodes", "places", "public", "public_pieces", "recipes"]

_LABELS = (
    Column("is_fraud", Meaning.BOOL, "Whether it belongs to a crime."),
    Column("pattern", Meaning.TEXT, "The case's pattern.", nullable=True, repeats=True),
    Column("case_id", Meaning.REF, "The case that it belongs to.", "case", nullable=True),
)

_PIECE = 1 << 18
"""Rows of a recipe that are published at a time: some tens of megabytes."""


def nodes(graph: Graph) -> Iterator[Table]:
    """Yield every node table; of addresses of the internet, those that somebody banks from."""
    for schema in NODES:
        table = public(graph, schema.name)
        yield table.take(_used(graph, table)) if schema.name == "ip" else table


def _used(graph: Graph, ip: Table) -> Array:
    """Say from which of the public addresses somebody banks: bool."""
    # what a pattern adds is used, also in a world in which its crimes are left undone
    own = graph.blocks[0].tables["ip"] if graph.blocks and "ip" in graph.blocks[0].tables else ()
    used = np.arange(graph.size("ip")) >= len(own)
    for block in graph.blocks:
        if "signs_in" in block.tables:
            rows = block.tables["signs_in"]["ip_id"]
            used[rows[rows >= 0]] = True
    return among(ip["ip_id"], graph.ids("ip")[used])


def edges(graph: Graph) -> Iterator[Table]:
    """Yield every table of edges that can be observed."""
    return (public(graph, schema.name) for schema in EDGES)


def recipes(graph: Graph) -> Iterator[Table]:
    """Yield the recipe's tables piece by piece: many tables of one name follow each other."""
    for schema in RECIPES:
        yield from public_pieces(graph, schema.name)


@cache
def inlined(schema: Schema) -> Schema:
    """Give an event table's schema with its label in columns of its own, for who asks for that."""
    return replace(schema, columns=(*schema.columns, *_LABELS))


def public(graph: Graph, name: str, table: Table | None = None) -> Table:
    """Give a node, edge or truth table with public ids (int64; -1 where there is none).

    `table` stands for the graph's own, with the same rows.

    A table with an id is sorted by it, other edges and members by all that they refer to. Two
    people who know each other stand in the order of their ids. A recipe keeps its order, and the
    number of a row is its `edge_id`.
    """
    table = graph[name] if table is None else table
    schema = SCHEMAS[name]
    if schema.recipe:
        return _published(graph, table, np.arange(len(table), dtype=np.int64))
    ids = graph.ids(name) if schema.key else None
    published = _published(graph, table, ids)
    if name == "knows":
        one, other = published["user_id"], published["other_user_id"]
        published = published.with_columns(
            user_id=np.minimum(one, other), other_user_id=np.maximum(one, other)
        )
    return published.take(_order(published))


def places(graph: Graph, name: str) -> Array:
    """Say at which place of its public table each row of an edge table stands: int64."""
    order = _order(_published(graph, graph[name], None))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def public_pieces(graph: Graph, name: str, rows: int = _PIECE) -> Iterator[Table]:
    """Yield a recipe's table, so many rows at a time; an empty one as one piece without rows."""
    empty = True
    for block in chain(graph.blocks, quarters(graph).blocks()):
        if name not in block.tables:
            continue
        table, first = block.tables[name], block.starts[name]
        empty = empty and not len(table)
        for start in range(0, len(table), rows):
            end = min(start + rows, len(table))
            numbers = np.arange(first + start, first + end, dtype=np.int64)
            yield _published(graph, table.part(start, end), numbers)
    if empty:
        yield public(graph, name)


def _published(graph: Graph, table: Table, ids: Array | None) -> Table:
    columns = {}
    for column in table.schema.columns:
        if column.meaning is Meaning.ID:
            columns[column.name] = ids
        elif column.meaning is Meaning.REF:
            columns[column.name] = _referred(graph, table, column)
        elif column.meaning is Meaning.TEXT:
            columns[column.name] = _by_alphabet(table[column.name])
        else:
            columns[column.name] = table[column.name]
    return Table(table.schema, columns)


def _by_alphabet(values: Any) -> Any:  # noqa: ANN401 - an Arrow array
    """Sort a dictionary's words, and leave out what no row says: its order tells who came last."""
    if not pa.types.is_dictionary(values.type):
        return values
    codes = pc.fill_null(values.indices, -1).to_numpy(zero_copy_only=False)
    said = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(values.dictionary)))
    spoken = np.array(values.dictionary.take(pa.array(said)).to_pylist(), object)
    words, places = np.unique(spoken, return_inverse=True)
    moved = np.full(len(values.dictionary) + 1, -1, np.int32)  # its last is where -1 leads
    moved[said] = places
    return text(words.tolist(), moved[codes])


def _referred(graph: Graph, table: Table, column: Column) -> Array:
    rows = table[column.name]
    if not column.refers.startswith("="):
        return _ids(graph, column.refers, rows)
    kinds = table[column.refers[1:]]
    ids = np.full(len(rows), -1, np.int64)
    for code, kind in enumerate(table.schema.by_name[column.refers[1:]].values):
        here = kinds == code
        if here.any():
            ids[here] = _ids(graph, kind, rows[here])
    return ids


def _ids(graph: Graph, kind: str, rows: Array) -> Array:
    """Give the ids of rows; a row of -1 is none, and stays so."""
    if not graph.size(kind):
        return np.full(len(rows), -1, np.int64)
    ids = graph.ids(kind)[rows]
    if len(rows) and int(rows.min()) < 0:
        ids[rows < 0] = -1
    return ids


def _order(table: Table) -> Array:
    """Order rows by id, or by references; the other columns decide only where these are equal."""
    schema = table.schema
    if schema.key:
        return np.argsort(table[schema.key])
    references = [table[c.name] for c in schema.columns if c.meaning is Meaning.REF]
    first, second = (reference.astype(np.uint64) - np.uint64(FIRST_ID) for reference in references)
    # an id has 33 bits: one sort of 64 bits, short of two, takes a quarter of the time of two sorts
    key = first << np.uint64(31) | second >> np.uint64(2)
    order = np.argsort(key)
    same = np.diff(key[order]) == 0
    if same.any():
        places = np.flatnonzero(np.append(same, False) | np.append(False, same))
        tied = order[places]
        numbers = [table[c.name] for c in schema.columns if c.meaning is not Meaning.TEXT]
        keys = [column[tied] for column in (*numbers[::-1], *references[::-1])]
        order[places] = tied[np.lexsort(keys)]
    return order
