"""What the orders of cases will take is set aside for them: what is planned can be paid for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.market.book import UNSETTLED, Book, _coming
from graphgen.market.margin import wanted
from graphgen.market.provision import _within
from graphgen.pattern import Pattern, named
from graphgen.registry import PATTERNS
from graphgen.schema import words
from graphgen.world import World

ABUSES = named("crime", market=True)
WORLD = World(users=900, days=40, investors=0.6, walks=("payment", "price", "session", "trade"))
BUY = words.SIDES.index("buy")
CASH = words.QUANTITY_OF.index("cash")


def book(**patterns: int) -> tuple[Book, World]:
    every = {name: PATTERNS.load(name, Pattern)(count=count) for name, count in patterns.items()}
    world = replace(WORLD, patterns=every)
    return Book(grow(world)), world


def test_no_more_is_set_aside_than_there_is() -> None:
    found, world = book(**dict.fromkeys(ABUSES, 6))
    opened = grow(world)["account"]["opening_balance_minor"]
    some = found.set_aside > 0
    assert some.sum() > 50
    assert (found.set_aside[some] <= 0.85 * opened[some] + 1).all()
    held, aside = found.begins[0], found.begins[3]
    assert (aside > 0).sum() > 5
    assert (aside <= held).all()


def test_nothing_is_set_aside_where_nothing_is_planned() -> None:
    found, _ = book()
    assert not found.set_aside.any()
    assert not found.begins[3].any()


def test_nothing_is_set_aside_for_orders_that_are_given_to_be_cancelled() -> None:
    found, world = book(spoofing=6)
    trades = grow(world)["trades"]
    planned = trades["case_id"] >= 0
    layers = np.flatnonzero(planned & (trades["lasts"] > 0))
    sales = np.flatnonzero(planned & (trades["side"] != BUY))
    assert len(layers) > 12
    assert not np.isin(layers, found.provision.edge).any()
    assert np.isin(sales, found.provision.edge).all()


@pytest.mark.parametrize("share", [1, 3, 10])
def test_shares_that_are_few_go_to_as_many_orders_whole(share: int) -> None:
    account = np.array([1, 0, 1, 1, 1])
    aside = _within(account, np.array([4.0, 9.0, 4.0, 4.0, 4.0]), np.array([5.0, float(share)]))
    assert aside.tolist()[1] == 5
    assert aside[account == 1].sum() == share
    assert (aside >= 0).all()


def test_who_has_set_something_aside_orders_for_it_and_one_share_at_least() -> None:
    def shares(free: int, provided: int, price: int = 100) -> int:
        return int(wanted(CASH, 1, 0.5, 0, free, price, provided, False))

    assert shares(10_000, 0) == 50
    assert shares(10_000, 8_000) == 80
    assert shares(-500, 8_000) == 80
    assert shares(150, 20, price=140) == 1
    assert shares(150, 0, price=140) == 0


def test_what_comes_of_a_sale_or_of_a_short_position_that_is_covered_may_be_planned_with() -> None:
    moves = np.zeros(5, UNSETTLED)
    moves["day"] = [4, 4, 4, 5, 4]
    moves["account"] = [0, 1, 2, 2, 2]
    moves["amount"] = [900, 600, -700, 800, -50]
    moves["kept"] = [0, 600, -1_050, 0, 0]
    sale, short_sale, covered = _coming(moves, 4, 3)
    assert (sale, short_sale, covered) == (900, 0, 1_050)
