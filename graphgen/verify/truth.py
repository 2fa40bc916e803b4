"""Truth: every event's label is the join from the event to its edge to its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphgen.schedule import ONCE
from graphgen.schema import RECIPES, words
from graphgen.verify.promise import Promise, Setup

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["PROMISES", "SETUP"]

SETUP = Setup(
    (
        # each payment beside the edge that it was walked off
        """
        CREATE TEMP VIEW walked AS
        SELECT p.*, l.edge_id, e.debtor_account_id AS payer, e.creditor_account_id AS payee,
            e.user_id, e.card_id AS edge_card_id, e.rail AS edge_rail, e.channel AS edge_channel,
            e.amount_of, e.amount_minor AS edge_amount, e.spread, e.schedule,
            e.valid_from, e.valid_to, e.follows, e.share
        FROM payment AS p
        JOIN event_label AS l
            ON l.event = 'payment' AND l.edge = 'pays' AND l.event_id = p.payment_id
        JOIN pays AS e USING (edge_id)
        """,
    )
)


def _unlabelled() -> str:
    """Find events without a label, or with more than one."""
    missing = (
        f"SELECT '{event}' AS event, {event}_id AS event_id, 0 AS labels FROM \"{event}\" AS e "  # noqa: S608 - a table of the schema
        f"ANTI JOIN event_label AS l ON l.event = '{event}' AND l.event_id = e.{event}_id"
        for event in words.EVENTS
    )
    twice = (
        "SELECT event, event_id, count(*) AS labels FROM event_label GROUP BY ALL HAVING labels > 1"
    )
    return " UNION ALL ".join((*missing, twice))


def _mislabelled() -> str:
    """Find labels that are not those of their edge's case."""
    recipes = [schema.name for schema in RECIPES]
    cases = " UNION ALL ".join(
        f"SELECT '{name}' AS edge, edge_id, case_id FROM {name} WHERE case_id IS NOT NULL"  # noqa: S608 - a table of the schema
        for name in recipes
    )
    return f"""
    SELECT l.event, l.event_id, l.case_id, l.is_fraud, e.case_id AS edge_case_id
    FROM event_label AS l
    LEFT JOIN ({cases}) AS e ON e.edge = l.edge AND e.edge_id = l.edge_id
    LEFT JOIN "case" AS c ON c.case_id = e.case_id
    WHERE l.case_id IS DISTINCT FROM e.case_id OR l.is_fraud <> coalesce(c.is_fraud, false)
    """  # noqa: S608 - made of the schema's names


def _not_inlined(dataset: Dataset) -> str:
    """Find events whose own label is not the one in `event_label`."""
    if dataset.run["labels"] != "inline":
        return "SELECT 1 WHERE false"
    return (
        " UNION ALL ".join(
            f"""
        SELECT '{event}' AS event, {event}_id AS event_id, e.case_id, e.is_fraud, e.pattern
        FROM "{event}" AS e
        JOIN event_label AS l ON l.event = '{event}' AND l.event_id = e.{event}_id
        LEFT JOIN "case" AS c ON c.case_id = l.case_id
        WHERE e.case_id IS DISTINCT FROM l.case_id OR e.is_fraud <> l.is_fraud
            OR e.pattern IS DISTINCT FROM c.pattern
        """  # noqa: S608 - a table of the schema
            for event in words.EVENTS
            if event in dataset.run["tables"]
        )
        or "SELECT 1 WHERE false"
    )


_DATED = {
    "has_email": "email_changed",
    "has_phone": "phone_changed",
    "lives_at": "address_changed",
}


def _others_edges() -> str:
    """Find changes of address that are not those of the row that they are labelled with."""
    return " UNION ALL ".join(
        f"""
        SELECT a.action_id, a.time, a.type, a.user_id, '{name}' AS edge, l.edge_id FROM action AS a
        JOIN event_label AS l
            ON l.event = 'action' AND l.event_id = a.action_id AND l.edge = '{name}'
        JOIN (SELECT *, row_number() OVER () - 1 AS row FROM {name}) AS e ON e.row = l.edge_id
        WHERE a.user_id <> e.user_id OR (a.type = '{what}' AND a.time <> e.since)
        """  # noqa: S608 - a table of the schema
        for name, what in _DATED.items()
    )


def _strange_edges() -> str:
    """Find labels whose edge is no row of its table."""
    counts = ", ".join(
        f"('{name}', (SELECT count(*) FROM {name}))"  # noqa: S608 - a table of the schema
        for name in words.WALKED_EDGES
    )
    return f"""
    SELECT l.event, l.event_id, l.edge, l.edge_id FROM event_label AS l
    JOIN (VALUES {counts}) AS t(edge, rows) USING (edge)
    LEFT JOIN payment AS p ON l.event = 'payment' AND p.payment_id = l.event_id
    WHERE l.edge_id < 0 OR l.edge_id >= t.rows OR (l.event = 'payment'
        AND l.edge <> CASE p.purpose WHEN 'SECU' THEN 'trades' ELSE 'pays' END)
    """  # noqa: S608 - made of the schema's names


PROMISES = (
    Promise("labels", "every event has exactly one label", _unlabelled()),
    Promise(
        "edges",
        "every label names an edge that there is; a payment's is one of `pays`, or of `trades` if "
        "it is the money of a trade",
        _strange_edges(),
    ),
    Promise(
        "label joins",
        "a label is what the join says: event, to its edge, to the edge's case",
        _mislabelled(),
    ),
    Promise(
        "inline labels",
        "labels in the events themselves, if asked for, are the same as those apart",
        _not_inlined,
    ),
    Promise(
        "payments of edges",
        "every payment runs between its edge's accounts, on its rail and channel, with its card",
        """
        SELECT payment_id, leg, rail, edge_id, payer, payee FROM walked
        WHERE CASE leg
            WHEN 'original' THEN coalesce(counterparty_account_id, debtor_account_id) <> payer
                OR creditor_account_id <> payee OR channel <> edge_channel
                OR card_id IS DISTINCT FROM edge_card_id
            WHEN 'settlement' THEN debtor_account_id <> payer OR counterparty_account_id <> payee
            WHEN 'return' THEN counterparty_account_id <>
                CASE WHEN debtor_account_id = payee THEN payer ELSE payee END
            WHEN 'recovery' THEN debtor_account_id NOT IN (payer, payee)
            ELSE payer NOT IN (debtor_account_id, coalesce(counterparty_account_id, 0)) END
            OR (leg NOT IN ('fee', 'recovery') AND rail <> edge_rail)
        """,
        needs=("payment",),
    ),
    Promise(
        "legs of edges",
        "a later leg has the edge of the payment that it belongs to",
        """
        SELECT s.event_id AS payment_id, s.edge_id, o.edge_id AS original_edge_id FROM payment AS p
        JOIN event_label AS s ON s.event = 'payment' AND s.event_id = p.payment_id
        JOIN event_label AS o ON o.event = 'payment' AND o.event_id = p.original_payment_id
        WHERE s.edge_id <> o.edge_id
        """,
        needs=("payment",),
    ),
    Promise(
        "habits",
        "a payment is ordered while its habit lasts; an errand fires once, at its time",
        f"""
        SELECT payment_id, time, edge_id, valid_from, valid_to, schedule FROM (
            SELECT *, schedule = {ONCE} AND count(*) OVER (PARTITION BY CASE schedule WHEN {ONCE}
                THEN edge_id END) > 1 AS again
            FROM walked
            WHERE leg = 'original'
                AND (schedule = {ONCE} OR time < valid_from OR time >= valid_to)
        )
        WHERE CASE schedule WHEN {ONCE} THEN again OR time <> valid_from ELSE true END
        """,  # noqa: S608 - a number
        needs=("payment",),
    ),
    Promise(
        "changes",
        "who changes an e-mail address, a telephone number or a home does it when the edge of the "
        "new one begins",
        _others_edges(),
        needs=("action",),
    ),
    Promise(
        "sessions of edges",
        "every session is of its edge's person, and one that a habit of signing in fired is from "
        "its device and address, while the habit lasts",
        """
        SELECT s.session_id, s.time, s.user_id, l.edge, l.edge_id FROM session AS s
        JOIN event_label AS l ON l.event = 'session' AND l.event_id = s.session_id
        LEFT JOIN signs_in AS e ON l.edge = 'signs_in' AND e.edge_id = l.edge_id
        LEFT JOIN pays AS p ON l.edge = 'pays' AND p.edge_id = l.edge_id
        WHERE s.user_id <> coalesce(e.user_id, p.user_id)
            OR s.device_id <> e.device_id OR s.ip_id <> e.ip_id
            OR s.time < e.valid_from OR s.time >= e.valid_to
        """,
        needs=("session",),
    ),
    Promise(
        "chains",
        "a hop passes on its share of each receipt that it follows, rounded down to its unit (in "
        "cash: as whole notes), after that has come, and is never declined",
        """
        SELECT c.payment_id, c.amount_minor, c.status, c.edge_id, c.follows, h.receipt_id, h.money
        FROM (
            FROM walked WHERE amount_of = 'receipt' AND leg = 'original'
        ) AS c
        LEFT JOIN (
            SELECT edge_id, max(receipt_id) AS receipt_id, min(receiver) AS receiver,
                count(DISTINCT receiver) AS receivers, sum(money) AS money
            FROM hop GROUP BY edge_id
        ) AS h USING (edge_id)
        WHERE h.receipt_id IS NULL OR h.receipt_id >= c.payment_id OR h.receiver <> c.payer
            OR h.receivers <> 1 OR c.status <> 'booked' OR c.amount_minor > h.money
            OR (c.rail <> 'cash' AND c.amount_minor < h.money)
        """,
        needs=("payment",),
    ),
    Promise(
        "members",
        "every case has members and habits, ends no earlier than it starts, and is fraud if it is "
        "a crime",
        """
        SELECT case_id, pattern, start, "end" FROM "case" AS c
        WHERE "end" < start OR case_id NOT IN (SELECT case_id FROM member)
            OR case_id NOT IN (SELECT case_id FROM pays WHERE case_id IS NOT NULL
                UNION ALL SELECT case_id FROM signs_in WHERE case_id IS NOT NULL
                UNION ALL SELECT case_id FROM trades WHERE case_id IS NOT NULL
                UNION ALL SELECT case_id FROM moves WHERE case_id IS NOT NULL)
            OR is_fraud <> (kind = 'crime')
        """,
    ),
    Promise(
        "cases",
        "within the days of the world, the payments of a case can fire in the case's time only",
        f"""
        SELECT e.edge_id, e.case_id, e.valid_from, e.valid_to, c.start, c."end" FROM pays AS e
        JOIN "case" AS c USING (case_id), span
        WHERE e.valid_from < c.start OR (e.valid_from > c."end" AND e.valid_from < span.ends)
            OR (e.schedule <> {ONCE} AND coalesce(e.valid_to > c."end", true))
        """,  # noqa: S608 - a number
    ),
)
