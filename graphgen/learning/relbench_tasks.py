"""RelBench's manifests and tasks: what is asked of a database, and when.

RelBench runs the SQL of a `forecast` again where it is asked to, on what the task may see: so only
a task about what is reported can be one. What hangs on hidden columns is `external`: it has rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import yaml

from graphgen.learning.parquet_file import write_parquet
from graphgen.learning.relational import HIDDEN, Relations
from graphgen.learning.splits import borders

if TYPE_CHECKING:
    import duckdb

    from graphgen.learning.frame import Frame

__all__ = ["write_manifest", "write_tasks"]

_WINDOW = 7
"""Days that a task looks ahead, where the splits are as long; our assumption."""
_PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class _Ahead:
    """A task that looks ahead from a moment."""

    description: str
    target: str
    needs: str
    """The table without which there is nothing to ask."""
    sql: str
    from_hidden: bool
    """Whether the answer hangs on columns that the task hides."""


_OF_PEOPLE = """
FROM timestamps AS t
JOIN account AS a ON a.known_from <= t.timestamp
WHERE a.account_id IN (SELECT account_id FROM has_account)
ORDER BY t.timestamp, a.account_id"""

_AHEAD = {
    "account-paid-by-crime": _Ahead(
        "Will money of a crime reach the account of a person within the window?",
        "is_paid",
        "payment",
        f"""SELECT t.timestamp, a.account_id, CAST(EXISTS (
    SELECT 1 FROM payment AS p
    WHERE p.is_fraud AND p.leg = 'original' AND p.status = 'booked'
        AND p.creditor_account_id = a.account_id
        AND p.time > t.timestamp AND p.time <= t.timestamp + INTERVAL '{{timedelta}}'
) AS BIGINT) AS is_paid{_OF_PEOPLE}""",
        from_hidden=True,
    ),
    "account-report": _Ahead(
        "Will a payment of the account be reported as a crime within the window?",
        "is_reported",
        "fraud_report",
        f"""SELECT t.timestamp, a.account_id, CAST(EXISTS (
    SELECT 1 FROM fraud_report AS r
    JOIN payment AS p ON p.payment_id = r.payment_id
    WHERE p.debtor_account_id = a.account_id
        AND r.reported_at > t.timestamp AND r.reported_at <= t.timestamp + INTERVAL '{{timedelta}}'
) AS BIGINT) AS is_reported{_OF_PEOPLE}""",
        from_hidden=False,
    ),
}


def write_manifest(frame: Frame, relations: Mapping[str, Relations], folder: Path) -> None:
    """Write what the tables are to each other, and when the splits end."""
    run = frame.dataset.run
    val, test = _moments(frame)
    told = {
        "name": f"graphgen-{run['world']['users']}-{run['seed']}",
        "manifest_version": 1,
        "description": "A synthetic financial world with planted fraud, made by graphgen.",
        "val_timestamp": val.isoformat(sep=" "),
        "test_timestamp": test.isoformat(sep=" "),
        "tables": {
            name: {
                "pkey": each.key or None,
                "time_col": each.time or None,
                "fkeys": dict(each.foreign),
            }
            for name, each in relations.items()
        },
    }
    _dump(told, folder / "manifest.yaml")


def write_tasks(frame: Frame, folder: Path, relations: Mapping[str, Relations]) -> dict[str, int]:
    """Write the tasks; gives how many rows each has."""
    import duckdb

    hidden = [[t, c] for t, columns in HIDDEN.items() if t in relations for c in columns]
    rows = {}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET memory_limit = '1GB'")
        for name in relations:
            path = str(folder / "db" / f"{name}.parquet").replace("'", "''")
            connection.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{path}')")
        if "payment" in relations:
            rows["payment-fraud"] = _of_payments(connection, frame, folder, hidden)
        window = _window(frame)
        for name, task in _AHEAD.items():
            if window and task.needs in relations:
                rows[name] = _ahead(connection, frame, folder / "tasks" / name, task, hidden)
    return rows


def _moments(frame: Frame) -> tuple[datetime, datetime]:
    """Give the last moments of training and of validation, UTC."""
    first, second = borders(frame.dataset)
    before = timedelta(milliseconds=1)
    midnights = (datetime(day.year, day.month, day.day) for day in (first, second))  # noqa: DTZ001 - RelBench's times say no zone
    val, test = (midnight - before for midnight in midnights)
    return val, test


def _window(frame: Frame) -> int:
    """Say how many days a task looks ahead: none if the splits are too short for any."""
    first, second = borders(frame.dataset)
    last = frame.dataset.days[-1] if frame.dataset.days else second
    return min(_WINDOW, (second - first).days, (last - second).days)


def _of_payments(
    connection: duckdb.DuckDBPyConnection, frame: Frame, folder: Path, hidden: list[list[str]]
) -> int:
    """Write the task to tell a payment's label: in training as it was known at its end."""
    val, test = _moments(frame)
    place = folder / "tasks" / "payment-fraud"
    spec = {
        "name": "payment-fraud",
        "kind": "external",
        "task_type": "binary_classification",
        "description": "Is the payment part of a crime? In training as known by the end of it, in "
        "validation and test as it is.",
        "entity_table": "payment",
        "entity_col": "payment_id",
        "target_col": "is_fraud",
        "time_col": "time",
        "remove_columns": hidden,
        "manifest_version": 1,
    }
    _dump(spec, place / "manifest.yaml")
    known = (
        f"payment_id IN (SELECT payment_id FROM fraud_report WHERE reported_at <= '{val}')"
        if (folder / "db" / "fraud_report.parquet").exists()
        else "false"
    )
    wheres = (f"time <= '{val}'", f"time > '{val}' AND time <= '{test}'", f"time > '{test}'")
    labels = (f"({known})", "is_fraud", "is_fraud")
    rows = 0
    for part, where, label in zip(_PARTS, wheres, labels, strict=True):
        asked = connection.sql(
            f"SELECT time, payment_id, {label}::BIGINT AS is_fraud FROM payment "
            f"WHERE leg = 'original' AND is_fraud IS NOT NULL AND {where} ORDER BY payment_id"
        )
        rows += write_parquet(place / f"{part}.parquet", [asked.to_arrow_table()])
    return rows


def _ahead(
    connection: duckdb.DuckDBPyConnection,
    frame: Frame,
    place: Path,
    task: _Ahead,
    hidden: list[list[str]],
) -> int:
    window = _window(frame)
    spec: dict[str, Any] = {
        "name": place.name,
        "kind": "external" if task.from_hidden else "forecast",
        "task_type": "binary_classification",
        "description": task.description,
        "entity_table": "account",
        "entity_col": "account_id",
        "target_col": task.target,
        "time_col": "timestamp",
        "timedelta": f"{window} days",
        "remove_columns": hidden,
        **({} if task.from_hidden else {"sql": task.sql}),
        "manifest_version": 1,
    }
    _dump(spec, place / "manifest.yaml")
    # as RelBench puts the window into the query: a pandas.Timedelta as text
    sql = task.sql.replace("{timedelta}", f"{window} days 00:00:00")
    rows = 0
    for part, moments in zip(_PARTS, _seeds(frame, window), strict=True):
        connection.register(
            "timestamps", pa.table({"timestamp": pa.array(list(moments), pa.timestamp("ms"))})
        )
        rows += write_parquet(place / f"{part}.parquet", [connection.sql(sql).to_arrow_table()])
        connection.unregister("timestamps")
    return rows


def _seeds(frame: Frame, window: int) -> Iterator[list[datetime]]:
    """Yield the moments from which training, validation and test look ahead, as RelBench does."""
    val, test = _moments(frame)
    start = frame.dataset.days[0]
    begin = datetime(start.year, start.month, start.day)  # noqa: DTZ001 - as above
    step = timedelta(days=window)
    train, at = [], val - step
    while at >= begin:
        train.append(at)
        at -= step
    yield train[::-1]
    yield [val]
    yield [test]


def _dump(told: Mapping[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=4096), "utf-8")
