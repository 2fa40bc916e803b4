"""What one bank sees of a world: its customers, and what a payment tells of who is elsewhere.

A bank knows its own accounts and who holds them, what is booked on them, what is done in visits to
it, and from where. Of an account at another bank it knows the number and the bank. Whom its
customers know it does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphgen.schema import SCHEMAS, Schema

if TYPE_CHECKING:
    import duckdb

__all__ = ["WHOLE", "make_view"]

WHOLE = "whole_"
"""What stands before the names of the views of the whole dataset."""


def make_view(connection: duckdb.DuckDBPyConnection, bank: int) -> None:
    """Make the views of a dataset as a bank sees it, of those of the whole (`WHOLE`)."""
    for name, select in _SETS.items():
        connection.execute(f"CREATE TABLE {name} AS {select.format(bank=bank)}")
    for name, schema in SCHEMAS.items():
        connection.execute(
            f'CREATE VIEW "{name}" AS SELECT * {_hidden(schema)} FROM "{WHOLE}{name}" '
            f"WHERE {_seen(schema)}"
        )


def _seen(schema: Schema) -> str:
    """Say which rows of a table a bank sees."""
    if schema.name in _SEEN:
        return _SEEN[schema.name]
    if schema.recipe:
        return "true"  # the recipe is truth, and truth is joined to what is seen
    names = schema.by_name
    for column, known in (("account_id", "own_account"), ("user_id", "own_user")):
        if column in names:
            return f"{column} IN (FROM {known})"
    return "true"


def _hidden(schema: Schema) -> str:
    """Say which columns are null in the rows that a bank sees in part."""
    masked = [
        f"CASE WHEN {known} THEN {column} END AS {column}"
        for column, known in _MASKED.get(schema.name, {}).items()
    ]
    return f"REPLACE ({', '.join(masked)})" if masked else ""


def _of_own(table: str, column: str) -> str:
    return f"{column} IN (SELECT {column} FROM {WHOLE}{table} WHERE user_id IN (FROM own_user))"


_SETS = {
    "own_account": "SELECT account_id FROM whole_account WHERE bank_id = {bank}",
    "own_user": "SELECT DISTINCT user_id FROM whole_has_account "
    "WHERE account_id IN (FROM own_account)",
    "seen_payment": "SELECT payment_id, session_id, merchant_id, debtor_account_id, "
    "creditor_account_id, counterparty_account_id FROM whole_payment "
    "WHERE debtor_account_id IN (FROM own_account) OR creditor_account_id IN (FROM own_account)",
    "seen_account": "SELECT account_id FROM own_account UNION SELECT unnest([debtor_account_id, "
    "creditor_account_id, counterparty_account_id]) FROM seen_payment",
    "seen_session": "SELECT session_id FROM whole_session WHERE user_id IN (FROM own_user) "
    "AND (session_id NOT IN (SELECT session_id FROM whole_payment WHERE session_id IS NOT NULL) "
    "OR session_id IN (SELECT session_id FROM seen_payment))",
}
"""A visit is one to this bank where it ordered a payment from it, and where it ordered none."""

_OWN = {
    "account": "entity_id IN (FROM own_account)",
    "user": "entity_id IN (FROM own_user)",
    "device": _of_own("uses_device", "device_id").replace("device_id IN", "entity_id IN", 1),
    "ip": _of_own("uses_ip", "ip_id").replace("ip_id IN", "entity_id IN", 1),
}
_LABELLED = {
    "payment": "event_id IN (SELECT payment_id FROM seen_payment)",
    "session": "event_id IN (FROM seen_session)",
    "action": "event_id IN (SELECT action_id FROM whole_action "
    "WHERE session_id IN (FROM seen_session))",
    "order": "event_id IN (SELECT order_id FROM whole_order "
    "WHERE account_id IN (FROM own_account))",
    "trade": "event_id IN (SELECT trade_id FROM whole_trade "
    "WHERE account_id IN (FROM own_account))",
}
_MEMBER = " OR ".join(f"(entity = '{entity}' AND {own})" for entity, own in _OWN.items())
_LABEL = " OR ".join(f"(event = '{event}' AND {seen})" for event, seen in _LABELLED.items())

_SEEN = {
    "household": "household_id IN (SELECT household_id FROM whole_user "
    "WHERE user_id IN (FROM own_user))",
    "address": _of_own("lives_at", "address_id")
    + " OR address_id IN (SELECT address_id FROM whole_household JOIN whole_user "
    "USING (household_id) WHERE user_id IN (FROM own_user))",
    "employer": "account_id IN (FROM seen_account) OR " + _of_own("employed_by", "employer_id"),
    "merchant": "account_id IN (FROM seen_account) "
    "OR merchant_id IN (SELECT merchant_id FROM seen_payment)",
    "account": "account_id IN (FROM seen_account)",
    "device": _of_own("uses_device", "device_id"),
    "ip": _of_own("uses_ip", "ip_id"),
    "email": _of_own("has_email", "email_id"),
    "phone": _of_own("has_phone", "phone_id"),
    "knows": "false",
    "insider_of": "false",
    "session": "session_id IN (FROM seen_session)",
    "action": "session_id IN (FROM seen_session)",
    "payment": "payment_id IN (SELECT payment_id FROM seen_payment)",
    "member": _MEMBER,
    "event_label": _LABEL,
    "case": f"case_id IN (SELECT case_id FROM whole_member WHERE {_MEMBER}) "
    f"OR case_id IN (SELECT case_id FROM whole_event_label WHERE {_LABEL})",
}

_OWN_ACCOUNT = "account_id IN (FROM own_account)"
_OWN_PAYER = (
    "coalesce(counterparty_account_id, debtor_account_id) IN (FROM own_account) "
    "OR debtor_account_id IN (FROM own_account)"
)
_MASKED = {
    "account": dict.fromkeys(
        (
            "type", "opened", "opening_balance_minor", "opening_balance", "credit_limit_minor",
            "credit_limit", "risk_profile", "brokerage_type",
        ),
        _OWN_ACCOUNT,
    ),
    "payment": {
        "debtor_balance_minor": "debtor_account_id IN (FROM own_account)",
        "debtor_balance": "debtor_account_id IN (FROM own_account)",
        "creditor_balance_minor": "creditor_account_id IN (FROM own_account)",
        "creditor_balance": "creditor_account_id IN (FROM own_account)",
        **dict.fromkeys(
            ("card_id", "session_id", "device_id", "ip_id", "terminal"), _OWN_PAYER
        ),
    },
}  # fmt: skip
