"""Actions: what people do in their sessions besides paying.

They sign in (now and then after a failed attempt) and look at the balance. Every change is a dated
edge of the graph: a new device, a new e-mail address, telephone or home, a payee that was not paid
before, or any other act; it brings a session of its own at the edge's date. In the session of an
attempt to sign in that failed, nothing else is done.

Failed sign-ins of honest people: 2 to 4 % of attempts, those of `population.slips` included; our
assumption, as are the other shares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from graphgen.order import among
from graphgen.payees import is_new_payee
from graphgen.proposals import Actions, Payments, SectionDay, Sessions
from graphgen.public_day import PublicDay, Rows
from graphgen.schedule import ONCE
from graphgen.schema import NULL_NUMBER, SCHEMAS, words
from graphgen.section import Draws, Section
from graphgen.table import Array, Table
from graphgen.walk import Ground, Today, Walk
from graphgen.walks._ways import WaysOfDay, pick_ways
from graphgen.walks.session import durations
from graphgen.world import DAY_MS

__all__ = ["ActionWalk"]

_FAILED, _VIEWED, _PASSWORD = 0.015, 0.72, 0.0015
_TYPE = {word: np.int8(number) for number, word in enumerate(words.ACTIONS)}
_TABLE = {word: np.int8(number) for number, word in enumerate(words.WALKED_EDGES)}


@dataclass(frozen=True)
class _Changes:
    """Dated edges that begin while the world is walked, by time."""

    time: Array
    user: Array
    device: Array
    ip: Array
    type: Array
    payee: Array
    table: Array
    edge: Array
    since: Array
    """From when the device is there that it names, ms."""


class ActionWalk(Walk):
    """Fires dated edges, and fills sessions."""

    after = ("session", "payment")
    events = ("action",)

    def __init__(self, ground: Ground, section: Section) -> None:
        super().__init__(ground, section)
        self.introduces = _introductions(ground, section)
        self.changes = _changes(ground, section, self.introduces)

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose the day's actions, and the sessions that changes bring."""
        self._new_payees(rng, so_far)
        failures = self._change(today, rng, so_far)
        sessions = so_far[Sessions]
        # a session may go on past midnight, but what is done in it is done today
        left = today.midnight + DAY_MS - 1 - sessions.time
        sessions = replace(sessions, duration=np.minimum(sessions.duration, left).astype(np.int32))
        begun = np.ones(len(sessions), bool)
        begun[failures] = False
        rows = np.flatnonzero(begun).astype(np.int32)
        block = self.section.block_of_edges(sessions.table[rows], sessions.edge[rows])
        u = rng.each(block, lambda stream, count: stream.random((count, 5), np.float32))
        failed = u[:, 0] < _FAILED
        self._do(so_far, sessions, rows[failed], "sign_in_failed", np.zeros(int(failed.sum())))
        self._do(so_far, sessions, rows, "sign_in", np.where(failed, 0.06 + 0.1 * u[:, 1], 0.0))
        viewed = u[:, 2] < _VIEWED
        self._do(so_far, sessions, rows[viewed], "balance_viewed", 0.17 + 0.1 * u[viewed, 3])
        changed = u[:, 4] < _PASSWORD
        self._do(so_far, sessions, rows[changed], "password_changed", 0.5 + 0.4 * u[changed, 3])

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell the actions."""
        actions, sessions, look = day.proposed[Actions], day.proposed[Sessions], day.look
        user = sessions.user[actions.session]
        table = Table(
            SCHEMAS["action"],
            {
                "action_id": day.event_ids(len(actions)),
                "time": actions.time,
                "utc_offset": look.offset(day.proposed.today, actions.time, user),
                "user_id": look.ids("user")[user],
                "session_id": day.event_ids(len(sessions))[actions.session],
                "type": actions.type,
                "payee_account_id": look.ids("account")[actions.payee],
            },
        )
        yield Rows(table, actions.table, actions.edge)

    def _do(
        self, so_far: SectionDay, sessions: Sessions, rows: Array, what: str, part: Array
    ) -> None:
        """Do one thing in some sessions, after a part of their duration."""
        so_far.add(
            Actions(
                time=sessions.time[rows] + (part * sessions.duration[rows]).astype(np.int64),
                session=rows,
                type=np.full(len(rows), _TYPE[what]),
                payee=np.full(len(rows), -1, np.int32),
                table=sessions.table[rows],
                edge=sessions.edge[rows],
            )
        )

    def _new_payees(self, rng: Draws, so_far: SectionDay) -> None:
        """Before the first of the errands that pay a payee, the payee is added, in its session."""
        payments = so_far[Payments]
        rows = np.flatnonzero(payments.is_once & (payments.session >= 0))
        if len(rows):
            edge = payments.edge[rows] - self.section.starts["pays"]
            rows = rows[self.introduces[edge]]
        if not len(rows):
            return
        begun = so_far[Sessions].time[payments.session[rows]]
        block = self.section.block_of("pays", payments.edge[rows] - self.section.starts["pays"])
        part = 0.35 + 0.5 * rng.each(block, np.random.Generator.random)
        so_far.add(
            Actions(
                time=begun + ((payments.time[rows] - begun) * part).astype(np.int64),
                session=payments.session[rows],
                type=np.full(len(rows), _TYPE["payee_added"]),
                payee=payments.creditor[rows],
                table=np.full(len(rows), _TABLE["pays"]),
                edge=payments.edge[rows],
            )
        )

    def _change(self, today: Today, rng: Draws, so_far: SectionDay) -> Array:
        """Fire the dated edges that begin today; gives the sessions of attempts that failed."""
        changes = self.changes
        low, high = np.searchsorted(changes.time, [today.midnight, today.midnight + DAY_MS])
        if low == high:
            return np.empty(0, np.int64)
        here = slice(low, high)
        time, user = changes.time[here], changes.user[here]
        own = changes.device[here] >= 0
        registers = own & (changes.type[here] == _TYPE["device_registered"])
        at_once = registers | (changes.type[here] == _TYPE["sign_in_failed"])
        block = self.section.block_of_edges(changes.table[here], changes.edge[here])
        duration = rng.each(block, durations)
        begun = np.maximum(today.midnight, time - (0.4 * duration).astype(np.int64))
        # over a way that has only just begun: between then and the change, and never at once
        since = changes.since[here]
        early = (begun <= since) & (since < time)
        begun = np.where(early, time - (0.4 * (time - since)).astype(np.int64), begun)
        begun = np.where(at_once, time, begun)
        way = pick_ways(
            user,
            begun,
            begun + np.maximum(duration, time - begun + 1),
            rng.each(block, np.random.Generator.random),
            WaysOfDay.of(self.ground, today),
        )
        device = np.where(own, changes.device[here], self.ground.ways.device[way])
        ip = np.where(own, changes.ip[here], self.ground.ways.ip[way])
        last = today.midnight + DAY_MS - 1
        good = np.flatnonzero(own | (way >= 0))
        first = len(so_far[Sessions])
        table, edge = changes.table[here], changes.edge[here]
        so_far.add(Sessions(begun, duration, user, device, ip, table, edge).take(good))
        so_far.add(
            Actions(
                time=np.minimum(np.where(registers, time + duration // 4, time), last)[good],
                session=np.arange(first, first + len(good), dtype=np.int32),
                type=changes.type[here][good],
                payee=changes.payee[here][good],
                table=table[good],
                edge=edge[good],
            )
        )
        return first + np.flatnonzero(changes.type[here][good] == _TYPE["sign_in_failed"])


def _changes(ground: Ground, section: Section, introduces: Array) -> _Changes:
    """Collect the dated edges of a section that begin while the world is walked."""
    start, end = ground.world.start_ms, ground.world.end_ms
    parts = []
    for name, what in (
        ("has_email", "email_changed"),
        ("has_phone", "phone_changed"),
        ("lives_at", "address_changed"),
    ):
        if name in section.tables:
            table = section.tables[name]
            rows = np.flatnonzero((table["since"] >= start) & (table["since"] < end))
            parts.append(_change(section, name, rows, table["since"], what))
    if "signs_in" in section.tables:
        parts.append(_new_devices(ground, section, start, end))
    if "acts" in section.tables:
        parts.append(_acts(ground, section, start, end))
    if "pays" in section.tables:
        pays = section.tables["pays"]
        begins = introduces & (pays["valid_from"] >= start) & (pays["valid_from"] < end)
        rows = np.flatnonzero(begins & (pays["schedule"] != ONCE) & (pays["user_id"] >= 0))
        payee = pays["creditor_account_id"][rows]
        parts.append(_change(section, "pays", rows, pays["valid_from"], "payee_added", payee))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else None
    if columns is None:
        columns = [np.empty(0, np.int64)] * 9
    order = np.argsort(columns[0], kind="stable")
    return _Changes(*(column[order] for column in columns))


def _acts(ground: Ground, section: Section, start: int, end: int) -> tuple[Array, ...]:
    """Collect acts: over the way that they name, if they name one."""
    acts = section.tables["acts"]
    rows = np.flatnonzero((acts["valid_from"] >= start) & (acts["valid_from"] < end))
    change = _change(section, "acts", rows, acts["valid_from"], "sign_in")
    device, ip, since = ground.via(acts["via"][rows])
    return (*change[:2], device, ip, acts["type"][rows], *change[5:8], since)


def _introductions(ground: Ground, section: Section) -> Array:
    """Say which edges are the first to pay online, in their block, from an account to another.

    One to somebody whom its payer pays by habit anyway introduces nobody, nor does one of a case to
    somebody whom the payer introduces without it.
    """
    pays = section.tables.get("pays")
    if pays is None:
        return np.empty(0, bool)
    if section.quarter:
        return ground.quarters.new_payees(section.quarter)
    introduced, pairs = ground.own_introductions
    if section.starts["pays"] == 0:
        return introduced
    block = section.block_of("pays", np.arange(len(pays)))
    known = np.concatenate([ground.own_payees, ground.later_payees, pairs])
    return is_new_payee(pays, block, known, ground.world.start_ms)[0]


def _new_devices(ground: Ground, section: Section, start: int, end: int) -> tuple[Array, ...]:
    """Find devices that their person uses for the first time: the first way of each pair.

    A way at no rate is there for errands that name it, and registers nothing; nor does a case's
    way over a device that its person has anyway.
    """
    table = section.tables["signs_in"]
    user, device, begins = table["user_id"], table["device_id"], table["valid_from"]
    block = section.block_of("signs_in", np.arange(len(table)))
    order = np.lexsort((begins, device, user, block))
    order = order[table["rate"][order] > 0]
    rows = np.sort(order[_begins(block[order], user[order], device[order])])
    rows = rows[(begins[rows] >= start) & (begins[rows] < end)]
    of_case = np.flatnonzero(table["case_id"][rows] >= 0)
    pairs = user[rows[of_case]].astype(np.int64) << 32 | device[rows[of_case]]
    rows = np.delete(rows, of_case[among(pairs, ground.own_devices)])
    change = _change(section, "signs_in", rows, begins, "device_registered")
    return (*change[:2], device[rows], table["ip_id"][rows], *change[4:])


def _begins(*keys: Array) -> Array:
    """Say of sorted rows which are the first with their keys: bool."""
    begins = np.zeros(len(keys[0]), bool)
    begins[:1] = True
    for key in keys:
        begins[1:] |= key[1:] != key[:-1]
    return begins


def _change(
    section: Section, name: str, rows: Array, time: Array, what: str, payee: Array | None = None
) -> tuple[Array, ...]:
    nobody = np.full(len(rows), -1, np.int32)
    return (
        time[rows],
        section.tables[name]["user_id"][rows],
        nobody,
        nobody,
        np.full(len(rows), _TYPE[what]),
        nobody if payee is None else payee,
        np.full(len(rows), _TABLE[name]),
        (rows + section.starts[name]).astype(np.int32),
        np.full(len(rows), NULL_NUMBER),
    )
