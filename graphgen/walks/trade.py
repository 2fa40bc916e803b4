"""Trades: investors give orders for securities, and the market fills them or does not.

Each `trades` edge fires at its rate in a session of the exchange, most often after the open and
before the close. An order is given in a bank session that it brings. What it would be filled at
follows from the session's prices alone; whether there is money or stock for it the book says.

Market 35 %, limit 60 %, stop 5 %; 10 % immediate or cancel; half of the others are cancelled sooner
or later: our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphgen.firing import Errands, SectionRates
from graphgen.market.listing import listing
from graphgen.market.minutes import MINUTE_MS, Minutes, curve, minutes
from graphgen.market.orders import Orders, filled, priced
from graphgen.market.tape import tape
from graphgen.proposals import SectionDay, Sessions
from graphgen.public_day import PublicDay, Rows
from graphgen.schedule import BY_RATE
from graphgen.schema import words
from graphgen.section import Draws, Section
from graphgen.table import Array
from graphgen.walk import Ground, Today, Walk, end_of
from graphgen.walks._ordering import pick_ways
from graphgen.walks._trade_rows import trade_rows
from graphgen.walks.session import durations

__all__ = ["TradeWalk"]

_TRADES = words.WALKED_EDGES.index("trades")
_BUY, _SELL = (words.SIDES.index(w) for w in ("buy", "sell"))
_MARKET, _LIMIT, _STOP = (words.ORDER_TYPES.index(w) for w in ("market", "limit", "stop"))
_DAY, _IOC = (words.TIMES_IN_FORCE.index(w) for w in ("day", "ioc"))
_TYPES = (0.35, 0.95)
_AT_ONCE = 0.1
_BOUGHT = 0.53
"""Share of orders of habit that buy."""
_OFF, _OFF_SPREAD = 0.003, 0.9
"""How far limits and stops lie from the price: the median, and the spread of its logarithm."""
_IMPATIENT, _PATIENCE_MS, _PATIENCE_SPREAD = 0.5, 1_200_000, 1.5
"""Share of limit orders that are cancelled, after how long at the median, and the spread."""
_ROUND = 0.6
"""Share of numbers of shares that are round."""


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
        self.spread = listing(ground.world.place).spread
        rated = np.flatnonzero((edges["schedule"] == BY_RATE) & (edges["rate"] > 0))
        self.clock = np.zeros(len(edges), np.int16)
        self.rates = SectionRates.of(
            section, ground.world.seed, "trades", rated.astype(np.int32), self.clock
        )
        self.errands = Errands.of(edges)

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose the day's orders, and the bank sessions that they bring."""
        if self.edges is None:
            return
        session = self.tape.sessions.on(today.number)
        if session < 0:
            return
        edge, is_once = self._fired(today, rng)
        if not len(edge):
            return
        bars = minutes(self.ground.world, self.tape, session)
        time = self._times(rng, edge, is_once, bars)
        edges = self.edges
        good = (time < end_of(edges["valid_to"][edge])) & (edges["valid_from"][edge] <= time)
        edge, is_once, time = edge[good], is_once[good], time[good]
        way, begun, duration = self._online(today, rng, edge, time)
        there = np.flatnonzero(way >= 0)
        edge, is_once, time, way = edge[there], is_once[there], time[there], way[there]
        first = len(so_far[Sessions])
        user = edges["user_id"][edge]
        device, ip = self.ground.ways.device[way], self.ground.ways.ip[way]
        public = (edge + self.start).astype(np.int32)
        so_far.add(
            Sessions(
                time=begun[there],
                duration=duration[there],
                user=user,
                device=device,
                ip=ip,
                table=np.full(len(edge), _TRADES, np.int8),
                edge=public,
            )
        )
        what = self._what(rng, edge, time, bars)
        so_far.add(
            Orders(
                time=time,
                edge=public,
                account=edges["account_id"][edge],
                user=user,
                security=edges["security_id"][edge],
                is_once=is_once,
                session=np.arange(first, first + len(edge), dtype=np.int32),
                device=device,
                ip=ip,
                **what,
            )
        )

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell orders, executions, and what is held when the session ends."""
        return trade_rows(day)

    def _fired(self, today: Today, rng: Draws) -> tuple[Array, Array]:
        fired = self.rates.fired(rng, today.week, today.monday, np.ones(1))
        edge = np.concatenate([fired, self.errands.on(today.midnight)])
        return edge, np.arange(len(edge)) >= len(fired)

    def _times(self, rng: Draws, edge: Array, is_once: Array, bars: Minutes) -> Array:
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

    def _online(
        self, today: Today, rng: Draws, edge: Array, time: Array
    ) -> tuple[Array, Array, Array]:
        """Draw over which way each order is given, and its session's beginning and length."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        block, ways = self.section.block_of("trades", edge), self.ground.ways
        duration = rng.each(block, durations)
        u = rng.each(block, lambda stream, count: stream.random((count, 2)))
        begun = np.maximum(
            today.midnight, time - ((0.3 + 0.6 * u[:, 0]) * duration).astype(np.int64)
        )
        lasts = np.maximum(duration, time - begun + 1)
        way = pick_ways(
            self.edges["user_id"][edge],
            begun,
            begun + lasts,
            today.midnight,
            u[:, 1],
            ways.first,
            ways.valid_from,
            ways.valid_to,
            ways.rate,
            ways.hours,
            self.ground.zone,
            len(self.ground.clocks.zones),
            today.hours.density,
        )
        return way, begun, lasts.astype(np.int32)

    def _what(self, rng: Draws, edge: Array, time: Array, bars: Minutes) -> dict[str, Array]:
        """Draw what is ordered, and see what would become of it."""
        edges = self.edges
        assert edges is not None  # noqa: S101 - for the type checker
        block = self.section.block_of("trades", edge)
        u = rng.each(block, lambda stream, count: stream.random((count, 8)))
        z = rng.each(block, lambda stream, count: stream.standard_normal((count, 3)))
        security, opens = edges["security_id"][edge], int(bars.time[0])
        mid = priced(time, security, opens, bars.open, bars.close)
        drawn = np.where(u[:, 0] < _BOUGHT, _BUY, _SELL)
        side = np.where(edges["side"][edge] >= 0, edges["side"][edge], drawn).astype(np.int8)
        kind = np.digitize(u[:, 1], _TYPES).astype(np.int8)
        off = mid * _OFF * np.exp(_OFF_SPREAD * z[:, 0])
        # a limit lies on the better side of the price, a stop on the worse
        better = (kind == _LIMIT) == (side == _BUY)
        limit = np.maximum(1, np.rint(np.where(better, mid - off, mid + off))).astype(np.int64)
        limit[kind == _MARKET] = 0
        tif = np.where((u[:, 2] < _AT_ONCE) & (kind != _STOP), _IOC, _DAY).astype(np.int8)
        patience = _PATIENCE_MS * np.exp(_PATIENCE_SPREAD * z[:, 1])
        impatient = (u[:, 3] < _IMPATIENT) & (kind != _MARKET)
        cancelled = np.where(impatient, time + patience.astype(np.int64), np.iinfo(np.int64).max)
        wanted = edges["quantity"][edge] * np.exp(edges["spread"][edge] * z[:, 2])
        fill, price, end = filled(
            time,
            security,
            side,
            kind,
            tif,
            limit,
            mid,
            self.spread[security],
            cancelled,
            u[:, 4:6],
            opens,
            bars.high,
            bars.low,
        )
        return {
            "side": side,
            "type": kind,
            "tif": tif,
            "quantity": _rounded(wanted, u[:, 6]),
            "limit": limit,
            "fill": fill,
            "price": price,
            "end": end,
        }


def _rounded(wanted: Array, u: Array) -> Array:
    """Round numbers of shares as people do, most of them: to fives, tens or hundreds; int64."""
    unit = np.select([wanted >= 400, wanted >= 40, wanted >= 10], [100, 10, 5], 1)  # noqa: PLR2004
    unit = np.where(u < _ROUND, unit, 1)
    return np.asarray(np.maximum(1, np.rint(wanted / unit)) * unit, np.int64)
