"""The graph as networkx and igraph see it."""

from __future__ import annotations

import numpy as np
import pytest

from graphgen import Graph, World
from graphgen.ids import spell_id
from graphgen.publish import nodes
from graphgen.schema import EDGES


@pytest.fixture(scope="module")
def graph() -> Graph:
    return World(users=80, days=3, patterns={}).graph()


def test_networkx_has_every_node_under_its_id_and_every_observed_edge(graph: Graph) -> None:
    made = graph.to_networkx()
    assert made.number_of_nodes() == sum(len(table) for table in nodes(graph))
    user = spell_id(int(graph.ids("user")[0]), "user")
    assert made.nodes[user]["kind"] == "user"
    assert made.nodes[user]["given_name"] == graph["user"]["given_name"][0].as_py()
    for schema in EDGES:
        found = sum(1 for _, _, kind in made.edges(keys=True) if kind == schema.name)
        assert found == len(graph[schema.name]), schema.name


def test_networkx_holds_nothing_of_the_recipe(graph: Graph) -> None:
    kinds = {kind for _, _, kind in graph.to_networkx().edges(keys=True)}
    assert not kinds & {"pays", "signs_in"}


def test_igraph_has_the_same_nodes_and_edges(graph: Graph) -> None:
    pytest.importorskip("igraph")
    one, other = graph.to_igraph(), graph.to_networkx()
    assert set(one.vs["name"]) == set(other.nodes)
    named = one.vs["name"]
    edges = {(named[e.source], named[e.target], e["type"]) for e in one.es}
    assert edges == set(other.edges(keys=True))


def test_the_graph_of_a_world_hangs_together(graph: Graph) -> None:
    nx = pytest.importorskip("networkx")
    made = graph.to_networkx()
    people = [node for node, kind in made.nodes(data="kind") if kind == "user"]
    largest = max(nx.weakly_connected_components(made), key=len)
    assert len(largest & set(people)) > 0.95 * len(people)


def test_who_comes_to_a_place_twice_has_two_edges(graph: Graph) -> None:
    again = graph["lives_at"].take(np.array([0]))
    more = graph.grow("again", [again]).to_networkx()
    made = graph.to_networkx()
    assert more.number_of_edges() == made.number_of_edges() + 1
    was, are = ({key for *_, key in each.edges(keys=True)} for each in (made, more))
    assert are - was == {"lives_at 2"}
