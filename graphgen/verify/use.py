"""What is used, and when: sessions, devices, internet addresses, cards, shops and tills."""

from __future__ import annotations

from graphgen.verify.promise import Promise, Setup

__all__ = ["PROMISES", "SETUP"]

SETUP = Setup(())

PROMISES = (
    Promise(
        "opened",
        "no payment is earlier than the opening of its accounts",
        """
        SELECT p.payment_id, p.time, a.account_id, a.opened FROM payment AS p
        JOIN account AS d ON d.account_id = p.debtor_account_id
        JOIN account AS c ON c.account_id = p.creditor_account_id
        LEFT JOIN account AS b ON b.account_id = p.counterparty_account_id
        JOIN account AS a ON a.account_id IN (d.account_id, c.account_id, b.account_id)
        WHERE p.time < greatest(d.opened, c.opened, b.opened) AND p.time < a.opened
        """,
        needs=("payment",),
    ),
    Promise(
        "holders",
        "nobody holds an account before it is opened",
        """
        SELECT h.user_id, h.account_id, h.since, a.opened FROM has_account AS h
        JOIN account AS a USING (account_id) WHERE h.since < a.opened
        """,
    ),
    Promise(
        "session devices",
        "every session is from a device that its person uses at that time",
        """
        SELECT s.session_id, s.time, s.user_id, s.device_id FROM session AS s
        LEFT JOIN uses_device AS u ON u.user_id = s.user_id AND u.device_id = s.device_id
        WHERE coalesce(s.time < u.first_seen OR s.time > u.last_seen, u.user_id IS NULL)
        """,
        needs=("session",),
    ),
    Promise(
        "session addresses",
        "every session is from an internet address that its person uses at that time",
        """
        SELECT s.session_id, s.time, s.user_id, s.ip_id FROM session AS s
        LEFT JOIN uses_ip AS u ON u.user_id = s.user_id AND u.ip_id = s.ip_id
        WHERE coalesce(s.time < u.first_seen OR s.time > u.last_seen, u.user_id IS NULL)
        """,
        needs=("session",),
    ),
    Promise(
        "sign-ins",
        "every session begins with a sign-in, or with an attempt at one",
        """
        SELECT s.session_id FROM session AS s
        ANTI JOIN (FROM action WHERE type IN ('sign_in', 'sign_in_failed')) AS a USING (session_id)
        """,
        needs=("session", "action"),
    ),
    Promise(
        "actions",
        "every action lies within its session, and is its person's; only an added payee names an "
        "account",
        """
        SELECT a.action_id, a.time, a.user_id, a.session_id, a.type FROM action AS a
        JOIN session AS s USING (session_id)
        WHERE a.user_id <> s.user_id OR a.time < s.time
            OR a.time > s.time + to_milliseconds(s.duration_ms)
            OR (a.type = 'payee_added') <> (a.payee_account_id IS NOT NULL)
        """,
        needs=("session", "action"),
    ),
    Promise(
        "ordered online",
        "a payment ordered online, but not by card, is made in a session, and no other payment is",
        """
        SELECT payment_id, leg, rail, channel, session_id FROM payment
        WHERE (session_id IS NOT NULL)
            <> coalesce(leg = 'original' AND channel = 'online' AND rail <> 'card', false)
        """,
        needs=("session", "payment"),
    ),
    Promise(
        "online",
        "a payment has a device and an internet address exactly if it is ordered online",
        """
        SELECT payment_id, leg, rail, channel, device_id, ip_id FROM payment
        WHERE (device_id IS NOT NULL) <> coalesce(leg = 'original' AND channel = 'online', false)
            OR (device_id IS NULL) <> (ip_id IS NULL)
        """,
        needs=("payment",),
    ),
    Promise(
        "sessions of payments",
        "a payment lies within its session, comes from its device and address, and its person may "
        "act for the payer's account",
        """
        SELECT p.payment_id, p.time, p.session_id, s.user_id FROM payment AS p
        JOIN session AS s USING (session_id)
        LEFT JOIN has_account AS h ON h.user_id = s.user_id AND h.account_id = CASE
            WHEN p.rail IN ('cheque', 'batch') THEN p.counterparty_account_id
            ELSE p.debtor_account_id END
        WHERE p.time < s.time OR p.time > s.time + to_milliseconds(s.duration_ms)
            OR p.device_id <> s.device_id OR p.ip_id <> s.ip_id OR coalesce(p.time < h.since, true)
        """,
        needs=("session", "payment"),
    ),
    Promise(
        "cards",
        "a card payment, and no other, names its card, which is valid then and draws on the "
        "payer's account",
        """
        SELECT p.payment_id, p.rail, p.time, p.card_id, p.debtor_account_id FROM payment AS p
        LEFT JOIN card AS k USING (card_id)
        WHERE (p.rail = 'card') <> (p.card_id IS NOT NULL)
            OR k.account_id <> p.debtor_account_id OR p.time < k.issued OR p.time >= k.expires
        """,
        needs=("payment",),
    ),
    Promise(
        "card holders",
        "whose name is on a card holds its account; a credit card draws on a credit card account",
        """
        SELECT k.card_id, k.user_id, k.account_id, k.type, a.type AS account_type FROM card AS k
        JOIN account AS a USING (account_id)
        LEFT JOIN has_account AS h ON h.user_id = k.user_id AND h.account_id = k.account_id
        WHERE h.user_id IS NULL OR (k.type = 'credit') <> (a.type = 'credit_card')
        """,
    ),
    Promise(
        "card devices",
        "a card used online is used from a device and an address that its holder uses at that time",
        """
        SELECT p.payment_id, p.time, k.user_id, p.device_id, p.ip_id FROM payment AS p
        JOIN card AS k USING (card_id)
        LEFT JOIN uses_device AS d ON d.user_id = k.user_id AND d.device_id = p.device_id
        LEFT JOIN uses_ip AS i ON i.user_id = k.user_id AND i.ip_id = p.ip_id
        WHERE p.device_id IS NOT NULL AND (
            coalesce(p.time < d.first_seen OR p.time > d.last_seen, d.user_id IS NULL)
            OR coalesce(p.time < i.first_seen OR p.time > i.last_seen, i.user_id IS NULL))
        """,
        needs=("payment",),
    ),
    Promise(
        "shops",
        "a card payment, and no other, names its merchant, which is open, holds the payee's "
        "account and has that category",
        """
        SELECT p.payment_id, p.rail, p.merchant_id, p.mcc, p.creditor_account_id FROM payment AS p
        LEFT JOIN merchant AS m USING (merchant_id)
        WHERE (p.rail = 'card') <> (p.merchant_id IS NOT NULL)
            OR (p.mcc IS NULL) <> (p.merchant_id IS NULL)
            OR m.account_id <> p.creditor_account_id OR m.mcc <> p.mcc OR p.time < m.opened
        """,
        needs=("payment",),
    ),
    Promise(
        "terminals",
        "a payment names a terminal exactly if it is by card at a till, or in cash",
        """
        SELECT payment_id, rail, channel, terminal FROM payment
        WHERE (terminal IS NOT NULL) <> coalesce(
            (rail = 'card' AND channel = 'pos') OR rail = 'cash', false)
        """,
        needs=("payment",),
    ),
    Promise(
        "channels",
        "a payment says where it was ordered, and a later leg, which nobody orders, does not",
        """
        SELECT payment_id, leg, channel FROM payment
        WHERE (leg = 'original') <> (channel IS NOT NULL)
        """,
        needs=("payment",),
    ),
    Promise(
        "cash",
        "cash comes out of, or goes into, a bank's vault, and nothing else does",
        """
        SELECT p.payment_id, p.rail, p.debtor_account_id, p.creditor_account_id FROM payment AS p
        LEFT JOIN bank AS d ON d.vault_account_id = p.debtor_account_id
        LEFT JOIN bank AS c ON c.vault_account_id = p.creditor_account_id
        WHERE (p.rail = 'cash') <> ((d.bank_id IS NULL) <> (c.bank_id IS NULL))
        """,
        needs=("payment",),
    ),
)
