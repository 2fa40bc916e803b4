"""Edge tables: what can be observed, and the recipe (habits that fire).

A recipe's edge is a standing habit or an errand. Walks fire them all alike; what they fire is data,
the edges themselves are truth.
"""

from __future__ import annotations

from graphgen.schema import words
from graphgen.schema.column import Column, Kind, Meaning, Schema

__all__ = ["EDGES", "RECIPES"]

_ID, _REF, _CATEGORY, _INT = Meaning.ID, Meaning.REF, Meaning.CATEGORY, Meaning.INT
_FLOAT, _MONEY, _TIME = Meaning.FLOAT, Meaning.MONEY, Meaning.TIME

_USER = Column("user_id", _REF, "The person.", "user")
_SINCE = Column("since", _TIME, "From when.")
_UNTIL = Column("until", _TIME, "Until when; none: still so.", nullable=True)
_FIRST_SEEN = Column("first_seen", _TIME, "From when the person used it.")
_LAST_SEEN = Column("last_seen", _TIME, "Until when; none: still in use.", nullable=True)


def _edge(name: str, doc: str, *columns: Column) -> Schema:
    return Schema(name, Kind.EDGE, doc, columns)


EDGES: tuple[Schema, ...] = (
    _edge(
        "has_account",
        "A person holds an account, or may act for it.",
        _USER,
        Column("account_id", _REF, "The account.", "account"),
        Column("role", _CATEGORY, "In which role.", values=words.ACCOUNT_ROLES),
        _SINCE,
    ),
    _edge(
        "uses_device",
        "A person banks from a device; it follows from `signs_in`.",
        _USER,
        Column("device_id", _REF, "The device.", "device"),
        _FIRST_SEEN,
        _LAST_SEEN,
    ),
    _edge(
        "uses_ip",
        "A person banks from an internet address; it follows from `signs_in`.",
        _USER,
        Column("ip_id", _REF, "The address.", "ip"),
        _FIRST_SEEN,
        _LAST_SEEN,
    ),
    _edge(
        "has_email",
        "A person gave an e-mail address to the bank.",
        _USER,
        Column("email_id", _REF, "The e-mail address.", "email"),
        _SINCE,
        _UNTIL,
    ),
    _edge(
        "has_phone",
        "A person gave a telephone number to the bank.",
        _USER,
        Column("phone_id", _REF, "The number.", "phone"),
        _SINCE,
        _UNTIL,
    ),
    _edge(
        "lives_at",
        "A person lives at an address.",
        _USER,
        Column("address_id", _REF, "The address.", "address"),
        _SINCE,
        _UNTIL,
    ),
    _edge(
        "employed_by",
        "A person works for an employer.",
        _USER,
        Column("employer_id", _REF, "The employer.", "employer"),
        _SINCE,
        _UNTIL,
    ),
    _edge(
        "knows",
        "Two people know each other; one row a pair.",
        _USER,
        Column("other_user_id", _REF, "The other person.", "user"),
        Column("relation", _CATEGORY, "How they know each other.", values=words.RELATIONS),
        _SINCE,
    ),
)

_FROM = Column("valid_from", _TIME, "Fires from then on (an errand: fires then).")
_TO = Column("valid_to", _TIME, "Fires until then; none: on and on.", nullable=True)
_STAGE = Column(
    "stage", _CATEGORY, "What it is for, in a crime.", values=words.STAGES, nullable=True
)
_CASE = Column("case_id", _REF, "The case that the edge belongs to.", "case", nullable=True)

_TRADES = Schema(
    "trades",
    Kind.EDGE,
    "A habit of trading a security, or an errand: an edge from account to security.",
    (
        Column("edge_id", _ID, "Row number."),
        Column("account_id", _REF, "The brokerage account.", "account"),
        Column("security_id", _REF, "The security.", "security"),
        _USER,
        Column(
            "side",
            _CATEGORY,
            "Bought or sold; of a habit none: either, short: sold short and covered.",
            values=words.SIDES,
            nullable=True,
        ),
        Column(
            "type", _CATEGORY, "Of an errand; none: any.", values=words.ORDER_TYPES, nullable=True
        ),
        Column("off", _FLOAT, "How far its limit lies on the better side of the price, a share."),
        Column("lasts", _INT, "After how many ms it is cancelled; 0: as any.", width="int64"),
        Column("quantity", _INT, "Median number of shares (units of a bond).", width="int64"),
        Column("spread", _FLOAT, "Standard deviation of that number's logarithm."),
        Column(
            "quantity_of",
            _CATEGORY,
            "What an errand's number is: as given, or a share of what is held, or of free cash.",
            values=words.QUANTITY_OF,
        ),
        Column("share", _FLOAT, "The share, when the number is one."),
        Column("meets", _INT, "Row of the errand that it is matched with.", nullable=True),
        Column("rate", _FLOAT, "Orders a session on average; 0 for an errand."),
        Column("schedule", _INT, "When it is due (`graphgen.schedule`).", width="int8"),
        _FROM,
        _TO,
        Column("via", _INT, "Row of the `signs_in` it is ordered over.", nullable=True),
        _STAGE,
        _CASE,
    ),
    recipe=True,
)

_MOVES = Schema(
    "moves",
    Kind.EDGE,
    "What a case does to the price and the volume of a security.",
    (
        Column("edge_id", _ID, "Row number."),
        Column("security_id", _REF, "The security.", "security"),
        Column("drift", _FLOAT, "How far it moves the price's logarithm by its end."),
        Column("swing", _FLOAT, "How many times as far the price moves by itself meanwhile."),
        Column("volume", _FLOAT, "How many times as much is traded meanwhile."),
        Column("valid_from", _TIME, "From when on."),
        Column("valid_to", _TIME, "Until when."),
        _STAGE,
        _CASE,
    ),
    recipe=True,
)

_PUBLISHES = Schema(
    "publishes",
    Kind.EDGE,
    "A habit of writing about a security, a sector or the market, or one piece.",
    (
        Column("edge_id", _ID, "Row number."),
        Column("security_id", _REF, "The security.", "security", nullable=True),
        Column("sector_id", _REF, "The sector.", "sector", nullable=True),
        Column("topic", _CATEGORY, "What kind of piece.", values=words.TOPICS),
        Column("sentiment", _FLOAT, "Of one piece: how good its news is, from -1 to 1."),
        Column("rate", _FLOAT, "Pieces a day; 0: when the market gives cause."),
        Column("schedule", _INT, "When it is due (`graphgen.schedule`).", width="int8"),
        _FROM,
        _TO,
        _STAGE,
        _CASE,
    ),
    recipe=True,
)

RECIPES: tuple[Schema, ...] = (
    Schema(
        "pays",
        Kind.EDGE,
        "A habit of paying, or an errand: an edge from account to account that fires payments.",
        (
            Column("edge_id", _ID, "Row number."),
            Column("debtor_account_id", _REF, "Who pays.", "account"),
            Column("creditor_account_id", _REF, "Who is paid.", "account"),
            Column("user_id", _REF, "The person who acts.", "user", nullable=True),
            Column("card_id", _REF, "The card that is used.", "card", nullable=True),
            Column("habit", _CATEGORY, "What kind of habit.", values=words.HABITS),
            Column("rail", _CATEGORY, "How the money moves.", values=words.RAILS),
            Column("channel", _CATEGORY, "Where it is ordered.", values=words.CHANNELS),
            Column("amount_minor", _MONEY, "Median amount, in minor units (when it is a sum)."),
            Column("spread", _FLOAT, "Standard deviation of the amount's logarithm."),
            Column(
                "amount_of",
                _CATEGORY,
                "What the amount is: a sum, or a share of the payer's available balance, of what "
                "is owed on the creditor's account, or of the receipt of the edge it follows.",
                values=words.AMOUNT_OF,
            ),
            Column("share", _FLOAT, "The share, when the amount is one."),
            Column("rate", _FLOAT, "Firings a day on average; 0 when it follows a schedule."),
            Column("schedule", _INT, "When it is due (`graphgen.schedule`).", width="int8"),
            Column("hours", _INT, "Row of the region's profiles of the week.", width="int8"),
            _FROM,
            _TO,
            Column("follows", _INT, "Row of the errand whose receipt it passes on.", nullable=True),
            Column(
                "into",
                _INT,
                "Row of the errand that passes on its receipt, with others'.",
                nullable=True,
            ),
            Column(
                "unit_minor",
                _MONEY,
                "What a passed-on receipt is rounded down to whole multiples of, in minor units; "
                "to fifths of it, or not at all, where more than a twentieth would be left.",
                nullable=True,
            ),
            Column("via", _INT, "Row of the `signs_in` it is ordered over.", nullable=True),
            _STAGE,
            _CASE,
        ),
        recipe=True,
    ),
    Schema(
        "signs_in",
        Kind.EDGE,
        "A habit of opening bank sessions from a device at an internet address.",
        (
            Column("edge_id", _ID, "Row number."),
            _USER,
            Column("device_id", _REF, "The device.", "device"),
            Column("ip_id", _REF, "The internet address.", "ip"),
            Column("rate", _FLOAT, "Sessions a day on average."),
            Column("hours", _INT, "Row of the region's profiles of the week.", width="int8"),
            _FROM,
            _TO,
            _STAGE,
            _CASE,
        ),
        recipe=True,
    ),
    Schema(
        "acts",
        Kind.EDGE,
        "An errand other than a payment: something that a person does in a bank session, once.",
        (
            Column("edge_id", _ID, "Row number."),
            _USER,
            Column("type", _CATEGORY, "What is done.", values=words.ACTIONS),
            Column("valid_from", _TIME, "When."),
            Column("via", _INT, "Row of the `signs_in` it is done over.", nullable=True),
            Column("email_id", _REF, "The e-mail address that is given.", "email", nullable=True),
            Column("phone_id", _REF, "The number that is given.", "phone", nullable=True),
            _STAGE,
            _CASE,
        ),
        recipe=True,
    ),
    _TRADES,
    _MOVES,
    _PUBLISHES,
)
