"""All that a file says, whatever its form: names of columns, and values of cells."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Said = tuple[str, set[str], set[object]]
"""Where it stands, names, and values."""


def contents(path: Path) -> Iterator[Said]:
    """Yield what each file of a folder, or a file, says."""
    files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    for file in files:
        yield from _said(file)


def _said(file: Path) -> Iterator[Said]:
    if file.suffix == ".parquet":
        yield file.name, *_of_table(pq.read_table(file))
    elif file.suffix == ".npz":
        for name, array in np.load(file).items():
            yield f"{file.name}:{name}", {name}, set(array.ravel().tolist())
    elif file.suffix == ".pt":
        yield from _of_tensors(file)
    elif _is_database(file):
        yield from _of_database(file)
    elif file.suffix == ".lbug":
        yield from _of_graph(file)
    else:
        assert not zipfile.is_zipfile(file), file
        packed = file.suffix == ".gz"
        text = gzip.decompress(file.read_bytes()).decode() if packed else file.read_text("utf-8")
        lines = text.splitlines()
        head = set(lines[0].split(",")) if file.suffix == ".csv" and lines else set()
        words = set(re.findall(r"[A-Za-z0-9_]+", text))
        numbers = {int(word) for word in words if word.isdigit()}
        # in prose a word is just a word: names are those that could be no other
        yield file.name, head | {word for word in words if "_" in word}, words | numbers


def _of_table(table: pa.Table) -> tuple[set[str], set[object]]:
    values: set[object] = set()
    for column in table.columns:
        kind = column.type
        if pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_dictionary(kind):
            values.update(pc.unique(column).to_pylist())
    return set(table.column_names), values


def _of_tensors(file: Path) -> Iterator[Said]:
    import torch
    import torch_geometric  # noqa: F401 - its classes are in the file

    def walk(where: str, value: object) -> Iterator[Said]:
        if isinstance(value, dict):
            for name, each in value.items():
                yield from walk(f"{where}.{name}", each)
        elif isinstance(value, torch.Tensor):
            some = set() if value.is_floating_point() else set(value.unique().tolist())
            yield where, {where.rpartition(".")[2]}, some

    yield from walk(file.name, torch.load(file, weights_only=True)[0])


def _is_database(file: Path) -> bool:
    with file.open("rb") as begun:
        return begun.read(12)[8:] == b"DUCK"


def _of_database(file: Path) -> Iterator[Said]:
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        named = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() UNION ALL "
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        for schema, name in named:
            table = connection.sql(f'FROM "{schema}"."{name}"').to_arrow_table()
            names, values = _of_table(table)
            yield f"{schema}.{name}", {*names, name}, values


def _of_graph(file: Path) -> Iterator[Said]:
    from graphgen.ladybug.store import opened

    with opened(file.parent) as store:
        _, tables = store.ask("CALL show_tables() RETURN name, type")
        for table, kind in tables:
            _, properties = store.ask(f"CALL table_info('{table}') RETURN name")
            names = {name for (name,) in properties}
            match = f"(n:`{table}`)" if kind == "NODE" else f"()-[n:`{table}`]->()"
            shown = ", ".join(f"n.`{name}` AS `{name}`" for name in sorted(names))
            values: set[object] = set()
            if names:
                values = _of_table(store.arrow(f"MATCH {match} RETURN {shown}"))[1]
            yield table, {table, *names}, values
