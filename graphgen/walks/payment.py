"""Payments: money moves along `pays`: habits at their rates, dues on their days, errands once.

A transfer ordered online lies inside a session of its payer, one of the day's or one that it
brings; a card used online carries the device and the address that its holder uses at that time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from graphgen.firing import Errands, SectionRates
from graphgen.proposals import Payments, SectionDay, Sessions
from graphgen.public_day import PublicDay, Rows
from graphgen.schedule import BY_RATE, ONCE
from graphgen.schema import words
from graphgen.section import Draws, Section
from graphgen.table import Array
from graphgen.walk import Ground, Today, Walk, end_of
from graphgen.walks._ordering import Online, Placed, Via, Visits, order_online
from graphgen.walks._payment_rows import payment_rows
from graphgen.walks._proposing import Firing, Payable, proposed
from graphgen.walks._ways import WaysOfDay
from graphgen.walks.session import durations

__all__ = ["PaymentWalk"]

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
        self.payable = Payable.of(edges)
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
        block = self.section.block_of("pays", edge)
        drawn = proposed(
            Firing(
                edge,
                is_once,
                rng.each(block, lambda stream, count: stream.random((count, 2))),
                rng.each(block, lambda stream, count: stream.standard_normal(count, np.float32)),
            ),
            self.payable,
            self.ground.habits,
            self.clock,
            today.hours.quantile,
            today.midnight,
        )
        nothing = np.full(len(drawn["time"]), -1, np.int32)
        return Payments(**drawn, session=nothing, device=nothing, ip=nothing)

    def _ordered(
        self, today: Today, rng: Draws, payments: Payments, sessions: Sessions
    ) -> tuple[Payments, Sessions]:
        """Place what is ordered online in a session, or give it a device and an address."""
        rows = np.flatnonzero((payments.channel == _ONLINE) & (payments.user >= 0))
        payments = replace(payments, edge=payments.edge + np.int32(self.start))
        placed = self._placed(today, rng, payments, rows, sessions)
        good, brought = placed.device >= 0, placed.brings
        new = rows[brought]
        begin = placed.begin[brought]
        visits = Sessions(
            time=begin,
            duration=(placed.end[brought] - begin).astype(np.int32),
            user=payments.user[new],
            device=placed.device[brought],
            ip=placed.ip[brought],
            table=np.full(len(new), _PAYS, np.int8),
            edge=payments.edge[new],
        )
        payments = replace(
            payments,
            time=_put(payments.time, rows, placed.time),
            session=_put(payments.session, rows, placed.session),
            device=_put(payments.device, rows, placed.device),
            ip=_put(payments.ip, rows, placed.ip),
        )
        if not good.all():
            payments = payments.take(np.delete(np.arange(len(payments)), rows[~good]))
        return payments, visits

    def _placed(
        self, today: Today, rng: Draws, payments: Payments, rows: Array, sessions: Sessions
    ) -> Placed:
        """Find from where some of the payments are ordered online, and in which sessions."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        edge, user = payments.edge[rows] - self.start, payments.user[rows]
        block, via = self.section.block_of("pays", edge), self.edges["via"][edge]
        return order_online(
            Online(
                payments.time[rows],
                user,
                payments.rail[rows] == _CARD,
                payments.is_once[rows],
                self.payable.valid_from[edge],
                end_of(self.payable.valid_to[edge]),
                _visitor(block, user),
            ),
            Via(via >= 0, *self.ground.via(via)),
            self._visits(sessions),
            rng.each(block, lambda stream, count: stream.random((count, 3))),
            rng.each(block, durations),
            self.ground.ways,
            WaysOfDay.of(self.ground, today),
        )

    def _visits(self, sessions: Sessions) -> Visits:
        """Sort sessions by who visits.

        Those of another block are another's: so what another pattern brings moves nothing here.
        """
        visitor = _visitor(
            self.section.block_of_edges(sessions.table, sessions.edge), sessions.user
        )
        rows = np.arange(len(sessions), dtype=np.int32)
        if (visitor[1:] < visitor[:-1]).any():
            rows = np.argsort(visitor, kind="stable").astype(np.int32)
        return Visits(
            visitor[rows], rows, sessions.time, sessions.duration, sessions.device, sessions.ip
        )


def _visitor(block: Array, user: Array) -> Array:
    """Give each person of each block a number: int64."""
    return block << 32 | user


def _put(values: Array, rows: Array, new: Array) -> Array:
    changed = values.copy()
    changed[rows] = new
    return changed
