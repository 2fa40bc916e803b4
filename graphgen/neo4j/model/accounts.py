"""Accounts, who holds them, the cards that draw on them."""

from __future__ import annotations

from graphgen.neo4j.element import End, Model, Node, Property, Relationship, Type

__all__ = ["MODEL"]

_DATETIME, _DOUBLE, _LONG, _BOOLEAN = Type.DATETIME, Type.DOUBLE, Type.LONG, Type.BOOLEAN

_SINCE = Property("since", "since", "From when.", _DATETIME)
_HOME = "(getvariable('home_bank') IS NULL OR bank_id = getvariable('home_bank'))"
_IS_INTERNAL = f"{_HOME} AND account_id IN (SELECT account_id FROM has_account)"

_ACCOUNT = Node(
    "Account",
    "An account. Those of people are Internal (all, or those of the home bank), others External.",
    "account",
    "account_id",
    ("accountNumber",),
    (
        Property("accountNumber", "'A' || account_id", "Key."),
        Property(
            "accountType",
            "CASE type WHEN 'checking' THEN 'CURRENT' ELSE upper(type) END",
            "CURRENT, SAVINGS, BUSINESS; ours: CREDIT_CARD, BROKERAGE, INTERNAL, EXTERNAL.",
        ),
        Property("openedDate", "opened", "When it was opened.", _DATETIME),
        Property("currency", "currency", "ISO 4217."),
        Property(
            "openingBalance",
            "opening_balance::DOUBLE",
            "Balance at the start, in major units.",
            _DOUBLE,
        ),
        Property("openingBalanceMinor", "opening_balance_minor", "In minor units.", _LONG),
        Property(
            "creditLimit",
            "credit_limit::DOUBLE",
            "How far below zero it may go; absent: as far as it will.",
            _DOUBLE,
        ),
        Property("riskProfile", "risk_profile", "Of a brokerage account: low, medium, high."),
        Property("brokerageType", "brokerage_type", "Of a brokerage account: cash or margin."),
    ),
    letter="A",
    second=f"CASE WHEN {_IS_INTERNAL} THEN 'Internal' ELSE 'External' END",
    seconds=("Internal", "External"),
)

_COUNTERPARTIES = """(
SELECT 'M' || merchant_id AS id, name, 'BUSINESS' AS type, 'Merchant' AS second, opened AS since,
  account_id, mcc, category, online, city, state, latitude, longitude, NULL AS industry
FROM merchant
UNION ALL BY NAME
SELECT 'E' || employer_id AS id, name,
  CASE WHEN industry IN ('Government', 'Social insurance') THEN 'GOVERNMENT' ELSE 'BUSINESS' END
  AS type, 'Employer' AS second, opened AS since, account_id, city, state, industry
FROM employer JOIN account USING (account_id)
UNION ALL BY NAME
SELECT 'B' || bank_id AS id, name, 'BUSINESS' AS type, 'Bank' AS second FROM bank
UNION ALL BY NAME
SELECT 'A' || account_id AS id, 'World outside' AS name, 'BUSINESS' AS type, opened AS since,
  account_id
FROM account WHERE type = 'external')"""

_COUNTERPARTY = Node(
    "Counterparty",
    "A merchant, an employer, a bank, or the world outside.",
    _COUNTERPARTIES,
    "id",
    ("counterpartyId",),
    (
        Property("counterpartyId", "id", "Key: a merchant's, employer's, bank's or account's id."),
        Property("name", "name", "Trading name (invented)."),
        Property("type", "type", "BUSINESS or GOVERNMENT."),
        Property("createdAt", "since", "When it began, as far as known.", _DATETIME),
        Property("merchantCategoryCode", "mcc", "Of a merchant: ISO 18245."),
        Property("category", "category", "Of a merchant: what the code stands for."),
        Property("isOnline", "online", "Of a merchant: whether it sells at a distance.", _BOOLEAN),
        Property("industry", "industry", "Of an employer."),
        Property("postTown", "city", "City."),
        Property("region", "state", "State or province, by its code in ISO 3166-2."),
        Property("latitude", "latitude", "Of a merchant: degrees north.", _DOUBLE),
        Property("longitude", "longitude", "Of a merchant: degrees east.", _DOUBLE),
    ),
    id_is_key=True,
    second="second",
    seconds=("Merchant", "Employer", "Bank"),
)
_CARD = Node(
    "Card",
    "A payment card.",
    "card",
    "card_id",
    ("cardId",),
    (
        Property("cardId", "'K' || card_id", "Key."),
        Property("cardType", "upper(type)", "DEBIT or CREDIT."),
        Property("lastFour", "last_four", "Last four digits of its number."),
        Property("issuedDate", "issued", "When it was issued.", _DATETIME),
        Property("expiryDate", "expires", "When it expires.", _DATETIME),
    ),
    letter="K",
    extends=True,
)

_HAS_ACCOUNT = Relationship(
    "HAS_ACCOUNT",
    "A customer holds an account, or may act for it.",
    End("Customer", "user_id"),
    End("Account", "account_id"),
    "has_account",
    (
        Property(
            "role",
            "CASE role WHEN 'signatory' THEN 'authorised_signatory' ELSE role END",
            "owner, joint or authorised_signatory.",
        ),
        _SINCE,
    ),
)
_OF_COUNTERPARTY = Relationship(
    "HAS_ACCOUNT",
    "A counterparty holds an account; a bank those that its books need.",
    End("Counterparty", "id"),
    End("Account", "account_id"),
    f"""(
SELECT id, account_id, since FROM {_COUNTERPARTIES} WHERE account_id IS NOT NULL
UNION ALL
SELECT 'B' || bank_id, account_id, opened FROM (
  UNPIVOT (SELECT bank_id, COLUMNS('_account_id$') FROM bank) ON COLUMNS('_account_id$')
  INTO NAME purpose VALUE account_id) JOIN account USING (bank_id, account_id))""",
    (_SINCE,),
)
_IS_HOSTED = Relationship(
    "IS_HOSTED",
    "The country of the bank that keeps an account.",
    End("Account", "account_id"),
    End("Country", "country"),
    "account JOIN bank USING (bank_id)",
)
_KEPT_BY = Relationship(
    "KEPT_BY",
    "The bank that keeps an account.",
    End("Account", "account_id"),
    End("Counterparty", "'B' || bank_id"),
    "account",
    extends=True,
)
_HAS_CARD = Relationship(
    "HAS_CARD",
    "A card draws on an account.",
    End("Account", "account_id"),
    End("Card", "card_id"),
    "card",
    extends=True,
)
_HOLDS_CARD = Relationship(
    "HOLDS_CARD",
    "Whose name is on a card.",
    End("Customer", "user_id"),
    End("Card", "card_id"),
    "card",
    extends=True,
)
_EMPLOYED_BY = Relationship(
    "EMPLOYED_BY",
    "A customer works for an employer.",
    End("Customer", "user_id"),
    End("Counterparty", "'E' || employer_id"),
    "employed_by",
    (_SINCE, Property("until", "until", "Until when; absent: still so.", _DATETIME)),
    key=("since",),
    extends=True,
)

MODEL = Model(
    (_ACCOUNT, _COUNTERPARTY, _CARD),
    (
        _HAS_ACCOUNT,
        _OF_COUNTERPARTY,
        _IS_HOSTED,
        _KEPT_BY,
        _HAS_CARD,
        _HOLDS_CARD,
        _EMPLOYED_BY,
    ),
)
