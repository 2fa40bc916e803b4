"""Tables of the market: what is traded, where, and at what prices."""

from __future__ import annotations

from graphgen.schema import words
from graphgen.schema.column import Column, Kind, Meaning, Schema

__all__ = ["MARKET_EDGES", "MARKET_EVENTS", "MARKET_NODES"]

_ID, _REF, _TEXT, _CATEGORY = Meaning.ID, Meaning.REF, Meaning.TEXT, Meaning.CATEGORY
_INT, _FLOAT, _MONEY, _TIME = Meaning.INT, Meaning.FLOAT, Meaning.MONEY, Meaning.TIME
_BOOL = Meaning.BOOL


def _node(name: str, letter: str, doc: str, *columns: Column) -> Schema:
    key = Column(f"{name}_id", _ID, f"Key of the {name}: ten digits that say nothing.")
    return Schema(name, Kind.NODE, doc, (key, *columns), letter=letter)


def _bars(name: str, letter: str, doc: str, when: str) -> Schema:
    return Schema(
        name,
        Kind.EVENT,
        doc,
        (
            Column(f"{name}_id", _ID, "Day and rank in the day: in order of time."),
            Column("time", _TIME, when),
            Column("security_id", _REF, "The security.", "security"),
            Column("open_minor", _MONEY, "First price, in minor units."),
            Column("high_minor", _MONEY, "Highest price."),
            Column("low_minor", _MONEY, "Lowest price."),
            Column("close_minor", _MONEY, "Last price."),
            Column("volume", _INT, "Shares (of a bond: units of 100) traded.", width="int64"),
        ),
        letter=letter,
    )


def _pieces(name: str, letter: str, doc: str) -> Schema:
    return Schema(
        name,
        Kind.EVENT,
        doc,
        (
            Column(f"{name}_id", _ID, "Day and rank in the day: in order of time."),
            Column("time", _TIME, "When it was published, UTC."),
            Column("security_id", _REF, "What it is about first.", "security", nullable=True),
            Column("sector_id", _REF, "The sector that it is about.", "sector", nullable=True),
            Column("topic", _CATEGORY, "What kind of piece.", values=words.TOPICS),
            Column("sentiment", _FLOAT, "How good its news is, from -1 to 1."),
            Column("source", _TEXT, "Who published it.", repeats=True),
            Column("title", _TEXT, "Title."),
            Column("content", _TEXT, "Text."),
            Column("entities", _TEXT, "Tickers that it names, with blanks between."),
            Column("url", _TEXT, "Where it stood (reserved names: it leads nowhere)."),
        ),
        letter=letter,
    )


MARKET_NODES: tuple[Schema, ...] = (
    _node(
        "exchange",
        "X",
        "A place where securities are traded.",
        Column("mic", _TEXT, "Market identifier code (ISO 10383)."),
        Column("name", _TEXT, "Name."),
        Column("country", _TEXT, "ISO 3166-1 alpha-2.", repeats=True),
        Column("time_zone", _TEXT, "IANA time zone.", repeats=True),
    ),
    _node("sector", "O", "A sector of industry.", Column("name", _TEXT, "Name.")),
    _node(
        "issuer",
        "Q",
        "A company, a fund or a state that issues securities.",
        Column("name", _TEXT, "Name."),
        Column("sector_id", _REF, "The sector, of a company.", "sector", nullable=True),
        Column("country", _TEXT, "ISO 3166-1 alpha-2.", repeats=True),
    ),
    _node(
        "security",
        "Y",
        "A stock, an exchange-traded fund or a bond.",
        Column("symbol", _TEXT, "Ticker."),
        Column("name", _TEXT, "Name."),
        Column("type", _CATEGORY, "What it is.", values=words.SECURITY_TYPES),
        Column("issuer_id", _REF, "Who issued it.", "issuer"),
        Column("exchange_id", _REF, "Where it is traded.", "exchange"),
        Column("currency", _TEXT, "ISO 4217.", repeats=True),
        Column("tick_minor", _INT, "Prices are whole multiples of it, in minor units."),
        Column("outstanding", _INT, "Shares (units of a bond) that there are.", width="int64"),
        Column("is_shortable", _BOOL, "Whether it may be sold short."),
        Column("coupon_bp", _INT, "A bond's interest a year, in basis points.", nullable=True),
        Column("matures", _TIME, "When a bond is paid back.", nullable=True),
    ),
    _node(
        "index",
        "J",
        "An index of stocks, weighted by what they are worth.",
        Column("symbol", _TEXT, "Ticker."),
        Column("name", _TEXT, "Name."),
    ),
)

MARKET_EDGES: tuple[Schema, ...] = (
    Schema(
        "constituent",
        Kind.EDGE,
        "A stock that an index is made of.",
        (
            Column("index_id", _REF, "The index.", "index"),
            Column("security_id", _REF, "The stock.", "security"),
            Column("weight", _FLOAT, "Its share of the index at the start."),
        ),
    ),
)

_HOLDS = Schema(
    "holds",
    Kind.EDGE,
    "What a brokerage account held when the world began.",
    (
        Column("account_id", _REF, "The brokerage account.", "account"),
        Column("security_id", _REF, "The security.", "security"),
        Column("quantity", _INT, "Shares (units of a bond).", width="int64"),
        Column("cost_minor", _MONEY, "What was paid for them in all."),
    ),
)
_INSIDER_OF = Schema(
    "insider_of",
    Kind.EDGE,
    "A person who knows what an issuer has not told yet.",
    (
        Column("user_id", _REF, "The person.", "user"),
        Column("issuer_id", _REF, "The issuer.", "issuer"),
        Column("role", _CATEGORY, "By what.", values=words.INSIDER_ROLES),
        Column("since", _TIME, "From when."),
    ),
)
MARKET_EDGES = (*MARKET_EDGES, _HOLDS, _INSIDER_OF)

MARKET_EVENTS: tuple[Schema, ...] = (
    _bars("price", "G", "What a security was traded at in a session.", "When the session ended."),
    Schema(
        "order",
        Kind.EVENT,
        "An order of an investor to buy or sell, and what became of it.",
        (
            Column("order_id", _ID, "Day and rank in the day: in order of time."),
            Column("time", _TIME, "When it was given, UTC."),
            Column("account_id", _REF, "The brokerage account.", "account"),
            Column("user_id", _REF, "Who gave it.", "user"),
            Column("security_id", _REF, "The security.", "security"),
            Column("side", _CATEGORY, "Bought, sold, sold short or covered.", values=words.SIDES),
            Column("type", _CATEGORY, "Market, limit or stop.", values=words.ORDER_TYPES),
            Column("tif", _CATEGORY, "Time in force.", values=words.TIMES_IN_FORCE),
            Column("quantity", _INT, "Shares (units of a bond) asked for.", width="int64"),
            Column("limit_minor", _MONEY, "Limit or stop price.", nullable=True),
            Column("status", _CATEGORY, "What became of it.", values=words.ORDER_STATUSES),
            Column("filled", _INT, "Shares that were traded.", width="int64"),
            Column(
                "ended",
                _TIME,
                "When it was filled, cancelled, rejected or expired; none: open as the world ends.",
                nullable=True,
            ),
            Column("session_id", _REF, "The session it was given in.", "session", nullable=True),
            Column("device_id", _REF, "The device.", "device"),
            Column("ip_id", _REF, "The internet address.", "ip"),
        ),
        letter="Z",
    ),
    Schema(
        "trade",
        Kind.EVENT,
        "An execution: an order, or a part of it, that found its price.",
        (
            Column("trade_id", _ID, "Day and rank in the day: in order of time."),
            Column("time", _TIME, "When, UTC."),
            Column("order_id", _REF, "The order.", "order"),
            Column("account_id", _REF, "The brokerage account.", "account"),
            Column("security_id", _REF, "The security.", "security"),
            Column("side", _CATEGORY, "Bought, sold, sold short or covered.", values=words.SIDES),
            Column("quantity", _INT, "Shares (units of a bond).", width="int64"),
            Column("price_minor", _MONEY, "Price of one, in minor units."),
            Column("amount_minor", _MONEY, "Price times quantity."),
            Column("fee_minor", _MONEY, "Commission and fees."),
            Column("settles", _TIME, "The day on which the money moves, at midnight UTC."),
        ),
        letter="T",
    ),
    Schema(
        "holding",
        Kind.EVENT,
        "What an account holds of a security when a session ends.",
        (
            Column("holding_id", _ID, "Day and rank in the day."),
            Column("time", _TIME, "When the session ended."),
            Column("account_id", _REF, "The brokerage account.", "account"),
            Column("security_id", _REF, "The security.", "security"),
            Column("quantity", _INT, "Shares (units of a bond); below 0 if short.", width="int64"),
            Column(
                "cost_minor",
                _MONEY,
                "What was paid for them, at average cost; if short, less what they brought.",
            ),
            Column(
                "value_minor",
                _MONEY,
                "What they are worth at the last price; less the cost it is the unrealised profit.",
            ),
            Column(
                "realised_minor",
                _MONEY,
                "Profit of what was sold or covered since the world began, less fees.",
            ),
        ),
        letter="W",
    ),
    _pieces("news", "n", "An article about a firm, a sector or the market."),
    _pieces("report", "r", "A firm's report of its earnings, or an analyst's note."),
    _bars("bar", "V", "What a security was traded at in a minute.", "When the minute began."),
)
