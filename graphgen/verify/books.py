"""The books: every balance, limit and refusal, computed again from opening balances and rows."""

from __future__ import annotations

from graphgen.verify.promise import Promise, Setup

__all__ = ["PROMISES", "SETUP"]

SETUP = Setup(
    (
        # each hop of a chain beside the receipt that it passes on a share of
        """
        CREATE TEMP TABLE hop AS
        SELECT edge_id, amount_of, payer, receipt_id, receiver,
            money - CASE
                WHEN rail = 'cash' THEN CASE WHEN money >= 2 * unit THEN money % unit ELSE 0 END
                WHEN 20 * (money % unit) <= money THEN money % unit
                WHEN unit >= 10 AND 20 * (money % (unit // 5)) <= money THEN money % (unit // 5)
                ELSE 0
            END AS money
        FROM (
            SELECT e.edge_id, e.amount_of, e.rail, e.debtor_account_id AS payer,
                p.payment_id AS receipt_id, p.creditor_account_id AS receiver,
                CAST(trunc(CAST(e.share AS DOUBLE) * p.amount_minor) AS BIGINT) AS money,
                coalesce(e.unit_minor, 1) AS unit
            FROM (
                SELECT edge_id AS child, follows AS parent FROM pays WHERE follows IS NOT NULL
                UNION ALL
                SELECT "into", edge_id FROM pays WHERE "into" IS NOT NULL
            ) AS passed
            JOIN pays AS e ON e.edge_id = passed.child
            JOIN event_label AS l ON l.event = 'payment' AND l.edge_id = passed.parent
            JOIN payment AS p ON p.payment_id = l.event_id
            WHERE p.leg = 'original' AND p.status = 'booked'
        )
        """,
        # what it passes on waits on its account until it is made, or settled if it has to clear
        """
        CREATE TEMP TABLE held AS
        SELECT payment_id, account_id, CAST(sum(money) AS BIGINT) AS held
        FROM (
            SELECT receipt_id AS payment_id, receiver AS account_id, money FROM hop
            UNION ALL
            SELECT p.payment_id, h.payer, -h.money
            FROM hop AS h
            JOIN event_label AS l ON l.event = 'payment' AND l.edge_id = h.edge_id
            JOIN payment AS p ON p.payment_id = l.event_id
            WHERE h.amount_of = 'receipt'
                AND p.leg = CASE WHEN p.rail IN ('cheque', 'batch') THEN 'settlement'
                    ELSE 'original' END
        )
        GROUP BY ALL
        """,
        # each row seen from each of its two accounts; `asked` is what a decision was taken on
        """
        CREATE TEMP VIEW entry AS
        SELECT e.*, coalesce(h.held, 0) AS held
        FROM (
            SELECT payment_id, debtor_account_id AS account_id, status = 'booked' AS booked,
                -amount_minor AS change, debtor_balance_minor AS balance,
                CASE WHEN leg = 'settlement'
                    OR (leg = 'original' AND rail NOT IN ('cheque', 'batch'))
                THEN amount_minor END AS asked
            FROM payment
            UNION ALL
            SELECT payment_id, creditor_account_id, status = 'booked',
                amount_minor, creditor_balance_minor, NULL
            FROM payment
        ) AS e
        LEFT JOIN held AS h USING (payment_id, account_id)
        """,
        # one pass over all entries keeps those that break any of the promises below
        """
        CREATE TEMP TABLE misbooked AS
        SELECT payment_id, account_id, balance, due, booked, asked, credit_limit_minor,
            due + CASE WHEN booked THEN asked ELSE 0 END - waiting + credit_limit_minor AS available
        FROM (
            SELECT b.*, a.opening_balance_minor + b.moved AS due, a.credit_limit_minor
            FROM (
                SELECT payment_id, account_id, balance, booked, asked,
                    CAST(sum(CASE WHEN booked THEN change ELSE 0 END) OVER so_far AS BIGINT)
                        AS moved,
                    CAST(sum(held) OVER so_far AS BIGINT) AS waiting
                FROM entry
                WINDOW so_far AS (
                    PARTITION BY account_id ORDER BY payment_id ROWS UNBOUNDED PRECEDING)
            ) AS b
            JOIN account AS a USING (account_id)
        )
        WHERE balance <> due
            OR due < -credit_limit_minor
            OR (asked IS NOT NULL AND booked <> coalesce(available >= asked, true))
        """,
    )
)

PROMISES = (
    Promise(
        "amounts",
        "every payment moves a positive amount between two different accounts",
        """
        SELECT payment_id, amount_minor, debtor_account_id, creditor_account_id FROM payment
        WHERE amount_minor <= 0 OR debtor_account_id = creditor_account_id
        """,
        needs=("payment",),
    ),
    Promise(
        "currency",
        "a payment's currency is that of both its accounts",
        """
        SELECT p.payment_id, p.currency FROM payment AS p
        JOIN account AS d ON d.account_id = p.debtor_account_id
        JOIN account AS c ON c.account_id = p.creditor_account_id
        WHERE p.currency <> d.currency OR p.currency <> c.currency
        """,
        needs=("payment",),
    ),
    Promise(
        "balances",
        "both balances on every row are the opening balance and all that was booked since",
        """
        SELECT payment_id, account_id, balance, due AS balance_due FROM misbooked
        WHERE balance <> due ORDER BY payment_id
        """,
        needs=("payment",),
    ),
    Promise(
        "limits",
        "no account goes past its limit, after any row",
        """
        SELECT payment_id, account_id, due AS balance, credit_limit_minor FROM misbooked
        WHERE due < -credit_limit_minor ORDER BY payment_id
        """,
        needs=("payment",),
    ),
    Promise(
        "opening limits",
        "no account opens past its limit",
        """
        SELECT account_id, opening_balance_minor, credit_limit_minor FROM account
        WHERE opening_balance_minor < -credit_limit_minor
        """,
    ),
    Promise(
        "declines",
        "a payment is declined, or an item bounces, exactly when balance and limit less what waits "
        "for the next hop of a chain do not cover it",
        """
        SELECT payment_id, account_id, asked, available, booked FROM misbooked
        WHERE asked IS NOT NULL AND booked <> coalesce(available >= asked, true) ORDER BY payment_id
        """,
        needs=("payment",),
    ),
    Promise(
        "conservation",
        "the sum of all balances is the same at the end of every day",
        """
        SELECT day, CAST(sum(balance - before) AS BIGINT) AS created
        FROM (
            SELECT d.day, d.balance, lag(d.balance, 1, a.opening_balance_minor)
                OVER (PARTITION BY d.account_id ORDER BY d.day) AS before
            FROM (
                SELECT account_id, payment_id // 100000000 - 1000 AS day,
                    arg_max(balance, payment_id) AS balance
                FROM entry GROUP BY ALL
            ) AS d
            JOIN account AS a USING (account_id)
        )
        GROUP BY day HAVING created <> 0 ORDER BY day
        """,
        needs=("payment",),
    ),
)
