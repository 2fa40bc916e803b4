"""Walks: what fires on a day, read off the graph's edges.

A walk is one file in `graphgen/walks/`. It is made once for each section of the graph, and then
asked for single days, in any order and in any process: what a block of the section proposes for a
day depends on nothing but the graph, the block, the day and a stream of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from graphgen.clock import Clocks, Hours
from graphgen.payees import is_new_payee, payees_by_habit
from graphgen.population.habits import Habits, habits
from graphgen.population.holders import zones_of
from graphgen.quarters import quarters
from graphgen.schedule import due
from graphgen.schema import NULL_NUMBER
from graphgen.section import sections
from graphgen.table import Array
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.proposals import SectionDay
    from graphgen.public_day import PublicDay, Rows
    from graphgen.section import Draws, Section

__all__ = ["FOREVER", "Ground", "Today", "Walk", "Ways", "end_of"]

FOREVER = np.iinfo(np.int64).max


def end_of(times: Array) -> Array:
    """Turn "none" in times that say until when into the end of all time."""
    return np.where(times == NULL_NUMBER, FOREVER, times)


@dataclass(frozen=True)
class Today:
    """One day, as walks need to know it."""

    number: int
    date: date
    midnight: int
    """ms since 1970 UTC."""
    week: int
    """The week's number, from Monday 0001-01-01 on."""
    monday: int
    """When the week began, ms since 1970 UTC."""
    hours: Hours
    busy: float
    """How busy paying is, by the calendar; 1 on average."""
    is_due: Array
    """bool (128,): the schedules that are due."""


@dataclass(frozen=True)
class Ways:
    """From which devices and addresses people bank: `signs_in`, sorted by person.

    A person of the population has the ways of the population's block; one whom a pattern made has
    that pattern's. So nobody's ways depend on what else was planted.
    """

    first: Array
    """int32 (users + 1,): where each user's ways begin."""
    device: Array
    ip: Array
    valid_from: Array
    valid_to: Array
    rate: Array
    hours: Array

    @classmethod
    def of(cls, graph: Graph) -> Ways:
        """Sort the ways of a graph; those of a case alone are nobody's."""
        blocks = [block for block in graph.blocks if "signs_in" in block.tables]
        population = len(graph.blocks[0].tables["user"])
        columns = ("user_id", "device_id", "ip_id", "valid_from", "valid_to", "rate", "hours")
        own = [
            (block.tables["signs_in"]["user_id"] >= (0 if block is graph.blocks[0] else population))
            & (block.tables["signs_in"]["case_id"] < 0)
            for block in blocks
        ]
        user, device, ip, first, last, rate, hours = (
            np.concatenate(
                [b.tables["signs_in"][c][mine] for b, mine in zip(blocks, own, strict=True)]
            )
            for c in columns
        )
        order = np.argsort(user, kind="stable")
        counts = np.bincount(user, minlength=graph.size("user"))
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return cls(
            starts,
            device[order],
            ip[order],
            first[order],
            end_of(last)[order],
            rate[order],
            hours[order],
        )


class Ground:
    """What all walks of a graph share: clocks, calendars, habits, ways to bank."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.world = graph.world
        self.habits: Habits = habits(graph.world.place)
        zones, zone = zones_of(graph)
        self.clocks = Clocks(graph.world.place, zones)
        home = graph.world.place.csv("cities")["time_zone"][0]
        self.zone = np.append(zone, zones.index(home)).astype(np.int8)
        """int8 (users + 1,): everybody's time zone; last, whose user is -1, the region's own."""
        self.ways = Ways.of(graph)
        self.sections = sections(graph)
        self.quarters = quarters(graph)

    @cached_property
    def own_devices(self) -> Array:
        """int64: user << 32 | device, of the ways that are people's own."""
        user = np.repeat(np.arange(len(self.ways.first) - 1), np.diff(self.ways.first))
        return user << 32 | self.ways.device

    @cached_property
    def own_payees(self) -> Array:
        """int64: payer's account << 32 | payee's, whom the population pays online by habit.

        And did so before the window began.
        """
        return payees_by_habit(self.graph.blocks[0].tables["pays"], self.world.start_ms)

    @cached_property
    def later_payees(self) -> Array:
        """int64, as `own_payees`: whom else people pay by habit, by what was added to them."""
        pays = [block.tables["pays"] for block in self.graph.blocks[1:] if "pays" in block.tables]
        habits = (table.take(table["case_id"] < 0) for table in pays)
        found = [payees_by_habit(table, self.world.start_ms) for table in habits]
        return np.concatenate([np.empty(0, np.int64), *found])

    @cached_property
    def own_introductions(self) -> tuple[Array, Array]:
        """Whom the population pays online for the first time within the window.

        A bool for each row of its `pays`; and the pairs, those of later quarters too: int64, as
        `own_payees`.
        """
        pays = self.graph.blocks[0].tables["pays"]
        block = np.zeros(len(pays), np.int64)
        is_new, pairs = is_new_payee(pays, block, self.own_payees, self.world.start_ms)
        return is_new, np.concatenate([pairs, self.quarters.introduced])

    def today(self, day: int) -> Today:
        """Look at one day."""
        here = self.world.date_of(day)
        midnight = self.world.start_ms + day * DAY_MS
        return Today(
            number=day,
            date=here,
            midnight=midnight,
            week=(here.toordinal() - 1) // 7,
            monday=midnight - here.weekday() * DAY_MS,
            hours=self.clocks.hours(here),
            busy=self.clocks.busy(here),
            is_due=due(here, self.world.place),
        )

    def via(self, rows: Array) -> tuple[Array, Array, Array]:
        """Look up device, address (int32), and from when (ms), of rows of `signs_in`.

        -1 gives -1, and the beginning of time.
        """
        device, ip = np.full((2, len(rows)), -1, np.int32)
        since = np.full(len(rows), NULL_NUMBER)
        named = np.flatnonzero(rows >= 0)
        for section in self.sections if len(named) else ():
            if "signs_in" in section.tables:
                table, first = section.tables["signs_in"], section.starts["signs_in"]
                here = named[(rows[named] >= first) & (rows[named] < first + len(table))]
                device[here] = table["device_id"][rows[here] - first]
                ip[here] = table["ip_id"][rows[here] - first]
                since[here] = table["valid_from"][rows[here] - first]
        return device, ip, since

    def clock(self, hours: Array, user: Array) -> Array:
        """Give the clock that edges follow: their profile, where their person lives; int16."""
        return self.clocks.number(hours, self.zone[user])


class Walk(ABC):
    """What one kind of edge fires."""

    after: ClassVar[tuple[str, ...]] = ()
    """The walks whose proposals of the day it reads."""

    beside: ClassVar[tuple[str, ...]] = ()
    """The walks whose proposals the ledger must have as well, so that its own come to the same."""

    events: ClassVar[tuple[str, ...]] = ()
    """The event tables that it is the main source of."""

    def __init__(self, ground: Ground, section: Section) -> None:
        self.ground = ground
        self.section = section

    @abstractmethod
    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Add what the section fires today to what its walks have proposed so far.

        Whatever is drawn for a row is drawn from the stream of the row's own block.
        """

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell the events of a day that was settled: the tables of `events`."""
        del day
        return iter(())
