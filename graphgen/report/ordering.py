"""Features of brokerage accounts: what one can count about each from its orders and trades."""

from __future__ import annotations

import numpy as np

from graphgen.order import among
from graphgen.report.reading import Facts, asked
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["of_investors"]

_CANCELLED = words.ORDER_STATUSES.index("cancelled")
_MARKET, _BUY = words.ORDER_TYPES.index("market"), words.SIDES.index("buy")
_BROKERAGE = words.ACCOUNT_TYPES.index("brokerage")


def of_investors(facts: Facts) -> dict[str, Array]:
    """Count orders of accounts over the whole window: float64 by feature, NaN of no brokerage.

    Nothing where the dataset has no orders.
    """
    if "order" not in facts.events or "holds" not in facts.dataset.run["tables"]:
        return {}
    order, account = facts.events["order"], facts.tables["account"]
    size, many = len(account["account_id"]), len(facts.tables["security"]["security_id"])
    row = facts.rows("account", order["account_id"])
    security = facts.rows("security", order["security_id"])
    orders = np.bincount(row, minlength=size)

    def share(some: Array) -> Array:
        return np.where(orders > 0, np.bincount(row, some, size) / np.maximum(1, orders), np.nan)

    pair = row * many + security
    known, count = np.unique(pair, return_counts=True)
    most = np.zeros(size)
    np.maximum.at(most, known // many, count)
    held, of = asked(facts.dataset, "SELECT account_id, security_id FROM holds")
    had = facts.rows("account", held) * many + facts.rows("security", of)
    bought = np.unique(pair[order["side"] == _BUY])
    visit, place = np.unique(order["session_id"], return_inverse=True)
    together = np.bincount(place, minlength=len(visit))[place]
    found = {
        "orders": orders,
        "orders cancelled": share(order["status"] == _CANCELLED),
        "orders filled": share(order["filled"] > 0),
        "orders at the market": share(order["type"] == _MARKET),
        "orders to buy": share(order["side"] == _BUY),
        "orders in a visit": share(together),
        "securities ordered": np.bincount(known // many, minlength=size),
        "orders for one security": np.where(orders > 0, most / np.maximum(1, orders), np.nan),
        "securities new to it": np.bincount(bought[~among(bought, had)] // many, minlength=size),
        "trades that meet another's": _met(facts, size),
    }
    of_brokers = account["type"] == _BROKERAGE
    return {name: np.where(of_brokers, values, np.nan) for name, values in found.items()}


def _met(facts: Facts, size: int) -> Array:
    """Count trades at whose moment and price another account has traded as much: int64."""
    query = """SELECT account_id, count(*) FROM (
        SELECT account_id, count(DISTINCT account_id) OVER (
            PARTITION BY security_id, time, price_minor, quantity) AS accounts FROM trade
    ) WHERE accounts > 1 GROUP BY account_id"""
    account, count = asked(facts.dataset, query)
    met = np.zeros(size, np.int64)
    met[facts.rows("account", account)] = count
    return met
