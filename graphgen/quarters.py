"""Quarters: what people do once is drawn for ninety days at a time, and is a block of its own.

Errands are edges of the graph, as habits are. A long world would hold millions of them to no
purpose, so its graph has those of the first quarter only, which tell a pattern how honest people
live; the others' are a function of the population and the quarter, drawn while it is walked. Their
rows are numbered behind all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from graphgen.graph import POPULATION, Block, Graph
from graphgen.payees import is_new_payee, payees_by_habit
from graphgen.rng import stream
from graphgen.schedule import ONCE, QUARTER, first_quarter
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

__all__ = ["Quarters", "quarters"]

_TABLES = ("pays", "acts")


def quarters(graph: Graph) -> Quarters:
    """Look at the quarters of a whole graph."""
    return graph.once("quarters", lambda: Quarters.of(graph))


@dataclass(frozen=True)
class _Quarter:
    days: range
    starts: dict[str, int]
    """The number of each table's first row of this quarter."""
    new_payees: Array
    """uint8: a bit for each row of `pays`, whether its payer first pays its payee by it."""
    rows: int
    """How many rows `pays` has."""


@dataclass(frozen=True)
class Quarters:
    """The quarters of a world after the first."""

    population: Graph
    """What they are drawn from: the population alone, so that no pattern moves an errand."""
    later: tuple[_Quarter, ...]
    introduced: Array
    """int64: the pairs of accounts of which one first pays the other online in these quarters."""

    @classmethod
    def of(cls, graph: Graph) -> Quarters:
        """Draw each quarter once, to number its rows and to see who pays whom first in it."""
        world = graph.world
        population = Graph(world, graph.blocks[:1])
        starts = {name: graph.size(name) for name in _TABLES}
        later: list[_Quarter] = []
        first = len(first_quarter(world))
        known = _known(population) if first < world.days else np.empty(0, np.int64)
        habits = population["pays"]
        introduced = [np.empty(0, np.int64)]
        for begin in range(first, world.days, QUARTER):
            days = range(begin, min(begin + QUARTER, world.days))
            tables = _errands(population, days)
            pays = tables["pays"]
            begun = world.start_ms + begin * DAY_MS
            told = np.concatenate([known, payees_by_habit(habits, begun)])
            is_new, pairs = is_new_payee(pays, np.zeros(len(pays), np.int64), told, begun)
            later.append(_Quarter(days, dict(starts), np.packbits(is_new), len(pays)))
            known = np.concatenate([known, pairs])
            introduced.append(pairs)
            for name, table in tables.items():
                starts[name] += len(table)
        return cls(population, tuple(later), np.concatenate(introduced))

    def block(self, number: int) -> Block:
        """Draw the errands of a quarter after the first."""
        quarter = self.later[number - 1]
        tables = _errands(self.population, quarter.days)
        return Block(f"{POPULATION}/quarter {number}", tables, quarter.starts)

    def blocks(self) -> Iterator[Block]:
        """Draw the errands of all quarters after the first, one after the other."""
        return (self.block(number) for number in range(1, len(self.later) + 1))

    def new_payees(self, number: int) -> Array:
        """Say by which errands of a quarter their payer first pays their payee: bool."""
        quarter = self.later[number - 1]
        return np.unpackbits(quarter.new_payees, count=quarter.rows).astype(bool)


def _errands(population: Graph, days: range) -> dict[str, Table]:
    from graphgen.population import errands_of

    rng = stream(population.world.seed, POPULATION, "errands", days.start)
    parts: dict[str, list[Table]] = {name: [] for name in _TABLES}
    end = population.world.start_ms + days.stop * DAY_MS
    for table in errands_of(population, rng, days=days):
        # what an errand leads to within hours may lie behind the quarter's end: it is left undone
        within = table["valid_from"] < end
        parts[table.name].append(table if within.all() else table.take(within))
    return {name: Table.concat(some) for name, some in parts.items() if some}


def _known(population: Graph) -> Array:
    """Give the pairs of accounts whose errands have paid online before the second quarter: int64.

    What begins by habit later than that counts from when it does.
    """
    pays, since = population["pays"], population.world.start_ms
    by_habit = payees_by_habit(pays, since)
    errands = pays.take(pays["schedule"] == ONCE)
    return is_new_payee(errands, np.zeros(len(errands), np.int64), by_habit, since)[1]
