"""Rows of `order`, `trade` and `holding`: what is public of what the book filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.orders import Orders
from graphgen.market.resting import STILL_OPEN
from graphgen.market.tape import tape
from graphgen.proposals import Sessions
from graphgen.public_day import Rows
from graphgen.schema import NULL_NUMBER, SCHEMAS, words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.public_day import PublicDay

__all__ = ["trade_rows"]

_TRADES = words.WALKED_EDGES.index("trades")
_MARKET = words.ORDER_TYPES.index("market")
_GTC = words.TIMES_IN_FORCE.index("gtc")
_REJECTED = words.ORDER_STATUSES.index("rejected")


def trade_rows(day: PublicDay) -> Iterator[Rows]:
    """Tell orders, executions, and what is held when the session ends."""
    orders, traded = day.proposed[Orders], day.booked.traded
    given = np.flatnonzero(traded.status >= 0)
    number = np.full(len(orders), -1, np.int64)
    number[given] = day.event_ids(len(given))
    yield _rows("order", _orders(day, given, number), orders.edge[given])
    yield _trades(day, number)
    yield Rows(_holdings(day))


def _rows(name: str, columns: dict[str, Array], edge: Array) -> Rows:
    table = Table(SCHEMAS[name], columns)
    return Rows(table, np.full(len(edge), _TRADES, np.int8), edge)


def _orders(day: PublicDay, rows: Array, number: Array) -> dict[str, Array]:
    all_orders, traded, look = day.proposed[Orders], day.booked.traded, day.look
    orders = all_orders.take(rows)
    written = len(day.proposed[Sessions]) if day.writes("session") else 0
    session = np.append(day.event_ids(written), -1)
    some = traded.quantity[rows]
    ended = np.where(orders.fill > 0, orders.fill, orders.end)
    # what would have rested, had it not been refused, ends at once
    is_refused = traded.status[rows] == _REJECTED
    ended = np.where(is_refused & (orders.tif == _GTC), orders.time, ended)
    return {
        "order_id": number[rows],
        "time": orders.time,
        "account_id": look.ids("account")[orders.account],
        "user_id": look.ids("user")[orders.user],
        "security_id": look.ids("security")[orders.security],
        "side": orders.side,
        "type": orders.type,
        "tif": orders.tif,
        "quantity": traded.asked[rows],
        "limit_minor": np.where(orders.type == _MARKET, NULL_NUMBER, orders.limit),
        "status": traded.status[rows].astype(np.int8),
        "filled": some,
        "ended": np.where(ended == STILL_OPEN, NULL_NUMBER, ended),
        "session_id": session[orders.session] if written else np.full(len(rows), -1, np.int64),
        "device_id": look.ids("device")[orders.device],
        "ip_id": look.ids("ip")[orders.ip],
    }


def _trades(day: PublicDay, number: Array) -> Rows:
    """Tell what was traded: of the day's orders, and of those that have rested until now."""
    orders, traded, look = day.proposed[Orders], day.booked.traded, day.look
    tomorrow = day.proposed.today.midnight + DAY_MS
    done = np.flatnonzero((traded.quantity > 0) & (orders.fill < tomorrow))
    rested = traded.rested
    account = look.ids("account")[np.append(orders.account[done], rested["account"])]
    # of a moment's, who ordered first says who sold: so they are in the order of their accounts
    order = np.lexsort((account, np.append(orders.fill[done], rested["time"])))

    def both(name: str) -> Array:
        return np.asarray(np.append(getattr(orders, name)[done], rested[name])[order])

    quantity = np.append(traded.quantity[done], rested["quantity"])[order]
    security = np.append(orders.security[done], day.booked.pairs[rested["place"]] & 0xFFFFFFFF)
    settles = look.graph.world.start_ms + traded.settles * DAY_MS
    columns = {
        "trade_id": day.event_ids(len(order)),
        "time": np.append(orders.fill[done], rested["time"])[order],
        "order_id": np.append(number[done], rested["order"])[order],
        "account_id": account[order],
        "security_id": look.ids("security")[security[order]],
        "side": both("side").astype(np.int8),
        "quantity": quantity,
        "price_minor": both("price"),
        "amount_minor": both("price") * quantity,
        "fee_minor": np.append(traded.fee[done], traded.rested_fee)[order],
        "settles": np.full(len(order), settles, np.int64),
    }
    return _rows("trade", columns, both("edge"))


def _holdings(day: PublicDay) -> Table:
    look, booked = day.look, day.booked
    found = tape(look.graph)
    session = found.sessions.on(day.proposed.today.number)
    state, pairs = booked.positions, booked.pairs
    order, account, ids = look.graph.once("holdings", lambda: _by_ids(day, pairs))
    place = order[((state[0] != 0) | (state[2] != 0))[order]] if session >= 0 else order[:0]
    security = pairs[place] & 0xFFFFFFFF
    last = found.close[session][security] if session >= 0 else np.empty(0, np.int64)
    closes = found.sessions.closes[session] if session >= 0 else 0
    return Table(
        SCHEMAS["holding"],
        {
            "holding_id": day.event_ids(len(place)),
            "time": np.full(len(place), closes, np.int64),
            "account_id": account[place],
            "security_id": ids[place],
            "quantity": state[0, place],
            "cost_minor": state[1, place],
            "value_minor": state[0, place] * last,
            "realised_minor": state[2, place],
        },
    )


def _by_ids(day: PublicDay, pairs: Array) -> tuple[Array, Array, Array]:
    """Order all places of the book by their public ids; and give these: the account, the security.

    The order is the same every day, and takes longer than all else that is done to tell holdings.
    """
    account = day.look.ids("account")[pairs >> 32]
    security = day.look.ids("security")[pairs & 0xFFFFFFFF]
    return np.lexsort((security, account)), account, security
