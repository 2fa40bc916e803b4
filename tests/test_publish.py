"""What leaves the graph has public ids, in an order that says nothing about where a row is from."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from graphgen.graph import Graph
from graphgen.publish import edges, nodes, public, public_pieces, recipes
from graphgen.schema import EDGES, NODES, RECIPES
from graphgen.table import Table, text
from graphgen.world import World


@pytest.fixture(scope="module")
def graph() -> Graph:
    """People, devices and e-mail addresses of the population, and five more of a pattern."""
    world = World(users=50, patterns={})
    rng = np.random.default_rng(1)

    def people(count: int, first: int) -> list[Table]:
        user = np.arange(first, first + count)
        return [
            Table.of(
                "user",
                given_name=np.array(["Ann", "Bob"])[user % 2],
                family_name="Roe",
                birth_date=user * 1000,
                employment="employed",
                occupation="clerk",
                income_minor=user,
                customer_since=0,
                household_id=-1,
            ),
            Table.of("email", address=[f"{number}@example.org" for number in user]),
            Table.of("device", type="phone", os="x", user_agent="y", fingerprint="z"),
            Table.of("has_email", user_id=user, email_id=rng.permutation(user), since=user),
            Table.of("knows", user_id=user, other_user_id=np.roll(user, 1), relation=0, since=0),
            Table.of(
                "signs_in", user_id=user, device_id=0, ip_id=-1, rate=1, hours=0, valid_from=user
            ),
        ]

    case = Table.of(
        "case",
        pattern=["a", "b"],
        kind="crime",
        is_fraud=True,
        difficulty="hard",
        start=0,
        end=1,
        loss_minor=0,
        recovered_minor=0,
        sample_weight=1.0,
    )
    member = Table.of(
        "member", case_id=[0, 0, 1], entity=[0, 7, 0], entity_id=[50, 1, 51], role="mule"
    )
    grown = Graph(world).grow("population", people(50, 0))
    return grown.grow("ring", [*people(5, 50), case, member])


def test_a_reference_is_the_id_of_the_row_that_it_means(graph: Graph) -> None:
    emails, held = public(graph, "email"), public(graph, "has_email")
    address = dict(zip(emails["email_id"].tolist(), emails["address"].to_pylist(), strict=True))
    by_user = dict(zip(held["user_id"].tolist(), held["email_id"].tolist(), strict=True))
    rows = graph["has_email"]
    for user, email in zip(rows["user_id"], rows["email_id"], strict=True):
        assert address[by_user[int(graph.ids("user")[user])]] == f"{email}@example.org"


def test_what_refers_to_nothing_stays_none(graph: Graph) -> None:
    assert (public(graph, "user")["household_id"] == -1).all()


@pytest.mark.parametrize("name", ["user", "email", "device", "case"])
def test_a_table_with_ids_is_sorted_by_them(graph: Graph, name: str) -> None:
    ids = public(graph, name)[f"{name}_id"]
    assert (np.diff(ids) > 0).all()
    assert sorted(graph.ids(name)) == ids.tolist()


@pytest.mark.parametrize("name", ["has_email", "uses_device", "knows", "member"])
def test_rows_are_in_an_order_that_their_values_give(graph: Graph, name: str) -> None:
    table = public(graph, name)
    refs = [column for column in table if column.endswith("_id")]
    keys = list(zip(*(table[column].tolist() for column in refs), strict=True))
    assert all(one <= other for one, other in pairwise(keys))


def test_equal_references_are_ordered_by_the_other_columns(graph: Graph) -> None:
    later = Table.of("has_email", user_id=3, email_id=4, since=[9, 2, 5])
    published = public(graph.grow("more", [later]), "has_email")
    here = (published["user_id"] == graph.ids("user")[3]) & (
        published["email_id"] == graph.ids("email")[4]
    )
    since = published["since"][here].tolist()
    assert since == sorted(since)
    assert len(since) >= 3


def test_who_knows_whom_says_nothing_by_its_direction(graph: Graph) -> None:
    table = public(graph, "knows")
    assert len(table) == 55
    assert (table["user_id"] < table["other_user_id"]).all()


def test_the_words_of_a_dictionary_do_not_tell_who_brought_them(graph: Graph) -> None:
    words, codes = ["zebra", "unsaid", "apple", "zebra"], np.array([0, 2, 3, -1])
    device = Table.of("device", type=0, os=text(words, codes), user_agent="u", fingerprint="f")
    published = public(graph.grow("late", [device]), "device")["os"]
    assert published.dictionary.to_pylist() == ["apple", "x", "zebra"]
    assert sorted(published.to_pylist(), key=str) == [None, "apple", "x", "x", "zebra", "zebra"]


def test_a_member_has_the_id_of_its_own_kind(graph: Graph) -> None:
    table = public(graph, "member")
    device, users = graph.ids("device")[1], graph.ids("user")[[50, 51]]
    assert set(table["entity_id"].tolist()) == {device, *users}
    assert table["entity_id"][table["entity"] == 7].tolist() == [device]


def test_a_recipe_keeps_its_order_and_counts_its_rows(graph: Graph) -> None:
    table = public(graph, "signs_in")
    assert table["edge_id"].tolist() == list(range(55))
    assert (table["user_id"] == graph.ids("user")[graph["signs_in"]["user_id"]]).all()


def test_a_recipe_in_pieces_is_the_same_recipe(graph: Graph) -> None:
    whole, pieces = public(graph, "signs_in"), list(public_pieces(graph, "signs_in", rows=20))
    assert [len(piece) for piece in pieces] == [20, 20, 10, 5]
    for column in whole:
        assert (
            np.concatenate([piece[column] for piece in pieces]).tolist() == whole[column].tolist()
        )
    assert [len(piece) for piece in public_pieces(graph, "pays")] == [0]


def test_every_table_of_the_graph_is_published(graph: Graph) -> None:
    assert [table.name for table in nodes(graph)] == [schema.name for schema in NODES]
    assert [table.name for table in edges(graph)] == [schema.name for schema in EDGES]
    assert list(dict.fromkeys(t.name for t in recipes(graph))) == [
        schema.name for schema in RECIPES
    ]


def test_an_address_of_the_internet_is_told_of_if_somebody_banks_from_it() -> None:
    graph = World(users=400, days=2).graph()
    told = {table.name: table for table in (*nodes(graph), *edges(graph))}
    assert np.isin(told["ip"]["ip_id"], told["uses_ip"]["ip_id"]).all()
    assert np.isin(told["uses_ip"]["ip_id"], told["ip"]["ip_id"]).all()
    assert len(told["ip"]) < graph.size("ip")  # at some firms nobody banks from work
