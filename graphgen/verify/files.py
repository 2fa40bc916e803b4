"""Files: those that run.json names, whole, and no others; and what stands in their columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from graphgen.arrow import arrow_schema
from graphgen.schema import SCHEMAS, Kind, Meaning, words
from graphgen.verify.promise import Check, Promise, Setup

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["CHECKS", "PROMISES", "SETUP", "check"]

_FOLDERS = ("nodes", "edges", "events", "truth")


def check(dataset: Dataset, name: str) -> Check:
    """Look at the files themselves, before anything in them is asked for."""
    promise, wrong = CHECKS[name]
    found = next(wrong(dataset), "")
    return Check(name, promise, not found, found)


def _places(dataset: Dataset) -> Iterator[str]:
    told = set(dataset.run["files"])
    there = {
        path.relative_to(dataset.path).as_posix()
        for folder in _FOLDERS
        for path in (dataset.path / folder).rglob("*")
        if not path.is_dir()
    }
    yield from (f"{path}: missing" for path in sorted(told - there))
    yield from (f"{path}: run.json does not name it" for path in sorted(there - told))
    due = {path.as_posix() for path in _due(dataset)}
    yield from (
        f"{path}: run.json does not name it, the world needs it" for path in sorted(due - told)
    )
    yield from (f"{path}: the world has no such file" for path in sorted(told - due))


def _due(dataset: Dataset) -> Iterator[Path]:
    """Yield the paths of all files that the world must have."""
    from graphgen.stage import place_of

    walks = dataset.run["world"]["walks"]
    suffix = dataset.exporter.suffix
    for schema in SCHEMAS.values():
        if schema.kind is not Kind.EVENT and schema.name != "event_label":
            yield Path(place_of(schema, date.min, None, suffix))
        elif schema.name == "event_label" or _walk_of(schema.name) in walks:
            yield from (Path(place_of(schema, day, 0, suffix)) for day in dataset.days)


def _walk_of(event: str) -> str:
    return words.TOLD_WITH.get(event, event)


def _digests(dataset: Dataset) -> Iterator[str]:
    for path, told in dataset.run["files"].items():
        place = dataset.path / path
        if not place.is_file():
            continue
        size = place.stat().st_size
        if size != told["bytes"]:
            yield f"{path}: {size:,} bytes, run.json tells of {told['bytes']:,}"
            continue
        with place.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != told["sha256"]:
            yield f"{path}: digest {digest}, run.json tells of {told['sha256']}"


def _columns(dataset: Dataset) -> Iterator[str]:
    heads = {".parquet": _parquet_head, ".csv": _csv_head, ".jsonl": _jsonl_head}
    head = heads[dataset.exporter.suffix]
    for name in dataset.run["tables"]:
        schema = arrow_schema(dataset.schema(name), dataset.exporter.ids)
        for path in dataset.files(name):
            if path.is_file():
                yield from (
                    f"{path.relative_to(dataset.path)}: {wrong}" for wrong in head(path, schema)
                )


def _parquet_head(path: Path, schema: pa.Schema) -> Iterator[str]:
    from pyarrow import parquet

    try:
        there = parquet.read_schema(path)
    except (OSError, ValueError) as error:
        yield str(error).splitlines()[0]
        return
    yield from _names(there.names, schema)
    for field in there:
        if field.name in schema.names and not field.equals(schema.field(field.name)):
            yield f"{_said(field)}, not {_said(schema.field(field.name))}"


def _said(field: pa.Field) -> str:
    return f"{field.name} is {field.type}" + (" or none" if field.nullable else "")


def _csv_head(path: Path, schema: pa.Schema) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from _names(file.readline().rstrip("\n").split(","), schema)


def _jsonl_head(path: Path, schema: pa.Schema) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        names = list(json.loads(file.readline() or "{}"))
    if names:
        left_out = [field.name for field in schema if field.nullable and field.name not in names]
        yield from _names([*names, *left_out], schema, in_order=False)


def _names(there: list[str], schema: pa.Schema, *, in_order: bool = True) -> Iterator[str]:
    yield from (f"column {name!r} is missing" for name in schema.names if name not in there)
    yield from (f"column {name!r} is strange" for name in there if name not in schema.names)
    if in_order and there != schema.names:
        yield f"columns stand in another order: {', '.join(there)}"


def _span(dataset: Dataset) -> dict[str, object]:
    """Give the world's first moment and the one after its last, and the rows that are told of."""
    start = date.fromisoformat(dataset.run["start"])
    ends = [start, start + timedelta(days=dataset.run["days"])]
    moments = pa.array(ends, pa.date32()).cast(pa.timestamp("ms")).cast(pa.timestamp("ms", "UTC"))
    files = [
        (path.split("/")[1].partition(".")[0], path, told["rows"], _day_of(path, start))
        for path, told in dataset.run["files"].items()
    ]
    names = ("table", "path", "rows", "day")
    return {
        "span": pa.table({"begins": moments[:1], "ends": moments[1:]}),
        "told": pa.table(
            {name: [file[place] for file in files] for place, name in enumerate(names)}
        ),
    }


def _day_of(path: str, start: date) -> int:
    """Give the number of a file's day; of a file without one 0."""
    _, found, rest = path.partition("/day=")
    return (date.fromisoformat(rest.partition("/")[0]) - start).days if found else 0


SETUP = Setup((), _span)


def _miscounted(dataset: Dataset) -> str:
    """Find files whose rows are not as many as told; those of a day by the day of their ids."""
    counts = []
    for name in dataset.run["tables"]:
        schema = dataset.schema(name)
        daily = schema.kind is Kind.EVENT or name == "event_label"
        key = schema.key or "event_id"
        day = f"{key} // 100000000 - 1000" if daily else "0"
        counts.append(
            f"SELECT '{name}' AS \"table\", {day} AS day, count(*) AS rows "  # noqa: S608 - names of the schema
            f'FROM "{name}" GROUP BY ALL'
        )
    return f"""
    SELECT path, "table", t.day, coalesce(t.rows, 0) AS told, coalesce(c.rows, 0) AS there
    FROM told AS t FULL JOIN ({" UNION ALL ".join(counts)}) AS c USING ("table", day)
    WHERE told <> there
    """  # noqa: S608 - names of the schema


def _empty(dataset: Dataset) -> str:
    """Find rows that have nothing where something must stand."""
    queries = []
    for name in dataset.run["tables"]:
        schema = dataset.schema(name)
        must = [column.name for column in schema.columns if not column.nullable]
        isnull = " OR ".join(f'"{column}" IS NULL' for column in must)
        queries.append(
            f"SELECT '{name}' AS \"table\", row, columns FROM (SELECT row_number() OVER () AS row, "  # noqa: S608 - names of the schema
            f"CASE WHEN {isnull} THEN concat_ws(', ', "
            + ", ".join(f"CASE WHEN \"{c}\" IS NULL THEN '{c}' END" for c in must)
            + f') END AS columns FROM "{name}") WHERE columns IS NOT NULL'
        )
    return " UNION ALL ".join(queries)


def _strange_words(dataset: Dataset) -> str:
    """Find words that their column's vocabulary does not have."""
    return " UNION ALL ".join(
        f'SELECT \'{name}\' AS "table", \'{column.name}\' AS "column", "{column.name}" AS word '  # noqa: S608 - names of the schema
        f'FROM "{name}" WHERE "{column.name}" NOT IN ({", ".join(repr(w) for w in column.values)})'
        for name in dataset.run["tables"]
        for column in dataset.schema(name).columns
        if column.meaning is Meaning.CATEGORY
    )


CHECKS: dict[str, tuple[str, Callable[[Dataset], Iterator[str]]]] = {
    "places": ("every file that run.json names is there, and no other among them", _places),
    "digests": ("every file has the bytes and the SHA-256 digest that run.json tells", _digests),
    "columns": (
        "every file has its table's columns and types, and no label that was not asked for",
        _columns,
    ),
}
"""What is looked at of the files themselves: by name, the promise, and what finds its breach."""

PROMISES = (
    Promise(
        "rows", "every file has as many rows as run.json tells, each of its file's day", _miscounted
    ),
    Promise("nulls", "nothing is left out where something must stand", _empty),
    Promise("words", "every category is one of its column's words", _strange_words),
)
