"""Node tables: who and what there is."""

from __future__ import annotations

from graphgen.schema import words
from graphgen.schema.column import Column, Kind, Meaning, Schema

__all__ = ["NODES"]

_ID, _REF, _TEXT, _CATEGORY = Meaning.ID, Meaning.REF, Meaning.TEXT, Meaning.CATEGORY
_INT, _MONEY, _TIME, _BOOL = Meaning.INT, Meaning.MONEY, Meaning.TIME, Meaning.BOOL
_IP, _GEO = Meaning.IP, Meaning.GEO


def _node(name: str, letter: str, doc: str, *columns: Column) -> Schema:
    key = Column(f"{name}_id", _ID, f"Key of the {name}: ten digits that say nothing.")
    return Schema(name, Kind.NODE, doc, (key, *columns), letter=letter)


NODES: tuple[Schema, ...] = (
    _node(
        "household",
        "H",
        "People who live together at one address.",
        Column("address_id", _REF, "Where the household lives at the start.", "address"),
        Column("size", _INT, "How many users belong to it.", width="int16"),
    ),
    _node(
        "address",
        "R",
        "A postal address.",
        Column("street", _TEXT, "House number and street."),
        Column("city", _TEXT, "City.", repeats=True),
        Column("state", _TEXT, "State or province, by its code in ISO 3166-2.", repeats=True),
        Column("postal_code", _TEXT, "Postal code.", repeats=True),
        Column("country", _TEXT, "ISO 3166-1 alpha-2.", repeats=True),
        Column("time_zone", _TEXT, "IANA time zone.", repeats=True),
        Column("latitude", _GEO, "Degrees north."),
        Column("longitude", _GEO, "Degrees east."),
    ),
    _node(
        "user",
        "U",
        "A person who is a customer of at least one bank.",
        Column("given_name", _TEXT, "Given name.", repeats=True),
        Column("family_name", _TEXT, "Family name.", repeats=True),
        Column("birth_date", _TIME, "Date of birth, at midnight UTC."),
        Column("employment", _CATEGORY, "Employment status.", values=words.EMPLOYMENT),
        Column("occupation", _TEXT, "Occupation.", repeats=True),
        Column("income_minor", _MONEY, "Net income a year, in minor units."),
        Column("customer_since", _TIME, "When the first account was opened."),
        Column("household_id", _REF, "The household.", "household"),
    ),
    _node(
        "employer",
        "E",
        "A firm or an authority that pays salaries or benefits.",
        Column("name", _TEXT, "Trading name (invented)."),
        Column("industry", _TEXT, "Industry.", repeats=True),
        Column("city", _TEXT, "City of the main office.", repeats=True),
        Column("state", _TEXT, "State or province, by its code in ISO 3166-2.", repeats=True),
        Column("account_id", _REF, "Account that salaries are paid from.", "account"),
    ),
    _node(
        "merchant",
        "M",
        "A shop, a service or a biller that takes payments.",
        Column("name", _TEXT, "Trading name (invented)."),
        Column("mcc", _TEXT, "Merchant category code, four digits (ISO 18245).", repeats=True),
        Column("category", _TEXT, "What the code stands for.", repeats=True),
        Column("online", _BOOL, "Whether it sells at a distance only."),
        Column("city", _TEXT, "City.", repeats=True),
        Column("state", _TEXT, "State or province, by its code in ISO 3166-2.", repeats=True),
        Column("country", _TEXT, "ISO 3166-1 alpha-2.", repeats=True),
        Column("latitude", _GEO, "Degrees north."),
        Column("longitude", _GEO, "Degrees east."),
        Column("opened", _TIME, "When it began to take payments."),
        Column("account_id", _REF, "Account that its takings are paid to.", "account"),
    ),
    _node(
        "bank",
        "B",
        "A bank (invented), with the internal accounts that its books need.",
        Column("name", _TEXT, "Name."),
        Column("country", _TEXT, "ISO 3166-1 alpha-2.", repeats=True),
        Column("clearing_account_id", _REF, "Items in clearing.", "account"),
        Column("income_account_id", _REF, "Fees taken.", "account"),
        Column("loss_account_id", _REF, "Returned items that nobody covered.", "account"),
        Column("vault_account_id", _REF, "Cash at counters and machines.", "account"),
    ),
    _node(
        "account",
        "A",
        "An account at a bank. The world outside has accounts too, so that money adds up.",
        Column("bank_id", _REF, "The bank that keeps it.", "bank"),
        Column("type", _CATEGORY, "Type of account.", values=words.ACCOUNT_TYPES),
        Column("currency", _TEXT, "ISO 4217.", repeats=True),
        Column("opened", _TIME, "When it was opened."),
        Column("opening_balance_minor", _MONEY, "Balance at the start of the world."),
        Column(
            "credit_limit_minor",
            _MONEY,
            "How far below zero it may go (overdraft, or a card's limit); none: as far as it will.",
            nullable=True,
        ),
        Column(
            "risk_profile",
            _CATEGORY,
            "How much risk the investor of a brokerage account takes.",
            values=words.RISK_PROFILES,
            nullable=True,
        ),
        Column(
            "brokerage_type",
            _CATEGORY,
            "Whether a brokerage account may sell short (margin), or not (cash).",
            values=words.BROKERAGE_TYPES,
            nullable=True,
        ),
    ),
    _node(
        "card",
        "K",
        "A payment card.",
        Column("account_id", _REF, "The account that it draws on.", "account"),
        Column("user_id", _REF, "Whose name is on it.", "user"),
        Column("type", _CATEGORY, "Debit or credit.", values=words.CARD_TYPES),
        Column("last_four", _TEXT, "Last four digits of its number."),
        Column("issued", _TIME, "When it was issued."),
        Column("expires", _TIME, "When it expires."),
    ),
    _node(
        "device",
        "D",
        "A device that people bank from.",
        Column("type", _CATEGORY, "Type of device.", values=words.DEVICE_TYPES),
        Column("os", _TEXT, "Operating system and its version.", repeats=True),
        Column("user_agent", _TEXT, "What its browser or app calls itself.", repeats=True),
        Column("fingerprint", _TEXT, "Fingerprint, sixteen hexadecimal digits."),
    ),
    _node(
        "ip",
        "I",
        "An address on the internet that people bank from.",
        Column("address", _IP, "IPv4 address."),
        Column("kind", _CATEGORY, "What stands behind it.", values=words.IP_KINDS),
        Column("country", _TEXT, "ISO 3166-1 alpha-2, by registration.", repeats=True),
        Column(
            "asn", _INT, "Autonomous system number, from a range for private use.", width="int64"
        ),
        Column("as_name", _TEXT, "Name of the network's operator (invented).", repeats=True),
    ),
    _node(
        "email",
        "L",
        "An e-mail address.",
        Column("address", _TEXT, "The address, under a reserved domain."),
    ),
    _node(
        "phone",
        "F",
        "A telephone number.",
        Column("number", _TEXT, "The number in E.164, in an area code out of service."),
        Column("country", _TEXT, "ISO 3166-1 alpha-2.", repeats=True),
    ),
)
