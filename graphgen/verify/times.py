"""Time: everything in its day, and every local clock right."""

from __future__ import annotations

from graphgen.verify.promise import Promise, Setup

__all__ = ["PROMISES", "SETUP"]

SETUP = Setup(
    (
        # from when to when each person's clock is how far ahead of UTC, at any of the person's
        # homes; clocks change on the quarter of an hour
        """
        CREATE TEMP TABLE clock AS
        SELECT h.user_id, c.minutes, c.begins, c.ends
        FROM (
            SELECT DISTINCT l.user_id, a.time_zone
            FROM lives_at AS l JOIN address AS a USING (address_id)
        ) AS h
        JOIN (
            SELECT *, lead(begins, 1, (SELECT ends FROM span))
                OVER (PARTITION BY time_zone ORDER BY begins) AS ends
            FROM (
                SELECT time_zone, moment AS begins,
                    (epoch_ms(moment AT TIME ZONE time_zone) - epoch_ms(moment)) // 60000 AS minutes
                FROM (SELECT DISTINCT time_zone FROM address) AS z,
                    (SELECT unnest(range(begins, ends, INTERVAL 15 MINUTES)) AS moment FROM span)
                QUALIFY minutes IS DISTINCT FROM
                    lag(minutes) OVER (PARTITION BY time_zone ORDER BY begins)
            )
        ) AS c USING (time_zone)
        """,
    )
)


def _in_window(event: str) -> Promise:
    return Promise(
        f"{event} days",
        f"every {event} lies in its id's day and in the world's days",
        f"""
        SELECT {event}_id, time, {event}_id // 100000000 - 1000 AS day FROM {event}, span
        WHERE time < span.begins OR time >= span.ends
            OR epoch_ms(time) // 86400000 - epoch_ms(span.begins) // 86400000
                <> {event}_id // 100000000 - 1000
        """,  # noqa: S608 - a table of the schema
        needs=(event,),
    )


def _local(event: str) -> Promise:
    return Promise(
        f"{event} clocks",
        f"the local clock of every {event} is that of one of its person's homes",
        f"""
        SELECT e.{event}_id, e.time, e.utc_offset, e.user_id FROM {event} AS e
        ANTI JOIN clock AS c ON c.user_id = e.user_id AND c.minutes = e.utc_offset
            AND e.time >= c.begins AND e.time < c.ends
        """,  # noqa: S608 - a table of the schema
        needs=(event,),
    )


_KNOWN = {
    "employed_by AS {0}": ("colleague", "employer_id"),
    "(lives_at JOIN address USING (address_id)) AS {0}": ("neighbour", "postal_code"),
}
"""Edges of a person, and what two people have in common by them who know each other that way."""


def _too_early() -> str:
    """Find those who know each other since before both were there to."""
    asked = [
        f"""
        SELECT k.user_id, k.other_user_id, k.relation, k.since FROM knows AS k
        JOIN {edge.format("a")} ON a.user_id = k.user_id
        JOIN {edge.format("b")} ON b.user_id = k.other_user_id AND a.{common} = b.{common}
        WHERE k.relation = '{relation}'
        GROUP BY ALL HAVING k.since < min(greatest(a.since, b.since))
        """  # noqa: S608 - tables of the schema
        for edge, (relation, common) in _KNOWN.items()
    ]
    return " UNION ALL ".join(
        [
            """
            SELECT k.user_id, k.other_user_id, k.relation, k.since FROM knows AS k
            JOIN "user" AS a USING (user_id) JOIN "user" AS b ON b.user_id = k.other_user_id
            WHERE k.since < greatest(a.birth_date, b.birth_date)
            """,
            *asked,
        ]
    )


PROMISES = (
    Promise(
        "acquaintances",
        "people know each other since both were born, colleagues since both worked there, "
        "neighbours since both lived there",
        _too_early(),
    ),
    *(_in_window(event) for event in ("session", "action", "payment")),
    *(_local(event) for event in ("session", "action")),
    Promise(
        "payment clocks",
        "the local clock of every payment is that of one of its payer's homes, and a row that no "
        "person ordered has none",
        """
        SELECT p.payment_id, p.time, p.utc_offset, p.user_id
        FROM (
            SELECT w.payment_id, w.time, w.utc_offset,
                CASE WHEN w.leg = 'original' THEN w.user_id END AS user_id
            FROM walked AS w
        ) AS p
        ANTI JOIN clock AS c ON c.user_id = p.user_id AND c.minutes = p.utc_offset
            AND p.time >= c.begins AND p.time < c.ends
        WHERE p.user_id IS NOT NULL OR p.utc_offset IS NOT NULL
        """,
        needs=("payment",),
    ),
)
