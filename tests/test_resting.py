"""Tests of orders that are good till cancelled: how long they live, and what they end with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graphgen.exporter import FileExporter
from graphgen.generate import Interrupted, Progress, generate
from graphgen.market.resting import STILL_OPEN, rested
from graphgen.market.tape import tape
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

WORLD = World(
    users=600, days=30, patterns={}, investors=0.5, walks=("bar", "payment", "price", "trade")
)
BUY, SELL = 0, 1
LIMIT, STOP = 1, 2
GTC = words.TIMES_IN_FORCE.index("gtc")
STATUS = words.ORDER_STATUSES.index


@pytest.fixture
def tables(tables_of: Collect) -> Tables:
    return tables_of(WORLD)


def resting(tables: Tables) -> Table:
    """Give the orders that have outlived their session."""
    order = tables["order"]
    gtc = order["tif"] == GTC
    later = (order["ended"] == NULL_NUMBER) | (order["ended"] // DAY_MS > order["time"] // DAY_MS)
    assert not (later & ~gtc).any()
    return order.take(later)


def test_an_order_that_is_good_till_cancelled_is_filled_or_cancelled_later_or_stays_open(
    tables: Tables,
) -> None:
    order, trade = resting(tables), tables["trade"]
    assert {STATUS("executed"), STATUS("cancelled"), STATUS("open")} <= set(order["status"])
    still = order["status"] == STATUS("open")
    assert np.array_equal(still, order["ended"] == NULL_NUMBER)
    filled = order.take(order["filled"] > 0)
    place = np.searchsorted(trade["order_id"][np.argsort(trade["order_id"])], filled["order_id"])
    found = trade.take(np.argsort(trade["order_id"])[place])
    assert np.array_equal(found["order_id"], filled["order_id"])
    assert np.array_equal(found["time"], filled["ended"])
    assert np.array_equal(found["quantity"], filled["filled"])


def test_it_is_filled_in_the_first_minute_whose_price_comes_to_it(tables: Tables) -> None:
    order, bar = resting(tables), tables["bar"]
    assert (order["filled"] > 0).sum() > 10
    for row in np.flatnonzero(order["filled"] > 0).tolist():
        day, ended = order["time"][row] // DAY_MS, order["ended"][row]
        mine = (bar["security_id"] == order["security_id"][row]) & (bar["time"] // DAY_MS > day)
        mine &= bar["time"] <= ended
        limit, below = order["limit_minor"][row], order["side"][row] == BUY
        below = below == (order["type"][row] == LIMIT)
        reached = bar["low_minor"] <= limit if below else bar["high_minor"] >= limit
        (found,) = np.flatnonzero(mine & reached)
        assert 0 <= ended - bar["time"][found] < 60_000


WAITS = World(users=20, days=130, start=date(2026, 1, 5), patterns={}, investors=0.5)


def waited(limit: Array, stays: int) -> tuple[Array, Array, Array]:
    """Leave orders to buy the first security open after the first session."""
    count, graph = len(limit), WAITS.graph()
    return rested(
        WAITS,
        tape(graph),
        0,
        np.zeros(count, np.int32),
        np.full(count, BUY, np.int8),
        np.full(count, LIMIT, np.int8),
        limit,
        np.full(count, stays),
        np.full((count, 2), 0.5),
    )


def test_the_lower_the_limit_the_later_and_the_cheaper() -> None:
    low = tape(WAITS.graph()).low[1:60, 0]
    limits = np.linspace(low.min(), low.max(), 8).astype(np.int64)
    fill, price, _ = waited(limits, 0)
    assert (fill > 0).all()
    assert (np.diff(fill) <= 0).all()
    assert (price <= limits).all()


def test_what_no_price_comes_to_expires_after_ninety_days_or_is_cancelled_before() -> None:
    sessions = tape(WAITS.graph()).sessions
    fill, price, end = waited(np.array([1]), 0)
    assert (fill[0], price[0]) == (0, 0)
    assert end[0] in sessions.closes
    assert 86 <= (end[0] - WAITS.start_ms) // DAY_MS <= 90
    _, _, end = waited(np.array([1]), 3)
    assert sessions.opens[3] < end[0] < sessions.closes[3]


def test_what_would_end_after_the_world_is_open_as_it_ends() -> None:
    world = replace(WAITS, days=60)
    one = np.ones(1, np.int64)
    found = tape(world.graph())
    last = len(found.sessions) - 1
    for stays in (0, last + 1):
        fill, _, end = rested(
            world, found, 0, one * 0, one * 0, one * LIMIT, one, one * stays, np.ones((1, 2)) / 2
        )
        assert (fill[0], end[0]) == (0, STILL_OPEN)


def test_a_case_that_moves_a_price_moves_what_rests_on_it(tables_of: Collect) -> None:
    from graphgen.pattern import Pattern

    crash = PATTERNS.load("market_crash", Pattern)(count=1, on=date(2026, 1, 20))
    tables = tables_of(replace(WORLD, patterns={"market_crash": crash}))
    test_it_is_filled_in_the_first_minute_whose_price_comes_to_it(tables)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_run_that_is_stopped_goes_on_with_the_orders_that_rest(
    workers: int, tmp_path: Path
) -> None:
    world = replace(WORLD, users=200, days=12, walks=("payment", "price", "trade"))
    exporter = EXPORTERS.load("parquet", FileExporter)
    generate(world, [exporter(str(tmp_path / "whole"))])

    def stop(progress: Progress) -> None:
        if progress.stage == "events" and progress.done == 7:
            raise KeyboardInterrupt

    sink = exporter(str(tmp_path / "parts"))
    with pytest.raises(Interrupted):
        generate(world, [sink], workers=workers, on_progress=stop)
    generate(world, [sink], workers=workers, resume=True)
    whole = sorted((tmp_path / "whole").rglob("*.parquet"))
    assert len(whole) > 30
    for path in whole:
        other = tmp_path / "parts" / path.relative_to(tmp_path / "whole")
        assert path.read_bytes() == other.read_bytes(), path
