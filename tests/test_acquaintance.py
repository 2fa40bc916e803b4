"""Who is known to know whom: some of those who pay each other, in crimes as in honest life."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graphgen.graph import Graph
from graphgen.grow import grow, populate
from graphgen.pattern import Pattern
from graphgen.planting.acquaintances import pairs
from graphgen.population.acquaintance import friendships
from graphgen.population.places import YEAR_MS
from graphgen.registry import PATTERNS
from graphgen.schedule import BY_RATE
from graphgen.schema import words
from graphgen.table import Array, assert_equal
from graphgen.world import DAY_MS, World

RINGS = ("bipartite", "cycle", "fan_in", "random_walk", "scatter_gather", "stack")
STRANGERS = ("account_takeover", "app_scam")
HONEST = World(users=1_500, days=20, patterns={})
KNOWN = HONEST.place.settings("people")["friends_known"]


def with_cases(*names: str, count: int = 12, difficulty: str = "hard") -> World:
    patterns = {name: PATTERNS.load(name, Pattern)(count=count) for name in names}
    return replace(HONEST, patterns=patterns, difficulty=difficulty)


RINGED = grow(with_cases(*RINGS))


def ends(graph: Graph) -> tuple[Array, Array, Array]:
    """Give the rows of `pays` from person to person, who pays, and who is paid."""
    held, kind = graph["has_account"], graph["account"]["type"]
    owner = np.full(graph.size("account"), -1)
    owns = held["role"] == words.ACCOUNT_ROLES.index("owner")
    owner[held["account_id"][owns]] = held["user_id"][owns]
    owner[kind != words.ACCOUNT_TYPES.index("checking")] = -1
    payer, payee = (owner[graph["pays"][f"{end}_account_id"]] for end in ("debtor", "creditor"))
    rows = np.flatnonzero((payer >= 0) & (payee >= 0) & (payer != payee))
    return rows, payer[rows], payee[rows]


def known(graph: Graph) -> tuple[Array, Array]:
    """Give the rows of `pays` from person to person, and whether the two know each other."""
    knows, (rows, payer, payee) = graph["knows"], ends(graph)
    said = {frozenset(pair) for pair in zip(knows["user_id"], knows["other_user_id"], strict=True)}
    found = [frozenset(pair) in said for pair in zip(payer, payee, strict=True)]
    return rows, np.array(found)


def test_of_friends_who_pay_each_other_some_are_known_to_know_each_other() -> None:
    rows, acquainted = known(RINGED)
    pays = RINGED["pays"]
    by_habit = (pays["case_id"][rows] < 0) & (pays["schedule"][rows] == BY_RATE)
    assert acquainted[by_habit].mean() == pytest.approx(KNOWN, abs=0.05)


def test_some_who_know_each_other_never_pay_each_other() -> None:
    _, payer, payee = ends(RINGED)
    pay = np.minimum(payer, payee).astype(np.int64) << 32 | np.maximum(payer, payee)
    assert np.isin(pairs(RINGED["knows"]), pay).mean() < 0.5


@pytest.mark.parametrize("kind", ["crime", "lookalike"])
def test_who_pay_each_other_in_a_case_know_each_other_as_often_as_others_do(kind: str) -> None:
    (rows, acquainted), case = known(RINGED), RINGED["case"]
    of_case = RINGED["pays"]["case_id"][rows]
    ours = (of_case >= 0) & (case["kind"][of_case] == words.CASE_KINDS.index(kind))
    assert ours.sum() > 200
    assert acquainted[ours].mean() == pytest.approx(acquainted[of_case < 0].mean(), abs=0.1)


def test_debts_paid_back_among_friends_are_known_no_more_often_than_what_wanders() -> None:
    graph = grow(with_cases("random_walk", count=25))
    (rows, acquainted), case = known(graph), graph["case"]
    of_case = graph["pays"]["case_id"][rows]
    crime, like = (
        acquainted[(of_case >= 0) & (case["is_fraud"][of_case] == is_fraud)].mean()
        for is_fraud in (True, False)
    )
    assert abs(crime - like) < 0.15


@pytest.mark.parametrize("name", STRANGERS)
def test_victims_do_not_know_whom_they_pay(name: str) -> None:
    graph = grow(with_cases(name, count=40))
    rows, acquainted = known(graph)
    member, pays = graph["member"], graph["pays"]
    role = np.array(member["role"].to_pylist())
    of_user = member["entity"] == words.ENTITIES.index("user")
    alone = of_user & np.isin(role, PATTERNS.load(name, Pattern).strangers)
    victims = {*zip(member["case_id"][alone], member["entity_id"][alone], strict=True)}
    deals = np.array(
        [pair in victims for pair in zip(pays["case_id"][rows], pays["user_id"][rows], strict=True)]
    )
    assert deals.sum() > 20
    assert acquainted[deals].mean() < 0.02


def test_whom_two_patterns_bring_together_know_each_other_once() -> None:
    graph = grow(replace(with_cases(*RINGS, count=6, difficulty="easy"), users=90))
    pair = pairs(graph["knows"])
    assert len(np.unique(pair)) == len(pair)
    alone = [
        pairs(block.tables["knows"])
        for name in RINGS
        for block in grow(replace(with_cases(name, count=6, difficulty="easy"), users=90)).blocks[
            1:
        ]
        if "knows" in block.tables
    ]
    met, often = np.unique(np.concatenate(alone), return_counts=True)
    assert (often > 1).any(), "no two patterns bring the same two together"
    assert set(met) <= set(pair)


def test_a_pattern_changes_nobody_else_s_acquaintances() -> None:
    honest = populate(HONEST)["knows"]
    assert_equal(RINGED.blocks[0].tables["knows"], honest)
    alone = grow(with_cases("cycle"))
    beside = {block.name: block.tables.get("knows") for block in RINGED.blocks}
    both = set(pairs(RINGED["knows"]))
    for block in alone.blocks:
        mine = block.tables.get("knows")
        assert mine is None or set(pairs(mine)) <= both
        assert mine is None or beside[block.name] is not None


def test_who_is_left_out_of_a_world_is_acquainted_all_the_same() -> None:
    honest = grow(replace(with_cases(*RINGS), leave_out="crimes"))
    assert_equal(honest["knows"], RINGED["knows"])


def test_whether_friends_are_known_to_be_is_the_same_in_either_order() -> None:
    one, other = np.arange(0, 4_000, 2, dtype=np.int32), np.arange(1, 4_001, 2, dtype=np.int32)
    there, back = friendships(HONEST, one, other), friendships(HONEST, other, one)
    assert (pairs(there) == pairs(back)).all()
    assert (there["since"] == back["since"]).all()
    assert (there["since"] <= HONEST.start_ms).all()
    assert len(there) / len(one) == pytest.approx(KNOWN, abs=0.05)
    others = friendships(replace(HONEST, seed=HONEST.seed + 1), one, other)
    assert 0.5 * KNOWN < np.isin(pairs(others), pairs(there)).mean() < 1.5 * KNOWN


def acquaintances(relation: str) -> tuple[Array, Array, Array]:
    """Give who knows whom in that way among honest people, and since when."""
    knows = populate(HONEST)["knows"]
    some = knows["relation"] == words.RELATIONS.index(relation)
    return knows["user_id"][some], knows["other_user_id"][some], knows["since"][some]


@pytest.mark.parametrize(
    ("relation", "edge"), [("colleague", "employed_by"), ("neighbour", "lives_at")]
)
def test_colleagues_and_neighbours_meet_once_both_have_come(relation: str, edge: str) -> None:
    graph = populate(HONEST)
    came = np.full(HONEST.users, -1)
    before = graph[edge].take(graph[edge]["since"] < HONEST.start_ms)
    came[before["user_id"]] = before["since"]
    one, other, since = acquaintances(relation)
    both = np.maximum(came[one], came[other])
    assert (both >= 0).all()
    assert (both <= since).all()
    assert (since <= HONEST.start_ms).all()
    assert (since > both).mean() > 0.99, "to the millisecond as one of them came"


def test_relatives_have_known_each_other_since_the_younger_was_born_or_they_met_as_a_couple() -> (
    None
):
    user = populate(HONEST)["user"]
    one, other, since = acquaintances("family")
    younger = np.maximum(user["birth_date"][one], user["birth_date"][other])
    at_birth = (younger <= since) & (since < younger + DAY_MS)
    couple = ~at_birth & (user["household_id"][one] == user["household_id"][other])
    assert (since[couple] > younger[couple]).all()
    assert (at_birth | couple).all()
    assert 0.2 < couple.mean() < 0.8
    assert (HONEST.start_ms - since > 20 * YEAR_MS).mean() > 0.3


def test_who_shares_a_home_has_known_the_others_since_before() -> None:
    graph = populate(HONEST)
    home = np.full(HONEST.users, -1)
    lives = graph["lives_at"].take(graph["lives_at"]["since"] < HONEST.start_ms)
    home[lives["user_id"]] = lives["since"]
    household = graph["user"]["household_id"]
    for relation in ("family", "friend"):
        one, other, since = acquaintances(relation)
        together = household[one] == household[other]
        assert together.sum() > 20
        assert (since <= np.minimum(home[one], home[other]))[together].all()
