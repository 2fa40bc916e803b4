"""Noise: what a learner is told falsely, in what it trains on and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphgen.learning.labelling import Labelling
from graphgen.learning.luck import key

if TYPE_CHECKING:
    import duckdb

__all__ = ["tell_falsely"]


def tell_falsely(connection: duckdb.DuckDBPyConnection, seed: int, how: Labelling) -> None:
    """Change `told` in `edge_label` and `node_label`; add honest rows of which something is told.

    An honest row that is told as a crime was reported when a crime of its kind would have been
    confirmed: 15 days later in the median.
    """
    keys = {
        name: key(seed, name)
        for name in ("overlooked", "false_alarms", "missing", "neighbours", "confirmed")
    }
    if how.neighbours or how.false_alarms or how.missing:
        connection.execute(_NEIGHBOUR)
    for table, honest in (("edge_label", _HONEST_EDGE), ("node_label", _HONEST_NODE)):
        some = f"SELECT * FROM ({honest.format(**keys)}) WHERE "
        id_ = "event_id" if table == "edge_label" else "entity_id"
        time = "time" if table == "edge_label" else "since"
        for share, draw, also in (
            (how.neighbours, "neighbours", "AND is_neighbour"),
            (how.false_alarms, "false_alarms", ""),
        ):
            if share:
                connection.execute(
                    f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (is_neighbour) FROM "
                    f"({some} luck({id_}, {keys[draw]}) < {share} {also})"
                )
        if how.overlooked:
            connection.execute(
                f"UPDATE {table} SET told = false WHERE is_fraud AND split_time({time}) = 0 "
                f"AND luck({id_}, {keys['overlooked']}) < {how.overlooked}"
            )
        if how.unlabelled:
            names = ", ".join("'" + name.replace("'", "''") + "'" for name in how.unlabelled)
            connection.execute(_UNLABELLED[table].format(names=names))
        if how.missing:
            luck = f"luck({id_}, {keys['missing']}) < {how.missing}"
            connection.execute(
                f"UPDATE {table} SET told = NULL, reported_at = NULL "
                f"WHERE split_time({time}) = 0 AND {luck}"
            )
            connection.execute(
                f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (is_neighbour) "
                f"REPLACE (NULL::BOOLEAN AS told, NULL::TIMESTAMPTZ AS reported_at) "
                f"FROM ({some} {luck})"
            )


_NEIGHBOUR = """
CREATE TABLE neighbour AS
WITH criminal AS (
    SELECT entity_id AS account_id FROM node_label WHERE entity = 'account' AND is_fraud
)
SELECT DISTINCT account_id FROM (
    SELECT creditor_account_id AS account_id FROM payment
    WHERE debtor_account_id IN (FROM criminal)
    UNION ALL SELECT debtor_account_id FROM payment WHERE creditor_account_id IN (FROM criminal)
) JOIN has_account USING (account_id) WHERE account_id NOT IN (FROM criminal)
"""
"""Accounts of people that paid, or were paid by, an account that belongs to a crime."""

_LATER = "to_milliseconds(round(15 * exp(0.42 * normal({id}, {{confirmed}})) * 86400000))"

_HONEST_EDGE = f"""
SELECT 'payment' AS event, payment_id AS event_id, false AS is_fraud, time,
    time + {_LATER.format(id="payment_id")} AS reported_at, true AS told,
    debtor_account_id IN (FROM neighbour) OR creditor_account_id IN (FROM neighbour) AS is_neighbour
FROM payment WHERE split_time(time) = 0 AND leg = 'original' AND payment_id NOT IN
    (SELECT event_id FROM edge_label WHERE event = 'payment')
"""

_HONEST_NODE = f"""
SELECT 'account' AS entity, account_id AS entity_id, false AS is_fraud, false AS is_victim,
    false AS is_lookalike, world_start() AS since,
    world_start() + {_LATER.format(id="account_id")} AS reported_at, true AS told,
    account_id IN (FROM neighbour) AS is_neighbour
FROM account_part WHERE part = 0 AND account_id NOT IN
    (SELECT entity_id FROM node_label WHERE entity = 'account')
"""

_UNLABELLED = {
    "edge_label": "UPDATE edge_label SET told = false WHERE is_fraud AND pattern IN ({names})",
    "node_label": "UPDATE node_label SET told = false WHERE is_fraud "
    "AND (entity, entity_id) NOT IN "
    "(SELECT (entity, entity_id) FROM member JOIN case_label AS c USING (case_id) "
    "WHERE c.is_fraud AND pattern NOT IN ({names}))",
}
