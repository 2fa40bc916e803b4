"""Payments, row by row as they are booked.

`account.id` pays and `counterparty.account.id` is paid, also where a clearing account stands
between them; `debtor.*` and `creditor.*` are the two sides as booked.
"""

from __future__ import annotations

from graphgen.elastic.document import Document, Field, Kind, Type, money
from graphgen.elastic.model._event import (
    DEVICE,
    DEVICE_USERS,
    DEVICE_USERS_JOIN,
    LOCAL,
    SEGMENT,
    SESSION,
    SOURCE,
    head,
    those,
)

__all__ = ["DOCUMENTS"]

_PAYER = (
    "CASE WHEN leg IN ('original', 'fee') THEN coalesce(counterparty_account_id, "
    "debtor_account_id) ELSE debtor_account_id END"
)
_PAYEE = (
    "CASE WHEN leg IN ('original', 'fee') THEN creditor_account_id "
    "ELSE coalesce(counterparty_account_id, creditor_account_id) END"
)
_AGE = "date_diff('day', {}, time)::INTEGER"

_PAYMENT = Document(
    "payment",
    "A movement of money from one account to another, or an attempt that moved nothing.",
    Kind.EVENT,
    f"(SELECT *, {_PAYER} AS payer, {_PAYEE} AS payee FROM today.payment) "
    f"LEFT JOIN {those('known.ip', 'ip_id', 'today.payment')} USING (ip_id) "
    f"LEFT JOIN {those('known.owner', 'account_id', 'today.payment', _PAYER)} AS owner "
    "ON owner.account_id = payer",
    (
        *head("payment", "When it was booked, or declined."),
        Field(
            "event.outcome",
            "CASE status WHEN 'booked' THEN 'success' ELSE 'failure' END",
            "success, or failure: declined.",
        ),
        Field(
            "account.id", "payer", "The account that pays.", refers="account",
            copies=("related.account",),
        ),
        Field(
            "counterparty.account.id", "payee", "The account that is paid.", refers="account",
            copies=("related.account",),
        ),
        Field(
            "user.id", "owner.user_id", "Who owns the account that pays, where a person does.",
            refers="user", copies=("related.user",),
        ),
        *money("payment.amount", "amount_minor", "Amount, always positive."),
        Field("payment.currency", "currency", "ISO 4217."),
        Field("payment.rail", "rail", "card, instant, batch, cheque, cash or book."),
        Field("payment.channel", "channel", "pos, online, atm, branch or file."),
        Field("payment.leg", "leg", "original, settlement, return or fee: sum up one of them."),
        Field("payment.status", "status", "booked, or declined: moved nothing."),
        Field("payment.purpose", "purpose", "ISO 20022 purpose code, where the rail has one."),
        Field(
            "payment.original.id", "original_payment_id",
            "The payment that this one settles, returns or is charged for.", refers="payment",
        ),
        Field("payment.mcc", "mcc", "The merchant's category code: ISO 18245."),
        Field("payment.terminal", "terminal", "Number of till, machine or counter.", Type.LONG),
        Field("debtor.account.id", "debtor_account_id", "As booked: debited.", refers="account"),
        *money("debtor.balance", "debtor_balance_minor", "The debited account's balance after it."),
        Field(
            "creditor.account.id", "creditor_account_id", "As booked: credited.", refers="account"
        ),
        *money(
            "creditor.balance", "creditor_balance_minor", "The credited account's balance after it."
        ),
        Field("card.id", "card_id", "The card.", refers="card"),
        Field("merchant.id", "merchant_id", "The merchant that took a card.", refers="merchant"),
        SESSION,
        DEVICE,
        *SOURCE,
        *LOCAL,
    ),
    beside=(
        Field(
            "account.age_days", _AGE.format("payer_is.account_opened"),
            "Days since the account that pays was opened.", Type.INTEGER,
        ),
        Field("account.type", "payer_is.account_type", "Its type."),
        Field(
            "counterparty.account.age_days", _AGE.format("payee_is.account_opened"),
            "Days since the account that is paid was opened.", Type.INTEGER,
        ),
        Field("counterparty.account.type", "payee_is.account_type", "Its type."),
        SEGMENT,
        DEVICE_USERS,
        Field("merchant.name", "shop_name", "The merchant's name.", Type.TEXT, free=True),
        Field("merchant.category", "shop_category", "What its code stands for.", free=True),
        Field("merchant.geo.location", "shop_location", "Where it is.", Type.GEO_POINT),
    ),
    joins="LEFT JOIN known.account AS payer_is ON payer_is.account = payer "
    "LEFT JOIN known.account AS payee_is ON payee_is.account = payee "
    "LEFT JOIN known.person ON person = owner.user_id "
    "LEFT JOIN known.shop ON shop = merchant_id "
    f"{DEVICE_USERS_JOIN}",
)  # fmt: skip

DOCUMENTS = (_PAYMENT,)
