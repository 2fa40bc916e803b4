"""Growing the graph: the population first, then each pattern and each look-alike on it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from graphgen.fraud import planted
from graphgen.graph import POPULATION, Graph
from graphgen.market.brokerage import MARKET, brokerage
from graphgen.market.coverage import coverage
from graphgen.market.listing import listed
from graphgen.memory import give_back
from graphgen.planting.acquaintances import accomplices, pairs
from graphgen.population import found, settle
from graphgen.population.dealings import wholesale
from graphgen.population.friends import friends
from graphgen.population.income import commerce_life
from graphgen.population.life import live
from graphgen.population.slips import slips
from graphgen.rng import stream
from graphgen.schedule import first_quarter
from graphgen.table import Table

if TYPE_CHECKING:
    from graphgen.world import World

__all__ = ["grow", "populate"]


def grow(world: World) -> Graph:
    """Grow the graph of a world.

    Patterns plant on the population alone, never on one another, each from a stream of its own
    name: so leaving one out moves nothing of the others. Where two patterns bring the same two
    people together, it is said once that they know each other. Where the world leaves out crimes or
    look-alikes, whom and what they were to be done with is there all the same.
    """
    from graphgen.config import check  # which knows the world that this module grows

    check(world)
    population = graph = populate(world)
    if world.investors:
        graph = graph.grow(MARKET, brokerage(population.bed(), _rng(world, MARKET)))
    market, known = graph, np.zeros(0, np.int64)
    give_back()  # planting looks at all there is: what growing has let go of is not kept beside it
    for name, (crimes, lookalikes) in planted(world, population, market).items():
        base = market if world.patterns[name].market else population
        for block, tables, kind in (
            (name, crimes, "crimes"),
            (f"{name}/lookalike", lookalikes, "lookalikes"),
        ):
            strangers = world.patterns[name].strangers
            knows = accomplices(base, tables, strangers=strangers, before=known)
            told = [*(table for table in tables if table.name != "knows"), knows]
            graph = graph.plant(block, told, base=base, cases=world.leave_out != kind)
            newcomers = np.maximum(knows["user_id"], knows["other_user_id"]) >= base.size("user")
            known = np.concatenate([known, pairs(knows)[~newcomers]])
    return graph.joined()


def populate(world: World) -> Graph:
    """Grow the population: the world's commerce, its people, their habits and first errands."""
    tables = list(found(Graph(world).bed(), _rng(world, "commerce")))
    graph = Graph(world).grow(POPULATION, tables)
    tables += listed(world)
    tables += coverage(Graph(world))
    tables += settle(graph.bed(), world.users, _rng(world, "people"))
    graph = Graph(world).grow(POPULATION, tables)
    settled = graph.blocks[0].tables.values()
    return Graph(world).grow(POPULATION, chain(settled, _habits(graph)))


def _habits(graph: Graph) -> Iterator[Table]:
    world = graph.world
    days = first_quarter(world)
    yield from live(graph, _rng(world, "habits"), accounts=_rows(graph, "account"), days=days)
    yield from friends(graph, _rng(world, "friends"), users=_rows(graph, "user"))
    yield from commerce_life(graph, _rng(world, "trade"))
    yield from wholesale(graph, _rng(world, "wholesale"), days)
    yield slips(graph, _rng(world, "slips"), days, users=_rows(graph, "user"))


def _rng(world: World, what: str) -> np.random.Generator:
    return stream(world.seed, POPULATION, what)


def _rows(graph: Graph, name: str) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.arange(graph.size(name), dtype=np.int32)
