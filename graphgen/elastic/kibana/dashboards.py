"""What Kibana is given to look at: data views, searches, and dashboards of charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphgen.elastic.document import Kind
from graphgen.elastic.kibana.chart import Chart
from graphgen.elastic.kibana.saved_object import (
    Json,
    dashboard,
    data_view,
    map_,
    saved_search,
)
from graphgen.elastic.model import MODEL

__all__ = ["DASHBOARDS", "SEARCHES", "Board", "Search", "saved_objects"]

ALERTS = "alerts"
_WIDTH, _HEIGHT = 48, 12
_ORIGINAL = 'payment.leg : "original"'


@dataclass(frozen=True)
class Search:
    """A search of Discover."""

    name: str
    title: str
    doc: str
    of: str
    columns: tuple[str, ...]
    query: str = ""
    sort: str = "@timestamp"


@dataclass(frozen=True)
class Board:
    """A dashboard: rows of charts, searches and maps, by their names."""

    name: str
    title: str
    doc: str
    rows: tuple[tuple[str, ...], ...]
    charts: tuple[Chart, ...] = ()


SEARCHES = (
    Search(
        "declined", "Declined payments", "What was refused, and to whom.", "payment",
        ("account.id", "counterparty.account.id", "payment.amount", "payment.rail", "merchant.id"),
        'payment.status : "declined"',
    ),
    Search(
        "access-changes", "Changes of access", "Devices, passwords, contacts and payees.", "action",
        ("user.id", "event.action", "device.id", "source.ip", "payee.account.id"),
        "event.action : (device_registered or password_changed or email_changed or phone_changed "
        "or payee_added)",
    ),
    Search(
        "news", "News", "What the press writes.", "news",
        ("security.symbol", "news.topic", "news.sentiment", "news.title", "news.source"),
    ),
    Search(
        "alerts", "Alerts", "What rules say of whom: graphgen detect --write.", ALERTS,
        ("entity.id", "entity.type", "alert.score", "alert.severity", "alert.rules",
         "alert.evidence"),
        sort="alert.score",
    ),
)  # fmt: skip
DASHBOARDS = (
    Board(
        "overview", "Fraud graph: overview",
        "How much is paid, by which rail, who signs in, what is refused.",
        (("payments", "paid", "people"), ("rails",), ("declined-rails", "countries", "actions")),
        (
            Chart("payments", "Payments", "payment", "number", query=_ORIGINAL),
            Chart("paid", "Paid", "payment", "number", "sum payment.amount", query=_ORIGINAL),
            Chart("people", "People who signed in", "session", "number", "unique_count user.id"),
            Chart("rails", "Payments by rail", "payment", "bars", by="payment.rail",
                  query=_ORIGINAL),
            Chart("declined-rails", "Declined by rail", "payment", "ring", by="payment.rail",
                  query='payment.status : "declined"'),
            Chart("countries", "Sign-ins by country", "session", "table",
                  by="source.geo.country_iso_code"),
            Chart("actions", "Actions", "action", "bars", by="event.action"),
        ),
    ),
    Board(
        "accounts", "Fraud graph: accounts",
        "Whose accounts pay and are paid most, from which devices and addresses.",
        (("payers", "payees"), ("devices", "addresses"), ("search:access-changes",)),
        (
            Chart("payers", "Accounts that pay most", "payment", "table", "sum payment.amount",
                  "account.id", _ORIGINAL),
            Chart("payees", "Accounts that are paid by most", "payment", "table",
                  "unique_count account.id", "counterparty.account.id", _ORIGINAL),
            Chart("devices", "Devices of most people", "session", "table", "unique_count user.id",
                  "device.id"),
            Chart("addresses", "Addresses of most people", "session", "table",
                  "unique_count user.id", "source.ip"),
        ),
    ),
    Board(
        "payments-map", "Fraud graph: payments map",
        "Where people shop: merchants by what they were paid, and where people live.",
        (("map:merchants",), ("merchants-paid", "search:declined")),
        (
            Chart("merchants-paid", "Merchants that are paid most", "payment", "table",
                  "sum payment.amount", "merchant.id", _ORIGINAL),
        ),
    ),
    Board(
        "market", "Fraud graph: market",
        "Prices, trades and orders beside what is written.",
        (("prices",), ("traded", "cancelled"), ("topics", "search:news")),
        (
            Chart("prices", "Highest price by security", "price", "bars", "max price.close",
                  "security.symbol", top=8),
            Chart("traded", "Traded by security", "trade", "table", "sum trade.amount",
                  "security.symbol"),
            Chart("cancelled", "Accounts that cancel most", "order", "table", by="account.id",
                  query='order.status : "cancelled"'),
            Chart("topics", "News by topic", "news", "bars", by="news.topic"),
        ),
    ),
    Board(
        "alerts", "Fraud graph: alerts",
        "What rules found (graphgen detect --write), by severity and rule.",
        (("alerted", "severities"), ("rules", "top"), ("search:alerts",)),
        (
            Chart("alerted", "Entities with an alert", ALERTS, "number"),
            Chart("severities", "By severity", ALERTS, "ring", by="alert.severity"),
            Chart("rules", "By rule", ALERTS, "table", by="alert.rules", top=30),
            Chart("top", "Highest scores", ALERTS, "table", "max alert.score", "entity.id"),
        ),
    ),
)  # fmt: skip


def saved_objects(prefix: str) -> Iterator[Json]:
    """Yield all saved objects for indices with a prefix: what is used before what uses it."""
    for document in MODEL:
        time = "@timestamp" if document.kind is Kind.EVENT else None
        name = f"Fraud graph: {document.name}"
        yield data_view(_id(prefix, document.name), f"{prefix}-{document.name}", name, time)
    alerts = f"{prefix}-{ALERTS}"
    yield data_view(_id(prefix, ALERTS), alerts, "Fraud graph: alerts", "@timestamp")
    for each in SEARCHES:
        yield saved_search(
            _id(prefix, "search", each.name), f"Fraud graph: {each.title.lower()}", each.doc,
            _id(prefix, each.of), each.columns, each.query, each.sort,
        )  # fmt: skip
    yield _merchants(prefix)
    for board in DASHBOARDS:
        for chart in board.charts:
            yield chart.saved(_id(prefix, board.name, chart.name), _id(prefix, chart.of))
        yield _board(prefix, board)


def _board(prefix: str, board: Board) -> Json:
    panels = []
    for number, row in enumerate(board.rows):
        width = _WIDTH // len(row)
        for column, name in enumerate(row):
            kind, colon, rest = name.partition(":")
            shown = (
                (kind, _id(prefix, kind, rest))
                if colon
                else ("lens", _id(prefix, board.name, name))
            )
            panels.append((*shown, (column * width, number * _HEIGHT, width, _HEIGHT)))
    return dashboard(_id(prefix, "dashboard", board.name), board.title, board.doc, panels)


def _merchants(prefix: str) -> Json:
    """Give the map: merchants by what was paid to them, joined on `merchant.id`; and homes."""
    paid = {
        "leftField": "merchant.id",
        "right": {
            "type": "ES_TERM_SOURCE",
            "id": "paid",
            "term": "merchant.id",
            "metrics": [{"type": "count"}, {"type": "sum", "field": "payment.amount"}],
            "applyGlobalQuery": True,
            "applyGlobalTime": True,
            "indexPatternRefName": "layer_0_join_0_index_pattern",
        },
    }
    layers = [
        _layer(
            0, "Merchants", "merchant.geo.location", ["merchant.name", "merchant.category"], [paid]
        ),
        _layer(1, "Homes", "user.geo.location", ["user.full_name"], []),
    ]
    views = [_id(prefix, name) for name in ("merchant", "payment", "user")]
    doc = "Merchants, and what was paid to them; where people live."
    return map_(_id(prefix, "map", "merchants"), "Fraud graph: merchants", doc, layers, views)


def _layer(number: int, label: str, field: str, shown: list[str], joins: list[Json]) -> Json:
    return {
        "id": f"layer-{number}",
        "label": label,
        "type": "GEOJSON_VECTOR",
        "visible": not number,
        "alpha": 0.75,
        "minZoom": 0,
        "maxZoom": 24,
        "joins": joins,
        "sourceDescriptor": {
            "type": "ES_SEARCH",
            "id": f"source-{number}",
            "geoField": field,
            "filterByMapBounds": True,
            "scalingType": "LIMIT",
            "tooltipProperties": shown,
            "applyGlobalQuery": False,
            "applyGlobalTime": False,
            "indexPatternRefName": f"layer_{number}_source_index_pattern",
        },
        "style": {"type": "VECTOR", "properties": {}, "isTimeAware": False},
    }


def _id(prefix: str, *names: str) -> str:
    return "-".join((prefix, *names))
