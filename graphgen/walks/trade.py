"""Trades: investors give orders for securities, and the market fills them or does not.

Each `trades` edge fires at its rate in a session of the exchange, most often after the open and
before the close. An order is given in a bank session that it brings. What it would be filled at
follows from the session's prices alone; whether there is money or stock for it the book says.

Market 35 %, limit 60 %, stop 5 %, a third of the limits such that they are filled at once; 10 %
immediate or cancel; half of the others are cancelled sooner or later, one in six of these within
seconds: our assumption. A stock that is in the news or moves is traded more often than usual, and
sold rather than bought as it falls.
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
_OF_HOLDING = words.QUANTITY_OF.index("holding")
_A_VISIT_MS = 600_000
"""Orders that come sooner after another are given in the same visit to the bank."""
_MATCHED_MS = 40
"""How long after the second of two orders they are matched; our assumption."""
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
_HASTY, _HASTE_MS = 0.08, 8_000
"""Share of limit orders that are cancelled within seconds, and within how many at the median."""
_AT_MARKET = 0.33
"""Share of limit orders whose limit lies on the far side of the price."""
_PARTLY, _BOLD = 0.06, 0.03
"""Shares of limit orders that find another side for a part only, and of orders that are given
whether there is money or not."""
_ROUND = 0.6
"""Share of numbers of shares that are round."""
_CLOSED_OUT = (0.12, 0.2, 0.27)
"""Shares of sales that are of all that is held, of a half, and of a quarter."""
_LEANS, _STEEP = 0.3, 0.04
"""How much likelier a stock is bought as it has risen, and by how much it then has, in logarithms;
our assumption."""
_BUSY, _BUSIER = 1.6, 0.4
"""From which multiple of its usual volume a stock is traded more often, and how much."""


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

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose the day's orders, and the bank sessions that they bring."""
        if self.edges is None:
            return
        session = self.tape.sessions.on(today.number)
        if session < 0:
            return
        bars = minutes(self.ground.world, self.tape, session)
        fired = self.rates.fired(rng, today.week, today.monday, np.ones(1))
        self._order(today, rng, so_far, session, bars, fired, is_once=False)
        once = self.errands.on(today.midnight)
        self._order(today, self._draws("errand", today), so_far, session, bars, once, is_once=True)
        # what is fired because a stock is busy leaves alone what is fired anyway
        more = self._busy(today, session)
        self._order(today, self._draws("busy", today), so_far, session, bars, more, is_once=False)

    def _draws(self, purpose: str, today: Today) -> Draws:
        return Draws(self.section, self.ground.world.seed, "walk", "trade", purpose, today.number)

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
        session: int,
        bars: Minutes,
        edge: Array,
        *,
        is_once: bool,
    ) -> None:
        """Propose an order for each edge, as far as its person can give one."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        if not len(edge):
            return
        time = self._times(rng, edge, bars, is_once=is_once)
        edges = self.edges
        good = (time < end_of(edges["valid_to"][edge])) & (edges["valid_from"][edge] <= time)
        edge, time = edge[good], time[good]
        device, ip, begun, duration = self._online(today, rng, edge, time)
        there = np.flatnonzero(device >= 0)
        edge, time, device, ip = edge[there], time[there], device[there], ip[there]
        first = len(so_far[Sessions])
        user = edges["user_id"][edge]
        public = (edge + self.start).astype(np.int32)
        visit, lead, ends = _visits(user, device, time, begun[there] + duration[there])
        so_far.add(
            Sessions(
                time=begun[there][lead],
                duration=(ends - begun[there][lead]).astype(np.int32),
                user=user[lead],
                device=device[lead],
                ip=ip[lead],
                table=np.full(len(lead), _TRADES, np.int8),
                edge=public[lead],
            )
        )
        ip = ip[lead][visit]
        what = self._what(rng, edge, time, bars, session)
        so_far.add(
            Orders(
                time=time,
                edge=public,
                account=edges["account_id"][edge],
                user=user,
                security=edges["security_id"][edge],
                is_once=np.full(len(edge), is_once),
                session=(first + visit).astype(np.int32),
                device=device,
                ip=ip,
                **what,
            )
        )

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

    def _online(
        self, today: Today, rng: Draws, edge: Array, time: Array
    ) -> tuple[Array, Array, Array, Array]:
        """Draw from which device and address each order is given, and its session."""
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
        device, ip = np.append(ways.device, -1)[way], np.append(ways.ip, -1)[way]
        named = self.edges["via"][edge]
        some = np.flatnonzero(named >= 0)
        if len(some):
            device[some], ip[some], _ = self.ground.via(named[some])
        return device, ip, begun, lasts.astype(np.int32)

    def _what(
        self, rng: Draws, edge: Array, time: Array, bars: Minutes, session: int
    ) -> dict[str, Array]:
        """Draw what is ordered, and see what would become of it."""
        edges = self.edges
        assert edges is not None  # noqa: S101 - for the type checker
        block = self.section.block_of("trades", edge)
        u = rng.each(block, lambda stream, count: stream.random((count, 8)))
        z = rng.each(block, lambda stream, count: stream.standard_normal((count, 3)))
        security, opens = edges["security_id"][edge], int(bars.time[0])
        mid = priced(time, security, opens, bars.open, bars.close)
        before = self.tape.close[session - 1] if session else self.tape.open[session]
        leans = _LEANS * np.tanh(np.log(mid / before[security]) / _STEEP)
        drawn = np.where(u[:, 0] < _BOUGHT + leans, _BUY, _SELL)
        side = np.where(edges["side"][edge] >= 0, edges["side"][edge], drawn).astype(np.int8)
        kind = np.digitize(u[:, 1], _TYPES).astype(np.int8)
        is_set = edges["type"][edge] >= 0
        kind = np.where(is_set, edges["type"][edge], kind)
        off = mid * _OFF * np.exp(_OFF_SPREAD * z[:, 0])
        off = np.where((kind == _LIMIT) & (u[:, 7] < _AT_MARKET), -off, off)
        off = np.where(is_set, mid * edges["off"][edge], off)
        # a limit lies on the better side of the price, a stop on the worse
        better = (kind == _LIMIT) == (side == _BUY)
        limit = np.maximum(1, np.rint(np.where(better, mid - off, mid + off))).astype(np.int64)
        limit[kind == _MARKET] = 0
        tif = np.where((u[:, 2] < _AT_ONCE) & (kind != _STOP), _IOC, _DAY).astype(np.int8)
        patience = _PATIENCE_MS * np.exp(_PATIENCE_SPREAD * z[:, 1])
        patience = np.where(u[:, 3] < _HASTY, _HASTE_MS * np.exp(z[:, 1]), patience)
        lasts = edges["lasts"][edge]
        patience = np.where(lasts > 0, lasts, patience)
        impatient = ((u[:, 3] < _IMPATIENT) & (kind != _MARKET)) | (lasts > 0)
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
        meets = edges["meets"][edge]
        fill, price = _met(edge + self.start, meets, fill, price, time, mid)
        part, of = edges["share"][edge], edges["quantity_of"][edge]
        closes = (side == _SELL) & (edges["rate"][edge] > 0)
        for limit_of, some in zip(_CLOSED_OUT, (1.0, 0.5, 0.25), strict=True):
            here = closes & (u[:, 6] < limit_of) & (part == 0)
            part, of = np.where(here, some, part), np.where(here, _OF_HOLDING, of)
        return {
            "meets": meets,
            "part": np.where(lasts > 0, -1.0, _parts(u[:, 7], kind)).astype(np.float32),
            "share": part.astype(np.float32),
            "quantity_of": of.astype(np.int8),
            "side": side,
            "type": kind,
            "tif": tif,
            "quantity": np.where(
                edges["rate"][edge] > 0, _rounded(wanted, u[:, 6]), edges["quantity"][edge]
            ),
            "limit": limit,
            "fill": fill,
            "price": price,
            "end": end,
        }


def _visits(user: Array, device: Array, time: Array, until: Array) -> tuple[Array, Array, Array]:
    """Put orders that a person gives within minutes from one device into one visit.

    Gives the visit of each order, and of each visit the first order and the end: int64.
    """
    order = np.lexsort((time, device, user))
    gap = np.diff(time[order], prepend=-_A_VISIT_MS) > _A_VISIT_MS
    new = gap | (np.diff(user[order], prepend=-1) != 0) | (np.diff(device[order], prepend=-1) != 0)
    lead = order[new]
    visit = np.empty(len(order), np.int64)
    visit[order] = np.cumsum(new) - 1
    ends = np.zeros(len(lead), np.int64)
    np.maximum.at(ends, visit, np.maximum(until, time + 1_000))
    return visit, lead, ends


def _parts(u: Array, kind: Array) -> Array:
    """Say which part of each order finds another side, off a uniform number: float64."""
    of = u * 97 % 1
    part = np.where((kind == _LIMIT) & (of > 1 - _PARTLY), 0.1 + 0.8 * (u * 89 % 1), 1.0)
    return np.where(of < _BOLD, -1.0, part)


def _met(
    edge: Array, meets: Array, fill: Array, price: Array, time: Array, mid: Array
) -> tuple[Array, Array]:
    """Let orders that meet be filled at one moment, at the price in the middle of the spread."""
    some = np.flatnonzero(meets >= 0)
    if not len(some):
        return fill, price
    by_edge = some[np.argsort(edge[some], kind="stable")]
    found = by_edge[np.minimum(np.searchsorted(edge[by_edge], meets[some]), len(by_edge) - 1)]
    both = edge[found] == meets[some]
    one, other = some[both], found[both]
    fill, price = fill.copy(), price.copy()
    fill[some] = 0
    fill[one] = np.maximum(time[one], time[other]) + _MATCHED_MS
    later = np.where(time[one] >= time[other], one, other)
    price[one] = np.maximum(1, np.rint(mid[later])).astype(np.int64)
    return fill, price


def _rounded(wanted: Array, u: Array) -> Array:
    """Round numbers of shares as people do, most of them: to fives, tens or hundreds; int64."""
    unit = np.select([wanted >= 400, wanted >= 40, wanted >= 10], [100, 10, 5], 1)  # noqa: PLR2004
    unit = np.where(u < _ROUND, unit, 1)
    return np.asarray(np.maximum(1, np.rint(wanted / unit)) * unit, np.int64)
