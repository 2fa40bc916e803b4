"""Labels of edges, nodes and cases, with both clocks: when it happened and when it became known.

A case becomes known, if ever, some time after it began to do harm (`Pattern.reporting`); a row of
it once that is known and its channel's own process is over (`labelling.CHANNELS`).
`known_at` is all that anybody may learn from at a moment, in whatever format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from graphgen.learning.labelling import CHANNELS, Labelling
from graphgen.learning.luck import key
from graphgen.learning.noise import tell_falsely
from graphgen.pattern import Pattern
from graphgen.registry import PATTERNS

if TYPE_CHECKING:
    import duckdb

__all__ = ["make_known_at", "make_labels"]


def make_labels(connection: duckdb.DuckDBPyConnection, seed: int, how: Labelling) -> None:
    """Make the tables of labels; `split_time`, `luck` and views of the dataset are there.

    * `case_label` (case_id, pattern, kind, is_fraud, began, reported_at, part): all that was
      planted; `part` is none where the case lies across a border.
    * `edge_label` (event, event_id, case_id, pattern, stage, is_fraud, time, reported_at, told):
      the payments and trades that belong to a case, and those of which something false is told.
    * `node_label` (entity, entity_id, is_fraud, is_victim, is_lookalike, since, reported_at, told):
      accounts, users, devices and addresses that belong to a case, or of which something false is
      told.
    * `known_at(moment)` and `nodes_known_at(moment)`, macros: the rows of `edge_label` and of
      `node_label` that are known as crimes by then.

    `is_fraud` is the truth; `told` is what a learner is told, null where that is nothing;
    `reported_at` is null where nobody ever tells.
    """
    connection.register("reporting", _reporting(connection))
    connection.register("channel", _channels())
    keys = {name: key(seed, name) for name in ("reported", "delay", "found", "confirmed")}
    for statement in (_PLANTED, _CASE, _EDGE, _NODE):
        connection.execute(statement.format(**keys, late="1" if how.delay else "0"))
    tell_falsely(connection, seed, how)
    make_known_at(connection)
    if how.known_at:
        moment = f"TIMESTAMPTZ '{how.known_at} 00:00:00Z'"
        for statement in (_EDGES_TOLD_AT, _NODES_TOLD_AT):
            connection.execute(statement.format(moment=moment))


def make_known_at(connection: duckdb.DuckDBPyConnection, schema: str = "") -> None:
    """Make the macros that say what is known at a moment; `schema` is where labels lie."""
    for statement in (_EDGES_KNOWN_AT, _NODES_KNOWN_AT):
        connection.execute(statement.format(schema=schema))


def _reporting(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Give how each planted pattern's crimes become known; of one not installed, as usual."""
    planted = connection.sql('SELECT DISTINCT pattern FROM "case" ORDER BY 1').fetchall()
    known = PATTERNS.usable(Pattern)
    of = {name: known.get(name, Pattern) for (name,) in planted}
    return pa.table(
        {
            "pattern": pa.array(list(of), pa.string()),
            "share": pa.array([each.reporting.share for each in of.values()], pa.float64()),
            "days": pa.array([each.reporting.days for each in of.values()], pa.float64()),
            "spread": pa.array([each.reporting.spread for each in of.values()], pa.float64()),
            "wronged": pa.array(
                [list(each.wronged) for each in of.values()], pa.list_(pa.string())
            ),
        }
    )


def _channels() -> pa.Table:
    return pa.table(
        {
            "rail": list(CHANNELS),
            "days": [each.days for each in CHANNELS.values()],
            "spread": [each.spread for each in CHANNELS.values()],
            "found": [each.found for each in CHANNELS.values()],
        }
    )


_PLANTED = """
CREATE TABLE planted AS
SELECT l.event, event_id, l.case_id, l.is_fraud, p.stage, coalesce(e.rail, '') AS rail, e.time
FROM event_label AS l
JOIN (
    SELECT 'payment' AS event, payment_id AS event_id, rail, time FROM payment
    UNION ALL SELECT 'trade', trade_id, '', time FROM trade
) AS e USING (event, event_id)
LEFT JOIN pays AS p ON l.edge = 'pays' AND p.edge_id = l.edge_id
WHERE l.case_id IS NOT NULL
"""

_CASE = """
CREATE TABLE case_label AS
WITH begun AS (
    SELECT case_id, coalesce(min(time) FILTER (stage = 'theft'), min(time)) AS began,
        min(split_time(time)) AS first_part, max(split_time(time)) AS last_part
    FROM planted GROUP BY 1
), known AS (
    SELECT c.case_id, c.pattern, c.kind, c.is_fraud, coalesce(began, c.start) AS began,
        coalesce(first_part, split_time(c.start)) AS first_part,
        coalesce(last_part, split_time(c."end")) AS last_part,
        c.is_fraud AND ({late} = 0 OR luck(c.case_id, {reported}) < share) AS told,
        {late} * days * exp(spread * normal(c.case_id, {delay})) AS days
    FROM "case" AS c JOIN reporting USING (pattern) LEFT JOIN begun USING (case_id)
)
SELECT case_id, pattern, kind, is_fraud, began,
    CASE WHEN told THEN began + to_milliseconds(round(days * 86400000)) END AS reported_at,
    CASE WHEN first_part = last_part THEN last_part END AS part
FROM known ORDER BY case_id
"""

_EDGE = """
CREATE TABLE edge_label AS
SELECT p.event, p.event_id, p.case_id, c.pattern, p.stage, p.is_fraud, p.time,
    CASE WHEN c.reported_at IS NULL THEN NULL WHEN {late} = 0 THEN p.time
        WHEN luck(event_id, {found}) < found THEN greatest(c.reported_at, p.time +
            to_milliseconds(round(days * exp(spread * normal(event_id, {confirmed})) * 86400000)))
    END AS reported_at,
    p.is_fraud AS told
FROM planted AS p JOIN case_label AS c USING (case_id)
JOIN channel ON channel.rail =
    CASE WHEN p.rail IN (SELECT rail FROM channel) THEN p.rail ELSE '' END
ORDER BY event, event_id
"""

_NODE = """
CREATE TABLE node_label AS
WITH part AS (
    SELECT entity, entity_id, c.is_fraud AND NOT list_contains(wronged, role) AS is_fraud,
        c.is_fraud AND list_contains(wronged, role) AS is_victim,
        c.kind = 'lookalike' AS is_lookalike, began, reported_at
    FROM member JOIN case_label AS c USING (case_id) JOIN reporting USING (pattern)
    WHERE entity IN ('account', 'user', 'device', 'ip') AND c.kind <> 'event'
)
SELECT entity, entity_id, bool_or(is_fraud) AS is_fraud, bool_or(is_victim) AS is_victim,
    bool_or(is_lookalike) AS is_lookalike,
    coalesce(min(began) FILTER (is_fraud), min(began)) AS since,
    min(reported_at) FILTER (is_fraud) AS reported_at, bool_or(is_fraud) AS told
FROM part GROUP BY 1, 2 ORDER BY 1, 2
"""

_EDGES_KNOWN_AT = """
CREATE MACRO known_at(moment) AS TABLE
SELECT event, event_id, reported_at FROM {schema}edge_label WHERE told AND reported_at <= moment
"""

_NODES_KNOWN_AT = """
CREATE MACRO nodes_known_at(moment) AS TABLE
SELECT entity, entity_id, reported_at FROM {schema}node_label WHERE told AND reported_at <= moment
"""

_EDGES_TOLD_AT = """
UPDATE edge_label SET told = false WHERE told AND time < {moment}
AND (event, event_id) NOT IN (SELECT (event, event_id) FROM known_at({moment}))
"""

_NODES_TOLD_AT = """
UPDATE node_label SET told = false WHERE told AND (since < {moment} OR entity = 'account'
    AND entity_id IN (SELECT account_id FROM account_part WHERE part = 0))
AND (entity, entity_id) NOT IN (SELECT (entity, entity_id) FROM nodes_known_at({moment}))
"""
"""Of accounts, all of the training by account are learnt from, whenever their crimes begin."""
