"""The null writer: a dataset's files again, with random numbers in them. What writing alone costs.

`python benchmarks/null_writer.py DATASET FOLDER` writes as many files with as many rows, through
the same exporter, as DATASET has. A column's numbers lie in the range that the dataset's have; it
has as many distinct words, and its share of nulls. They are drawn once a table, and each day is a
cut of them from another place: so hardly any CPU goes into drawing. Keys and times of events
ascend, as the encodings of these columns expect.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen import Dataset, Schema, Table
from graphgen.rng import stream
from graphgen.schema import Column, Kind, Meaning
from graphgen.table import Array, text

_FAR = 2
"""How many times its largest file's rows are drawn for a table, to cut days from."""


def write_random(source: Path, target: Path, rng: np.random.Generator) -> int:
    """Write random twins of a dataset's files to a folder; give how many rows."""
    dataset = Dataset(source)
    exporter = type(dataset.exporter)(str(target), ids=dataset.exporter.ids)
    written = 0
    for name in dataset.tables():
        rows = {
            path: int(dataset.run["files"][str(path.relative_to(source))]["rows"])
            for path in dataset.files(name)
        }
        largest = max(rows, key=lambda path: rows[path])
        pool = _pool(
            dataset.exporter.read_file(largest, dataset.schema(name)), dataset.schema(name), rng
        )
        for path, count in rows.items():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            first = int(rng.integers(0, max(len(pool) - count, 0) + 1))
            exporter.write_file(_cut(pool, first, count), place)
            written += count
    return written


def _pool(like: pa.Table, schema: Schema, rng: np.random.Generator) -> Table:
    """Draw a table whose columns have the ranges, words and shares of nulls of `like`."""
    count = _FAR * len(like)
    columns = {c.name: _drawn(like[c.name], c, schema, count, rng) for c in schema.columns}
    return Table(schema, columns)


def _drawn(
    like: pa.ChunkedArray, column: Column, schema: Schema, count: int, rng: np.random.Generator
) -> Any:  # noqa: ANN401 - numpy or Arrow, as the column is
    nulls = like.null_count / max(len(like), 1)
    absent = rng.random(count) < nulls
    if column.meaning is Meaning.CATEGORY:
        there = pc.unique(like.drop_null().combine_chunks().indices).to_numpy()
        drawn = rng.choice(there, count) if len(there) else np.zeros(count)
        return np.where(absent, column.null, drawn).astype(np.int8)
    if column.meaning is Meaning.TEXT:
        words = [f"{n:08x}" for n in rng.integers(0, 1 << 32, len(pc.unique(like)))]
        codes = rng.integers(0, max(len(words), 1), count, np.int32)
        drawn = text(words, np.where(absent, -1, codes))
        return drawn if column.repeats else drawn.dictionary_decode()
    if column.meaning is Meaning.BOOL:
        return rng.random(count) < (pc.mean(like).as_py() or 0)
    if column.meaning is Meaning.IP:
        return rng.integers(0, 1 << 32, count, np.uint32)
    return _numbers(like, column, schema, absent, rng)


def _numbers(
    like: pa.ChunkedArray, column: Column, schema: Schema, absent: Array, rng: np.random.Generator
) -> Array:
    numbers = like.cast(pa.int64()) if pa.types.is_timestamp(like.type) else like
    low, high = (pc.min_max(numbers)[end].as_py() or 0 for end in ("min", "max"))
    if pa.types.is_floating(like.type):
        return rng.uniform(low, high, len(absent)).astype(like.type.to_pandas_dtype())
    drawn = rng.integers(low, high, len(absent), endpoint=True)
    ascends = schema.kind is Kind.EVENT and column.meaning is Meaning.TIME
    if ascends or column.meaning is Meaning.ID:
        return np.sort(drawn)
    drawn[absent] = column.null
    keeps = column.meaning in (Meaning.REF, Meaning.MONEY, Meaning.TIME)
    return drawn if keeps else drawn.astype(column.dtype)


def _cut(pool: Table, first: int, count: int) -> Table:
    return Table(
        pool.schema, {name: values[first : first + count] for name, values in pool.columns.items()}
    )


if __name__ == "__main__":
    print(write_random(Path(sys.argv[1]), Path(sys.argv[2]), stream(0, "null writer")))
