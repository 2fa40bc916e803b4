"""Differences: what one dataset has and another has not, event by event.

Made for a world and its twin: what a crime did, and what its money changed for others. Events of
two datasets are the same when time and parties are; ids of events follow their rank in the day, so
they are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graphgen.dataset import Dataset, DatasetError
from graphgen.schema import EDGES, NODES

if TYPE_CHECKING:
    import duckdb

__all__ = ["Difference", "difference"]

_SAME = {
    "payment": ("time", "leg", "rail", "channel", "payer", "payee"),
    "session": ("time", "user_id", "device_id", "ip_id", "duration_ms"),
    "action": ("time", "user_id", "type", "payee_account_id"),
    "order": ("time", "account_id", "security_id", "side"),
    "trade": ("time", "account_id", "security_id", "side"),
    "news": ("time", "title"),
    "report": ("time", "title"),
}
"""What makes two events one: for payments who orders and who is paid, whatever clears between."""
_PARTIES = """, coalesce(CASE leg WHEN 'original' THEN e.counterparty_account_id END,
    e.debtor_account_id) AS payer, e.creditor_account_id AS payee"""


@dataclass(frozen=True)
class Difference:
    """One kind of difference in one table."""

    table: str
    what: str
    """`crime`, `look-alike`, `event`: rows of cases that one side lacks; `row`: a node or an edge;
    `later leg`, `unfunded`: settlements, and shares of a balance, that came about on one side only;
    `status`, `amount`, `balance`: the same event with another one."""
    pattern: str
    """The pattern of the case, or nothing."""
    only_first: int
    """Rows that only the first dataset has; for changes, rows that changed."""
    only_second: int


def difference(
    first: str | Path, second: str | Path
) -> tuple[list[Difference], duckdb.DuckDBPyRelation]:
    """Compare two datasets; gives the kinds of differences, and the differing rows as a relation.

    The relation has the columns table_name, what, pattern, side (`first`, `second`, `both`), time,
    and details as text. Raises `DatasetError` for a folder that is no finished dataset, and for two
    worlds that are not of one seed and one span of days.
    """
    import duckdb

    one, other = Dataset(first), Dataset(second)
    for key in ("seed", "start", "days"):
        if one.run[key] != other.run[key]:
            raise DatasetError(
                f"{second}: {key} {other.run[key]} is not {one.run[key]} as in {first}: "
                "these are not one world and its twin"
            )
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    one.make_views(connection, "a_")
    other.make_views(connection, "b_")
    both = set(one.run["tables"]) & set(other.run["tables"])
    parts = [_events(event) for event in _SAME if event in both]
    parts += [_rows(s.name, list(s.names)) for s in (*NODES, *EDGES) if s.name in both]
    connection.execute(f"CREATE TEMP TABLE differs AS {' UNION ALL '.join(parts)}")
    return list(_counted(connection)), connection.table("differs")


def _counted(connection: duckdb.DuckDBPyConnection) -> Iterator[Difference]:
    counted = connection.execute("""
        SELECT table_name, what, pattern, count(*) FILTER (side <> 'second'),
            count(*) FILTER (side = 'second')
        FROM differs GROUP BY ALL ORDER BY ALL
    """).fetchall()
    return (Difference(*row) for row in counted)


_ENDED = """
    CASE WHEN a.status <> b.status THEN 'status'
        WHEN a.amount_minor <> b.amount_minor THEN 'amount' ELSE 'balance' END
"""
_ALONE = "CASE WHEN coalesce(a.leg, b.leg) <> 'original' THEN 'later leg' ELSE 'unfunded' END"
_CHANGED = """
    OR a.status <> b.status OR a.amount_minor <> b.amount_minor
    OR a.debtor_balance_minor <> b.debtor_balance_minor
    OR a.creditor_balance_minor <> b.creditor_balance_minor
"""
_BAR = "CASE WHEN a.id IS NOT NULL AND b.id IS NOT NULL THEN '|' END"
_LEFT = """CASE WHEN a.id IS NOT NULL AND b.id IS NOT NULL
    THEN concat({side}.debtor_balance, ' and ', {side}.creditor_balance, ' left') END"""
_TOLD = {
    "payment": f"coalesce(a.rail, b.rail), a.amount, a.status, {_LEFT.format(side='a')}, {_BAR}, "
    f"b.amount, b.status, {_LEFT.format(side='b')}",
    "session": "coalesce(a.user_id, b.user_id)",
    "action": "coalesce(a.type, b.type), coalesce(a.user_id, b.user_id)",
    "order": f"coalesce(a.side, b.side), a.quantity, a.status, {_BAR}, b.quantity, b.status",
    "trade": f"coalesce(a.side, b.side), a.quantity, a.price, {_BAR}, b.quantity, b.price",
    "news": "coalesce(a.title, b.title)",
    "report": "coalesce(a.title, b.title)",
}


def _events(event: str) -> str:
    """Find events that only one side has, and payments that ended otherwise."""
    joined = " AND ".join(f"a.{k} IS NOT DISTINCT FROM b.{k}" for k in (*_SAME[event], "nth"))
    ended, alone, changed = ("'row'", "'row'", "")
    if event == "payment":
        ended, alone, changed = _ENDED, _ALONE, _CHANGED
    return f"""
    SELECT '{event}' AS table_name,
        CASE WHEN a.id IS NOT NULL AND b.id IS NOT NULL THEN {ended}
            WHEN coalesce(a.is_in_both, b.is_in_both) THEN {alone}
            WHEN coalesce(a.is_fraud, b.is_fraud) THEN 'crime'
            WHEN coalesce(a.kind, b.kind) = 'event' THEN 'event'
            WHEN coalesce(a.pattern, b.pattern) IS NOT NULL THEN 'look-alike'
            ELSE {alone} END AS what,
        coalesce(a.pattern, b.pattern, '') AS pattern,
        CASE WHEN a.id IS NULL THEN 'second' WHEN b.id IS NULL THEN 'first' ELSE 'both' END AS side,
        coalesce(a.time, b.time) AS time, concat_ws(' ', {_TOLD[event]}) AS details
    FROM ({_side(event, "a_", "b_")}) AS a
    FULL JOIN ({_side(event, "b_", "a_")}) AS b ON {joined}
    WHERE a.id IS NULL OR b.id IS NULL {changed}
    """  # noqa: S608 - names of the schema


def _side(event: str, prefix: str, other: str) -> str:
    parties = _PARTIES if event == "payment" else ""
    key = ", ".join(_SAME[event])
    return f"""
        SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY id) AS nth FROM (
            SELECT e.*, e.{event}_id AS id, c.pattern, c.is_fraud, c.kind,
                o.case_id IS NOT NULL AS is_in_both{parties}
            FROM "{prefix}{event}" AS e
            JOIN {prefix}event_label AS l ON l.event = '{event}' AND l.event_id = e.{event}_id
            LEFT JOIN "{prefix}case" AS c ON c.case_id = l.case_id
            LEFT JOIN "{other}case" AS o ON o.case_id = l.case_id
        )
    """  # noqa: S608 - names of the schema


def _rows(table: str, columns: list[str]) -> str:
    """Find nodes and edges that only one side has."""
    chosen = ", ".join(f'"{column}"' for column in columns)
    said = ", ".join(f'"{column}"' for column in columns[:2])
    sides = (
        f"""SELECT '{table}' AS table_name, 'row' AS what, '' AS pattern, '{side}' AS side,
            CAST(NULL AS TIMESTAMPTZ) AS time, concat_ws(' ', {said}) AS details FROM (
                SELECT {chosen} FROM "{one}{table}" EXCEPT SELECT {chosen} FROM "{other}{table}")"""  # noqa: S608
        for side, one, other in (("first", "a_", "b_"), ("second", "b_", "a_"))
    )
    return " UNION ALL ".join(sides)
