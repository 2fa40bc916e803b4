"""A day: its proposals by section, merged by time, and the public rows that come of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.assemble import assemble
from graphgen.graph import Graph
from graphgen.ids import event_ids
from graphgen.labels import Labels
from graphgen.ledger import Booked
from graphgen.order import by_time
from graphgen.population.holders import place_of
from graphgen.proposals import Actions, Payments, SectionDay, Sessions, stacked
from graphgen.registry import WALKS
from graphgen.schedule import QUARTER
from graphgen.schema import SCHEMAS, words
from graphgen.section import Draws, Section
from graphgen.section import section as stacked_section
from graphgen.table import Array, Table, text
from graphgen.walk import Ground, Today, Walk

__all__ = ["DayMaker", "Proposed", "walks_in_order"]

_QUARTER_MS = 900_000
_PAYS = words.WALKED_EDGES.index("pays")


@dataclass(frozen=True)
class Proposed:
    """What all sections propose for a day."""

    today: Today
    sessions: Sessions
    """In the order of time."""
    actions: Actions
    """In the order of time."""
    payments: Payments
    """Section after section."""


def walks_in_order(chosen: Sequence[str]) -> list[str]:
    """Name the walks to make, with those that they read, each after those."""
    ordered: list[str] = []

    def add(name: str) -> None:
        if name not in ordered:
            for other in WALKS.load(name, Walk).after:
                add(other)
            ordered.append(name)

    for name in chosen:
        add(name)
    return ordered


class DayMaker:
    """Makes the days of a graph: proposals in any order, rows once the ledger has settled them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.world = graph.world
        self.ground = Ground(graph)
        self.names = walks_in_order(graph.world.walks)
        self.walks = [(part, self._walks_of(part)) for part in self.ground.sections]
        self._quarter: tuple[Section, list[Walk]] | None = None
        self.labels = Labels(graph)
        self._tells_sessions = not {"session", "action"}.isdisjoint(graph.world.walks)

    def propose(self, day: int) -> Proposed:
        """Fire a day's edges. It depends on nothing but the graph and the day."""
        today = self.ground.today(day)
        walked = [*self.walks, *self._errands(day)]
        parts = [self._section_day(today, part, walks) for part, walks in walked]
        firsts = np.cumsum([0, *(len(part.sessions) for part in parts)])
        sessions = stacked(Sessions, [part.sessions for part in parts])
        order = np.empty(0, np.int32)
        if self._tells_sessions:
            order = by_time(sessions.time, today.midnight)
        rank = np.full(len(sessions) + 1, -1, np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)

        def ranked(session: Array, first: int) -> Array:
            """Turn a section's numbers of sessions into ranks in the day; -1 stays."""
            return np.where(session >= 0, rank[session + first], -1).astype(np.int32)

        placed = list(zip(parts, firsts, strict=False))
        payments = [replace(b.payments, session=ranked(b.payments.session, n)) for b, n in placed]
        actions = stacked(
            Actions, [replace(b.actions, session=ranked(b.actions.session, n)) for b, n in placed]
        )
        return Proposed(
            today,
            sessions.take(order),
            actions.take(by_time(actions.time, today.midnight)),
            stacked(Payments, payments),
        )

    def _walks_of(self, section: Section) -> list[Walk]:
        return [WALKS.load(name, Walk)(self.ground, section) for name in self.names]

    def _errands(self, day: int) -> list[tuple[Section, list[Walk]]]:
        """Draw the errands of a day's quarter, unless they are the population's; one is kept."""
        number = day // QUARTER
        if not number:
            return []
        if self._quarter is None or self._quarter[0].quarter != number:
            self._quarter = None
            drawn = stacked_section((self.ground.quarters.block(number),), number)
            self._quarter = drawn, self._walks_of(drawn)
        return [self._quarter]

    def _section_day(self, today: Today, section: Section, walks: list[Walk]) -> SectionDay:
        so_far = SectionDay()
        for name, walk in zip(self.names, walks, strict=True):
            walk.walk(today, Draws(section, self.world.seed, "walk", name, today.number), so_far)
        return so_far

    def tables(
        self, proposed: Proposed, booked: Booked, *, inline: bool = False
    ) -> Iterator[Table]:
        """Give the day's public rows: events of the chosen walks, and the label of each.

        With `inline`, events carry their labels in columns of their own too.
        """
        labels = []
        for table, edge_table, edge in self._events(proposed, booked):
            label = self._label(words.EVENTS.index(table.name), table, edge_table, edge)
            labels.append(label)
            yield self.labels.inlined(table, label) if inline else table
        if labels:
            yield Table.concat(labels)

    def _events(self, proposed: Proposed, booked: Booked) -> Iterator[tuple[Table, Array, Array]]:
        """Give each chosen event table with the edges that its rows were walked off."""
        chosen = self.world.walks
        if "session" in chosen:
            yield self._sessions(proposed), proposed.sessions.table, proposed.sessions.edge
        if "action" in chosen:
            yield self._actions(proposed), proposed.actions.table, proposed.actions.edge
        if "payment" in chosen:
            pays = np.full(len(booked), _PAYS, np.int8)
            yield self._payments(proposed, booked), pays, booked.edge

    def _sessions(self, proposed: Proposed) -> Table:
        sessions = proposed.sessions
        return Table(
            SCHEMAS["session"],
            {
                "session_id": event_ids(proposed.today.number, 0, len(sessions)),
                "time": sessions.time,
                "utc_offset": self._offset(proposed.today, sessions.time, sessions.user),
                "user_id": self._ids("user")[sessions.user],
                "device_id": self._ids("device")[sessions.device],
                "ip_id": self._ids("ip")[sessions.ip],
                "duration_ms": sessions.duration,
            },
        )

    def _actions(self, proposed: Proposed) -> Table:
        actions = proposed.actions
        user = proposed.sessions.user[actions.session]
        session = event_ids(proposed.today.number, 0, len(proposed.sessions))
        return Table(
            SCHEMAS["action"],
            {
                "action_id": event_ids(proposed.today.number, 0, len(actions)),
                "time": actions.time,
                "utc_offset": self._offset(proposed.today, actions.time, user),
                "user_id": self._ids("user")[user],
                "session_id": session[actions.session],
                "type": actions.type,
                "payee_account_id": self._ids("account")[actions.payee],
            },
        )

    def _payments(self, proposed: Proposed, booked: Booked) -> Table:
        day, payments = proposed.today.number, proposed.payments
        written = len(proposed.sessions) if "session" in self.world.walks else 0
        first, second = (int(event_ids(number, 0, 1)[0]) for number in (0, 1))
        codes, category = self._category
        (
            offset,
            debtor,
            creditor,
            counterparty,
            channel,
            purpose,
            original,
            card,
            merchant,
            mcc,
            terminal,
            session,
            device,
            ip,
        ) = assemble(
            booked.proposal,
            booked.time,
            booked.debtor,
            booked.creditor,
            booked.counterparty,
            booked.original,
            proposed.today.midnight,
            payments.user,
            payments.card,
            payments.rail,
            payments.channel,
            payments.habit,
            payments.session if written else np.full(len(payments), -1, np.int32),
            payments.device,
            payments.ip,
            self._ids("account"),
            self._ids("card"),
            self._ids("merchant"),
            np.append(event_ids(day, 0, written), -1),
            self._ids("device"),
            self._ids("ip"),
            self._merchant,
            category,
            self._town,
            self.ground.zone,
            proposed.today.hours.offset,
            self.ground.habits.purpose,
            first,
            second - first,
        )
        return Table(
            SCHEMAS["payment"],
            {
                "payment_id": event_ids(day, 0, len(booked)),
                "time": booked.time,
                "utc_offset": offset,
                "debtor_account_id": debtor,
                "creditor_account_id": creditor,
                "counterparty_account_id": counterparty,
                "amount_minor": booked.amount,
                "currency": text([self.world.place.currency], np.zeros(len(booked), np.int32)),
                "rail": booked.rail,
                "channel": channel,
                "leg": booked.leg,
                "status": booked.status,
                "purpose": purpose,
                "debtor_balance_minor": booked.debtor_balance,
                "creditor_balance_minor": booked.creditor_balance,
                "original_payment_id": original,
                "card_id": card,
                "merchant_id": merchant,
                "mcc": text(codes, mcc),
                "terminal": terminal,
                "session_id": session,
                "device_id": device,
                "ip_id": ip,
            },
        )

    def _label(self, event: int, events: Table, table: Array, edge: Array) -> Table:
        ids = events[events.schema.key]
        case = self.labels.case_of(table, edge)
        return Table(
            SCHEMAS["event_label"],
            {
                "event": np.full(len(ids), event, np.int8),
                "event_id": ids,
                "edge": table,
                "edge_id": self.labels.place_of(table, edge),
                "case_id": self.labels.ids[case],
                "is_fraud": self.labels.is_fraud[case],
            },
        )

    def _ids(self, name: str) -> Array:
        """Give the public ids of a table's rows; that of row -1 is -1."""
        if name not in self._id_cache:
            self._id_cache[name] = np.append(self.graph.ids(name), -1)
        return self._id_cache[name]

    @cached_property
    def _id_cache(self) -> dict[str, Array]:
        return {}

    def _offset(self, today: Today, time: Array, user: Array) -> Array:
        quarter = (time - today.midnight) // _QUARTER_MS
        offset = today.hours.offset[self.ground.zone[user], quarter]
        return np.where(user >= 0, offset, -1).astype(np.int16)

    @cached_property
    def _merchant(self) -> Array:
        """int32: the merchant whose account each row of `account` is, -1 for none."""
        found = np.full(self.graph.size("account"), -1, np.int32)
        found[self.graph["merchant"]["account_id"]] = np.arange(self.graph.size("merchant"))
        return found

    @cached_property
    def _category(self) -> tuple[list[str], Array]:
        mcc = self.graph["merchant"]["mcc"]
        plain = mcc.dictionary_decode() if pa.types.is_dictionary(mcc.type) else mcc
        codes = sorted(pc.unique(plain).to_pylist())
        number = np.asarray(pc.index_in(plain, pa.array(codes, pa.string())), np.int32)
        return codes, np.append(number, -1).astype(np.int32)

    @cached_property
    def _town(self) -> Array:
        """int32: a number for where each user lives; last, for no user, 0."""
        graph = self.graph
        home = graph["household"]["address_id"][graph["user"]["household_id"]]
        return np.append(place_of(graph, "address")[home], 0)
