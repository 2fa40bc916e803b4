"""A Parquet file of a query's rows, span of days by span: memory holds one span."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from graphgen.learning.frame import Frame

__all__ = ["SPAN", "spans", "write_parquet"]

SPAN = 400_000
"""Events of a span, about: of 25 columns a hundred megabytes."""
_GROUP = 131_072
"""Rows of a row group; DuckDB and Arrow read groups of about so many best."""


def spans(frame: Frame, query: str) -> Iterator[pa.Table]:
    """Yield the rows of a query of events by spans of days, one at least, if it has no row.

    In the end all days are shown again.
    """
    try:
        for days in list(frame.days(SPAN)) or [range(0)]:
            frame.show(days)
            yield frame.sql(query).to_arrow_table()
    finally:
        frame.show(None)


def write_parquet(
    path: Path, parts: Iterable[pa.Table], tell: Callable[[int], None] = lambda _: None
) -> int:
    """Write tables of the same columns into a file, and give how many rows they have.

    `tell` hears of the rows of each part. Nothing is written if there is no part.
    """
    writer: pq.ParquetWriter | None = None
    rows = 0
    try:
        for part in parts:
            if writer is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                writer = pq.ParquetWriter(path, part.schema, compression="snappy")
            writer.write_table(part, row_group_size=_GROUP)
            rows += len(part)
            tell(len(part))
    finally:
        if writer is not None:
            writer.close()
    return rows
