"""A frame as files of Parquet, each a configuration or a split of one, with what columns say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graphgen.learning.frame import EDGES
from graphgen.learning.parquet_file import spans, write_parquet
from graphgen.learning.splits import PARTS, SPLITS, borders
from graphgen.schema import SCHEMAS, Kind, Meaning, Schema

if TYPE_CHECKING:
    from graphgen.learning.frame import Frame

__all__ = ["Configuration", "write_configurations"]

_DOCS = {
    "payer": "Who pays, whatever clears between.",
    "payee": "Who is paid.",
    "case_id": "The case that it belongs to, of a crime or of its look-alike.",
    "pattern": "The pattern of the case.",
    "stage": "What it is for, in a crime.",
    "is_fraud": "Whether it is part of a crime: the truth.",
    "is_victim": "Whether a crime was done to it.",
    "is_lookalike": "Whether it is part of what only looks like a crime.",
    "told": "The label to learn from: the truth, but for the noise that was asked for; or null.",
    "reported_at": "When it became known; null: never.",
    "split_time": "Part of the split by time: whole days.",
    "split_inductive": "Part of the split by account: those of the test are in no other part.",
    "split_case": "Part of the split by case; null of cases across a border.",
    "split_random": "Part of a split at random: only to show what that promises falsely.",
    "entity": "The table of the entity.",
    "entity_id": "The entity.",
    "since": "When its case began to do harm.",
    "kind": "A crime, its look-alike, or an event of the market.",
    "began": "When it began to do harm.",
    "part": "The part of the split by case: 0, 1, 2; null across a border.",
}
"""What columns say that are in no table of the dataset."""
_LABELS = ("case_id", "pattern", "stage", "is_fraud", "is_lookalike", "told", "reported_at")
_TRUTH = {
    "entity_label": "SELECT * FROM node_label ORDER BY entity, entity_id",
    "case_label": "SELECT * FROM case_label ORDER BY case_id",
    "member": "SELECT case_id, entity, entity_id, role FROM member ORDER BY ALL",
}
_CASE = "case_label"
_ENDS = {
    "payment": {"payer": "account", "payee": "account"},
    "trade": {"payer": "account", "payee": "security"},
}
"""What the two ends of an edge are."""
_TITLES = {
    "entity_label": "What is known of accounts, people, devices and internet addresses.",
    "case_label": "What was planted, and when it became known.",
}


@dataclass
class Configuration:
    """A table in its files."""

    name: str
    doc: str
    docs: Mapping[str, str]
    """What each column says."""
    key: str = ""
    refers: Mapping[str, str] = field(default_factory=dict)
    """The table whose key a column holds."""
    files: dict[str, str] = field(default_factory=dict)
    """The file of each split."""
    types: dict[str, pa.DataType] = field(default_factory=dict)
    rows: int = 0


def write_configurations(
    frame: Frame, folder: Path, tell: Callable[[int, int, int], None], *, blind: bool
) -> list[Configuration]:
    """Write all tables that have rows, payments first."""
    there = frame.dataset.run["tables"]
    schemas = [
        schema
        for schema in SCHEMAS.values()
        if there.get(schema.name) and schema.folder != "truth" and not schema.recipe
    ]
    schemas.sort(key=lambda schema: schema.name != "payment")
    steps = len(schemas) + 1
    found: list[Configuration] = []
    for number, schema in enumerate(schemas, 1):
        one = _configuration(schema, blind=blind)
        if schema.kind is Kind.EVENT:
            _write_splits(frame, folder, one, _events(schema, blind=blind))
        else:
            names = ", ".join(f'"{name}"' for name in schema.names)
            _write(frame, folder, one, f'SELECT {names} FROM "{schema.name}" ORDER BY ALL')
        found += [one] if one.rows else []
        tell(number, steps, sum(each.rows for each in found))
    for name, query in {} if blind else _TRUTH.items():
        one = Configuration(name, _TITLES.get(name, ""), _DOCS)
        if name in SCHEMAS:
            one = _configuration(SCHEMAS[name], blind=False)
            one.refers = {"case_id": _CASE}
        elif name == _CASE:
            one.key = "case_id"
        _write(frame, folder, one, query)
        found += [one] if one.rows else []
    tell(steps, steps, sum(each.rows for each in found))
    return found


def _configuration(schema: Schema, *, blind: bool) -> Configuration:
    docs = {c.name: c.doc for c in schema.columns}
    refers = {c.name: c.refers for c in schema.columns if c.meaning is Meaning.REF}
    refers = {name: table for name, table in refers.items() if table[:1] != "="}
    if _edge_of(schema):
        docs |= {name: _DOCS[name] for name in ("payer", "payee", *_labels(blind=blind))}
        refers |= _ENDS[schema.name] if blind else {**_ENDS[schema.name], "case_id": _CASE}
    return Configuration(schema.name, schema.doc, docs, schema.key, refers)


def _edge_of(schema: Schema) -> str:
    """Name the view of edges that are made of an event, if there is one."""
    return next((view for view, (event, _) in EDGES.items() if event == schema.name), "")


def _labels(*, blind: bool) -> tuple[str, ...]:
    splits = tuple(split for split in SPLITS if not (blind and split == "split_case"))
    return splits if blind else (*_LABELS, *splits)


def _events(schema: Schema, *, blind: bool) -> str:
    names = [f'"{name}"' for name in schema.names]
    view = _edge_of(schema)
    if view:
        names += ["payer", "payee", *_labels(blind=blind)]
    return f'SELECT {", ".join(names)} FROM "{view or schema.name}" ORDER BY "{schema.key}"'


def _write(frame: Frame, folder: Path, one: Configuration, query: str) -> None:
    path = f"data/{one.name}.parquet"
    rows = _typed(frame.sql(query).to_arrow_table())
    one.rows = len(rows)
    if one.rows:
        write_parquet(folder / path, [rows])
        one.files["train"] = path
        one.types = dict(zip(rows.schema.names, rows.schema.types, strict=True))


def _write_splits(frame: Frame, folder: Path, one: Configuration, query: str) -> None:
    """Write an event's rows, each to the file of its part of the split by time."""
    with ExitStack() as opened:
        writers: dict[str, pq.ParquetWriter] = {}
        for rows in spans(frame, query):
            for part, some in _parted(frame, _typed(rows)):
                if part not in writers:
                    path = f"data/{one.name}-{part}.parquet"
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    writer = pq.ParquetWriter(folder / path, some.schema)
                    writers[part] = opened.enter_context(writer)
                    one.files[part] = path
                    one.types = dict(zip(some.schema.names, some.schema.types, strict=True))
                writers[part].write_table(some)
                one.rows += len(some)


def _parted(frame: Frame, rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield the rows of each part that has some; they are in order of time."""
    time = rows["time"].cast(pa.int64()).to_numpy()
    days = [np.datetime64(day, "ms").astype(np.int64) for day in borders(frame.dataset)]
    places = [0, *np.searchsorted(time, days), len(rows)]
    for part, start, stop in zip(PARTS, places, places[1:], strict=False):
        if stop > start:
            yield part, rows.slice(start, stop - start)


def _typed(rows: pa.Table) -> pa.Table:
    """Give times in milliseconds, UTC, as in all files of graphgen."""
    kind = pa.timestamp("ms", "UTC")
    fields = [
        each.with_type(kind) if pa.types.is_timestamp(each.type) else each for each in rows.schema
    ]
    return rows.cast(pa.schema(fields), safe=False)
