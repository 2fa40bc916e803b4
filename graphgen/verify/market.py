"""The market: bars hang together, and minutes add up to their session."""

from __future__ import annotations

from graphgen.verify.promise import Promise, Setup

__all__ = ["PROMISES", "SETUP"]

SETUP = Setup(
    (
        """
        CREATE TEMP VIEW moved AS
        SELECT account_id, security_id, time, trade_id,
            CASE side WHEN 'buy' THEN quantity ELSE -quantity END AS shares,
            CASE side WHEN 'buy' THEN -amount_minor ELSE amount_minor END - fee_minor AS money,
            settles
        FROM trade
        """,
        """
        CREATE TEMP VIEW position AS
        SELECT m.account_id, m.security_id, m.time, m.trade_id, coalesce(o.quantity, 0)
            + sum(m.shares) OVER (PARTITION BY m.account_id, m.security_id ORDER BY m.trade_id)
            AS quantity
        FROM moved AS m LEFT JOIN holds AS o USING (account_id, security_id)
        """,
    )
)


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
    Promise(
        "positions",
        "what is held when a session ends is what was held at the start, and bought since, less "
        "what was sold",
        """
        WITH known AS (
            SELECT account_id, security_id, time, quantity FROM position
            UNION ALL
            SELECT account_id, security_id, (SELECT begins FROM span), quantity FROM holds
        ), told AS (
            SELECT account_id, security_id, times.time FROM (SELECT DISTINCT time FROM holding)
                AS times, (SELECT DISTINCT account_id, security_id FROM known)
        ), expected AS (
            SELECT t.account_id, t.security_id, t.time, coalesce(k.quantity, 0) AS quantity
            FROM told AS t ASOF LEFT JOIN known AS k ON k.account_id = t.account_id
                AND k.security_id = t.security_id AND t.time >= k.time
        )
        SELECT time, account_id, security_id, h.quantity, e.quantity AS recomputed
        FROM holding AS h FULL JOIN expected AS e USING (time, account_id, security_id)
        WHERE coalesce(h.quantity, 0) <> coalesce(e.quantity, 0)
        """,
        needs=("trade", "holding"),
    ),
    Promise(
        "sales",
        "nobody sells more than there is to sell, and who holds nothing has paid nothing for it",
        """
        SELECT time, account_id, security_id, quantity FROM position WHERE quantity < 0
        UNION ALL
        SELECT time, account_id, security_id, quantity FROM holding
        WHERE quantity < 0 OR cost_minor < 0 OR (quantity = 0 AND cost_minor <> 0)
        """,
        needs=("trade", "holding"),
    ),
    Promise(
        "values",
        "what is held is worth what a session ended at, times the number of shares",
        """
        SELECT h.time, h.account_id, h.security_id, h.value_minor, p.close_minor FROM holding AS h
        LEFT JOIN price AS p ON p.time = h.time AND p.security_id = h.security_id
        WHERE h.value_minor IS DISTINCT FROM h.quantity * p.close_minor
        """,
        needs=("holding", "price"),
    ),
    Promise(
        "executions",
        "every trade lies within its session, at a price within its session's",
        """
        SELECT t.trade_id, t.time, t.security_id, t.price_minor FROM trade AS t
        LEFT JOIN price AS p ON p.security_id = t.security_id AND p.time::DATE = t.time::DATE
        WHERE coalesce(t.time >= p.time OR t.time < p.time - INTERVAL 390 MINUTES
            OR t.price_minor NOT BETWEEN p.low_minor AND p.high_minor, true)
        """,
        needs=("trade", "price"),
    ),
    Promise(
        "orders",
        "a trade fills an order of its account, for no worse than its limit, once it was given and "
        "before it ended; an order says how much of it was filled, and what became of it",
        """
        SELECT o.order_id, o.status, o.filled, sum(t.quantity) AS traded
        FROM "order" AS o FULL JOIN trade AS t USING (order_id)
        GROUP BY ALL
        HAVING o.order_id IS NULL OR o.filled <> coalesce(sum(t.quantity), 0)
            OR o.filled > o.quantity OR bool_or(t.time < o.time OR t.time > o.ended)
            OR bool_or(t.account_id <> o.account_id OR t.security_id <> o.security_id
                OR t.side <> o.side OR t.amount_minor <> t.price_minor * t.quantity)
            OR bool_or(o.type = 'limit' AND CASE o.side WHEN 'buy'
                THEN t.price_minor > o.limit_minor ELSE t.price_minor < o.limit_minor END)
            OR CASE o.status WHEN 'executed' THEN o.filled <> o.quantity
                WHEN 'partly_filled' THEN o.filled NOT BETWEEN 1 AND o.quantity - 1
                ELSE o.filled <> 0 END
        """,
        needs=("trade", "order"),
    ),
    Promise(
        "money of trades",
        "on the next session each account is paid what it sold, and pays what it bought, fees "
        "included",
        """
        WITH paid AS (
            SELECT account_id, day, sum(money) AS money FROM (
                SELECT creditor_account_id AS account_id, time::DATE AS day, amount_minor AS money
                FROM payment WHERE purpose = 'SECU' AND status = 'booked'
                UNION ALL
                SELECT debtor_account_id, time::DATE, -amount_minor
                FROM payment WHERE purpose = 'SECU' AND status = 'booked'
            ) JOIN account USING (account_id) WHERE type = 'brokerage' GROUP BY ALL
        ), owed AS (
            SELECT account_id, settles::DATE AS day, sum(money) AS money FROM moved, span
            WHERE settles < span.ends GROUP BY ALL
        )
        SELECT account_id, day, p.money AS paid, o.money AS owed
        FROM paid AS p FULL JOIN owed AS o USING (account_id, day)
        WHERE p.money IS DISTINCT FROM o.money
        """,
        needs=("trade", "payment"),
    ),
)
