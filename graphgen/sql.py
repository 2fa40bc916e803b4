"""A dataset's files as views in DuckDB: the same columns and types whatever the files are."""

from __future__ import annotations

from collections.abc import Sequence

from graphgen.arrow import has_letter
from graphgen.exporter import IdForm
from graphgen.schema import Column, Meaning, Schema

__all__ = ["select", "view"]

_TYPES = {
    Meaning.ID: "BIGINT",
    Meaning.REF: "BIGINT",
    Meaning.TEXT: "VARCHAR",
    Meaning.CATEGORY: "VARCHAR",
    Meaning.FLOAT: "FLOAT",
    Meaning.MONEY: "BIGINT",
    Meaning.TIME: "TIMESTAMPTZ",
    Meaning.BOOL: "BOOLEAN",
    Meaning.IP: "VARCHAR",
    Meaning.GEO: "DOUBLE",
}
_WIDTHS = {"int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT"}
_READERS = {
    "parquet": "read_parquet({source}, hive_partitioning = false)",
    "csv": (
        "read_csv({source}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        "escape = '\"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, "
        "hive_partitioning = false, columns = {columns})"
    ),
    "jsonl": (
        "read_json({source}, format = 'newline_delimited', hive_partitioning = false, "
        "columns = {columns})"
    ),
}


def view(
    schema: Schema,
    form: str,
    source: str | Sequence[str],
    ids: IdForm,
    minor: int,
    name: str = "",
) -> str:
    """Give the statement that makes a view of a table's files (`select`), called like the table.

    `name` is what the view is called if not like the table.
    """
    return f'CREATE VIEW "{name or schema.name}" AS {select(schema, form, source, ids, minor)}'


def select(schema: Schema, form: str, source: str | Sequence[str], ids: IdForm, minor: int) -> str:
    """Give the query of a table's rows.

    `form` is the exporter's name, `source` a glob of paths or some of them (none: no rows), `ids`
    how ids stand in Parquet (text formats always have their letters), `minor` how many minor units
    make a major one.
    """
    spelled = ids == "text" or form != "parquet"
    types = {column.name: _type(column, schema, spelled=spelled) for column in schema.columns}
    paths = [source] if isinstance(source, str) else source
    if paths:
        quoted = "[" + ", ".join(map(_quoted, paths)) + "]"
        columns = "{" + ", ".join(f"'{name}': '{type_}'" for name, type_ in types.items()) + "}"
        reader = _READERS[form].format(source=quoted, columns=columns)
    else:
        nulls = (f'CAST(NULL AS {type_}) AS "{name}"' for name, type_ in types.items())
        reader = f"(SELECT {', '.join(nulls)} WHERE false)"
    shown = [_shown(column, schema, minor, spelled=spelled) for column in schema.columns]
    return f"SELECT {', '.join(shown)} FROM {reader}"  # noqa: S608 - names of the schema and quoted paths


def _type(column: Column, schema: Schema, *, spelled: bool) -> str:
    if spelled and has_letter(schema, column):
        return "VARCHAR"
    if column.meaning is Meaning.INT:
        return _WIDTHS[str(column.dtype)]
    return _TYPES[column.meaning]


def _shown(column: Column, schema: Schema, minor: int, *, spelled: bool) -> str:
    name = f'"{column.name}"'
    if spelled and has_letter(schema, column):
        return f"CAST(substr({name}, 2) AS BIGINT) AS {name}"
    if column.meaning is Meaning.MONEY:
        digits = len(str(minor)) - 1
        major = f"CAST({name} * {1 / minor:.{digits}f} AS DECIMAL(18, {digits}))"
        return f'{name}, {major} AS "{column.name.removesuffix("_minor")}"'
    return name


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
