"""The book: what accounts hold, and which orders there is money or stock for.

Orders are taken strictly in the order in which they would be filled. A purchase takes what the cash
that was free when the day began allows, a sale at most what is held, a short sale what there is
margin for; an order that rests beyond its session takes it when it is given. The money moves on the
next session: what a purchase costs is held till then, what a sale brings comes then. Only a margin
account may sell short, and only what can be borrowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.ids import event_ids
from graphgen.market.brokerage import MARKET
from graphgen.market.fills import Allowed, DaysOrders, Outcome, cleared
from graphgen.market.margin import Fees
from graphgen.market.orders import is_bought
from graphgen.market.provision import Provision
from graphgen.market.resting import STILL_OPEN
from graphgen.market.sessions import sessions
from graphgen.order import distinct
from graphgen.proposals import Payments
from graphgen.schema import words
from graphgen.table import Array
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.market.orders import Orders
    from graphgen.market.positions import Positions

__all__ = ["RESTING", "UNSETTLED", "Book", "Traded"]

UNSETTLED = np.dtype(
    [("day", "i4"), ("account", "i4"), ("edge", "i4"), ("amount", "i8"), ("kept", "i8")]
)
"""Money that is to move: on which day, whose, of which row of `trades`, how much (above 0 to the
account), and by how much the collateral that is kept on it grows then."""
RESTING = np.dtype(
    [("time", "i8"), ("order", "i8"), ("edge", "i4"), ("account", "i4"), ("place", "i4"),
     ("side", "i1"), ("quantity", "i8"), ("price", "i8"), ("aside", "i8")]
)  # fmt: skip
"""An order that rests: when it is filled or ends, its id, row of `trades`, account, place in the
state and side; how many shares it is filled with (0: it ends), at what price; what is set aside."""
_LATEST = 10
"""Days after the world's end that may have the session on which its last trades settle."""
_MARGIN = words.BROKERAGE_TYPES.index("margin")
_CANCELLED, _EXPIRED, _OPEN = (
    words.ORDER_STATUSES.index(w) for w in ("cancelled", "expired", "open")
)
_SETTLED = ("account", "edge", "side", "price")
_BOOK, _FILE = words.RAILS.index("book"), words.CHANNELS.index("file")
_OF_SUM, _OF_HOLD = words.AMOUNT_OF.index("sum"), words.AMOUNT_OF.index("hold")
_TRADE = words.HABITS.index("trade")
_POSTED_MS, _OVER_MS = 12 * 3_600_000, 3_600_000
"""When money of trades is moved, after midnight UTC; our assumption."""


@dataclass(frozen=True)
class Traded:
    """What became of a day's orders, one entry each."""

    status: Array
    """int8: codes of `words.ORDER_STATUSES`, -1 for an order that was never given."""
    asked: Array
    """int64: shares that were ordered."""
    quantity: Array
    """int64: shares that were traded, or will be on a later day."""
    fee: Array
    """int64: minor units."""
    settles: int
    """The day on which the money moves."""
    rested: Array
    """Orders of earlier days that were filled (`RESTING`)."""
    rested_fee: Array
    """int64: their fees, minor units."""


class Book:
    """What does not change from day to day: which account may hold which security."""

    def __init__(self, graph: Graph) -> None:
        world = graph.world
        holds, trades = graph["holds"], graph["trades"]
        pairs = [_pair(table["account_id"], table["security_id"]) for table in (holds, trades)]
        self.pairs = distinct(np.concatenate(pairs))
        """int64: account << 32 | security, of each place that the state has."""
        self._place = np.searchsorted(self.pairs, pairs[1]).astype(np.int32)
        self.begins = np.zeros((4, len(self.pairs)), np.int64)
        """int64 (4, places): the state as the world begins."""
        held = np.searchsorted(self.pairs, pairs[0])
        self.begins[0, held], self.begins[1, held] = holds["quantity"], holds["cost_minor"]
        self.provision = Provision.of(graph, self._place, self.begins[0])
        self.set_aside = np.zeros(graph.size("account"), np.int64)
        """int64 (accounts,): cash that is set aside as the world begins, minor units."""
        cash = self.provision.is_cash
        np.add.at(self.set_aside, self.provision.account[cash], self.provision.much[cash])
        sold = self._place[self.provision.edge[~cash]]
        np.add.at(self.begins[3], sold, self.provision.much[~cash])
        may, lent = graph["account"]["brokerage_type"] == _MARGIN, graph["security"]["is_shortable"]
        self._shortable = may[self.pairs >> 32] & lent[self.pairs & 0xFFFFFFFF]
        self._start = world.start_ms
        if len(self.pairs):
            self._counterparty = next(
                block.starts["account"] for block in graph.blocks if block.name == MARKET
            )
            fees = world.place.toml("market")["fees"]
            self._fees = Fees(fees["of_sale"], fees["a_share_minor"], fees["most_minor"])
            self._sessions = sessions(world.place, world.start, world.days + _LATEST)

    def clear(
        self, positions: Positions, resting: Array, unsettled: Array, day: int, orders: Orders
    ) -> tuple[Traded, Array, Array]:
        """Fill a day's orders: changes the positions.

        `resting` are the orders that rest (`RESTING`), `unsettled` is the money that is yet to move
        (`UNSETTLED`). Gives what is to settle beside it, and the orders that rest from then on.
        """
        is_due = resting["time"] < self._start + (day + 1) * DAY_MS
        due = resting[is_due]
        if not len(orders) and not len(due):
            nothing = np.empty(0, np.int64)
            traded = Traded(nothing, nothing, nothing, nothing, self._settles(day), due, nothing)
            return traded, np.empty(0, UNSETTLED), resting
        ends = np.where(orders.fill > 0, orders.fill, orders.end)
        rests = ends > self._sessions.closes[self._sessions.on(day)]
        at = np.concatenate([np.where(rests, orders.time, ends), due["time"]])
        order = np.lexsort((np.arange(len(at)), at))
        days, asked = self._days_orders(orders, rests), orders.quantity.copy()
        allowed = Allowed(self._shortable, _coming(unsettled, day, len(positions.free)))
        outcome = cleared(order, asked, days, due.view(np.recarray), allowed, positions, self._fees)
        moves = _moves(orders, rests, due, order, outcome)
        moves["day"] = self._settles(day)
        traded = self._traded(day, asked, due, outcome)
        stays = _stays(day, orders, days.place, outcome, ends)
        return traded, moves, np.concatenate([resting[~is_due], stays])

    def _days_orders(self, orders: Orders, rests: Array) -> DaysOrders:
        """Give orders as the loop takes them; `rests` says which outlive their session."""
        return DaysOrders(
            account=orders.account,
            side=orders.side,
            quantity_of=orders.quantity_of,
            share=orders.share,
            part=orders.part,
            is_once=orders.is_once,
            is_round=orders.is_round,
            fill=orders.fill,
            price=orders.price,
            limit=orders.limit,
            partner=_partners(orders),
            place=self._place[orders.edge],
            rests=rests,
            unfilled=self._unfilled(orders.end),
            provided=self.provision.of_orders(orders),
        )

    def _traded(self, day: int, asked: Array, due: Array, outcome: Outcome) -> Traded:
        """Say what became of a day's orders, and of those that are due."""
        count, filled = len(asked), np.flatnonzero(due["quantity"] > 0)
        return Traded(
            outcome.status[:count],
            asked,
            outcome.quantity[:count],
            outcome.fee[:count],
            self._settles(day),
            due[filled],
            outcome.fee[count:][filled],
        )

    def _settles(self, day: int) -> int:
        """Say on which day what is traded on a day is settled: that of the next session."""
        if not len(self.pairs):
            return day + 1
        return int(self._sessions.day[np.searchsorted(self._sessions.day, day, side="right")])

    def _unfilled(self, end: Array) -> Array:
        """Say what becomes of orders that end without being filled, by when: int8, statuses."""
        closes = self._sessions.closes
        place = np.minimum(np.searchsorted(closes, end), len(closes) - 1)
        expired = np.where(closes[place] == end, _EXPIRED, _CANCELLED)
        return np.where(end == STILL_OPEN, _OPEN, expired).astype(np.int8)

    def payments(self, due: Array, day: int) -> Payments:
        """Give the movements of money that are due on a day, as payments; edges are of `trades`.

        An edge is told from one of `pays` by its sign: it is -2 less its row.
        """
        count = len(due)
        # spread over an hour, by which edge it is: so in every twin alike
        spread = (due["edge"].astype(np.int64) * 2_654_435_761 & 0xFFFFFFFF) * _OVER_MS >> 32
        comes, nobody = due["amount"] > 0, np.full(count, -1, np.int32)
        # what comes is there before what goes: it may be paid with
        spread = (spread + np.where(comes, 0, _OVER_MS)) // 2
        account = due["account"].astype(np.int32)
        other = np.full(count, self._counterparty if count else 0, np.int32)
        return Payments(
            time=self._start + day * DAY_MS + _POSTED_MS + spread,
            edge=(-2 - due["edge"]).astype(np.int32),
            debtor=np.where(comes, other, account),
            creditor=np.where(comes, account, other),
            user=nobody,
            card=nobody,
            amount=np.abs(due["amount"]),
            amount_of=np.where(comes, _OF_SUM, _OF_HOLD).astype(np.int8),
            share=np.zeros(count, np.float32),
            habit=np.full(count, _TRADE, np.int8),
            rail=np.full(count, _BOOK, np.int8),
            channel=np.full(count, _FILE, np.int8),
            is_once=np.zeros(count, bool),
            session=nobody,
            device=nobody,
            ip=nobody,
        )


def _coming(unsettled: Array, day: int, accounts: int) -> Array:
    """Say how much money that need not be kept comes to each account on a day: int64.

    It is what sales bring, and the collateral of short positions that were covered.
    """
    today = unsettled[unsettled["day"] == day]
    much = np.zeros(accounts, np.int64)
    np.add.at(much, today["account"], np.maximum(0, today["amount"]) - today["kept"])
    return much


def _moves(orders: Orders, rests: Array, due: Array, order: Array, outcome: Outcome) -> Array:
    """Give the money that is to move for what is filled now: `UNSETTLED`, of no day yet."""
    shares = np.where(np.append(rests, np.zeros(len(due), bool)), 0, outcome.quantity)
    account, edge, side, price = (np.append(getattr(orders, n), due[n]) for n in _SETTLED)
    done = order[shares[order] > 0]
    moves, gross = np.zeros(len(done), UNSETTLED), price[done] * shares[done]
    moves["account"], moves["edge"] = account[done], edge[done]
    moves["kept"] = outcome.kept[done]
    moves["amount"] = np.where(is_bought(side[done]), -gross, gross) - outcome.fee[done]
    return moves


def _stays(day: int, orders: Orders, place: Array, outcome: Outcome, ends: Array) -> Array:
    """Give those of a day's orders that rest: `RESTING`."""
    status, aside = outcome.status[: len(orders)], outcome.aside[: len(orders)]
    number = event_ids(day, 0, len(status))[np.cumsum(status >= 0) - 1]
    new = np.flatnonzero(aside > 0)
    stays = np.zeros(len(new), RESTING)
    stays["time"], stays["order"], stays["edge"] = ends[new], number[new], orders.edge[new]
    stays["account"], stays["place"] = orders.account[new], place[new]
    stays["side"], stays["quantity"] = orders.side[new], outcome.quantity[new]
    stays["price"], stays["aside"] = orders.price[new], aside[new]
    return stays


def _partners(orders: Orders) -> Array:
    """Find the order that each is matched with: int64, -1 for none."""
    partner = np.full(len(orders), -1, np.int64)
    some = np.flatnonzero(orders.meets >= 0)
    if len(some):
        by_edge = some[np.argsort(orders.edge[some], kind="stable")]
        place = np.searchsorted(orders.edge[by_edge], orders.meets[some])
        found = by_edge[np.minimum(place, len(by_edge) - 1)]
        partner[some] = np.where(orders.edge[found] == orders.meets[some], found, -1)
    return partner


def _pair(account: Array, security: Array) -> Array:
    return np.asarray(account.astype(np.int64) << 32 | security)
