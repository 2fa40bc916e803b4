"""Payments: money moves along `pays`: habits at their rates, dues on their days, errands once.

A transfer ordered online lies inside a session of its payer, one of the day's or one that it
brings; a card used online carries the device and the address that its holder uses at that time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np

from graphgen.firing import Errands, SectionRates
from graphgen.proposals import Payments, SectionDay, Sessions
from graphgen.public_day import PublicDay, Rows
from graphgen.schedule import BY_RATE, ONCE
from graphgen.schema import words
from graphgen.section import Draws, Section
from graphgen.table import Array
from graphgen.walk import Ground, Today, Walk, end_of
from graphgen.walks._ordering import order_online
from graphgen.walks._payment_rows import payment_rows
from graphgen.walks._proposing import COLUMNS, proposed
from graphgen.walks.session import durations

__all__ = ["PaymentWalk"]

_PROPOSED = [column.name for column in fields(Payments)][:-3]
_PAYS, _TRADES = (words.WALKED_EDGES.index(w) for w in ("pays", "trades"))
_CARD = words.RAILS.index("card")
_ONLINE = words.CHANNELS.index("online")


class PaymentWalk(Walk):
    """Fires `pays`."""

    after = ("session",)
    beside = ("trade",)
    events = ("payment",)

    def __init__(self, ground: Ground, section: Section) -> None:
        super().__init__(ground, section)
        self.edges = section.tables.get("pays")
        if self.edges is None:
            return
        edges = self.edges
        self.start = section.starts["pays"]
        self.clock = ground.clock(edges["hours"], edges["user_id"])
        self.valid_to = np.ascontiguousarray(edges["valid_to"])
        self.columns = tuple(np.ascontiguousarray(edges[name]) for name in COLUMNS)
        schedule = edges["schedule"]
        rated = np.flatnonzero((schedule == BY_RATE) & (edges["rate"] > 0)).astype(np.int32)
        self.rates = SectionRates.of(section, ground.world.seed, "pays", rated, self.clock)
        regular = np.flatnonzero((schedule != BY_RATE) & (schedule != ONCE)).astype(np.int32)
        self.regular = regular[np.argsort(schedule[regular], kind="stable")]
        self.first_due = np.searchsorted(schedule[self.regular], np.arange(129))
        self.errands = Errands.of(edges)

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose the day's payments, and the sessions that they bring."""
        if self.edges is None:
            return
        edge, is_once = self._fired(today, rng)
        if not len(edge):
            return
        payments = self._proposed(today, rng, edge, is_once)
        sessions = so_far[Sessions]
        payments, brought = self._ordered(today, rng, payments, sessions)
        so_far.add(payments)
        if len(brought):
            so_far.add(brought)

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell what the ledger booked."""
        edge = day.booked.edge
        of_trade = edge < -1
        edge_table = np.where(of_trade, _TRADES, _PAYS).astype(np.int8)
        yield Rows(payment_rows(day), edge_table, np.where(of_trade, -2 - edge, edge))

    def _fired(self, today: Today, rng: Draws) -> tuple[Array, Array]:
        """Find what fires: rows of the section's edges, and whether they are errands."""
        often = today.hours.weight * today.busy
        fired = self.rates.fired(rng, today.week, today.monday, often)
        spans = [
            self.regular[self.first_due[number] : self.first_due[number + 1]]
            for number in np.flatnonzero(today.is_due)
        ]
        errands = self.errands.on(today.midnight)
        edge = np.concatenate([fired, *spans, errands])
        return edge, np.arange(len(edge)) >= len(edge) - len(errands)

    def _proposed(self, today: Today, rng: Draws, edge: Array, is_once: Array) -> Payments:
        """Give what fires a time and an amount."""
        habits = self.ground.habits
        block = self.section.block_of("pays", edge)
        drawn = proposed(
            edge,
            is_once,
            rng.each(block, lambda stream, count: stream.random((count, 2))),
            rng.each(block, lambda stream, count: stream.standard_normal(count, np.float32)),
            self.clock,
            today.hours.quantile,
            today.midnight,
            self.valid_to,
            habits.price_minor,
            habits.usual_ending,
            habits.note_minor,
            habits.round_minor,
            habits.round_share,
            habits.round_fifths,
            habits.charm_share,
            *self.columns,
        )
        nothing = np.full(len(drawn[0]), -1, np.int32)
        placed = {"session": nothing, "device": nothing, "ip": nothing}
        return Payments(**dict(zip(_PROPOSED, drawn, strict=True)), **placed)

    def _ordered(
        self, today: Today, rng: Draws, payments: Payments, sessions: Sessions
    ) -> tuple[Payments, Sessions]:
        """Place what is ordered online in a session, or give it a device and an address."""
        edges, ways = self.edges, self.ground.ways
        assert edges is not None  # noqa: S101 - for the type checker
        online = np.flatnonzero((payments.channel == _ONLINE) & (payments.user >= 0))
        edge = payments.edge[online]
        block = self.section.block_of("pays", edge)
        # only in sessions of its own block: so what another pattern brings moves nothing here
        visitor = _visitor(
            self.section.block_of_edges(sessions.table, sessions.edge), sessions.user
        )
        by_user = np.arange(len(sessions), dtype=np.int32)
        if (visitor[1:] < visitor[:-1]).any():
            by_user = np.argsort(visitor, kind="stable").astype(np.int32)
        via = edges["via"][edge]
        via_device, via_ip, via_from = self.ground.via(via)
        placed = order_online(
            payments.time[online],
            payments.user[online],
            payments.rail[online] == _CARD,
            payments.is_once[online],
            edges["valid_from"][edge],
            end_of(self.valid_to[edge]),
            via_device,
            via_ip,
            via_from,
            via >= 0,
            _visitor(block, payments.user[online]),
            rng.each(block, lambda stream, count: stream.random((count, 3))),
            rng.each(block, durations),
            visitor[by_user],
            by_user,
            sessions.time,
            sessions.duration,
            sessions.device,
            sessions.ip,
            today.midnight,
            ways.first,
            ways.device,
            ways.ip,
            ways.valid_from,
            ways.valid_to,
            ways.rate,
            ways.hours,
            self.ground.zone,
            len(self.ground.clocks.zones),
            today.hours.density,
        )
        time, session, device, ip, brought, start, duration = placed
        good = device >= 0
        whole = np.ones(len(payments), bool)
        whole[online[~good]] = False
        payments = replace(
            payments,
            time=_put(payments.time, online, time),
            session=_put(payments.session, online, session),
            device=_put(payments.device, online, device),
            ip=_put(payments.ip, online, ip),
            edge=payments.edge + np.int32(self.start),
        )
        new = online[brought]
        return payments.take(np.flatnonzero(whole)) if not whole.all() else payments, Sessions(
            time=start[brought],
            duration=duration[brought],
            user=payments.user[new],
            device=device[brought],
            ip=ip[brought],
            table=np.full(len(new), _PAYS, np.int8),
            edge=payments.edge[new],
        )


def _visitor(block: Array, user: Array) -> Array:
    """Give each person of each block a number: int64."""
    return block << 32 | user


def _put(values: Array, rows: Array, new: Array) -> Array:
    changed = values.copy()
    changed[rows] = new
    return changed
