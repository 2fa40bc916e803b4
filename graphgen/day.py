"""A day: its proposals by section, merged by time, and the public rows that come of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from graphgen.graph import Graph
from graphgen.labels import Labels
from graphgen.ledger import Booked
from graphgen.market.visits import without_idle
from graphgen.order import by_time
from graphgen.proposals import Columns, SectionDay, Sessions, stacked
from graphgen.public_day import Lookups, PublicDay
from graphgen.registry import WALKS
from graphgen.schedule import QUARTER
from graphgen.schema import SCHEMAS, words
from graphgen.section import Draws, Section
from graphgen.section import section as stacked_section
from graphgen.table import Array, Table
from graphgen.walk import Ground, Today, Walk

__all__ = ["DayMaker", "Proposed", "walks_in_order"]

Kind = TypeVar("Kind", bound=Columns)


@dataclass(frozen=True)
class Proposed:
    """What all sections propose for a day."""

    today: Today
    kinds: Mapping[type[Columns], Columns]
    """By their kind: those that are in order by time, others section after section."""

    def __getitem__(self, kind: type[Kind]) -> Kind:
        """Give all that is proposed of a kind."""
        found: Any = self.kinds.get(kind)
        return stacked(kind, []) if found is None else found


def walks_in_order(chosen: Sequence[str]) -> list[str]:
    """Name the walks to make, with those that they read, each after those."""
    ordered: list[str] = []

    def add(name: str) -> None:
        if name not in ordered:
            walk = WALKS.load(name, Walk)
            for other in walk.after:
                add(other)
            ordered.append(name)
            for other in walk.beside:
                add(other)

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
        self._lookups = Lookups(graph, self.ground)
        self._tells_sessions = not {"session", "action"}.isdisjoint(graph.world.walks)

    def propose(self, day: int) -> Proposed:
        """Fire a day's edges. It depends on nothing but the graph and the day."""
        today = self.ground.today(day)
        walked = [*self.walks, *self._errands(day)]
        parts = [self._section_day(today, part, walks) for part, walks in walked]
        firsts = np.cumsum([0, *(len(part[Sessions]) for part in parts)])
        sessions = stacked(Sessions, [part[Sessions] for part in parts])
        order = np.empty(0, np.int32)
        if self._tells_sessions:
            order = by_time(sessions.time, today.midnight)
        rank = np.full(len(sessions) + 1, -1, np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)

        def ranked(rows: Any, first: int) -> Any:  # noqa: ANN401 - rows of any kind
            """Turn a section's numbers of sessions into ranks in the day; -1 stays."""
            if not hasattr(rows, "session"):
                return rows
            rank_of = np.where(rows.session >= 0, rank[rows.session + first], -1)
            return replace(rows, session=rank_of.astype(np.int32))

        kinds: dict[type[Columns], Any] = {Sessions: sessions.take(order)}
        for kind in dict.fromkeys(kind for part in parts for kind in part.kinds()):
            if kind is not Sessions:
                placed = zip(parts, firsts, strict=False)
                rows: Any = stacked(kind, [ranked(part[kind], first) for part, first in placed])
                if kind.in_order:
                    rows = rows.take(by_time(rows.time, today.midnight))
                kinds[kind] = rows
        return Proposed(today, kinds)

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
        """Give the day's public rows: events of the chosen walks, and the labels of what fired.

        With `inline`, events carry their labels in columns of their own too.
        """
        labels = []
        day = PublicDay(*without_idle(proposed, booked), self._lookups)
        for name in self.names:
            if name in self.world.walks:
                for rows in WALKS.load(name, Walk).rows(day):
                    if rows.edge_table is None or rows.edge is None:
                        yield rows.table
                        continue
                    label = self._label(rows.table, rows.edge_table, rows.edge)
                    labels.append(label)
                    yield self.labels.inlined(rows.table, label) if inline else rows.table
        yield Table.concat(labels) if labels else Table.empty("event_label")

    def _label(self, events: Table, edge_table: Array, edge: Array) -> Table:
        ids = events[events.schema.key]
        case = self.labels.case_of(edge_table, edge)
        return Table(
            SCHEMAS["event_label"],
            {
                "event": np.full(len(ids), words.EVENTS.index(events.name), np.int8),
                "event_id": ids,
                "edge": edge_table,
                "edge_id": self.labels.place_of(edge_table, edge),
                "case_id": self.labels.ids[case],
                "is_fraud": self.labels.is_fraud[case],
            },
        )
