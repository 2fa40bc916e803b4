"""A table: a schema and one array per column. Ids are row numbers; rows flow, objects don't."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graphgen.schema import SCHEMAS, Column, Meaning, Schema

__all__ = ["Array", "Table", "assert_equal", "text"]

Array: TypeAlias = npt.NDArray[Any]
"""A numpy array; the schema's column says its dtype."""


def text(words: Sequence[str], codes: Array) -> pa.DictionaryArray:
    """Give the TEXT column whose row i says `words[codes[i]]`; -1 is none."""
    number = {word: place for place, word in enumerate(dict.fromkeys(words))}
    if len(number) < len(words):  # a dictionary that says a word twice is not written as one
        codes = np.array([*(number[word] for word in words), -1], np.int32)[codes]
        words = list(number)
    indices = pa.array(codes.astype(np.int32, copy=False))
    if len(codes) and int(codes.min()) < 0:
        indices = pa.array(codes.astype(np.int32, copy=False), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


@dataclass(frozen=True)
class Table:
    """Rows of one schema, column by column.

    A column is a numpy array of the dtype that its meaning has in memory, or an Arrow string (or
    dictionary) array when it is TEXT. In the graph, a REF is the row number of what it refers to
    and the ID column is left out, since a row's number is its id. In a table that leaves for a
    sink (`graphgen.publish`), ID and REF are int64 public ids.
    """

    schema: Schema
    columns: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, /, **columns: Any) -> Table:  # noqa: ANN401 - whatever broadcasts
        """Build a table of the graph from arrays that broadcast against each other.

        Grids (count, members) become count * members rows, in row order. A nullable column that is
        left out is none everywhere. `ValueError` says which column is unknown or missing.
        """
        schema = SCHEMAS[name]
        _check_names(schema, columns)
        shape = np.broadcast_shapes(*(_shape(value) for value in columns.values()))
        size = int(np.prod(shape))
        built: dict[str, Any] = {}
        for column in schema.columns:
            if column.meaning is Meaning.ID:
                continue
            value = columns.get(column.name)
            built[column.name] = _column(column, value, shape, size)
        return cls(schema, built)

    @classmethod
    def empty(cls, name: str) -> Table:
        """Give the table `name` with no row."""
        return cls.of(name, **{c.name: _nothing(c) for c in SCHEMAS[name].columns if not _key(c)})

    @classmethod
    def concat(cls, tables: Sequence[Table]) -> Table:
        """Stack tables of one schema."""
        if len(tables) == 1:
            return tables[0]
        first = tables[0]
        stacked = {name: _stack([t.columns[name] for t in tables]) for name in first.columns}
        return cls(first.schema, stacked)

    @classmethod
    def stacked(cls, tables: Sequence[Table]) -> Table:
        """Stack tables of one schema, each column when it is first asked for."""
        if len(tables) == 1:
            return tables[0]
        return cls(tables[0].schema, _Stacked(tables))

    @property
    def name(self) -> str:
        """The schema's name."""
        return self.schema.name

    def __len__(self) -> int:
        return len(self.columns[next(iter(self.columns))])

    def __getitem__(self, column: str) -> Any:  # noqa: ANN401 - numpy or Arrow, by the schema
        return self.columns[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def take(self, rows: Array) -> Table:
        """Give the rows with these numbers (or where this mask is true), in that order."""
        if rows.dtype == np.bool_:
            rows = np.flatnonzero(rows)
        return Table(
            self.schema,
            {name: _taken(values, rows) for name, values in self.columns.items()},
        )

    def part(self, first: int, end: int) -> Table:
        """Give the rows from `first` up to `end`, without a copy."""
        return Table(
            self.schema, {name: values[first:end] for name, values in self.columns.items()}
        )

    def with_columns(self, **columns: Any) -> Table:  # noqa: ANN401 - numpy or Arrow
        """Give the same rows with some columns replaced or added, as they are."""
        return Table(self.schema, {**self.columns, **columns})


def assert_equal(left: Table, right: Table) -> None:
    """Raise `AssertionError` naming the first column and row in which two tables differ."""
    assert left.schema == right.schema, f"table {left.name} is not table {right.name}"  # noqa: S101
    if list(left.columns) != list(right.columns):
        raise AssertionError(f"{left.name}: columns {list(left)} are not {list(right)}")
    if len(left) != len(right):
        raise AssertionError(f"{left.name}: {len(left)} rows are not {len(right)}")
    for name in left.columns:
        one, other = left[name], right[name]
        if isinstance(one, pa.Array) and isinstance(other, pa.Array) and one.equals(other):
            continue
        a, b = _plain(one), _plain(other)
        unequal = np.flatnonzero(~((a == b) | ((a != a) & (b != b))))  # noqa: PLR0124 - NaN
        if len(unequal):
            row = unequal[0]
            raise AssertionError(f"{left.name}.{name}, row {row}: {a[row]!r} is not {b[row]!r}")


def _taken(values: Any, rows: Array) -> Any:  # noqa: ANN401
    if isinstance(values, np.ndarray) and values.strides == (0,) and len(values):
        return _repeated(values[:1], len(rows))
    return values.take(rows)


def _plain(values: Any) -> Array:  # noqa: ANN401
    return values if isinstance(values, np.ndarray) else np.array(values.to_pylist(), object)


def _key(column: Column) -> bool:
    return column.meaning is Meaning.ID


def _nothing(column: Column) -> Any:  # noqa: ANN401
    return pa.array([], pa.string()) if column.dtype is None else np.empty(0, column.dtype)


def _check_names(schema: Schema, columns: Iterable[str]) -> None:
    known = [c.name for c in schema.columns if not _key(c)]
    for name in columns:
        if name not in known:
            raise ValueError(f"{schema.name}: no column {name!r}; there is: {', '.join(known)}")
    missing = [
        c.name for c in schema.columns if not (_key(c) or c.nullable or c.name in set(columns))
    ]
    if missing:
        raise ValueError(f"{schema.name}: column {missing[0]!r} is missing")


def _shape(value: Any) -> tuple[int, ...]:  # noqa: ANN401
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return (len(value),)
    if isinstance(value, str):
        return ()
    return np.shape(value)


def _column(column: Column, value: Any, shape: tuple[int, ...], size: int) -> Any:  # noqa: ANN401
    if column.dtype is None:
        return _text_column(column, value, shape, size)
    if value is None:  # one null for all rows: it takes no memory until it is stacked with others
        return _repeated(np.array(column.null, column.dtype), size)
    if isinstance(value, str):
        value = column.values.index(value)
    grid = np.broadcast_to(np.asarray(value), shape)
    return np.ascontiguousarray(grid, dtype=column.dtype).reshape(size)


def _text_column(column: Column, value: Any, shape: tuple[int, ...], size: int) -> Any:  # noqa: ANN401
    if value is None:
        return pa.nulls(size, pa.string())
    if isinstance(value, pa.ChunkedArray):
        value = value.combine_chunks()
    if isinstance(value, pa.Array):
        if len(value) != size:
            raise ValueError(f"column {column.name!r} has {len(value)} rows; there are {size}")
        return value
    words, codes = np.unique(np.broadcast_to(np.asarray(value, str), shape), return_inverse=True)
    return text(words.tolist(), codes.reshape(size))


class _Stacked(Mapping[str, Any]):
    """The columns of several tables, each stacked when it is first asked for."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        self._done: dict[str, Any] = {}

    def __getitem__(self, column: str) -> Any:  # noqa: ANN401 - numpy or Arrow, by the schema
        if column not in self._done:
            self._done[column] = _stack([table.columns[column] for table in self._tables])
        return self._done[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables[0].columns)

    def __len__(self) -> int:
        return len(self._tables[0].columns)


def _repeated(value: Array, size: int) -> Array:
    """Give one value so many times, in the memory of one: as `numpy.broadcast_to`, but at once."""
    column: Array = np.ndarray((size,), value.dtype, value, strides=(0,))
    column.flags.writeable = False
    return column


def _are_neighbours(parts: list[Array]) -> bool:
    """Say whether arrays lie side by side in one array: then stacking them copies nothing."""
    base, end = parts[0].base, _address(parts[0])
    if not isinstance(base, np.ndarray) or base.ndim != 1 or base.dtype != parts[0].dtype:
        return False
    for part in parts:
        if part.base is not base or not part.flags.c_contiguous or _address(part) != end:
            return False
        end += part.nbytes
    return True


def _whole(neighbours: list[Array]) -> Array:
    base = neighbours[0].base
    assert base is not None  # noqa: S101 - for the type checker
    first = (_address(neighbours[0]) - _address(base)) // base.itemsize
    return np.asarray(base[first : first + sum(len(part) for part in neighbours)])


def _address(values: Array) -> int:
    return int(values.__array_interface__["data"][0])


def _stack(parts: list[Any]) -> Any:  # noqa: ANN401
    if isinstance(parts[0], np.ndarray):
        filled = [part for part in parts if len(part)] or parts[:1]
        if len(filled[0]) and all(p.strides == (0,) and p[0] == filled[0][0] for p in filled):
            return _repeated(filled[0][:1], sum(len(part) for part in parts))
        return _whole(filled) if _are_neighbours(filled) else np.concatenate(parts)
    if any(pa.types.is_dictionary(part.type) for part in parts):
        if all(pa.types.is_dictionary(part.type) for part in parts):
            return pa.chunked_array(parts).unify_dictionaries().combine_chunks()
        parts = [p.dictionary_decode() if pa.types.is_dictionary(p.type) else p for p in parts]
    return pa.concat_arrays(parts)
