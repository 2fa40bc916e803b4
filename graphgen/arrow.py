"""Tables as Arrow: the one type of each meaning, whatever file the table comes from or goes to.

Both ways: `to_arrow` for tables that leave, `canonical` for what a file gave back, and `from_arrow`
for what is written again.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.exporter import IdForm
from graphgen.ids import digits_of, letter_of
from graphgen.schema import SCHEMAS, Column, Meaning, Schema
from graphgen.table import Array, Table

__all__ = [
    "arrow_schema",
    "canonical",
    "from_arrow",
    "has_letter",
    "id_digits",
    "letters",
    "to_arrow",
]

_WORDS = pa.dictionary(pa.int32(), pa.string())
_TYPES: dict[Meaning, pa.DataType] = {
    Meaning.ID: pa.int64(),
    Meaning.REF: pa.int64(),
    Meaning.TEXT: pa.string(),
    Meaning.CATEGORY: pa.dictionary(pa.int8(), pa.string()),
    Meaning.FLOAT: pa.float32(),
    Meaning.MONEY: pa.int64(),
    Meaning.TIME: pa.timestamp("ms", "UTC"),
    Meaning.BOOL: pa.bool_(),
    Meaning.IP: pa.string(),
    Meaning.GEO: pa.float64(),
}
_LETTERS = "".join(sorted({schema.letter for schema in SCHEMAS.values()}))
_UNITS = {Meaning.MONEY: "minor units", Meaning.GEO: "degrees", Meaning.TIME: "milliseconds, UTC"}


@cache
def arrow_schema(schema: Schema, ids: IdForm = "int") -> pa.Schema:
    """Give the Arrow schema of a table of public rows.

    A field's metadata hold the column's `doc`, its `meaning` and its `unit`, if it has one. Only
    nullable columns are nullable fields. The key of a recipe is a row number in both forms.
    """
    fields = []
    for column in schema.columns:
        about = {"doc": column.doc, "meaning": column.meaning.value}
        if column.meaning in _UNITS:
            about["unit"] = _UNITS[column.meaning]
        kind = _type(column, schema, ids)
        fields.append(pa.field(column.name, kind, nullable=column.nullable, metadata=about))
    return pa.schema(fields, metadata={"table": schema.name, "doc": schema.doc})


def to_arrow(table: Table, ids: IdForm = "int") -> pa.Table:
    """Give a table of public rows as Arrow, with nulls where a sentinel stood.

    Numbers are not copied. `ids` says how ID and REF columns are spelled.
    """
    target = arrow_schema(table.schema, ids)
    arrays = [
        _array(table, column, kind)
        for column, kind in zip(table.schema.columns, target.types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=target)


def canonical(read: pa.Table, schema: Schema) -> pa.Table:
    """Give what a file held as the Arrow table with integer ids that was written.

    Ids, times and categories may come as text. `ValueError` names a column that is missing, and a
    value that its column cannot hold.
    """
    target = arrow_schema(schema)
    arrays = []
    for column, field in zip(schema.columns, target, strict=True):
        if column.name not in read.column_names:
            raise ValueError(f"{schema.name}: column {column.name!r} is missing")
        try:
            arrays.append(_parsed(read[column.name].combine_chunks(), column, field.type))
        except (pa.ArrowInvalid, ValueError) as error:
            raise ValueError(f"{schema.name}.{column.name}: {error}") from error
    return pa.Table.from_arrays(arrays, schema=target)


def from_arrow(read: pa.Table, schema: Schema) -> Table:
    """Give a canonical Arrow table as a table of public rows: `to_arrow`, the other way round."""
    return Table(
        schema, {c.name: _in_memory(read[c.name].combine_chunks(), c) for c in schema.columns}
    )


def letters(table: Table, column: Column) -> Array:
    """Give the letters of an ID or REF column (uint8): one a row, or one for all.

    A column that refers to `=entity` has each row's letter by that row's `entity`.
    """
    if column.refers.startswith("="):
        kinds = table.schema.by_name[column.refers[1:]].values
        known = np.array([ord(letter_of(kind)) for kind in kinds], np.uint8)
        codes: Array = table[column.refers[1:]]
        return known[codes]
    letter = table.schema.letter if column.meaning is Meaning.ID else letter_of(column.refers)
    return np.array([ord(letter)], np.uint8)


def id_digits(schema: Schema, column: Column) -> int:
    """Give how many digits the ids of an ID or REF column have."""
    if column.refers.startswith("="):
        return digits_of(schema.by_name[column.refers[1:]].values[0])
    return digits_of(column.refers or schema.name)


def has_letter(schema: Schema, column: Column) -> bool:
    """Tell whether a column's values are ids with a letter in text; a recipe's key is a number."""
    return column.meaning is Meaning.REF or (column.meaning is Meaning.ID and schema.letter != "")


def _type(column: Column, schema: Schema, ids: IdForm) -> pa.DataType:
    if column.meaning is Meaning.INT:
        return pa.from_numpy_dtype(column.dtype)
    if column.meaning is Meaning.TEXT and column.repeats:
        return _WORDS
    if ids == "text" and has_letter(schema, column):
        return pa.string()
    return _TYPES[column.meaning]


def _array(table: Table, column: Column, kind: pa.DataType) -> pa.Array:
    values = table[column.name]
    if column.meaning is Meaning.TEXT:
        return _words(values, kind)
    validity = _validity(values, column)
    if column.meaning is Meaning.BOOL:
        bits = pa.py_buffer(np.packbits(values, bitorder="little"))
        return pa.Array.from_buffers(kind, len(values), [validity, bits])
    if column.meaning is Meaning.CATEGORY:
        codes = _numbers(values, pa.int8(), validity)
        return pa.DictionaryArray.from_arrays(codes, pa.array(column.values), safe=False)
    if column.meaning is Meaning.IP:
        from graphgen.spelling import ip_text

        return ip_text(np.ascontiguousarray(values, np.uint32))
    if pa.types.is_string(kind):
        from graphgen.spelling import id_text

        marks = letters(table, column)
        return id_text(
            np.ascontiguousarray(values, np.int64), marks, id_digits(table.schema, column), validity
        )
    return _numbers(values, kind, validity)


def _numbers(values: Array, kind: pa.DataType, validity: pa.Buffer | None) -> pa.Array:
    width = np.int64 if pa.types.is_timestamp(kind) else kind.to_pandas_dtype()
    data = pa.py_buffer(np.ascontiguousarray(values, width))
    return pa.Array.from_buffers(kind, len(values), [validity, data])


def _validity(values: Array, column: Column) -> pa.Buffer | None:
    if not column.nullable:
        return None
    present = values != column.null
    if present.all():
        return None
    return pa.py_buffer(np.packbits(present, bitorder="little"))


def _words(values: Any, kind: pa.DataType) -> pa.Array:  # noqa: ANN401 - an Arrow array
    if values.type == kind:
        return values
    if pa.types.is_dictionary(kind):
        return values.dictionary_encode()
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


def _in_memory(values: pa.Array, column: Column) -> Any:  # noqa: ANN401 - numpy or Arrow
    if column.meaning is Meaning.TEXT:
        return values
    if column.meaning is Meaning.CATEGORY:
        values = values.indices
    elif column.meaning is Meaning.TIME:
        values = values.cast(pa.int64())
    elif column.meaning is Meaning.IP:
        parts = pc.list_flatten(pc.split_pattern(values, ".")).cast(pa.uint32())
        return parts.to_numpy().reshape(-1, 4) @ np.array([1 << 24, 1 << 16, 1 << 8, 1], np.uint32)
    if values.null_count:
        values = pc.fill_null(values, pa.scalar(column.null, values.type))
    return values.to_numpy(zero_copy_only=False)


def _parsed(values: pa.Array, column: Column, kind: pa.DataType) -> pa.Array:
    if column.meaning is Meaning.CATEGORY:
        return _codes(values, column)
    if column.meaning is Meaning.TEXT:
        words = values.cast(pa.string())
        return words.dictionary_encode() if column.repeats else words
    if column.meaning in (Meaning.ID, Meaning.REF) and pa.types.is_string(values.type):
        return pc.utf8_ltrim(values, _LETTERS).cast(kind)
    return values.cast(kind)


def _codes(values: pa.Array, column: Column) -> pa.Array:
    """Give words as codes of the column's own vocabulary, whatever dictionary they came in."""
    dictionary = pa.array(column.values)
    words = values.cast(pa.string())
    codes = pc.index_in(words, dictionary).cast(pa.int8())
    if codes.null_count > words.null_count:
        strange = pc.unique(words.filter(pc.is_null(codes)).drop_null())[0]
        raise ValueError(f"no word {strange}; there is: {', '.join(column.values)}")
    return pa.DictionaryArray.from_arrays(codes, dictionary)
