"""The tape as a surveillance desk knows it: who meets whom, what is cancelled, what is a lot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from graphgen.market.listing import listing
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.walks._order_meetings import meetings
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

WORLD = World(
    users=1_500, days=40, patterns={}, investors=0.6, walks=("payment", "price", "session", "trade")
)
BUY, SELL = words.SIDES.index("buy"), words.SIDES.index("sell")
LIMIT, STOP = words.ORDER_TYPES.index("limit"), words.ORDER_TYPES.index("stop")
GTC = words.TIMES_IN_FORCE.index("gtc")
CANCELLED = words.ORDER_STATUSES.index("cancelled")


@pytest.fixture
def tables(tables_of: Collect) -> Tables:
    return tables_of(WORLD)


def met(trade: Table) -> tuple[Array, Array]:
    """Group trades of one security, moment, price and size: the group of each, and its size."""
    keys = np.stack([trade[c] for c in ("security_id", "time", "price_minor", "quantity")])
    _, place, count = np.unique(keys, axis=1, return_inverse=True, return_counts=True)
    return place, count[place]


def test_customers_who_do_nothing_wrong_meet_each_other(tables: Tables) -> None:
    trade = tables["trade"]
    place, many = met(trade)
    assert 0.15 < (many > 1).mean() < 0.35
    pairs = trade.take(np.flatnonzero(many == 2)[np.argsort(place[many == 2], kind="stable")])
    side, account = (pairs[column].reshape(-1, 2) for column in ("side", "account_id"))
    assert (np.sort(side, axis=1) == [BUY, SELL]).mean() > 0.99
    assert (account[:, 0] != account[:, 1]).all()
    assert len(np.unique(account)) > 0.4 * len(np.unique(trade["account_id"]))


def test_who_meets_by_chance_does_not_meet_again_and_again(tables: Tables) -> None:
    trade = tables["trade"]
    place, many = met(trade)
    some = np.flatnonzero(many == 2)
    account = trade["account_id"][some[np.argsort(place[some], kind="stable")]].reshape(-1, 2)
    _, times = np.unique(np.sort(account, axis=1), axis=0, return_counts=True)
    assert (times == 1).mean() > 0.95


def test_meeting_moves_no_price(tables_of: Collect, tables: Tables) -> None:
    nobody = tables_of(replace(WORLD, investors=0.0))["price"]
    assert (nobody["close_minor"] == tables["price"]["close_minor"]).all()
    assert (nobody["volume"] == tables["price"]["volume"]).all()


def test_an_order_meets_one_other_of_its_block_and_one_of_the_two_holds_the_stock() -> None:
    rng = np.random.default_rng(7)
    block, account, security = rng.integers(0, [2, 20, 5], (400, 3)).T
    holds = rng.random(400) < 0.5
    pairs = meetings(block, account, security, holds, rng.random((400, 3)) * [1, 0, 1])
    both = np.append(pairs.seller, pairs.buyer)
    assert len(both) > 100
    assert len(np.unique(both)) == len(both)
    assert holds[pairs.seller].all()
    assert (account[pairs.seller] != account[pairs.buyer]).all()
    for of in (block, security):
        assert (of[pairs.seller] == of[pairs.buyer]).all()


def test_as_many_limit_orders_are_cancelled_as_is_usual(tables: Tables) -> None:
    order = tables["order"]
    limits = order["type"] == LIMIT
    assert 0.4 < (order["status"][limits] == CANCELLED).mean() < 0.6


def test_more_than_half_of_the_trades_in_stocks_are_odd_lots_and_little_of_the_volume(
    tables: Tables,
) -> None:
    trade, security = tables["trade"], tables["security"]
    stock = security["type"] == words.SECURITY_TYPES.index("stock")
    assert stock.sum() == (listing(WORLD.place).type == words.SECURITY_TYPES.index("stock")).sum()
    here = np.isin(trade["security_id"], security["security_id"][stock])
    some = trade["quantity"][here]
    assert 0.5 < (some < 100).mean() < 0.85
    assert 0.05 < some[some < 100].sum() / some.sum() < 0.2


def test_stops_to_buy_and_to_sell_are_good_till_cancelled_as_limits_are(tables: Tables) -> None:
    order = tables["order"]
    rests = order["tif"] == GTC
    for kind in (LIMIT, STOP):
        for side in (BUY, SELL):
            here = (order["type"] == kind) & (order["side"] == side)
            assert (rests & here).sum() > 5
    assert 0.02 < rests.mean() < 0.06
