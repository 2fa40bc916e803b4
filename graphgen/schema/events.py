"""Event tables: what a bank sees happen, walked off the graph day by day."""

from __future__ import annotations

from graphgen.schema import words
from graphgen.schema.column import Column, Kind, Meaning, Schema

__all__ = ["EVENTS"]

_ID, _REF, _TEXT, _CATEGORY = Meaning.ID, Meaning.REF, Meaning.TEXT, Meaning.CATEGORY
_INT, _MONEY, _TIME = Meaning.INT, Meaning.MONEY, Meaning.TIME


def _event(name: str, letter: str, doc: str, *columns: Column) -> Schema:
    key = Column(f"{name}_id", _ID, "Day and rank in the day: in order of time.")
    time = Column("time", _TIME, "When, UTC.")
    return Schema(name, Kind.EVENT, doc, (key, time, *columns), letter=letter)


def _offset(whose: str, *, nullable: bool = False) -> Column:
    doc = f"Minutes that the clock of {whose} is ahead of UTC."
    return Column("utc_offset", _INT, doc, nullable=nullable, width="int16")


EVENTS: tuple[Schema, ...] = (
    _event(
        "session",
        "S",
        "A person's visit to the bank's app or site.",
        _offset("the person"),
        Column("user_id", _REF, "The person.", "user"),
        Column("device_id", _REF, "From which device.", "device"),
        Column("ip_id", _REF, "From which internet address.", "ip"),
        Column("duration_ms", _INT, "How long it lasted, in milliseconds."),
    ),
    _event(
        "action",
        "N",
        "What was done in a session, other than paying.",
        _offset("the person"),
        Column("user_id", _REF, "The person.", "user"),
        Column("session_id", _REF, "The session.", "session"),
        Column("type", _CATEGORY, "What was done.", values=words.ACTIONS),
        Column("payee_account_id", _REF, "The payee that was added.", "account", nullable=True),
    ),
    _event(
        "payment",
        "P",
        "A movement of money from one account to another, or an attempt that moved nothing.",
        _offset("the payer", nullable=True),
        Column("debtor_account_id", _REF, "The account that is debited.", "account"),
        Column("creditor_account_id", _REF, "The account that is credited.", "account"),
        Column(
            "counterparty_account_id",
            _REF,
            "The account behind the clearing account, on a row that goes through one.",
            "account",
            nullable=True,
        ),
        Column("amount_minor", _MONEY, "Amount in minor units."),
        Column("currency", _TEXT, "ISO 4217.", repeats=True),
        Column("rail", _CATEGORY, "How the money moves.", values=words.RAILS),
        Column("channel", _CATEGORY, "Where it was ordered.", values=words.CHANNELS, nullable=True),
        Column("leg", _CATEGORY, "Which part of a payment the row is.", values=words.LEGS),
        Column("status", _CATEGORY, "Booked, or declined: moved nothing.", values=words.STATUSES),
        Column(
            "purpose",
            _CATEGORY,
            "ISO 20022 purpose code, where the rail carries one.",
            values=words.PURPOSES,
            nullable=True,
        ),
        Column("debtor_balance_minor", _MONEY, "The debtor's balance after the row."),
        Column("creditor_balance_minor", _MONEY, "The creditor's balance after the row."),
        Column(
            "original_payment_id",
            _REF,
            "The payment that this row settles, returns or is charged for.",
            "payment",
            nullable=True,
        ),
        Column("card_id", _REF, "The card.", "card", nullable=True),
        Column("merchant_id", _REF, "The merchant that took a card.", "merchant", nullable=True),
        Column("mcc", _TEXT, "The merchant's category code.", nullable=True, repeats=True),
        Column("terminal", _INT, "Number of the till, cash machine or counter.", nullable=True),
        Column("session_id", _REF, "The bank session it was ordered in.", "session", nullable=True),
        Column("device_id", _REF, "The device, when ordered online.", "device", nullable=True),
        Column("ip_id", _REF, "The internet address, when online.", "ip", nullable=True),
    ),
)
