"""Transactions, the movements that a cleared one consists of, and attempts that moved nothing.

A transaction leads from who pays to who is paid, whatever the clearing accounts between them book:
these are its movements. A declined attempt is no Transaction, so that sums over transactions are of
money that moved.
"""

from __future__ import annotations

from graphgen.neo4j.element import End, Model, Node, Property, Relationship, Type

__all__ = ["MODEL", "PAYER", "VIEWS"]

_DATETIME, _DOUBLE, _LONG = Type.DATETIME, Type.DOUBLE, Type.LONG

PAYER = (
    "CASE WHEN leg = 'original' THEN coalesce(counterparty_account_id, debtor_account_id) "
    "ELSE debtor_account_id END"
)
"""An expression over `payment`: the account that pays, also where a clearing account is debited."""

VIEWS = {
    "today.transfer": f"SELECT *, {PAYER} AS payer FROM today.payment "
    "WHERE leg IN ('original', 'fee', 'recovery')",
    "soon.cleared": "SELECT original_payment_id AS payment_id, count(*) AS legs, "
    "bool_or(status = 'declined') AS returned FROM soon.payment "
    "WHERE leg IN ('settlement', 'return') GROUP BY 1",
}
"""Views that the rows below are taken from: ours, in the schemas of days."""

_MOVED = "today.transfer LEFT JOIN soon.cleared USING (payment_id) WHERE status = 'booked'"
_DECLINED = "today.transfer WHERE status = 'declined'"
_LEGS = (
    "today.payment LEFT JOIN soon.cleared USING (payment_id) "
    "WHERE rail IN ('cheque', 'batch') AND leg NOT IN ('fee', 'recovery')"
)

_AMOUNTS = (
    Property("amount", "amount::DOUBLE", "Amount in major units, always positive.", _DOUBLE),
    Property("amountMinor", "amount_minor", "The same in minor units, exact.", _LONG),
    Property("currency", "currency", "ISO 4217."),
    Property("date", "time", "When.", _DATETIME),
)
_ORDERED = (
    Property(
        "type",
        "CASE WHEN leg IN ('fee', 'recovery') THEN upper(leg) ELSE CASE rail "
        "WHEN 'card' THEN 'CARD' WHEN 'instant' THEN 'FASTER_PAYMENT' "
        "WHEN 'batch' THEN 'ACH' WHEN 'book' THEN 'BOOK_TRANSFER' ELSE upper(rail) END END",
        "CARD, FASTER_PAYMENT, ACH; ours: CHEQUE, CASH, BOOK_TRANSFER, FEE, RECOVERY.",
    ),
    Property("message", "purpose", "ISO 20022 purpose code, where the rail carries one."),
    Property("channel", "channel", "Where it was ordered: pos, online, atm, branch or file."),
    Property("merchantCategoryCode", "mcc", "Of a card payment: ISO 18245."),
    Property("terminal", "terminal::BIGINT", "Number of the till, machine or counter.", _LONG),
)
_STATUS = Property(
    "status",
    "CASE WHEN returned THEN 'RETURNED' WHEN rail IN ('cheque', 'batch') AND legs IS NULL "
    "THEN 'PENDING' ELSE 'SETTLED' END",
    "SETTLED, PENDING in clearing as the world ends, or RETURNED unpaid.",
)

_TRANSACTION = Node(
    "Transaction",
    "A payment from one account to another.",
    _MOVED,
    "payment_id",
    ("transactionId",),
    (Property("transactionId", "'P' || payment_id", "Key."), *_AMOUNTS, *_ORDERED, _STATUS),
    letter="P",
)
_ATTEMPT = Node(
    "DeclinedTransaction",
    "An attempt to pay that balance and limit did not cover: nothing moved.",
    _DECLINED,
    "payment_id",
    ("transactionId",),
    (Property("transactionId", "'P' || payment_id", "Key."), *_AMOUNTS, *_ORDERED),
    letter="P",
    extends=True,
)
_MOVEMENT = Node(
    "Movement",
    "What is booked of a payment that clears later: credited, settled or returned.",
    _LEGS,
    "payment_id",
    ("movementId",),
    (
        Property("movementId", "'P' || payment_id", "Key."),
        *_AMOUNTS,
        Property("description", "leg", "original, settlement or return."),
        Property(
            "status",
            "CASE status WHEN 'declined' THEN 'FAILED' ELSE 'COMPLETED' END",
            "COMPLETED or FAILED.",
        ),
        Property(
            "sequenceNumber",
            "CASE leg WHEN 'original' THEN 1 ELSE 1 + row_number() OVER "
            "(PARTITION BY leg = 'original', original_payment_id ORDER BY payment_id) END",
            "Its place among the movements of the transaction, from 1.",
            _LONG,
        ),
    ),
    letter="P",
)


def _of(kind: str, label: str, rows: str, doc: str, end: str, *, extends: bool) -> Relationship:
    """Give the relationship between an account and what it pays, or is paid."""
    account, paid = End("Account", end), End(label, "payment_id")
    pays = end == "payer"
    return Relationship(
        kind,
        doc,
        account if pays else paid,
        paid if pays else account,
        rows,
        extends=extends,
    )


_IMPLIED = Relationship(
    "IMPLIED",
    "A transaction consists of movements.",
    End("Transaction", "coalesce(original_payment_id, payment_id)"),
    End("Movement", "payment_id"),
    _LEGS,
    (
        Property(
            "totalMovements",
            "1 + CASE leg WHEN 'original' THEN coalesce(legs, 0) ELSE count(*) OVER "
            "(PARTITION BY leg = 'original', original_payment_id) END",
            "How many movements the transaction has.",
            _LONG,
        ),
    ),
)


def _used(kind: str, label: str, column: str, doc: str, paid: str, rows: str) -> Relationship:
    return Relationship(
        kind,
        doc,
        End(paid, "payment_id"),
        End(label, column),
        f"{rows} AND {column} IS NOT NULL AND session_id IS NULL",
        extends=True,
    )


_PAID = (("Transaction", _MOVED), ("DeclinedTransaction", _DECLINED))
_DIRECT = tuple(
    _used(kind, label, column, doc, paid, rows)
    for paid, rows in _PAID
    for kind, label, column, doc in (
        ("MADE_WITH", "Card", "card_id", "The card that was used."),
        ("FROM_DEVICE", "Device", "device_id", "The device of a card payment online."),
        ("FROM_IP", "IP", "ip_id", "The internet address of a card payment online."),
    )
)

MODEL = Model(
    (_TRANSACTION, _ATTEMPT, _MOVEMENT),
    (
        _of("PERFORMS", "Transaction", _MOVED, "Who pays.", "payer", extends=False),
        _of(
            "BENEFITS_TO", "Transaction", _MOVED, "Who is paid.", "creditor_account_id",
            extends=False,
        ),
        _of("ATTEMPTS", "DeclinedTransaction", _DECLINED, "Who tried to pay.", "payer",
            extends=True),
        _of(
            "ATTEMPTED_TO", "DeclinedTransaction", _DECLINED, "Who was to be paid.",
            "creditor_account_id", extends=True,
        ),
        _IMPLIED,
        *_DIRECT,
    ),
)  # fmt: skip
