"""Patterns: what a crime looks like as nodes and edges, and what honest thing looks like it.

A pattern is one file in `patterns/`; its file name is its name, its docstring the story and the
source, its dataclass fields the keys in YAML, the options and the docs. It plants edges that will
fire; it never writes an event. What it adds beside the crime gets its honest life from
`graphgen.population.live`, like everybody's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Interval

from graphgen.schedule import ONCE
from graphgen.schema import words
from graphgen.table import Array, Table, text

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["Pattern", "cases", "choose", "errands", "members"]


@dataclass(frozen=True)
class Pattern(ABC):
    """A way of crime, planted for all its instances at once."""

    prevalence: ClassVar[float]
    """Instances among 10,000 people, when `count` is left open."""

    count: Annotated[int, Ge(0)] | None = None
    """How many instances; by default as many as its prevalence gives for the world's people."""

    difficulty: Annotated[float, Interval(ge=0, le=1)] = 0.5
    """How well it hides, from 0 to 1: amounts blend in, timing stretches, cover traffic grows."""

    @property
    def name(self) -> str:
        """Its name: that of its file."""
        return type(self).__module__.rpartition(".")[2]

    @abstractmethod
    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the nodes, edges, cases and members of all instances of the crime."""

    @abstractmethod
    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield those of its honest look-alike."""

    def instances(self, graph: Graph) -> int:
        """Say how many instances to plant in this graph."""
        if self.count is not None:
            return self.count
        return round(self.prevalence * graph.world.users / 10_000)

    def lookalikes(self, graph: Graph) -> int:
        """Say how many look-alikes to plant: the world's `decoys` of them for each instance."""
        return round(self.instances(graph) * graph.world.decoys)


def choose(
    rng: np.random.Generator, pool: Array, shape: tuple[int, ...], what: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Draw distinct rows out of a pool; `ValueError` if there are too few, naming `what`."""
    need = int(np.prod(shape))
    if need > len(pool):
        raise ValueError(f"{what}: {need:,} are needed, the world has {len(pool):,}")
    return rng.choice(pool, need, replace=False).astype(np.int32).reshape(shape)


def errands(
    graph: Graph,
    at: Array,
    *,
    case: Array,
    hours: str = "people",
    **columns: Any,  # noqa: ANN401 - whatever broadcasts
) -> Table:
    """Give errands of a case: edges of `pays` that fire once, at these times (a grid, int64 ms).

    Columns broadcast against the grid, as in `Table.of`; those left out are as of a sum that
    is paid out. `hours` names the profile of the week that such errands keep to.
    """
    usual = {"amount_minor": 0, "spread": 0.0, "amount_of": "sum", "share": 0.0, "rate": 0.0}
    table = Table.of(
        "pays",
        **(usual | columns),
        schedule=ONCE,
        hours=graph.world.place.profiles.index(hours),
        valid_from=at,
        case_id=case,
    )
    graph.new("pays", len(table))
    return table


def cases(
    graph: Graph, pattern: Pattern, case: Array, start: Array, end: Array, *, is_fraud: bool
) -> Table:
    """Give the rows of `case`: from the first moment of each (ms) to the last."""
    last = graph.world.end_ms - 1
    return Table.of(
        "case",
        pattern=text([pattern.name], np.zeros(len(case), np.int32)),
        is_fraud=np.full(len(case), is_fraud),
        difficulty=pattern.difficulty,
        start=start,
        end=np.minimum(end, last),
    )


def members(case: Array, /, **roles: Mapping[str, Array]) -> Iterator[Table]:
    """Yield who belongs to each case: by table, for each role a grid of rows (cases, members).

    Where a grid says -1, there is nobody.
    """
    for entity, grids in roles.items():
        for role, grid in grids.items():
            some = grid >= 0
            yield Table.of(
                "member",
                case_id=np.broadcast_to(case[:, None], grid.shape)[some],
                entity=words.code(words.ENTITIES, entity),
                entity_id=grid[some],
                role=text([role], np.zeros(int(some.sum()), np.int32)),
            )
