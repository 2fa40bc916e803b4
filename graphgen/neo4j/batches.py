"""Rows of a step, cut into batches of one place and one second label, as a driver sends them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

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
    rows: list[list[Any]]
    """Lists, as the driver packs these sooner than tuples."""


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
    places, seconds = read.columns[:2]
    # not by numpy: Arrow imports pandas for that, wherever it is installed
    ends = {n for each in (places, seconds) for n in pc.run_end_encode(each).run_ends.to_pylist()}
    rows = [list(r) for r in zip(*(c.to_pylist() for c in read.columns[2:]), strict=True)]
    for start, stop in pairwise([0, *sorted(ends)]):
        for first in range(start, stop, size):
            last = min(first + size, stop)
            yield Batch(places[start].as_py(), seconds[start].as_py(), rows[first:last])
