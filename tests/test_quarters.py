"""Tests of `graphgen.quarters`: the errands of a world that is longer than a quarter."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from graphgen.day import DayMaker
from graphgen.graph import Graph
from graphgen.proposals import Payments
from graphgen.quarters import quarters
from graphgen.schedule import ONCE, QUARTER
from graphgen.schema import words
from graphgen.table import Table, assert_equal
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]

WORLD = World(users=150, days=2 * QUARTER + 20, seed=5)
ADDED = words.ACTIONS.index("payee_added")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return WORLD.graph()


def test_people_run_as_many_errands_in_every_quarter_and_the_last_ends_with_the_world(
    tables_of: Callable[[World], Tables],
) -> None:
    pays = tables_of(WORLD)["pays"]
    honest = np.flatnonzero((pays["schedule"] == ONCE) & (pays["case_id"] < 0))
    day = (pays["valid_from"][honest] - WORLD.start_ms) // DAY_MS
    assert day.max() == WORLD.days - 1
    a_day = np.histogram(day, [0, QUARTER, 2 * QUARTER, WORLD.days])[0] / [QUARTER, QUARTER, 20]
    assert a_day.max() < 1.25 * a_day.min()


def test_rows_of_later_quarters_are_numbered_behind_all_others(
    tables_of: Callable[[World], Tables], graph: Graph
) -> None:
    for name in ("pays", "acts"):
        recipe = tables_of(WORLD)[name]
        assert (recipe["edge_id"] == np.arange(len(recipe))).all()
        later = [block for block in quarters(graph).blocks() if name in block.tables]
        assert [block.starts[name] for block in later] == list(
            graph.size(name) + np.cumsum([0, *(len(b.tables[name]) for b in later[:-1])])
        )
        assert len(recipe) == graph.size(name) + sum(len(b.tables[name]) for b in later)


def test_every_errand_of_a_quarter_happens_within_it(graph: Graph) -> None:
    for number, block in enumerate(quarters(graph).blocks(), 1):
        for table in block.tables.values():
            day = (table["valid_from"] - WORLD.start_ms) // DAY_MS
            assert day.min() >= number * QUARTER
            assert day.max() < min((number + 1) * QUARTER, WORLD.days)


def test_every_errand_of_a_payment_is_walked(tables_of: Callable[[World], Tables]) -> None:
    tables = tables_of(WORLD)
    pays, label = tables["pays"], tables["event_label"]
    of_payment = label["event"] == words.EVENTS.index("payment")
    walked = np.isin(pays["edge_id"], label["edge_id"][of_payment])
    errands = (pays["schedule"] == ONCE) & (pays["case_id"] < 0)
    # some people have no way to bank at the time, and do not order what is ordered online
    assert walked[errands].mean() > 0.97


def test_no_errand_adds_a_payee_whom_one_of_an_earlier_quarter_added(
    tables_of: Callable[[World], Tables], graph: Graph
) -> None:
    tables = tables_of(WORLD)
    action, label = tables["action"], tables["event_label"]
    pays, population = tables["pays"], len(graph.blocks[0].tables["pays"])
    errand = (pays["schedule"] == ONCE) & (pays["case_id"] < 0)
    errand[population : graph.size("pays")] = False
    by_errand = label["edge"] == words.WALKED_EDGES.index("pays")
    by_errand[by_errand] = errand[label["edge_id"][by_errand]]
    by_errand &= label["event"] == words.EVENTS.index("action")
    added = (action["type"] == ADDED) & np.isin(
        action["action_id"], label["event_id"][by_errand], assume_unique=True
    )
    assert (action["time"][added] >= WORLD.start_ms + QUARTER * DAY_MS).any()
    pair = np.stack([action["user_id"][added], action["payee_account_id"][added]], axis=1)
    assert len(np.unique(pair, axis=0)) == len(pair)


def test_days_of_different_quarters_are_made_in_any_order(graph: Graph) -> None:
    days = [QUARTER - 1, QUARTER, 2 * QUARTER]
    one, other = DayMaker(graph), DayMaker(graph)
    forwards = {day: one.propose(day)[Payments] for day in days}
    backwards = {day: other.propose(day)[Payments] for day in days[::-1]}
    for day in days:
        for column, values in vars(forwards[day]).items():
            assert np.array_equal(values, getattr(backwards[day], column)), column


def test_a_pattern_moves_no_errand_of_a_later_quarter(graph: Graph) -> None:
    bare = World(users=WORLD.users, days=WORLD.days, seed=WORLD.seed, patterns={}).graph()
    for with_fraud, without in zip(quarters(graph).blocks(), quarters(bare).blocks(), strict=True):
        for name, table in with_fraud.tables.items():
            assert_equal(table, without.tables[name])


def test_a_world_of_a_quarter_has_no_later_one() -> None:
    assert not list(quarters(World(users=20, days=QUARTER, patterns={}).graph()).blocks())
