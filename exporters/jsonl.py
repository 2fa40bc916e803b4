"""JSON lines (UTF-8): one file a table (an event table: one a day), an object a row.

Ids are the kind's letter and the digits, times ISO 8601 in UTC with milliseconds and `Z`, money
whole minor units, floats as few digits as tell them apart, booleans `true` and `false`. What is
none is left out of its object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from graphgen.arrow import arrow_schema, canonical
from graphgen.exporter import FileExporter
from graphgen.rowtext import Form, json_escaped, lines
from graphgen.schema import Meaning, Schema
from graphgen.table import Table

__all__ = ["Jsonl"]

_BARE = {Meaning.INT, Meaning.FLOAT, Meaning.MONEY, Meaning.BOOL, Meaning.GEO}


@dataclass(frozen=True)
class Jsonl(FileExporter):
    """JSON objects, one a line."""

    suffix: ClassVar[str] = ".jsonl"

    @contextmanager
    def open(self, schema: Schema, path: Path) -> Iterator[Callable[[Table], None]]:
        """Begin a file; each table that is put adds its lines. A table without rows adds none."""
        forms = _forms(schema)
        with path.open("wb") as file:
            yield lambda table: file.writelines(lines(table, forms, "}\n", json_escaped))

    def read_file(self, path: Path, schema: Schema) -> pa.Table:
        """Read a file back: ids as integers, all types as in every format."""
        from pyarrow import json

        spelled = pa.schema([(f.name, _spelled(f.type)) for f in arrow_schema(schema, "text")])
        if not path.stat().st_size:
            return canonical(spelled.empty_table(), schema)
        options = json.ParseOptions(explicit_schema=spelled)
        return canonical(json.read_json(path, parse_options=options), schema)


def _forms(schema: Schema) -> list[Form]:
    """Give what stands around cells; the first column is never none, so a comma may follow."""
    forms = []
    for place, column in enumerate(schema.columns):
        bare = column.meaning in _BARE or (column.meaning is Meaning.ID and not schema.letter)
        quote = "" if bare else '"'
        begin = "," if place else "{"
        forms.append(Form("", f'{begin}"{column.name}":{quote}', quote))
    return forms


def _spelled(kind: pa.DataType) -> pa.DataType:
    """Give the type as which a column's JSON is read."""
    text = pa.types.is_dictionary(kind) or pa.types.is_timestamp(kind)
    return pa.string() if text else kind
