"""Clearing: what enters is settled, or comes back, one or two business days later."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from graphgen.verify.promise import Promise, Setup

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["PROMISES", "SETUP"]


def _business_days(dataset: Dataset) -> dict[str, object]:
    """Count the region's business days among the dataset's days."""
    import numpy as np
    import pyarrow as pa

    from graphgen.region import load_region

    region = load_region(dataset.run["world"].get("region", "us"))
    count = len(dataset.days)
    is_open = region.is_business_day(date.fromisoformat(dataset.run["start"]), count)
    columns = {"day": np.arange(count), "open": is_open, "number": np.cumsum(is_open)}
    return {"business_day": pa.table(columns)}


SETUP = Setup(
    (
        # each item with its legs: one row an item
        """
        CREATE TEMP TABLE item AS
        SELECT o.payment_id, o.rail, o.amount_minor AS amount,
            o.debtor_account_id AS clearing, o.creditor_account_id AS payee,
            o.counterparty_account_id AS payer,
            o.payment_id // 100000000 - 1000 AS day,
            l.settlements, l.declined, l.charged, l.settled_day, l.settled, l.returned, l.odd
        FROM payment AS o
        LEFT JOIN (
            SELECT s.original_payment_id,
                count(*) FILTER (s.leg = 'settlement') AS settlements,
                count(*) FILTER (s.leg = 'settlement' AND s.status = 'declined') AS declined,
                coalesce(sum(s.amount_minor) FILTER (s.leg = 'fee'), 0) AS charged,
                max(s.payment_id // 100000000 - 1000) FILTER (s.leg = 'settlement')
                    AS settled_day,
                max(s.amount_minor) FILTER (s.leg = 'settlement') AS settled,
                coalesce(sum(s.amount_minor) FILTER (s.leg = 'return'), 0) AS returned,
                min(s.payment_id) FILTER (CASE s.leg
                    WHEN 'settlement' THEN (s.debtor_account_id, s.creditor_account_id,
                        s.counterparty_account_id, s.rail) IS DISTINCT FROM
                        (p.counterparty_account_id, p.debtor_account_id,
                        p.creditor_account_id, p.rail)
                    WHEN 'return' THEN s.rail <> p.rail
                        OR s.creditor_account_id <> p.debtor_account_id
                        OR (s.debtor_account_id, s.counterparty_account_id) NOT IN (
                            (p.creditor_account_id, p.counterparty_account_id),
                            (b.loss_account_id, p.creditor_account_id))
                    WHEN 'fee' THEN s.rail <> 'book'
                        OR s.creditor_account_id <> f.income_account_id
                        OR (s.debtor_account_id, coalesce(s.counterparty_account_id, 0)) NOT IN (
                            (p.counterparty_account_id, 0),
                            (f.loss_account_id, p.counterparty_account_id))
                    WHEN 'recovery' THEN s.rail <> 'book' OR s.counterparty_account_id IS NOT NULL
                        OR (s.debtor_account_id, s.creditor_account_id) NOT IN (
                            (p.creditor_account_id, b.loss_account_id),
                            (p.counterparty_account_id, f.loss_account_id))
                    ELSE true END) AS odd
            FROM payment AS s
            JOIN payment AS p ON p.payment_id = s.original_payment_id
            JOIN account AS a ON a.account_id = p.creditor_account_id
            JOIN bank AS b ON b.bank_id = a.bank_id
            JOIN account AS d ON d.account_id = p.counterparty_account_id
            JOIN bank AS f ON f.bank_id = d.bank_id
            GROUP BY ALL
        ) AS l ON l.original_payment_id = o.payment_id
        WHERE o.leg = 'original' AND o.rail IN ('cheque', 'batch')
        """,
        # what banks have paid for their customers
        """
        CREATE TEMP TABLE claim AS
        SELECT payment_id, counterparty_account_id AS account_id, amount_minor AS lost FROM payment
        WHERE leg IN ('return', 'fee') AND debtor_account_id IN (SELECT loss_account_id FROM bank)
        """,
    ),
    _business_days,
)

PROMISES = (
    Promise(
        "legs",
        "only cheques and batch transfers have later legs; these name an earlier payment and are "
        "declined in settlement only",
        """
        SELECT s.payment_id, s.leg, s.status, s.original_payment_id FROM payment AS s
        LEFT JOIN payment AS o ON o.payment_id = s.original_payment_id
        WHERE (s.leg = 'original') <> (s.original_payment_id IS NULL)
            OR (s.leg <> 'original' AND (
                o.leg <> 'original' OR o.rail NOT IN ('cheque', 'batch')
                OR s.payment_id <= o.payment_id
                OR (s.leg <> 'settlement' AND s.status = 'declined')))
        """,
        needs=("payment",),
    ),
    Promise(
        "clearing accounts",
        "a cheque or a batch transfer credits the payee from the clearing account of the payee's "
        "bank, and nothing else touches a clearing account",
        """
        SELECT p.payment_id, p.rail, p.leg, p.debtor_account_id, p.creditor_account_id
        FROM payment AS p
        JOIN account AS a ON a.account_id = p.creditor_account_id
        JOIN bank AS b ON b.bank_id = a.bank_id
        LEFT JOIN bank AS d ON d.clearing_account_id = p.debtor_account_id
        LEFT JOIN bank AS c ON c.clearing_account_id = p.creditor_account_id
        WHERE CASE WHEN p.leg = 'original' AND p.rail IN ('cheque', 'batch')
            THEN p.debtor_account_id <> b.clearing_account_id OR c.bank_id IS NOT NULL
                OR p.counterparty_account_id IS NULL OR p.status <> 'booked'
            WHEN p.leg IN ('original', 'fee', 'recovery')
            THEN d.bank_id IS NOT NULL OR c.bank_id IS NOT NULL
                OR (p.leg = 'original' AND p.counterparty_account_id IS NOT NULL)
            ELSE c.bank_id IS NULL OR d.bank_id IS NOT NULL END
        """,
        needs=("payment",),
    ),
    Promise(
        "settlement",
        "every item is settled once, a batch transfer on the next business day, a cheque then or "
        "on the one after it, unless that lies after the last day",
        """
        SELECT i.payment_id, i.rail, coalesce(i.settlements, 0) AS settlements,
            i.settled_day - i.day AS days
        FROM item AS i
        JOIN business_day AS o ON o.day = i.day
        LEFT JOIN business_day AS s ON s.day = i.settled_day
        WHERE CASE coalesce(i.settlements, 0)
            WHEN 0 THEN (SELECT max(number) FROM business_day) - o.number
                >= CASE i.rail WHEN 'cheque' THEN 2 ELSE 1 END
            WHEN 1 THEN i.settled <> i.amount OR NOT s.open
                OR s.number - o.number NOT BETWEEN 1 AND CASE i.rail WHEN 'cheque' THEN 2 ELSE 1 END
            ELSE true END
        """,
        needs=("payment",),
    ),
    Promise(
        "returns",
        "an item that bounces comes back whole, from the payee and else at the bank's loss; "
        "another does not",
        """
        SELECT payment_id, amount, declined, returned FROM item
        WHERE settlements > 0 AND returned <> CASE WHEN declined > 0 THEN amount ELSE 0 END
        """,
        needs=("payment",),
    ),
    Promise(
        "fees",
        "the same fee is charged for every item that bounced, to the payer and else to the bank's "
        "loss, and for no other",
        """
        SELECT payment_id, declined, charged FROM item
        WHERE settlements > 0 AND charged <> CASE WHEN declined > 0
            THEN (SELECT max(charged) FROM item) ELSE 0 END
        """,
        needs=("payment",),
    ),
    Promise(
        "claims",
        "what a bank has lost by an item, a fee too, it takes from what comes to its customer's "
        "account, but from cheques and what pays a debt there: all there is, until it has it all, "
        "and no more",
        """
        WITH bill AS (
            SELECT l.event_id FROM event_label AS l JOIN pays AS b USING (edge_id)
            WHERE l.event = 'payment' AND l.edge = 'pays' AND b.amount_of = 'debt'
        )
        SELECT payment_id, account_id, owed, available FROM (
            SELECT e.payment_id, e.account_id, e.change, p.leg, p.rail, p.status,
                p.payment_id IN (SELECT event_id FROM bill) AS is_bill,
                lead(p.leg) OVER later AS next_leg,
                sum(coalesce(c.lost, 0) - CASE p.leg WHEN 'recovery' THEN p.amount_minor ELSE 0 END)
                    OVER so_far AS owed,
                e.balance - sum(e.held) OVER so_far + a.credit_limit_minor AS available
            FROM (
                SELECT payment_id, account_id, change, balance, held FROM entry
                UNION ALL
                SELECT payment_id, account_id, 0, NULL, 0 FROM claim
            ) AS e
            JOIN payment AS p USING (payment_id)
            JOIN account AS a USING (account_id)
            LEFT JOIN claim AS c USING (payment_id, account_id)
            WHERE e.account_id IN (
                SELECT account_id FROM claim
                UNION ALL
                SELECT debtor_account_id FROM payment WHERE leg = 'recovery'
            )
            WINDOW so_far AS (PARTITION BY e.account_id ORDER BY e.payment_id
                    ROWS UNBOUNDED PRECEDING),
                later AS (PARTITION BY e.account_id ORDER BY e.payment_id)
        )
        WHERE owed < 0 OR (owed > 0 AND available > 0 AND next_leg IS DISTINCT FROM 'recovery'
            AND (leg = 'recovery' OR (leg = 'original' AND status = 'booked' AND change > 0
                AND rail <> 'cheque' AND NOT is_bill)))
        """,
        needs=("payment",),
    ),
    Promise(
        "parties",
        "the legs of an item run between its payer, its payee, the clearing account and the bank's "
        "books",
        """
        SELECT odd AS payment_id, payment_id AS original_payment_id FROM item
        WHERE odd IS NOT NULL
        """,
        needs=("payment",),
    ),
    Promise(
        "float",
        "a clearing account holds what it opened with, less the items that are still in clearing",
        """
        SELECT account_id, balance, opening_balance_minor - pending AS balance_due
        FROM (
            SELECT a.account_id, a.opening_balance_minor, a.opening_balance_minor + coalesce((
                SELECT sum(change) FROM entry AS e WHERE e.account_id = a.account_id AND e.booked
            ), 0) AS balance, coalesce((
                SELECT sum(amount) FROM item AS i
                WHERE i.clearing = a.account_id AND coalesce(i.settlements, 0) = 0
            ), 0) AS pending
            FROM account AS a JOIN bank AS b ON b.clearing_account_id = a.account_id
        )
        WHERE balance <> opening_balance_minor - pending
        """,
        needs=("payment",),
    ),
)
