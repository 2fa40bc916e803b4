"""The market as events: orders, executions, prices, and what is written about them."""

from __future__ import annotations

from graphgen.elastic.document import Document, Field, Kind, Type, dated, money
from graphgen.elastic.model._event import (
    ACCOUNT,
    DEVICE,
    SECURITY,
    SEGMENT,
    SESSION,
    SOURCE,
    USER,
    head,
    those,
)

__all__ = ["DOCUMENTS", "POSITION"]

_SYMBOL = "LEFT JOIN known.symbol USING (security_id)"
POSITION = Field(
    "position.id",
    "'A' || account_id || '-Y' || security_id",
    "Account and security in one: a key to join by.",
)
_BESIDE = (
    Field(
        "account.age_days",
        "date_diff('day', account_opened, time)::INTEGER",
        "Days since the account was opened.",
        Type.INTEGER,
    ),
    Field("account.risk_profile", "account_risk", "How much risk its investor takes."),
    SEGMENT,
    Field("security.name", "paper_name", "The security's name.", Type.TEXT, free=True),
    Field("security.type", "paper_type", "stock, etf or bond."),
)
_JOINS = (
    "LEFT JOIN known.account ON account = account_id LEFT JOIN known.person ON person = user_id "
    "LEFT JOIN known.paper ON paper = security_id"
)

_ORDER = Document(
    "order",
    "An order of an investor to buy or sell, and what became of it.",
    Kind.EVENT,
    f"""today."order" LEFT JOIN {those("known.ip", "ip_id", 'today."order"')} USING (ip_id) """
    f"{_SYMBOL}",
    (
        *head("order", "When it was given."),
        ACCOUNT,
        USER,
        *SECURITY,
        POSITION,
        Field("order.side", "side", "buy, sell, short or cover."),
        Field("order.type", "type", "market, limit or stop."),
        Field("order.time_in_force", "tif", "day, ioc or gtc."),
        Field("order.quantity", "quantity", "Shares (units of a bond) asked for.", Type.LONG),
        *money("order.limit", "limit_minor", "Limit or stop price."),
        Field(
            "order.status", "status",
            "executed, partly_filled, cancelled, expired, rejected or open.",
        ),
        Field("order.filled", "filled", "Shares that were traded.", Type.LONG),
        dated("order.ended", "ended", "When it was filled, cancelled, rejected or expired."),
        Field(
            "order.duration_ms", "epoch_ms(ended) - epoch_ms(time)",
            "How long it stood, in milliseconds.", Type.LONG,
        ),
        SESSION,
        DEVICE,
        *SOURCE,
    ),
    _BESIDE,
    _JOINS,
)  # fmt: skip

_TRADE = Document(
    "trade",
    "An execution: an order, or a part of it, that found its price.",
    Kind.EVENT,
    f"today.trade LEFT JOIN {those('known.owner', 'account_id', 'today.trade')} "
    f"USING (account_id) {_SYMBOL}",
    (
        *head("trade", "When it was executed."),
        Field("order.id", "order_id", "The order.", refers="order"),
        ACCOUNT,
        Field(
            "user.id", "user_id", "Who owns the account.", refers="user",
            copies=("related.user",),
        ),
        *SECURITY,
        POSITION,
        Field("trade.side", "side", "buy, sell, short or cover."),
        Field("trade.quantity", "quantity", "Shares (units of a bond).", Type.LONG),
        *money("trade.price", "price_minor", "Price of one."),
        *money("trade.amount", "amount_minor", "Price times quantity."),
        *money("trade.fee", "fee_minor", "Commission and fees."),
        dated("trade.settles", "settles", "The day on which the money moves."),
    ),
    _BESIDE,
    _JOINS,
)  # fmt: skip

_PRICE = Document(
    "price",
    "What a security was traded at in a session.",
    Kind.EVENT,
    f"today.price {_SYMBOL}",
    (
        *head("price", "When the session ended."),
        *SECURITY,
        *money("price.open", "open_minor", "First price."),
        *money("price.high", "high_minor", "Highest price."),
        *money("price.low", "low_minor", "Lowest price."),
        *money("price.close", "close_minor", "Last price."),
        Field("price.volume", "volume", "Shares (of a bond: units of 100) traded.", Type.LONG),
    ),
)


def _pieces(table: str, doc: str) -> Document:
    return Document(
        table,
        doc,
        Kind.EVENT,
        f"(SELECT * REPLACE (string_split(entities, ' ') AS entities) FROM today.{table}) "
        f"{_SYMBOL} LEFT JOIN (SELECT sector_id, name AS sector_name FROM sector) "
        "USING (sector_id)",
        (
            *head(table, "When it was published."),
            *SECURITY,
            Field("sector.id", "sector_id", "The sector that it is about.", refers="sector"),
            Field("sector.name", "sector_name", "Its name.", free=True),
            Field(f"{table}.topic", "topic", "earnings, analyst, company, move, sector, market "
                  "or rumour."),
            Field(f"{table}.sentiment", "sentiment", "How good its news is, from -1 to 1.",
                  Type.FLOAT),
            Field(f"{table}.source", "source", "Who published it.", free=True),
            Field(f"{table}.title", "title", "Title.", Type.TEXT, free=True),
            Field(f"{table}.content", "content", "Text.", Type.TEXT, free=True),
            Field(f"{table}.symbols", "entities", "Tickers that it names.", many=True),
            Field("url.original", "url", "Where it stood (it leads nowhere).", free=True),
        ),
    )  # fmt: skip


DOCUMENTS = (
    _TRADE,
    _ORDER,
    _pieces("news", "An article about a firm, a sector or the market."),
    _pieces("report", "A firm's report of its earnings, or an analyst's note."),
    _PRICE,
)
