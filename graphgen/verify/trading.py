"""Trading: positions, what they cost, what they earn, and the money of it, from orders on."""

from __future__ import annotations

from graphgen.verify.promise import Promise, Setup

__all__ = ["PROMISES", "SETUP"]

SETUP = Setup(
    (
        """
        CREATE TEMP VIEW moved AS
        SELECT account_id, security_id, time, trade_id,
            CASE WHEN side IN ('buy', 'cover') THEN quantity ELSE -quantity END AS shares,
            CASE WHEN side IN ('buy', 'cover') THEN -amount_minor ELSE amount_minor END
                - fee_minor AS money,
            side, amount_minor, fee_minor, settles
        FROM trade
        """,
        """
        CREATE TEMP VIEW position AS
        SELECT m.account_id, m.security_id, m.time, m.trade_id, m.side, m.shares,
            coalesce(o.quantity, 0) + sum(m.shares) OVER (
                PARTITION BY m.account_id, m.security_id ORDER BY m.trade_id) AS quantity
        FROM moved AS m LEFT JOIN holds AS o USING (account_id, security_id)
        """,
    )
)


PROMISES = (
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
        "nobody sells more than there is to sell, or buys before a short position is covered; who "
        "holds nothing has paid nothing for it, and a cost is on the side of its position",
        """
        SELECT time, account_id, security_id, quantity FROM position
        WHERE (side = 'sell' AND quantity < 0) OR (side = 'buy' AND quantity < shares)
        UNION ALL
        SELECT time, account_id, security_id, quantity FROM holding
        WHERE quantity * sign(cost_minor) < 0 OR (quantity = 0 AND cost_minor <> 0)
            OR (quantity < 0 AND cost_minor = 0)
        """,
        needs=("trade", "holding"),
    ),
    Promise(
        "short sales",
        "only a margin account sells short, what may be borrowed and what it does not hold; and "
        "covers no more than it is short of",
        """
        SELECT p.trade_id, p.side, p.quantity FROM position AS p
        JOIN account AS a USING (account_id) JOIN security AS s USING (security_id)
        WHERE (p.side = 'short' AND (a.brokerage_type IS DISTINCT FROM 'margin'
                OR NOT s.is_shortable OR p.quantity > p.shares OR p.quantity >= 0))
            OR (p.side = 'cover' AND p.quantity > 0)
        """,
        needs=("trade",),
    ),
    Promise(
        "costs",
        "what is held has cost what was paid for it, on average, and what was sold or covered has "
        "earned what it brought beyond that, less fees",
        """

        WITH session AS (
            SELECT time, lag(time, 1, begins) OVER (ORDER BY time) AS before
            FROM (SELECT DISTINCT time FROM holding), span
        ), known AS (
            SELECT account_id, security_id, time, quantity, cost_minor, realised_minor FROM holding
            UNION ALL
            SELECT account_id, security_id, begins, quantity, cost_minor, 0 FROM holds, span
        ), step AS (
            SELECT account_id, security_id, time, sum(shares) AS shares, sum(was) AS was,
                sum(earned) AS earned, sum(cost) AS cost, sum(profit) AS profit
            FROM (
                SELECT account_id, security_id, time, 0 AS shares, 0 AS was, 0 AS earned,
                    cost_minor AS cost, realised_minor AS profit
                FROM holding
                UNION ALL
                SELECT account_id, security_id, s.time, quantity, cost_minor, realised_minor, 0, 0
                FROM known AS k JOIN session AS s ON s.before = k.time
            ) GROUP BY ALL
        ), traded AS (
            SELECT account_id, security_id, time::DATE AS day, list({'shares': shares::BIGINT,
                'cost': amount_minor, 'profit': fee_minor} ORDER BY trade_id) AS trades
            FROM moved GROUP BY ALL
        ), booked AS (
            SELECT s.account_id, s.security_id, s.time, s.cost, s.profit, list_reduce(
                list_prepend({'shares': s.shares::BIGINT, 'cost': s.was::BIGINT,
                    'profit': s.earned::BIGINT}, coalesce(t.trades, [])), lambda a, x: CASE
                WHEN a.shares * x.shares >= 0 THEN {
                    'shares': a.shares + x.shares,
                    'cost': a.cost + CASE WHEN x.shares > 0 THEN x.cost ELSE -x.cost END,
                    'profit': a.profit - x.profit}
                ELSE {
                    'shares': a.shares + x.shares,
                    'cost': a.cost - CAST(sign(a.shares) * (abs(a.cost::HUGEINT) * abs(x.shares)
                        // abs(a.shares)) AS BIGINT),
                    'profit': a.profit - x.profit + CAST(sign(a.shares) * (x.cost
                        - abs(a.cost::HUGEINT) * abs(x.shares) // abs(a.shares)) AS BIGINT)}
                END) AS after
            FROM step AS s LEFT JOIN traded AS t ON t.account_id = s.account_id
                AND t.security_id = s.security_id AND t.day = s.time::DATE
        )
        SELECT time, account_id, security_id, cost, after.cost AS recomputed_cost, profit,
            after.profit AS recomputed_profit
        FROM booked WHERE cost <> after.cost OR profit <> after.profit
        """,
        needs=("trade", "holding"),
    ),
    Promise(
        "collateral",
        "what is on an account as a session's day ends, with what is yet to be settled, is never "
        "less than one and a half times what its short positions brought",
        """
        WITH kept AS (
            SELECT account_id, time, sum((1 - 3 * cost_minor) // 2) AS kept
            FROM holding WHERE quantity < 0 GROUP BY ALL
        ), known AS (
            SELECT account_id, day, arg_max(balance, payment_id) AS balance FROM (
                SELECT debtor_account_id AS account_id, time::DATE AS day, payment_id,
                    debtor_balance_minor AS balance FROM payment
                UNION ALL
                SELECT creditor_account_id, time::DATE, payment_id, creditor_balance_minor
                FROM payment
            ) SEMI JOIN kept USING (account_id) GROUP BY ALL
        ), unsettled AS (
            SELECT account_id, time::DATE AS day, sum(money) AS money FROM moved GROUP BY ALL
        ), due AS (SELECT account_id, time, time::DATE AS day, kept FROM kept)
        SELECT d.account_id, d.time, d.kept,
            coalesce(k.balance, a.opening_balance_minor) + coalesce(u.money, 0) AS there
        FROM due AS d JOIN account AS a USING (account_id)
        ASOF LEFT JOIN known AS k ON k.account_id = d.account_id AND d.day >= k.day
        LEFT JOIN unsettled AS u ON u.account_id = d.account_id AND u.day = d.day
        WHERE there < d.kept
        """,
        needs=("trade", "holding", "payment"),
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
        "before it ended; an order says how much of it was filled, and what became of it; only one "
        "that is good till cancelled outlives its day",
        """
        SELECT o.order_id, o.status, o.filled, sum(t.quantity) AS traded
        FROM "order" AS o FULL JOIN trade AS t USING (order_id)
        GROUP BY ALL
        HAVING o.order_id IS NULL OR o.filled <> coalesce(sum(t.quantity), 0)
            OR o.filled > o.quantity OR bool_or(t.time < o.time OR t.time > o.ended)
            OR bool_or(t.account_id <> o.account_id OR t.security_id <> o.security_id
                OR t.side <> o.side OR t.amount_minor <> t.price_minor * t.quantity)
            OR bool_or(o.type = 'limit' AND CASE WHEN o.side IN ('buy', 'cover')
                THEN t.price_minor > o.limit_minor ELSE t.price_minor < o.limit_minor END)
            OR (o.ended IS NULL) <> (o.status = 'open') OR o.ended < o.time
            OR (o.tif <> 'gtc' AND o.ended::DATE <> o.time::DATE)
            OR CASE o.status WHEN 'executed' THEN o.filled <> o.quantity
                WHEN 'open' THEN o.filled <> 0 OR o.tif <> 'gtc'
                WHEN 'partly_filled' THEN o.filled NOT BETWEEN 1 AND o.quantity - 1
                ELSE o.filled <> 0 END
        """,
        needs=("trade", "order"),
    ),
    Promise(
        "resting orders",
        "an order that is good till cancelled rests only as long as no session's price comes to it",
        """
        SELECT o.order_id, o.status, o.limit_minor, p.time, p.low_minor, p.high_minor
        FROM "order" AS o JOIN price AS p ON p.security_id = o.security_id
            AND p.time::DATE > o.time::DATE AND (o.ended IS NULL OR p.time::DATE < o.ended::DATE)
        WHERE o.tif = 'gtc' AND CASE WHEN (o.side IN ('buy', 'cover')) = (o.type = 'limit')
            THEN p.low_minor <= o.limit_minor ELSE p.high_minor >= o.limit_minor END
        """,
        needs=("order", "price"),
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
