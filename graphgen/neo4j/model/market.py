"""The market: securities, who issues and lists them, orders, executions, holdings and news.

Prices are not in the graph: they are series, and a security has one.
"""

from __future__ import annotations

from graphgen.neo4j.element import End, Model, Node, Property, Relationship, Type

__all__ = ["MODEL"]

_DATETIME, _DOUBLE, _LONG, _BOOLEAN = Type.DATETIME, Type.DOUBLE, Type.LONG, Type.BOOLEAN


def _node(label: str, doc: str, rows: str, table: str, letter: str, *properties: Property) -> Node:
    key = f"{table}Id"
    return Node(
        label,
        doc,
        rows,
        f"{table}_id",
        (key,),
        (Property(key, f"'{letter}' || {table}_id", "Key."), *properties),
        letter=letter,
        extends=True,
    )


_NAME = Property("name", "name", "Name (invented).")
_QUANTITY = Property("quantity", "quantity", "Shares (units of a bond).", _LONG)
_SIDE = Property("side", "side", "buy, sell, short or cover.")

_NODES = (
    _node(
        "Exchange", "A place where securities are traded.", "exchange", "exchange", "X", _NAME,
        Property("mic", "mic", "Market identifier code (ISO 10383)."),
    ),
    _node("Sector", "A sector of industry.", "sector", "sector", "O", _NAME),
    _node("Issuer", "A company, a fund or a state.", "issuer", "issuer", "Q", _NAME),
    _node(
        "Index", "An index of stocks.", '"index"', "index", "J", _NAME,
        Property("symbol", "symbol", "Ticker."),
    ),
    _node(
        "Security", "A stock, an exchange-traded fund or a bond.", "security", "security", "Y",
        _NAME,
        Property("symbol", "symbol", "Ticker."),
        Property("securityType", "type", "stock, etf or bond."),
        Property("currency", "currency", "ISO 4217."),
        Property("isShortable", "is_shortable", "Whether it may be sold short.", _BOOLEAN),
    ),
    _node(
        "Order", "An investor's order to buy or sell.", 'today."order"', "order", "Z",
        Property("date", "time", "When it was given.", _DATETIME),
        _SIDE,
        Property("orderType", "type", "market, limit or stop."),
        Property("timeInForce", "tif", "day, ioc or gtc."),
        _QUANTITY,
        Property("limitPrice", '"limit"::DOUBLE', "Limit or stop price, major units.", _DOUBLE),
        Property("status", "status", "What became of it."),
        Property("filled", "filled", "Shares that were traded.", _LONG),
        Property("endedAt", "ended", "When it was filled, cancelled or expired.", _DATETIME),
    ),
    _node(
        "Trade", "An execution of an order.", "today.trade", "trade", "T",
        Property("date", "time", "When.", _DATETIME),
        _SIDE,
        _QUANTITY,
        Property("price", "price::DOUBLE", "Price of one, in major units.", _DOUBLE),
        Property("amount", "amount::DOUBLE", "Price times quantity, in major units.", _DOUBLE),
        Property("amountMinor", "amount_minor", "The same in minor units, exact.", _LONG),
        Property("fee", "fee::DOUBLE", "Commission and fees, in major units.", _DOUBLE),
    ),
    *(
        _node(
            label, doc, f"today.{table}", table, letter,
            Property("title", "title", "Title."),
            Property("content", "content", "Text."),
            Property("source", "source", "Who published it."),
            Property("publishedAt", "time", "When.", _DATETIME),
            Property("topic", "topic", "What kind of piece."),
            Property("sentiment", "sentiment::DOUBLE", "How good its news is, -1 to 1.", _DOUBLE),
            Property("url", "url", "Where it stood (it leads nowhere)."),
        )
        for label, doc, table, letter in (
            ("News", "An article.", "news", "n"),
            ("Report", "A firm's results, or an analyst's note.", "report", "r"),
        )
    ),
)  # fmt: skip


def _leads(
    kind: str, start: tuple[str, str], end: tuple[str, str], rows: str, doc: str,
    *properties: Property,
) -> Relationship:  # fmt: skip
    return Relationship(kind, doc, End(*start), End(*end), rows, properties, extends=True)


_SECURITY = ("Security", "security_id")
_RELATIONSHIPS = (
    _leads("ISSUED_BY", _SECURITY, ("Issuer", "issuer_id"), "security", "Who issued it."),
    _leads("LISTED_ON", _SECURITY, ("Exchange", "exchange_id"), "security", "Where it trades."),
    _leads(
        "IN_SECTOR", ("Issuer", "issuer_id"), ("Sector", "sector_id"),
        "issuer WHERE sector_id IS NOT NULL", "The sector of a company.",
    ),
    _leads(
        "INCLUDES", ("Index", "index_id"), _SECURITY, "constituent", "A stock of an index.",
        Property("weight", "weight::DOUBLE", "Its share of the index at the start.", _DOUBLE),
    ),
    _leads(
        "HOLDS", ("Account", "account_id"), _SECURITY, "holds",
        "What a brokerage account held when the world began.",
        _QUANTITY,
        Property("cost", "cost::DOUBLE", "What was paid for them, in major units.", _DOUBLE),
    ),
    _leads(
        "INSIDER_OF", ("Customer", "user_id"), ("Issuer", "issuer_id"), "insider_of",
        "A customer knows what an issuer has not told yet.",
        Property("role", "role", "By what."),
        Property("since", "since", "From when.", _DATETIME),
    ),
    _leads("PLACES", ("Account", "account_id"), ("Order", "order_id"), 'today."order"',
           "The account that an order is for."),
    _leads("FOR_SECURITY", ("Order", "order_id"), _SECURITY, 'today."order"',
           "The security that is ordered."),
    _leads("FROM_DEVICE", ("Order", "order_id"), ("Device", "device_id"), 'today."order"',
           "The device that it was given from."),
    _leads("FROM_IP", ("Order", "order_id"), ("IP", "ip_id"), 'today."order"',
           "The internet address that it was given from."),
    _leads("HAS_ORDER", ("Session", "session_id"), ("Order", "order_id"),
           'today."order" WHERE session_id IS NOT NULL', "The session that it was given in."),
    _leads("EXECUTED_AS", ("Order", "order_id"), ("Trade", "trade_id"), "today.trade",
           "An execution of the order."),
    *(
        _leads(kind, (label, f"{table}_id"), (end, column),
               f"today.{table} WHERE {column} IS NOT NULL", doc)
        for label, table in (("News", "news"), ("Report", "report"))
        for kind, end, column, doc in (
            ("ABOUT", "Security", "security_id", "What it is about first."),
            ("ABOUT", "Sector", "sector_id", "The sector that it is about."),
        )
    ),
)  # fmt: skip

MODEL = Model(_NODES, _RELATIONSHIPS)
