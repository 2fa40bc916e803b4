"""The market: bars hang together, and minutes add up to their session."""

from __future__ import annotations

from graphgen.verify.promise import Promise, Setup

__all__ = ["PROMISES", "SETUP"]

SETUP = Setup(())


def _ordered(event: str) -> Promise:
    return Promise(
        f"{event} prices",
        f"in every {event}, no price lies above its highest or below its lowest, and something was "
        "traded or nothing, never less",
        f"""
        SELECT {event}_id, open_minor, high_minor, low_minor, close_minor, volume FROM {event}
        WHERE low_minor < 1 OR low_minor > least(open_minor, close_minor)
            OR high_minor < greatest(open_minor, close_minor) OR volume < 0
        """,  # noqa: S608 - a table of the schema
        needs=(event,),
    )


PROMISES = (
    _ordered("price"),
    _ordered("bar"),
    Promise(
        "listed prices",
        "a session has one price of every security, and a price is a whole multiple of its tick",
        """
        SELECT time, security_id, count(*) AS prices FROM (
            SELECT p.time, security_id, p.close_minor % s.tick_minor AS off
            FROM price AS p FULL JOIN security AS s USING (security_id)
        ) GROUP BY ALL HAVING count(*) <> 1 OR time IS NULL OR max(off) <> 0
        """,
        needs=("price",),
    ),
    Promise(
        "bars of sessions",
        "the minutes of a session begin with its first price and end with its last, go as high and "
        "as low as it does, and add up to its volume",
        """
        SELECT p.time, p.security_id, p.volume, b.volume AS of_minutes FROM price AS p
        FULL JOIN (
            SELECT security_id, time::DATE AS day, max(time) AS ends,
                arg_min(open_minor, time) AS open, arg_max(close_minor, time) AS close,
                max(high_minor) AS high, min(low_minor) AS low, sum(volume) AS volume
            FROM bar GROUP BY ALL
        ) AS b ON b.security_id = p.security_id AND b.day = p.time::DATE
        WHERE (p.open_minor, p.high_minor, p.low_minor, p.close_minor, p.volume)
            IS DISTINCT FROM (b.open, b.high, b.low, b.close, b.volume)
            OR p.time <> b.ends + INTERVAL 1 MINUTE
        """,
        needs=("price", "bar"),
    ),
)
