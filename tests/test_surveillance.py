"""What is measured of orders for securities is what was known of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphgen.dataset import Dataset
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.report import rows, surveillance
from graphgen.report.difficulty import difficulty_of_orders
from graphgen.report.features import features
from graphgen.report.reading import Facts, read
from graphgen.schema import words
from graphgen.world import World

NAMES = ("spoofing", "wash_trading", "insider_trading")
WALKS = ("action", "news", "payment", "price", "session", "trade")
WORLD = World(
    users=500,
    days=40,
    investors=0.7,
    walks=WALKS,
    patterns={name: PATTERNS.load(name, Pattern)(count=12) for name in NAMES},
)
CANCELLED = words.ORDER_STATUSES.index("cancelled")


def written(folder: Path, world: World) -> Facts:
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return read(Dataset(folder))


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return written(tmp_path_factory.mktemp("surveillance") / "world", WORLD)


def test_more_is_known_of_orders_from_level_to_level(facts: Facts) -> None:
    pytest.importorskip("sklearn")
    found = difficulty_of_orders(facts, features(facts)["user"])
    assert [level.name for level in found.levels] == ["raw", "velocity", "graph"], found.reason
    counts = [level.features for level in found.levels]
    assert counts == sorted(set(counts))
    assert all(level.band is None for level in found.levels)
    assert found.levels[-1].average_precision > 2 * found.test_rate
    assert set(found.levels[-1].by_pattern) <= set(NAMES)
    assert not list(found.findings())


def test_without_orders_it_says_that_there_are_none(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    world = replace(WORLD, users=60, days=3, investors=0.0, patterns={}, walks=("payment",))
    found = difficulty_of_orders(written(tmp_path / "world", world), {})
    assert (found.levels, found.reason) == ([], "there is no order of a crime")


def test_velocity_counts_strictly_earlier_orders_and_what_was_cancelled_by_then(
    facts: Facts,
) -> None:
    order, moves = facts.events["order"], surveillance.orders(facts)
    chosen = np.arange(0, len(order), max(1, len(order) // 300))
    found = surveillance.velocity(facts, moves, chosen)
    filled = order["filled"] > 0
    for place, row in enumerate(chosen.tolist()):
        own = order["account_id"] == order["account_id"][row]
        gap = order["time"][row] - order["time"]
        day = own & filled & (gap > 0) & (gap <= 86_400_000)
        assert found["account: orders in 1 d"][place] == day.sum()
        known = own & (order["status"] == CANCELLED) & (order["ended"] < order["time"][row])
        assert found["account: cancelled before"][place] == known.sum()
        same = own & (order["security_id"] == order["security_id"][row])
        before = np.flatnonzero(same)
        assert found["pair: paid before"][place] == (before < row).sum()


def test_prices_that_have_moved_are_known_and_those_to_come_are_not(facts: Facts) -> None:
    moves, order = surveillance.orders(facts), facts.events["order"]
    price = facts.dataset.sql(
        "SELECT epoch_ms(time) AS time, security_id, close_minor FROM price ORDER BY time"
    ).fetchnumpy()
    chosen = np.arange(0, len(order), max(1, len(order) // 100))
    before = surveillance.velocity(facts, moves, chosen)["price: moved in 1 session before"]
    after = surveillance.network(facts, moves, chosen, {})["price: moves in 1 session after"]
    for place, row in enumerate(chosen.tolist()):
        own = price["security_id"] == order["security_id"][row]
        close = np.log(price["close_minor"][own])
        last = int(np.searchsorted(price["time"][own], order["time"][row])) - 1
        if 1 <= last < len(close) - 1:
            assert before[place] == pytest.approx(close[last] - close[last - 1], abs=1e-5)
            assert after[place] == pytest.approx(close[last + 1] - close[last], abs=1e-5)


def test_acquaintances_insiders_and_news_are_those_of_the_tables(facts: Facts) -> None:
    moves, order = surveillance.orders(facts), facts.events["order"]
    chosen = np.arange(0, len(order), max(1, len(order) // 60))
    found = surveillance.network(facts, moves, chosen, {})
    knows = {frozenset(pair) for pair in facts.dataset.sql("FROM knows").project(
        "user_id, other_user_id").fetchall()}  # fmt: skip
    insiders = set(
        facts.dataset.sql(
            "SELECT user_id, security_id FROM insider_of JOIN security USING (issuer_id)"
        ).fetchall()
    )
    news = facts.dataset.sql(
        "SELECT epoch_ms(time) AS time, security_id FROM (FROM news SELECT time, security_id "
        "UNION ALL FROM report SELECT time, security_id) WHERE security_id IS NOT NULL"
    ).fetchnumpy()
    week = 7 * 86_400_000
    for place, row in enumerate(chosen.tolist()):
        user, security, time = (order[c][row] for c in ("user_id", "security_id", "time"))
        friends = {one for pair in knows if user in pair for one in pair if one != user}
        theirs = np.isin(order["user_id"], list(friends)) & (order["security_id"] == security)
        gap = order["time"] - time
        before, after = ((gap >= -week) & (gap <= 0)), ((gap >= 0) & (gap <= week))
        assert found["acquaintances: orders for it 7 d before"][place] == (theirs & before).sum()
        assert found["acquaintances: orders for it 7 d after"][place] == (theirs & after).sum()
        assert found["is an insider"][place] == ((user, security) in insiders)
        assert found["insiders known"][place] == sum((f, security) in insiders for f in friends)
        ahead = news["time"][(news["security_id"] == security) & (news["time"] > time)] - time
        hours = min([*(ahead / 3_600_000).tolist(), 60 * 24.0])
        assert found["news: hours to the next"][place] == pytest.approx(hours, rel=1e-5)


def test_a_row_that_follows_from_another_says_nothing_again(facts: Facts) -> None:
    order, trade = facts.events["order"], facts.events["trade"]
    digits = rows.mute(facts, order)["milliseconds"]
    first = np.zeros(len(order), bool)
    first[np.unique(order["session_id"], return_index=True)[1]] = True
    assert (digits[first] == order["time"][first] % 1000).all()
    assert (~first).sum() > 0
    assert (digits[~first] == 0).mean() < 0.05
    matched = np.append(np.diff(trade["time"]) == 0, False)
    assert matched.any()
    assert set(np.unique(rows.mute(facts, trade)["order of a moment's rows"])) >= {0, 1}
