"""Trades: investors give orders for securities, and the market fills them or does not.

Each `trades` edge fires at its rate in a session of the exchange, most often after the open and
before the close. An order is given in a bank session that it brings. What it would be filled at
follows from the session's prices alone; whether there is money or stock for it the book says.

A stock that is in the news or moves is traded more often than usual. Some who order something order
something else in the same visit: how many is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphgen.firing import Errands, SectionRates
from graphgen.market.listing import listing
from graphgen.market.minutes import MINUTE_MS, Minutes, curve, minutes
from graphgen.market.orders import Orders
from graphgen.market.tape import tape
from graphgen.order import among
from graphgen.proposals import SectionDay, Sessions
from graphgen.public_day import PublicDay, Rows
from graphgen.schedule import BY_RATE
from graphgen.schema import words
from graphgen.section import Draws, Section
from graphgen.table import Array
from graphgen.walk import Ground, Today, Walk, end_of
from graphgen.walks._given_orders import Exchange, GivenOrders
from graphgen.walks._order_meetings import Meetings, meetings
from graphgen.walks._order_terms import order_terms
from graphgen.walks._order_visits import Origins, ordered_from, visits
from graphgen.walks._trade_rows import trade_rows

__all__ = ["TradeWalk"]

_TRADES = words.WALKED_EDGES.index("trades")
_BUY, _SELL = words.SIDES.index("buy"), words.SIDES.index("sell")
_BUSY, _BUSIER = 1.6, 0.4
"""From which multiple of its usual volume a stock is traded more often, and how much."""
_TOGETHER, _APART_MS = 0.15, (15_000, 240_000)
"""Share of orders of habit after which another is given in the same visit, and how much later."""


class TradeWalk(Walk):
    """Fires `trades`."""

    beside = ("payment",)
    events = ("order", "trade", "holding")

    def __init__(self, ground: Ground, section: Section) -> None:
        super().__init__(ground, section)
        self.edges = section.tables.get("trades")
        if self.edges is None:
            return
        edges = self.edges
        self.start = section.starts["trades"]
        self.tape = tape(ground.graph)
        here = listing(ground.world.place)
        self.spread = here.spread
        self.usual = np.maximum(1.0, here.turnover * here.outstanding)
        rated = np.flatnonzero((edges["schedule"] == BY_RATE) & (edges["rate"] > 0))
        self.clock = np.zeros(len(edges), np.int16)
        self.rates = SectionRates.of(
            section, ground.world.seed, "trades", rated.astype(np.int32), self.clock
        )
        self.errands = Errands.of(edges)
        held, pair = (
            table["account_id"].astype(np.int64) << 32 | table["security_id"]
            for table in (ground.graph["holds"], edges)
        )
        self.holds = among(pair, held)
        self.by_account = rated[np.argsort(edges["account_id"][rated], kind="stable")]

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose the day's orders, and the bank sessions that they bring."""
        if self.edges is None:
            return
        session = self.tape.sessions.on(today.number)
        if session < 0:
            return
        bars = minutes(self.ground.world, self.tape, session)
        exchange = Exchange(self.tape, session, bars, self.spread)
        fired = self.rates.fired(rng, today.week, today.monday, np.ones(1))
        every, leads = self._together(today, fired)
        self._order(today, rng, so_far, exchange, every, leads=leads)
        once = self.errands.on(today.midnight)
        self._order(today, self._draws("errand", today), so_far, exchange, once, is_once=True)
        # what is fired because a stock is busy leaves alone what is fired anyway
        more = self._busy(today, session)
        self._order(today, self._draws("busy", today), so_far, exchange, more)

    def _draws(self, purpose: str, today: Today) -> Draws:
        return Draws(self.section, self.ground.world.seed, "walk", "trade", purpose, today.number)

    def _together(self, today: Today, fired: Array) -> tuple[Array, Array]:
        """Add orders that are given in the visit of another: rows, and which they follow, -1 none.

        Both int64; what is added is at the end.
        """
        assert self.edges is not None  # noqa: S101 - for the type checker
        account, block = self.edges["account_id"], self.section.block_of("trades", fired)
        u = self._draws("together", today).each(
            block, lambda stream, count: stream.random((count, 2))
        )
        first, after = (
            np.searchsorted(account[self.by_account], account[fired], side)
            for side in ("left", "right")
        )
        other = self.by_account[first + (u[:, 1] * (after - first)).astype(np.int64)]
        lead = np.flatnonzero((u[:, 0] < _TOGETHER) & (other != fired))
        return np.append(fired, other[lead]), np.append(np.full(len(fired), -1), lead)

    def _meetings(self, today: Today, edge: Array, leads: Array) -> Meetings:
        """Let some of the orders of habit meet: those that nothing else is given with."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        _, place, times = np.unique(edge, return_inverse=True, return_counts=True)
        alone = (leads < 0) & (times[place] == 1) & (self.edges["side"][edge] < 0)
        alone[leads[leads >= 0]] = False
        rows = np.flatnonzero(alone)
        some = edge[rows]
        block = self.section.block_of("trades", some)
        u = self._draws("meet", today).each(block, lambda stream, count: stream.random((count, 3)))
        account, security = (self.edges[name][some] for name in ("account_id", "security_id"))
        pairs = meetings(block, account, security, self.holds[some], u)
        return Meetings(rows[pairs.seller], rows[pairs.buyer])

    def _busy(self, today: Today, session: int) -> Array:
        """Fire once more edges whose security is traded more than usual: rows, int64."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        rate, security = self.edges["rate"], self.edges["security_id"]
        more = np.maximum(0.0, self.tape.volume[session] / self.usual - _BUSY)
        rows = np.arange(len(rate))
        block = self.section.block_of("trades", rows)
        u = self._draws("more", today).each(block, lambda stream, count: stream.random(count))
        return np.flatnonzero(u < -np.expm1(-_BUSIER * rate * np.minimum(more, 10)[security]))

    def _order(
        self,
        today: Today,
        rng: Draws,
        so_far: SectionDay,
        exchange: Exchange,
        edge: Array,
        *,
        is_once: bool = False,
        leads: Array | None = None,
    ) -> None:
        """Propose an order for each edge, as far as its person can give one.

        `leads` says which of them another one follows at once, -1 for none.
        """
        if not len(edge):
            return
        given = self._given(today, rng, exchange.bars, edge, is_once=is_once, leads=leads)
        good = given.time < end_of(given.column("valid_to"))
        good &= given.column("valid_from") <= given.time
        given = given.take(good)
        origins = ordered_from(self.ground, today, rng, given)
        if leads is not None:
            lead = np.where((leads >= 0) & good[leads], np.cumsum(good)[leads] - 1, -1)[good]
            origins = origins.after(lead)
        there = np.flatnonzero(origins.device >= 0)
        given, origins = given.take(there), origins.take(there)
        if leads is not None:  # one whose other is not given meets nobody
            given.meets[~among(given.meets, given.row)] = -1
        session, ip = _visited(so_far, given, origins)
        so_far.add(
            Orders(
                time=given.time,
                edge=given.row,
                account=given.column("account_id"),
                user=given.column("user_id"),
                security=given.column("security_id"),
                is_once=np.full(len(there), is_once),
                session=session,
                device=origins.device,
                ip=ip,
                **order_terms(self.ground.world, rng, given, exchange),
            )
        )

    def _given(
        self,
        today: Today,
        rng: Draws,
        bars: Minutes,
        edge: Array,
        *,
        is_once: bool,
        leads: Array | None,
    ) -> GivenOrders:
        """Say when orders are given, and which of those of habit (that have `leads`) meet."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        time = self._times(rng, edge, bars, is_once=is_once)
        side, meets = self.edges["side"][edge], self.edges["meets"][edge]
        if leads is not None:
            low, high = _APART_MS
            wait = low + time % (high - low)
            last = bars.time[-1] + MINUTE_MS - 1
            time = np.where(leads >= 0, np.minimum(time[leads] + wait, last), time)
            pairs = self._meetings(today, edge, leads)
            time = pairs.times(time, last)
            side[pairs.seller], side[pairs.buyer] = _SELL, _BUY
            meets = pairs.partner(edge + self.start)
        return GivenOrders(self.section, edge, side, meets, time)

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell orders, executions, and what is held when the session ends."""
        return trade_rows(day)

    def _times(self, rng: Draws, edge: Array, bars: Minutes, *, is_once: bool) -> Array:
        """Draw moments of the session, by how busy it is; an errand has its own: int64 ms."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        block = self.section.block_of("trades", edge)
        u = rng.each(block, lambda stream, count: stream.random((count, 2)))
        ends = np.cumsum(curve(len(bars.time)))
        minute = np.minimum(np.searchsorted(ends, u[:, 0], side="right"), len(ends) - 1)
        drawn = bars.time[minute] + (u[:, 1] * (MINUTE_MS - 1)).astype(np.int64)
        own = self.edges["valid_from"][edge]
        own = np.clip(own, bars.time[0], bars.time[-1] + MINUTE_MS - 1)
        return np.asarray(np.where(is_once, own, drawn))


def _visited(so_far: SectionDay, given: GivenOrders, origins: Origins) -> tuple[Array, Array]:
    """Bring the sessions in which orders are given: the number and the address of each; int32."""
    first, user = len(so_far[Sessions]), given.column("user_id")
    address = np.where(given.column("via") >= 0, origins.ip, -1)
    visit, lead, ends = visits(user, origins.device, address, given.time, origins.end)
    begin = origins.begin[lead]
    so_far.add(
        Sessions(
            time=begin,
            duration=(ends - begin).astype(np.int32),
            user=user[lead],
            device=origins.device[lead],
            ip=origins.ip[lead],
            table=np.full(len(lead), _TRADES, np.int8),
            edge=given.row[lead],
        )
    )
    return (first + visit).astype(np.int32), origins.ip[lead][visit]
