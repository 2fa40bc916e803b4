"""Rows of a step, cut into batches of one place and one second label, as a driver sends them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphgen.neo4j.element import Node
from graphgen.neo4j.projection import Projection
from graphgen.neo4j.step import Step

__all__ = ["BATCH", "Batch", "batches"]

BATCH = 4_096
"""Rows of a batch at most: the server spends least on these (docs/benchmarks.md)."""
_READ = 8 * BATCH
"""Rows that are read at a time."""


class Column(list[Any]):
    """Values of a column. They are quick to spell: a driver spells what it sends, for its log."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"[{len(self):,} values]"


@dataclass(frozen=True)
class Batch:
    """Rows that one statement takes."""

    place: int
    second: str | None
    columns: Sequence[Column]
    """Columns and not rows: these are made and packed in half the time."""

    def __len__(self) -> int:
        return len(self.columns[0])

    def values(self) -> dict[str, object]:
        """Give the parameters of a step's statement: `$c0`, `$c1`, ..., and `$count` of them."""
        named: dict[str, object] = {f"c{n}": column for n, column in enumerate(self.columns)}
        return {**named, "count": len(self)}


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
    places, seconds, *columns = read.columns
    # not by numpy: Arrow imports pandas for that, wherever it is installed
    ends = {n for each in (places, seconds) for n in pc.run_end_encode(each).run_ends.to_pylist()}
    for start, stop in pairwise([0, *sorted(ends)]):
        for first in range(start, stop, size):
            rows = min(size, stop - first)
            some = [Column(each.slice(first, rows).to_pylist()) for each in columns]
            yield Batch(places[start].as_py(), seconds[start].as_py(), some)
