"""The population alone: `python benchmarks/population.py USERS people|habits` prints its rows.

`people` grows what there is before anybody does anything: nodes and observable edges. `habits`
grows the same, and all standing habits and errands on top.
"""

from __future__ import annotations

import json
import sys

from graphgen import Graph, World
from graphgen.graph import POPULATION
from graphgen.grow import populate
from graphgen.population import found, settle
from graphgen.rng import stream


def people(world: World) -> Graph:
    """Grow a world's commerce and its people, as `populate` does before it adds their habits."""
    tables = list(found(Graph(world).bed(), stream(world.seed, POPULATION, "commerce")))
    graph = Graph(world).grow(POPULATION, tables)
    tables += settle(graph.bed(), world.users, stream(world.seed, POPULATION, "people"))
    return Graph(world).grow(POPULATION, tables)


if __name__ == "__main__":
    world = World(users=int(sys.argv[1]), patterns={})
    graph = {"people": people, "habits": populate}[sys.argv[2]](world)
    print(json.dumps({name: graph.size(name) for name in ("user", "account", "device", "pays")}))
