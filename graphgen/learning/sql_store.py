"""A frame as a database of DuckDB: tables with keys and comments, and views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graphgen.learning.frame import EDGES, labelled
from graphgen.learning.labels import make_known_at
from graphgen.learning.luck import make_macros
from graphgen.learning.splits import make_split_macros
from graphgen.schema import SCHEMAS, Column, Kind, Meaning, Schema

if TYPE_CHECKING:
    import duckdb

    from graphgen.learning.frame import Frame

__all__ = ["is_store", "name_in", "tables_of", "write_store"]

_NOTE = "graphgen"
"""The table that says what a database was made from."""
_LABELS = {
    "edge_label": "What is known of payments and trades: the truth, what is told, and since when.",
    "node_label": "What is known of accounts, people, devices and addresses.",
    "case_label": "What is known of cases; `part` is the part of the split by case.",
    "account_part": "The part of the split by account.",
}
"""Tables that a frame has beside those of the dataset."""
_VIEWS = {
    "account_day": "What came and went on each account on each day, UTC; booked rows only.",
    "payment_labelled": "Payments as they were ordered, with labels and splits.",
    "trade_labelled": "Trades, with labels and splits.",
}


def tables_of(frame: Frame, *, blind: bool) -> list[Schema]:
    """Give the tables that a database has: with `blind` none that tells of the truth."""
    there = frame.dataset.run["tables"]
    return [
        schema
        for schema in SCHEMAS.values()
        if schema.name in there and not (blind and schema.folder == "truth")
    ]


def name_in(schema: Schema) -> str:
    """Say what a table is called in a database."""
    return f'truth."{schema.name}"' if schema.folder == "truth" else f'main."{schema.name}"'


def is_store(file: Path) -> bool:
    """Tell whether a file is a database that `write_store` wrote."""
    import duckdb

    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute(f"FROM {_NOTE}")
    except duckdb.Error:
        return False
    return True


def write_store(
    frame: Frame, file: Path, tell: Callable[[int, int, int], None], *, blind: bool
) -> dict[str, int]:
    """Write a database into a file that is not there; gives how many rows each table has."""
    connection = frame.connection
    path = str(file).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS store")
    try:
        return _filled(frame, tell, blind=blind)
    finally:
        connection.execute("USE memory")
        connection.execute("DETACH store")


def _filled(frame: Frame, tell: Callable[[int, int, int], None], *, blind: bool) -> dict[str, int]:
    connection = frame.connection
    if not blind:
        connection.execute("CREATE SCHEMA store.truth")
    rows: dict[str, int] = {}
    made: list[str] = []
    schemas = _in_order(tables_of(frame, blind=blind))
    for number, schema in enumerate(schemas, 1):
        rows[schema.name] = _table(connection, schema, made)
        made.append(schema.name)
        tell(number, len(schemas) + 1, sum(rows.values()))
    for name, doc in {} if blind else _LABELS.items():
        connection.execute(f"CREATE TABLE store.truth.{name} AS FROM {name}")
        connection.execute(f"COMMENT ON TABLE store.truth.{name} IS {_text(doc)}")
    _note(frame, blind=blind)
    _views(frame, blind=blind)
    connection.execute("CHECKPOINT store")
    return rows


def _table(connection: duckdb.DuckDBPyConnection, schema: Schema, made: Sequence[str]) -> int:
    """Make a table, with its rows, keys and comments; gives how many rows it has."""
    name = f"store.{name_in(schema)}"
    described = connection.sql(f'DESCRIBE SELECT * FROM "{schema.name}"').fetchall()
    types = {column: type_ for column, type_, *_ in described}
    columns = [f'"{column}" {type_}' for column, type_ in types.items()]
    if schema.kind is Kind.NODE:
        columns.append(f'PRIMARY KEY ("{schema.key}")')
    if schema.kind in (Kind.NODE, Kind.EDGE) and not schema.recipe:
        columns += [_foreign(c) for c in schema.columns if _is_foreign(connection, schema, c, made)]
    connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
    order = f'ORDER BY "{schema.key}"' if schema.kind is Kind.NODE else ""
    ((count,),) = connection.execute(
        f'INSERT INTO {name} SELECT * FROM "{schema.name}" {order}'
    ).fetchall()
    connection.execute(f"COMMENT ON TABLE {name} IS {_text(schema.doc)}")
    for column in schema.columns:
        said = f'COMMENT ON COLUMN {name}."{column.name}" IS {_text(column.doc)}'
        connection.execute(said)
        if column.meaning is Meaning.MONEY:
            major = column.name.removesuffix("_minor")
            doc = _text(f"The same as {column.name} in major units.")
            connection.execute(f'COMMENT ON COLUMN {name}."{major}" IS {doc}')
    return int(count)


def _foreign(column: Column) -> str:
    key = SCHEMAS[column.refers].key
    return f'FOREIGN KEY ("{column.name}") REFERENCES "{column.refers}" ("{key}")'


def _is_foreign(
    connection: duckdb.DuckDBPyConnection, schema: Schema, column: Column, made: Sequence[str]
) -> bool:
    """Tell whether all that a column refers to is there already: a bank does not see all of it."""
    if column.meaning is not Meaning.REF or column.refers not in made:
        return False
    key = SCHEMAS[column.refers].key
    orphans = (
        f'FROM "{schema.name}" WHERE "{column.name}" IS NOT NULL AND "{column.name}" NOT IN '
        f'(SELECT "{key}" FROM "{column.refers}") LIMIT 1'
    )
    return connection.execute(orphans).fetchone() is None


def _in_order(schemas: Sequence[Schema]) -> list[Schema]:
    """Put tables after those that they refer to: banks, whose own accounts refer to them, first."""
    left = {schema.name: schema for schema in schemas}
    found: list[Schema] = [left.pop("bank")] if "bank" in left else []
    while left:
        ready = [
            schema
            for schema in left.values()
            if not {c.refers for c in schema.columns} & (left.keys() - {schema.name})
        ] or list(left.values())[:1]
        found += [left.pop(schema.name) for schema in ready]
    return found


def _note(frame: Frame, *, blind: bool) -> None:
    """Say what the database was made from."""
    run = frame.dataset.run
    connection = frame.connection
    connection.execute(
        f"CREATE TABLE store.main.{_NOTE} (graphgen VARCHAR, seed BIGINT, start DATE, "
        "days INTEGER, bank_id BIGINT, blind BOOLEAN)"
    )
    connection.execute(
        f"INSERT INTO store.main.{_NOTE} VALUES (?, ?, ?, ?, ?, ?)",
        [run["graphgen"], run["seed"], run["start"], run["days"], frame.bank, blind],
    )
    connection.execute(
        f"COMMENT ON TABLE store.main.{_NOTE} IS 'What this database was made from.'"
    )


def _views(frame: Frame, *, blind: bool) -> None:
    """Make the views; their text names no catalogue, so that the file may be opened by any name."""
    connection = frame.connection
    there = frame.dataset.run["tables"]
    made = {"account_day": _ACCOUNT_DAY} if "payment" in there else {}
    connection.execute("USE store")
    if not blind:
        make_macros(connection)
        make_split_macros(connection, frame.dataset, int(frame.dataset.run["seed"]))
        make_known_at(connection, "truth.")
    for event, rows in () if blind else EDGES.values():
        if event in there:
            made[f"{event}_labelled"] = labelled(rows, event, "truth.")
    for name, query in made.items():
        connection.execute(f"CREATE VIEW {name} AS {query}")
        connection.execute(f"COMMENT ON VIEW {name} IS {_text(_VIEWS[name])}")


def _text(doc: str) -> str:
    return "'" + doc.replace("'", "''") + "'"


_ACCOUNT_DAY = """
SELECT account_id, timezone('UTC', time)::DATE AS day,
    count(*) FILTER (incoming) AS credits, count(*) FILTER (NOT incoming) AS debits,
    coalesce(sum(amount) FILTER (incoming), 0) AS credited,
    coalesce(sum(amount) FILTER (NOT incoming), 0) AS debited,
    arg_max(balance, payment_id) AS balance
FROM (
    SELECT creditor_account_id AS account_id, time, true AS incoming, amount, payment_id,
        creditor_balance AS balance
    FROM payment WHERE status = 'booked'
    UNION ALL
    SELECT debtor_account_id, time, false, amount, payment_id, debtor_balance
    FROM payment WHERE status = 'booked'
) GROUP BY 1, 2
"""
