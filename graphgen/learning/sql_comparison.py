"""What a database of DuckDB holds beside what a dataset says: counts, sums, and rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from graphgen.learning.sql_store import name_in, tables_of
from graphgen.schema import Meaning, Schema
from graphgen.verify.promise import Check

if TYPE_CHECKING:
    import duckdb

    from graphgen.learning.frame import Frame

__all__ = ["compare"]

_SAMPLE = 1_000
"""Rows of each table that are read back, where not all are."""
_PROMISES = {
    "tables": "the tables that the dataset has, and no others",
    "counts": "as many rows in each table as the dataset has",
    "sums": "as much money in each column of sums, to the minor unit",
    "rows": "each row that is looked at is there, and the same",
}
_OWN = {
    "main": {"graphgen"},
    "truth": {"edge_label", "node_label", "case_label", "account_part"},
}
"""Tables that are no dataset's."""


def compare(frame: Frame, file: Path, *, full: bool, blind: bool) -> list[Check]:
    """Compare; with `full` every row, both ways, else a sample of each table."""
    connection = frame.connection
    path = str(file).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS store (READ_ONLY)")
    try:
        schemas = tables_of(frame, blind=blind)
        missing = next(_tables(connection, schemas), "")
        told = {"tables": missing}
        if not missing:
            told |= {
                "counts": next(_counts(connection, schemas), ""),
                "sums": next(_sums(connection, schemas), ""),
                "rows": next(_rows(connection, schemas, full=full), ""),
            }
    finally:
        connection.execute("DETACH store")
    return [Check(name, _PROMISES[name], ok=not said, detail=said) for name, said in told.items()]


def _tables(connection: duckdb.DuckDBPyConnection, schemas: list[Schema]) -> Iterator[str]:
    """Yield which tables are there, or not there, that should not, or should."""
    found = {
        (schema, table)
        for schema, table in connection.sql(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'store'"
        ).fetchall()
        if table not in _OWN.get(schema, ())
    }
    wanted = {("truth" if s.folder == "truth" else "main", s.name) for s in schemas}
    for schema, table in sorted(wanted - found):
        yield f"{schema}.{table}: not in the database"
    for schema, table in sorted(found - wanted):
        yield f"{schema}.{table}: not in the dataset"


def _counts(connection: duckdb.DuckDBPyConnection, schemas: list[Schema]) -> Iterator[str]:
    for schema in schemas:
        asked = f'SELECT (SELECT count(*) FROM store.{name_in(schema)}), count(*) FROM "{{}}"'
        ((there, here),) = connection.sql(asked.format(schema.name)).fetchall()
        if there != here:
            yield f"{schema.name}: {there:,} in the database, {here:,} in the dataset"


def _sums(connection: duckdb.DuckDBPyConnection, schemas: list[Schema]) -> Iterator[str]:
    for schema in schemas:
        money = [c.name for c in schema.columns if c.meaning is Meaning.MONEY]
        if not money:
            continue
        sums = ", ".join(f'coalesce(sum("{name}"), 0)::HUGEINT' for name in money)
        (there,) = connection.sql(f"SELECT {sums} FROM store.{name_in(schema)}").fetchall()
        (here,) = connection.sql(f'SELECT {sums} FROM "{schema.name}"').fetchall()
        for name, one, other in zip(money, there, here, strict=True):
            if one != other:
                yield f"{schema.name}.{name}: {one:,} in the database, {other:,} in the dataset"


def _rows(
    connection: duckdb.DuckDBPyConnection, schemas: list[Schema], *, full: bool
) -> Iterator[str]:
    for schema in schemas:
        there, here = f"FROM store.{name_in(schema)}", f'FROM "{schema.name}"'
        some = here if full else f"{here} USING SAMPLE reservoir({_SAMPLE} ROWS) REPEATABLE (1)"
        ways = [(f"({some}) EXCEPT ALL ({there})", "not in the database as the dataset has it")]
        if full:
            ways.append((f"({there}) EXCEPT ALL ({here})", "not in the dataset"))
        for asked, said in ways:
            row = connection.execute(f"{asked} LIMIT 1").fetchone()
            if row is not None:
                yield f"{schema.name} {row[0]}: {said}"
