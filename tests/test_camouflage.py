"""At hard no join that takes a minute tells an abuse of the market from what is honest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from graphgen.dataset import Dataset
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.grow import grow
from graphgen.market.insiders import could_be_insiders
from graphgen.order import among
from graphgen.pattern import Pattern, named
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.report import entities, leaks
from graphgen.report.features import features
from graphgen.report.reading import Facts, read
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

WALKS = ("action", "news", "payment", "price", "session", "trade")
HONEST = World(users=1_500, days=40, patterns={}, investors=0.6, difficulty="hard", walks=WALKS)
ABUSES = named("crime", market=True)
BUY, SELL = words.SIDES.index("buy"), words.SIDES.index("sell")


def planted(name: str, count: int, world: World = HONEST) -> World:
    return replace(world, patterns={name: PATTERNS.load(name, Pattern)(count=count)})


def of_cases(tables: Tables, event: str) -> tuple[Array, Array]:
    """Say which rows of an event belong to a case, and which to a crime: bool."""
    label = tables["event_label"]
    mine = label["event"] == words.EVENTS.index(event)
    return label["case_id"][mine] >= 0, label["is_fraud"][mine]


def test_investors_come_to_buy_what_they_never_held(tables_of: Collect) -> None:
    tables = tables_of(HONEST)
    order, holds = tables["order"], tables["holds"]
    buys = order["side"] == BUY
    pair, held = (
        np.stack([table["account_id"], table["security_id"]]) for table in (order.take(buys), holds)
    )
    both = np.unique(np.concatenate([held, pair], axis=1), axis=1, return_inverse=True)[1]
    is_new = ~among(both[held.shape[1] :], both[: held.shape[1]])
    assert 0.1 < is_new.mean() < 0.5
    who = np.unique(order["account_id"])
    assert 0.3 < len(np.unique(pair[0][is_new])) / len(who) < 0.9


def test_investors_order_several_things_in_one_visit(tables_of: Collect) -> None:
    _, many = np.unique(tables_of(HONEST)["order"]["session_id"], return_counts=True)
    assert 0.05 < (many > 1).mean() < 0.3


def test_nobody_orders_within_minutes_from_several_devices(tables_of: Collect) -> None:
    order = tables_of(HONEST)["order"]
    place = np.lexsort((order["time"], order["account_id"]))
    user, time, device = (order[name][place] for name in ("user_id", "time", "device_id"))
    soon = (np.diff(user) == 0) & (np.diff(time) < 240_000)
    assert soon.sum() > 100
    assert (np.diff(device)[soon] == 0).mean() > 0.9


def test_news_of_a_case_is_about_a_sector_and_of_a_tone_of_its_own(tables_of: Collect) -> None:
    patterns = {
        name: PATTERNS.load(name, Pattern)(count=6)
        for name in ("insider_trading", "bad_news", "pump_and_dump")
    }
    news = tables_of(replace(HONEST, patterns=patterns))["news"]
    told = news.take(news["security_id"] >= 0)
    assert len(told) > 100
    assert (told["sector_id"] >= 0).all()
    company = told["topic"] == words.TOPICS.index("company")
    tones, times = np.unique(told["sentiment"][company], return_counts=True)
    assert times[np.abs(tones) < 0.999].max() == 1


def test_who_tells_could_have_been_an_insider_anyway() -> None:
    graph = grow(planted("insider_trading", 40))
    member = graph["member"]
    is_user = member["entity"] == words.ENTITIES.index("user")
    tells = member["entity_id"][is_user & (np.array(member["role"].to_pylist()) == "insider")]
    assert len(tells) == 40
    assert could_be_insiders(graph)[tells].mean() > 0.95


def test_a_rally_that_is_true_is_talked_of_too() -> None:
    edges = grow(planted("pump_and_dump", 12))["publishes"]
    cases = grow(planted("pump_and_dump", 12))["case"]["is_fraud"]
    mine = edges["case_id"] >= 0
    talk = edges["topic"][mine] == words.TOPICS.index("rumour")
    crime = cases[edges["case_id"][mine]]
    assert talk[crime].all()
    assert 0.2 < talk[~crime].mean() < 0.8


def test_orders_of_market_makers_meet_as_those_of_rings_do(tables_of: Collect) -> None:
    tables = tables_of(planted("wash_trading", 20))
    trade = tables["trade"]
    _, crime = of_cases(tables, "trade")
    keys = np.stack([trade[c] for c in ("security_id", "time", "price_minor", "quantity")])
    _, place, count = np.unique(keys, axis=1, return_inverse=True, return_counts=True)
    meets = count[place] > 1
    assert meets[crime].all()
    assert (meets & ~crime).sum() > 0.4 * crime.sum()


def test_what_meets_is_filled_after_any_while(tables_of: Collect) -> None:
    tables = tables_of(planted("wash_trading", 20))
    trade, order = tables["trade"], tables["order"]
    given = dict(zip(order["order_id"].tolist(), order["time"].tolist(), strict=True))
    _, crime = of_cases(tables, "trade")
    rows = np.flatnonzero(crime)
    waits = trade["time"][rows] - np.array([given[one] for one in trade["order_id"][rows].tolist()])
    _, times = np.unique(waits, return_counts=True)
    assert times.max() < 0.05 * len(waits) + 3


@pytest.mark.parametrize(("difficulty", "shares"), [("easy", (0.0, 0.0)), ("hard", (0.4, 0.8))])
def test_rings_and_market_makers_give_limits_alike(
    difficulty: str, shares: tuple[float, float]
) -> None:
    graph = grow(planted("wash_trading", 30, replace(HONEST, difficulty=difficulty)))  # type: ignore[arg-type]
    edges, crime = graph["trades"], graph["case"]["is_fraud"]
    mine = edges["case_id"] >= 0
    limit = edges["type"][mine] == words.ORDER_TYPES.index("limit")
    is_crime = crime[edges["case_id"][mine]]
    for some in (is_crime, ~is_crime):
        assert shares[0] <= limit[some].mean() <= shares[1]


def test_a_fund_that_buys_at_the_close_buys_what_it_holds() -> None:
    graph = grow(planted("marking_the_close", 15))
    edges, holds = graph["trades"], graph["holds"]
    mine = edges.take(edges["case_id"] >= 0)
    pairs = [t["account_id"].astype(np.int64) << 32 | t["security_id"] for t in (mine, holds)]
    assert among(*pairs).all()
    like = ~graph["case"]["is_fraud"][mine["case_id"]]
    case, bought = mine["case_id"][like], mine["security_id"][like]
    several = [len(np.unique(bought[case == one])) > 1 for one in np.unique(case)]
    assert np.mean(several) > 0.8


def test_who_happens_to_be_before_a_block_trades_as_often_as_who_runs_before_it() -> None:
    graph = grow(planted("front_running", 20))
    edges, case = graph["trades"], graph["case"]
    mine = edges.take((edges["case_id"] >= 0) & (edges["side"] == SELL))
    crime = case["is_fraud"][mine["case_id"]]
    # a client with less money gives fewer blocks
    assert crime.sum() == pytest.approx((~crime).sum(), rel=0.2)
    assert crime.sum() > 20


def test_a_ring_s_money_comes_in_sums_that_people_send() -> None:
    graph = grow(planted("ramp_and_dump", 45))
    pays = graph["pays"]
    mine = (pays["case_id"] >= 0) & (pays["amount_of"] == words.AMOUNT_OF.index("sum"))
    usual = pays["amount_minor"][
        (pays["case_id"] < 0)
        & (pays["habit"] == words.HABITS.index("transfer"))
        & (pays["rail"] == words.RAILS.index("instant"))
    ]
    sent = np.log(pays["amount_minor"][mine])
    assert len(sent) > 20
    place = np.searchsorted(np.sort(np.log(np.maximum(1, usual))), sent) / len(usual)
    assert 0.3 < place.mean() < 0.7


def test_a_ring_pays_in_as_much_as_others_do(tables_of: Collect) -> None:
    tables = tables_of(planted("wash_trading", 40))
    payment, account = tables["payment"], tables["account"]
    kind = dict(zip(account["account_id"].tolist(), account["type"].tolist(), strict=True))
    ends = [
        np.array([kind[one] for one in payment[f"{end}_account_id"].tolist()])
        for end in ("debtor", "creditor")
    ]
    checking, brokerage = (words.ACCOUNT_TYPES.index(w) for w in ("checking", "brokerage"))
    paid_in = (ends[0] == checking) & (ends[1] == brokerage)
    paid_in &= payment["rail"] == words.RAILS.index("instant")
    _, crime = of_cases(tables, "payment")
    ours, others = (np.sort(payment["amount_minor"][paid_in & some]) for some in (crime, ~crime))
    assert len(ours) > 15
    assert 0.3 < np.searchsorted(others, ours).mean() / len(others) < 0.7


def test_a_ring_has_no_device_of_its_own_at_hard() -> None:
    easy, hard = (
        len(grow(planted("wash_trading", 20, replace(HONEST, difficulty=difficulty)))["device"])
        for difficulty in ("easy", "hard")
    )
    assert hard == len(grow(HONEST)["device"]) < easy


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    folder = tmp_path_factory.mktemp("camouflage") / "world"
    patterns = {name: PATTERNS.load(name, Pattern)(count=25) for name in ABUSES}
    world = replace(HONEST, users=4_000, days=60, patterns=patterns)
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return read(Dataset(folder))


def test_nothing_that_is_counted_of_investors_and_their_orders_gives_an_abuse_away(
    facts: Facts,
) -> None:
    found = [
        *entities.leaks(facts, features(facts)),
        *(
            leak
            for event in ("order", "trade")
            for leak in leaks.linked(facts, facts.events[event])
        ),
    ]
    assert len(found) >= 100
    assert {leak.limit for leak in found} == {leaks.FEATURE_LIMITS["hard"]}
    assert not [(leak.pattern, leak.feature, leak.area) for leak in found if not leak.ok]


@pytest.mark.parametrize("event", ["order", "trade", "news"])
def test_no_column_of_a_row_gives_an_abuse_away(event: str, facts: Facts) -> None:
    found = list(leaks.raw(facts, facts.events[event]))
    assert len(found) >= (10 if event != "news" else 3)
    assert not [(leak.pattern, leak.feature, leak.area) for leak in found if not leak.ok]
