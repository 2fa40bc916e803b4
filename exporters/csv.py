"""CSV (RFC 4180, UTF-8): one file a table (an event table: one a day), a header, a line a row.

Ids are the kind's letter and the digits, times ISO 8601 in UTC with milliseconds and `Z`, money
whole minor units, floats as few digits as tell them apart, booleans `true` and `false`. None is an
empty cell; an empty text is a quoted one (`""`). Only text that needs quotes has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from graphgen.arrow import arrow_schema, canonical
from graphgen.exporter import FileExporter
from graphgen.rowtext import Form, lines
from graphgen.schema import Schema
from graphgen.table import Table

__all__ = ["Csv"]

_NEEDS_QUOTES = r'[",\r\n]|^$'


@dataclass(frozen=True)
class Csv(FileExporter):
    """Comma-separated text."""

    suffix: ClassVar[str] = ".csv"

    @contextmanager
    def open(self, schema: Schema, path: Path) -> Iterator[Callable[[Table], None]]:
        """Begin a file with its header; each table that is put adds its lines."""
        forms = [Form("," if place else "") for place in range(len(schema.columns))]
        with path.open("wb") as file:
            file.write((",".join(schema.names) + "\n").encode())
            yield lambda table: file.writelines(lines(table, forms, "\n", _quoted))

    def read_file(self, path: Path, schema: Schema) -> pa.Table:
        """Read a file back: ids as integers, all types as in every format."""
        from pyarrow import csv

        types = {field.name: _spelled(field.type) for field in arrow_schema(schema, "text")}
        read = csv.read_csv(
            path,
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=types,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
        return canonical(read, schema)


def _spelled(kind: pa.DataType) -> pa.DataType:
    """Give the type as which a column's text is read."""
    return pa.string() if pa.types.is_dictionary(kind) else kind


def _quoted(words: pa.StringArray) -> pa.StringArray:
    needs = pc.match_substring_regex(words, _NEEDS_QUOTES)
    if not pc.any(needs).as_py():
        return words
    doubled = pc.replace_substring(words, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), words)
