"""The closed vocabularies: every word that a CATEGORY column may hold, in the order of its code."""

from __future__ import annotations

__all__ = [
    "ACCOUNT_ROLES",
    "ACCOUNT_TYPES",
    "ACTIONS",
    "AMOUNT_OF",
    "BROKERAGE_TYPES",
    "CARD_TYPES",
    "CASE_KINDS",
    "CHANNELS",
    "DEVICE_TYPES",
    "DIFFICULTIES",
    "EMPLOYMENT",
    "ENTITIES",
    "EVENTS",
    "HABITS",
    "INSIDER_ROLES",
    "IP_KINDS",
    "LEGS",
    "ORDER_STATUSES",
    "ORDER_TYPES",
    "PURPOSES",
    "QUANTITY_OF",
    "RAILS",
    "RELATIONS",
    "RISK_PROFILES",
    "SECURITY_TYPES",
    "SIDES",
    "STAGES",
    "STATUSES",
    "TIMES_IN_FORCE",
    "TOLD_WITH",
    "TOPICS",
    "WALKED_EDGES",
    "code",
]

ACCOUNT_TYPES = (
    "checking", "savings", "credit_card", "business", "internal", "external", "brokerage",
)  # fmt: skip
RISK_PROFILES = ("low", "medium", "high")
BROKERAGE_TYPES = ("cash", "margin")
ACCOUNT_ROLES = ("owner", "joint", "signatory")
CARD_TYPES = ("debit", "credit")
EMPLOYMENT = ("employed", "self_employed", "student", "retired", "unemployed")
DEVICE_TYPES = ("phone", "tablet", "laptop", "desktop")
IP_KINDS = ("home", "mobile", "office", "public", "vpn", "hosting")
RELATIONS = ("family", "friend", "colleague", "neighbour")

HABITS = (
    "salary",
    "benefit",
    "rent",
    "mortgage",
    "bill",
    "subscription",
    "purchase",
    "cash_withdrawal",
    "cash_deposit",
    "transfer",
    "own_transfer",
    "card_repayment",
    "revenue",
    "supply",
    "trade",
)
RAILS = ("card", "instant", "batch", "cheque", "cash", "book")
CHANNELS = ("pos", "online", "atm", "branch", "file")
LEGS = ("original", "settlement", "return", "fee", "recovery")
STATUSES = ("booked", "declined")
PURPOSES = ("SALA", "BENE", "RENT", "HLRP", "UBIL", "SUBS", "SAVG", "CCRD", "SUPP", "CASH", "SECU")
"""Codes of the ISO 20022 external purpose code list."""

AMOUNT_OF = ("sum", "balance", "debt", "receipt", "hold")

ACTIONS = (
    "sign_in",
    "sign_in_failed",
    "balance_viewed",
    "payee_added",
    "password_changed",
    "email_changed",
    "phone_changed",
    "address_changed",
    "device_registered",
)

SECURITY_TYPES = ("stock", "etf", "bond")
INSIDER_ROLES = ("officer", "director", "adviser", "family")
SIDES = ("buy", "sell", "short", "cover")
"""To short is to sell what is borrowed, to cover is to buy it back."""
ORDER_TYPES = ("market", "limit", "stop")
TIMES_IN_FORCE = ("day", "ioc", "gtc")
"""For the session, immediate or cancel, or good till cancelled."""
QUANTITY_OF = ("number", "holding", "cash")
"""What an order's number of shares is: a number, a share of what is held, or what a share of the
cash that is free buys."""
ORDER_STATUSES = ("executed", "partly_filled", "cancelled", "expired", "rejected", "open")

DIFFICULTIES = ("easy", "medium", "hard")
CASE_KINDS = ("crime", "lookalike", "event")
"""A crime, its honest look-alike, or an event of the market, which is neither."""
STAGES = ("preparation", "theft", "placement", "layering", "integration", "recovery")
"""What an edge of a crime is for. Placement, layering and integration are the FATF's three stages
of money laundering; what comes before them is preparation, what a victim or a bank is robbed of
theft, and what comes back recovery."""

EVENTS = ("payment", "session", "action", "order", "trade", "news", "report")
"""Events that are walked off an edge, and so have a label."""
TOLD_WITH = {"order": "trade", "holding": "trade", "report": "news"}
"""Event tables that the walk of another event tells."""
WALKED_EDGES = (
    "pays",
    "signs_in",
    "has_email",
    "has_phone",
    "lives_at",
    "acts",
    "trades",
    "publishes",
)
TOPICS = ("earnings", "analyst", "company", "move", "sector", "market", "rumour")
"""What a piece of news is: a firm's results, an analyst's note, a firm's business, a price that has
moved, a sector, the whole market, or what is passed round."""
ENTITIES = (
    "user",
    "household",
    "employer",
    "merchant",
    "bank",
    "account",
    "card",
    "device",
    "ip",
    "email",
    "phone",
    "address",
    "security",
)


def code(words: tuple[str, ...], word: str) -> int:
    """Give the code of `word` in a vocabulary; `ValueError` names what there is instead."""
    if word not in words:
        raise ValueError(f"no word {word!r}; there is: {', '.join(words)}")
    return words.index(word)
