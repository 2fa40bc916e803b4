"""Rows of a step, cut into batches of one place and one second label, as a driver sends them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.neo4j.client import Row
from graphgen.neo4j.element import Node
from graphgen.neo4j.projection import Projection
from graphgen.neo4j.step import Step

__all__ = ["BATCH", "Batch", "batches"]

BATCH = 2_048
"""Rows of a batch at most: the server spends an eighth to a fifth less on these than on batches of
10,000 (docs/benchmarks.md)."""
_READ = 16 * BATCH
"""Rows that are read at a time."""


@dataclass(frozen=True)
class Batch:
    """Rows that one statement takes."""

    place: int
    second: str | None
    rows: list[Row]


def batches(
    projection: Projection, step: Step, connections: int = 1, size: int = BATCH
) -> Iterator[Batch]:
    """Yield a step's rows, those of a place together."""
    query = step.query(projection, connections)
    order = ["_place"] if connections > 1 else []
    if isinstance(step.element, Node) and step.element.second:
        order.append("_second")
    if order:
        query = f"SELECT * FROM ({query}) ORDER BY {', '.join(order)}"
    for read in projection.connection.sql(query).to_arrow_reader(_READ):
        if read.num_rows:
            yield from _cut(read, size)


def _cut(read: pa.RecordBatch, size: int) -> Iterator[Batch]:
    places, seconds = read.column(0).to_numpy(), read.column(1)
    codes = pc.fill_null(pc.dictionary_encode(seconds).indices, -1).to_numpy()
    changes = np.flatnonzero((np.diff(places) != 0) | (np.diff(codes) != 0)) + 1
    rows = list(zip(*(column.to_pylist() for column in read.columns[2:]), strict=True))
    bounds = [0, *changes.tolist(), len(rows)]
    for start, stop in pairwise(bounds):
        for first in range(start, stop, size):
            last = min(first + size, stop)
            yield Batch(int(places[start]), seconds[start].as_py(), rows[first:last])
