"""Plain CSV with a header of one's own: no quotes, so only for what needs none."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa
from pyarrow import csv

__all__ = ["put_head", "put_rows"]

_PLAIN = csv.WriteOptions(include_header=False, quoting_style="none")


def put_head(file: BinaryIO, head: str) -> None:
    """Begin a file; a name may stand in its header twice."""
    file.write(head.encode() + b"\n")


def put_rows(file: BinaryIO, columns: list[pa.Array]) -> None:
    """Add rows; `pyarrow.ArrowInvalid` for a text that needs quotes."""
    names = [str(number) for number in range(len(columns))]
    csv.write_csv(pa.Table.from_arrays(columns, names=names), file, _PLAIN)
