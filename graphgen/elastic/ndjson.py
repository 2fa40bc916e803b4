"""Documents as lines of bulk requests, spelled straight from Arrow columns.

Keys are written with their dots (`"payment.amount":12.34`): Elasticsearch takes them for the same
as objects in objects, and every field stands for itself. What is none is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.elastic.document import Document, Field, Type
from graphgen.elastic.layout import Layout
from graphgen.elastic.projection import Projection
from graphgen.ids import digits_of, letter_of
from graphgen.rowtext import (
    DECIMAL,
    ID,
    NUMBER,
    ROWS,
    TIME,
    WORD,
    Cells,
    Form,
    json_escaped,
    spelled,
    text_cells,
)
from graphgen.table import Array

__all__ = ["Lines", "operation", "pieces"]

_READ = 8_192
"""Rows that are read at a time."""
_LEAST = np.iinfo(np.int64).min
_BARE = (Type.BOOLEAN, Type.LONG, Type.INTEGER, Type.SHORT, Type.FLOAT, Type.MONEY)
Operation = Literal["index", "create"]


def operation(layout: Layout, document: Document) -> Operation:
    """Say how a kind is written: data streams can only be added to."""
    return "create" if layout.is_stream(document) else "index"


class Lines:
    """How the rows of a kind are spelled."""

    def __init__(self, document: Document, layout: Layout, *, bare: bool = False) -> None:
        """With `bare`, documents alone and no line of their own before each."""
        self.fields = [f for f in layout.fields(document) if not f.constant]
        self._decimals = len(str(layout.minor_units)) - 1
        verb = operation(layout, document)
        self._forms = [] if bare else [Form("", f'{{"{verb}":{{"_id":"', '"}}\n')]
        self._bare = bare
        between, begin = "", "{"
        for field in layout.fields(document):
            if field.constant:
                between += f'{begin}"{field.name}":"{field.constant}"'
            else:
                quote = "" if field.type in _BARE or field.many else '"'
                self._forms.append(Form(between, f'{begin}"{field.name}":{quote}', quote))
                between = ""
            begin = ","
        self._end = f"{between}}}\n"

    def spell(self, batch: pa.RecordBatch) -> Iterator[memoryview]:
        """Yield the lines of a batch of rows; what is yielded is overwritten by the next."""
        cells = [self._cells(f, c) for f, c in zip(self.fields, batch.columns, strict=True)]
        if not self._bare:
            cells.insert(0, cells[0])
        return spelled(cells, self._forms, self._end, batch.num_rows)

    def _cells(self, field: Field, column: Any) -> Cells:  # noqa: ANN401 - an Arrow array
        if field.refers:
            letter = np.array([ord(letter_of(field.refers))], np.uint8)
            return Cells(ID, *_numbers(column, -1), digits_of(field.refers), letter)
        if field.type is Type.DATE:
            return Cells(TIME, *_numbers(column, _LEAST))
        if field.type is Type.MONEY:
            return Cells(DECIMAL, *_numbers(column, _LEAST), self._decimals)
        if field.type in (Type.LONG, Type.INTEGER, Type.SHORT):
            return Cells(NUMBER, *_numbers(column, _LEAST))
        if field.type is Type.BOOLEAN:
            codes = pc.fill_null(column.cast(pa.int8()), -1).to_numpy(zero_copy_only=False)
            null = -1 if column.null_count else None
            return Cells(WORD, codes, null, words=pa.array(["false", "true"]))
        if field.type is Type.FLOAT:
            column = column.cast(pa.string())
        return text_cells(column, json_escaped if field.free else _as_it_is)


def pieces(projection: Projection, document: Document) -> Iterator[tuple[memoryview, int]]:
    """Yield the lines of a kind, some thousand documents at a time, and how many these are.

    That is one or two megabytes, and a few are what Elastic advises for a request. What is yielded
    is overwritten by the next.
    """
    lines = Lines(document, projection.layout)
    for batch in projection.batches(document, _READ):
        left = batch.num_rows
        for text in lines.spell(batch):
            rows = min(ROWS, left)
            yield text, rows
            left -= rows


def _numbers(column: Any, null: int) -> tuple[Array, int | None]:  # noqa: ANN401
    """Give a column's numbers (times as milliseconds), and what stands for none."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ms", "UTC"), safe=False).cast(pa.int64())
    elif column.type != pa.int64():
        column = column.cast(pa.int64())
    if not column.null_count:
        return column.to_numpy(zero_copy_only=False), None
    return pc.fill_null(column, null).to_numpy(zero_copy_only=False), null


def _as_it_is(words: pa.StringArray) -> pa.StringArray:
    return words
