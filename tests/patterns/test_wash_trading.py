"""Wash trading: what goes round comes back, round by round, and nobody can tell by how it looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.market.sessions import sessions
from graphgen.patterns.wash_trading import WashTrading
from graphgen.planting.desk import Desk
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 40
WASH = WashTrading(count=COUNT)
WORLD = World(
    users=1200,
    days=40,
    investors=0.6,
    difficulty="hard",
    walks=("payment", "price", "session", "trade"),
    patterns={"wash_trading": WASH},
)
BUY = words.SIDES.index("buy")
every_difficulty = pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])


def of_crimes(tables: Tables, event: str) -> tuple[Table, Array]:
    """Give the rows of an event that belong to crimes, and their cases."""
    label = tables["event_label"]
    mine = label["event"] == words.EVENTS.index(event)
    crime = label["is_fraud"][mine]
    return tables[event].take(crime), np.asarray(label["case_id"][mine][crime])


def left_over(tables: Tables) -> Array:
    """Give what each account of a ring ends with, as a share of all that it traded: float64."""
    trade, case = of_crimes(tables, "trade")
    pairs = np.stack([case, trade["account_id"]], axis=1)
    _, place = np.unique(pairs, axis=0, return_inverse=True)
    sign = np.where(trade["side"] == BUY, 1, -1)
    net = np.bincount(place.ravel(), sign * trade["quantity"])
    return np.abs(net) / np.bincount(place.ravel(), trade["quantity"])


@pytest.mark.parametrize(("seed", "most"), [(2, 4), (4, 4), (5, 6)])
def test_what_goes_round_comes_back_however_little_one_of_a_ring_can_pay_for(
    seed: int, most: int, tables_of: Collect
) -> None:
    patterns = {"wash_trading": replace(WASH, most=most)}
    left = left_over(tables_of(replace(WORLD, seed=seed, patterns=patterns)))
    assert len(left) > 1.5 * COUNT
    assert left.max() <= 0.34  # what the pattern promises
    assert (left > 0.1).mean() <= 0.04


@every_difficulty
def test_every_round_ends_in_the_session_in_which_it_began(difficulty: Difficulty) -> None:
    # the last session of these days is a half day
    patterns = {"wash_trading": replace(WASH, most=6)}
    world = replace(
        WORLD, start=date(2025, 11, 10), days=19, difficulty=difficulty, patterns=patterns
    )
    edges = grow(world)["trades"]
    at = np.sort(edges["valid_from"][edges["meets"] >= 0])
    days = sessions(world.place, world.start, world.days)
    place = np.searchsorted(days.opens, at, side="right") - 1
    assert len(at) > 4 * COUNT
    assert (place >= 0).all()
    assert (at < days.closes[place] - 10_000).all()


def test_at_hard_a_ring_s_visits_last_as_long_as_others_in_which_something_is_ordered(
    tables_of: Collect,
) -> None:
    tables = tables_of(WORLD)
    order, session = tables["order"], tables["session"]
    label = tables["event_label"]
    fraud = label["is_fraud"][label["event"] == words.EVENTS.index("order")]
    crime, honest = (
        np.sort(session["duration_ms"][np.isin(session["session_id"], order["session_id"][some])])
        for some in (fraud, ~fraud)
    )
    # the share of pairs in which the ring's is the longer one
    longer = np.searchsorted(honest, crime).mean() / len(honest)
    assert len(crime) > 4 * COUNT
    assert longer == pytest.approx(0.5, abs=0.1)


def test_who_is_to_buy_is_of_those_who_opened_with_more_cash() -> None:
    graph = grow(replace(WORLD, patterns={}))
    desk = Desk(graph, np.random.default_rng(1), WASH)
    opened = graph["account"]["opening_balance_minor"]
    everybody, rich = (opened[desk.account[some]] for some in (desk.pool, desk.rich(0.5)))
    assert len(rich) == round(0.5 * len(everybody))
    assert rich.min() >= np.median(everybody) - 1
