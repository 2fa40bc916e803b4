"""Rows as text: what CSV, JSON lines and bulk requests have in common.

Every cell becomes a number in one matrix (a word is its place in a list of words), and one compiled
loop spells the matrix row by row. What a format puts around a cell is data: a `Form` a column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.arrow import has_letter, id_digits, letters, to_arrow
from graphgen.schema import Column, Meaning
from graphgen.table import Array, Table

__all__ = [
    "DECIMAL",
    "ID",
    "NUMBER",
    "ROWS",
    "TIME",
    "WORD",
    "Cells",
    "Form",
    "json_escaped",
    "lines",
    "spelled",
    "text_cells",
]

ROWS = 4096
"""Rows that are spelled at a time: their numbers and their text stay in a core's cache."""

NUMBER, ID, TIME, WORD, DECIMAL = range(5)
"""Kinds of cells; a DECIMAL is a whole number of its last decimals."""
_LONGEST = {NUMBER: 20, ID: 13, TIME: 24, DECIMAL: 22}
"""Characters that a cell can take: of int64, of a letter and twelve digits, of a moment."""

_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    **{chr(code): f"\\u{code:04x}" for code in range(32)},
}
_NEEDS_ESCAPE = r'[\\"\x00-\x1f]'

Escape = Callable[[pa.StringArray], pa.StringArray]


@dataclass(frozen=True)
class Form:
    """What a format puts around one column's cells."""

    between: str = ""
    """Stands before each cell, whether or not it holds something."""
    before: str = ""
    """Stands before a cell that holds something."""
    after: str = ""
    """Stands after such a cell."""


@dataclass(frozen=True)
class Cells:
    """One column's cells as numbers."""

    kind: int
    values: Array
    null: int | None
    """What stands for none; none where no cell is."""
    digits: int = 0
    """Of an id how many it has, of a DECIMAL how many stand behind the point."""
    letters: Array | None = None
    """Of an id (uint8): the letter of each row, or one for all."""
    words: pa.StringArray | None = None
    """Of words: those that the values are places in; as they are written, and none is null."""


def lines(table: Table, forms: Sequence[Form], end: str, escape: Escape) -> Iterator[memoryview]:
    """Yield the text of a table of public rows in UTF-8, thousands of rows at a time.

    What is yielded is overwritten by the next. `forms` says what stands around the cells of each
    column, `end` what ends a line, and `escape` how words are written (Arrow text without nulls).
    """
    cells = [_cells(table, column, escape) for column in table.schema.columns]
    return spelled(cells, forms, end, len(table))


def spelled(
    cells: Sequence[Cells], forms: Sequence[Form], end: str, length: int
) -> Iterator[memoryview]:
    """Yield the text of so many rows of cells, thousands of rows at a time.

    What is yielded is overwritten by the next.
    """
    from graphgen.blocks import BLOCK
    from graphgen.spelling import spell_rows

    words, starts, first_words, longest_words = _all_words([c.words for c in cells], BLOCK)
    around, bounds = _literals(_joined(cells, forms, end), BLOCK)
    longest = len(around) + longest_words + sum(_LONGEST.get(cell.kind, 0) for cell in cells)
    numbers = np.array([[c.kind, c.null is not None, c.null or 0, c.digits] for c in cells])
    plan = np.column_stack([numbers, first_words])
    matrix = np.empty((len(cells), ROWS), np.int64)
    marks = np.zeros((len(cells), ROWS), np.uint8)
    out = np.empty(ROWS * longest + BLOCK, np.uint8)
    for start in range(0, length, ROWS):
        rows = min(ROWS, length - start)
        for place, cell in enumerate(cells):
            matrix[place, :rows] = cell.values[start : start + rows]
            if cell.letters is not None:
                own = cell.letters
                marks[place, :rows] = own if len(own) == 1 else own[start : start + rows]
        size = spell_rows(out, matrix, marks, rows, plan, words, starts, around, bounds)
        yield out.data[:size]


def _cells(  # noqa: PLR0911 - one for each meaning
    table: Table, column: Column, escape: Escape
) -> Cells:
    values = table[column.name]
    null = column.null if column.nullable else None
    match column.meaning:
        case Meaning.ID | Meaning.REF if has_letter(table.schema, column):
            digits = id_digits(table.schema, column)
            return Cells(ID, values, null, digits, letters(table, column))
        case Meaning.TIME:
            return Cells(TIME, values, null)
        case Meaning.CATEGORY:
            return Cells(WORD, values, null, words=escape(pa.array(column.values, pa.string())))
        case Meaning.BOOL:
            return Cells(WORD, values, null, words=pa.array(["false", "true"]))
        case Meaning.TEXT:
            return text_cells(values, escape)
        case Meaning.FLOAT | Meaning.GEO:
            return text_cells(pa.array(values).cast(pa.string()), lambda words: words)
        case Meaning.IP:
            return text_cells(to_arrow(table)[column.name].combine_chunks(), escape)
    return Cells(NUMBER, values, null)


def json_escaped(words: pa.StringArray) -> pa.StringArray:
    """Give words as they stand between quotes in JSON."""
    if pc.any(pc.match_substring_regex(words, _NEEDS_ESCAPE)).as_py():
        for character, escape in _ESCAPES.items():
            words = pc.replace_substring(words, character, escape)
    return words


def text_cells(values: Any, escape: Escape) -> Cells:  # noqa: ANN401 - an Arrow array
    """Give the cells of a column of text, which may be none, or a dictionary."""
    null = -1 if values.null_count else None
    if pa.types.is_dictionary(values.type):
        codes = pc.fill_null(values.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
        return Cells(WORD, codes, null, words=escape(values.dictionary))
    codes = np.arange(len(values))
    if null is None:
        return Cells(WORD, codes, null, words=escape(values))
    codes[pc.is_null(values).to_numpy(zero_copy_only=False)] = -1
    return Cells(WORD, codes, null, words=escape(pc.fill_null(values, "")))


def _joined(cells: Sequence[Cells], forms: Sequence[Form], end: str) -> list[str]:
    """Give what stands between, before and after each column's cells, and at the end.

    What surely stands side by side, where a column's cells all hold something, is one text.
    """
    texts, left = [], ""
    for cell, form in zip(cells, forms, strict=True):
        if cell.null is None:
            texts += [f"{left}{form.between}{form.before}", "", ""]
            left = form.after
        else:
            texts += [f"{left}{form.between}", form.before, form.after]
            left = ""
    return [*texts, f"{left}{end}"]


def _all_words(
    lists: Sequence[pa.StringArray | None], room: int
) -> tuple[Array, Array, Array, int]:
    """Lay the words of all columns end to end, and leave some room behind them.

    Gives their bytes, where each begins (and the last ends), the number of each column's first
    word, and the length of the longest cells that one row can have, in bytes.
    """
    data, lengths, first, longest = [], [], [], 0
    count = 0
    for words in lists:
        first.append(count)
        if words is None or not len(words):
            continue
        offsets = np.frombuffer(words.buffers()[1], np.int32)[words.offset :][: len(words) + 1]
        body = words.buffers()[2]
        if body is not None:
            data.append(np.frombuffer(body, np.uint8)[offsets[0] : offsets[-1]])
        lengths.append(np.diff(offsets).astype(np.int64))
        longest += int(lengths[-1].max())
        count += len(words)
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.concatenate([*lengths, np.empty(0, np.int64)]), out=starts[1:])
    return np.concatenate([*data, np.zeros(room, np.uint8)]), starts, np.array(first), longest


def _literals(texts: Sequence[str], room: int) -> tuple[Array, Array]:
    parts = [text.encode() for text in texts]
    bounds = np.cumsum([0, *(len(part) for part in parts)])
    return np.frombuffer(b"".join([*parts, bytes(room)]), np.uint8), bounds
