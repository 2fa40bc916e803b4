"""A day is a pure function of the graph, and what people do in it hangs together."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from graphgen.day import DayMaker, Proposed, walks_in_order
from graphgen.graph import Graph
from graphgen.ledger import Ledger
from graphgen.market.orders import Orders
from graphgen.pattern import Pattern, named
from graphgen.proposals import Actions, Payments, Sessions
from graphgen.registry import PATTERNS, WALKS
from graphgen.schedule import BY_RATE, ONCE, due
from graphgen.schema import NULL_NUMBER, SCHEMAS, Kind, words
from graphgen.table import Array, Table, assert_equal
from graphgen.walk import Walk
from graphgen.walks._proposing import _rounded
from graphgen.world import DAY_MS, Fraud, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

WORLD = World(
    users=600,
    days=30,
    patterns={name: PATTERNS.load(name, Pattern)(count=3) for name in named("crime", market=False)},
)
EVERY = replace(WORLD, users=300, days=10, investors=0.4, walks=tuple(WALKS.names()))
RAIL = {word: code for code, word in enumerate(words.RAILS)}
CHANNEL = {word: code for code, word in enumerate(words.CHANNELS)}
ACTION = {word: code for code, word in enumerate(words.ACTIONS)}
ORIGINAL = words.LEGS.index("original")
SUM = words.AMOUNT_OF.index("sum")


@cache
def grown() -> Graph:
    return WORLD.graph()


def digest(proposed: Proposed) -> str:
    """Sum up all that is proposed for a day."""
    seen = hashlib.sha256()
    for rows in (proposed[Sessions], proposed[Actions], proposed[Payments]):
        for field in fields(rows):
            seen.update(np.ascontiguousarray(getattr(rows, field.name)).tobytes())
    return seen.hexdigest()


def days_of(maker: DayMaker, days: list[int]) -> dict[int, str]:
    return {day: digest(maker.propose(day)) for day in days}


DAYS = list(range(12))


@cache
def in_order() -> dict[int, str]:
    return days_of(DayMaker(grown()), DAYS)


def test_days_proposed_in_reverse_twice_or_alone_are_the_same() -> None:
    maker = DayMaker(grown())
    assert days_of(maker, DAYS[::-1]) == in_order()
    assert days_of(maker, DAYS) == in_order()
    for day in (0, 7, 11):
        assert digest(DayMaker(grown()).propose(day)) == in_order()[day]


def test_days_proposed_on_a_graph_grown_again_are_the_same() -> None:
    assert days_of(DayMaker(WORLD.graph()), [9, 2]) == {d: in_order()[d] for d in (9, 2)}


def test_another_process_with_another_hash_seed_proposes_the_same(
    python: Callable[..., subprocess.Popen[str]],
) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(__file__).rpartition("/")[0]!r})
import test_walks
print(test_walks.days_of(test_walks.DayMaker(test_walks.grown()), [8, 1]))
"""
    process = python(code, PYTHONHASHSEED="12345")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.strip() == str({day: in_order()[day] for day in (8, 1)})


def test_settling_changes_no_proposal() -> None:
    maker, ledger = DayMaker(grown()), Ledger(grown())
    state = ledger.start()
    for day in range(4):
        proposed = maker.propose(day)
        list(
            maker.tables(proposed, ledger.settle(state, day, proposed[Payments], proposed[Orders]))
        )
        assert digest(proposed) == in_order()[day]


def test_no_two_days_are_alike() -> None:
    assert len(set(in_order().values())) == len(DAYS)


def rows_of(tables: Tables, event: str) -> tuple[Table, Table]:
    """Give an event table and its labels, row by row."""
    label = tables["event_label"]
    return tables[event], label.take(label["event"] == words.EVENTS.index(event))


def look_up(ids: Array, wanted: Array) -> Array:
    order = np.argsort(ids)
    rows = order[np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)]
    assert (ids[rows] == wanted).all()
    return np.asarray(rows)


def test_events_stand_in_the_order_of_time_and_of_their_ids(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    for event in (e for e in words.EVENTS if e in WORLD.walks):
        time, ids = tables[event]["time"], tables[event][f"{event}_id"]
        assert (np.diff(time) >= 0).all()
        assert (np.diff(ids) > 0).all()
        assert time.min() >= WORLD.start_ms
        assert time.max() < WORLD.end_ms
        day = (time - WORLD.start_ms) // DAY_MS
        assert (ids // 10**8 == 1_000 + day).all()


def test_a_transfer_ordered_online_lies_in_a_session_of_its_payer(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment, label = rows_of(tables, "payment")
    online = (payment["channel"] == CHANNEL["online"]) & (payment["leg"] == ORIGINAL)
    transfer = online & (payment["rail"] != RAIL["card"])
    assert transfer.sum() > 1_000
    assert (payment["session_id"][transfer] >= 0).all()
    assert (payment["session_id"][~transfer] < 0).all()
    rows, session = payment.take(transfer), tables["session"]
    here = look_up(session["session_id"], rows["session_id"])
    begun = session["time"][here]
    assert (rows["time"] >= begun).all()
    assert (rows["time"] < begun + session["duration_ms"][here]).all()
    for column in ("device_id", "ip_id"):
        assert (rows[column] == session[column][here]).all()
    actor = tables["pays"]["user_id"][label["edge_id"][transfer]]
    assert (actor == session["user_id"][here]).all()


def test_a_card_used_online_carries_a_device_and_address_of_its_holder(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment = tables["payment"]
    is_card = payment["rail"] == RAIL["card"]
    online = is_card & (payment["channel"] == CHANNEL["online"])
    assert online.sum() > 1_000
    for column in ("device_id", "ip_id"):
        assert (payment[column][online] >= 0).all()
        assert (payment[column][is_card & ~online] < 0).all()
    card = look_up(tables["card"]["card_id"], payment["card_id"][online])
    holder = tables["card"]["user_id"][card]
    uses = tables["signs_in"]
    ways = set(zip(uses["user_id"], uses["device_id"], uses["ip_id"], strict=True))
    rows = payment.take(online)
    assert set(zip(holder, rows["device_id"], rows["ip_id"], strict=True)) <= ways
    assert (tables["card"]["account_id"][card] == rows["debtor_account_id"]).all()
    assert (payment["merchant_id"][is_card] >= 0).all()
    till = (payment["terminal"] >= 0)[is_card]
    assert (till == (payment["channel"] == CHANNEL["pos"])[is_card]).all()


def test_a_cash_machine_or_counter_is_one_bank_s_and_serves_many(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    cash = tables["payment"].take(tables["payment"]["rail"] == RAIL["cash"])
    vaults = tables["bank"]["vault_account_id"]
    out = np.isin(cash["creditor_account_id"], vaults)
    vault = np.where(out, cash["creditor_account_id"], cash["debtor_account_id"])
    own = np.where(out, cash["debtor_account_id"], cash["creditor_account_id"])
    assert np.isin(vault, vaults).all()
    assert (cash["terminal"] >= 0).all()
    of_bank = np.unique(np.stack([cash["terminal"], vault]), axis=1)
    assert of_bank.shape[1] == len(np.unique(cash["terminal"]))
    machine = cash["channel"] == CHANNEL["atm"]
    assert not np.isin(cash["terminal"][machine], cash["terminal"][~machine]).any()
    served = np.unique(np.stack([cash["terminal"], own])[:, machine], axis=1)
    assert served.shape[1] > 2 * len(np.unique(cash["terminal"][machine]))


def test_what_is_done_in_a_session_is_done_while_it_lasts(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    action, session = tables["action"], tables["session"]
    here = look_up(session["session_id"], action["session_id"])
    begun = session["time"][here]
    assert (action["time"] >= begun).all()
    assert (action["time"] <= begun + session["duration_ms"][here]).all()
    assert (action["user_id"] == session["user_id"][here]).all()


def test_every_session_is_signed_in_to_once_and_before_anything_else(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    action, session = tables["action"], tables["session"]
    signed = action["type"] == ACTION["sign_in"]
    failed = action["type"] == ACTION["sign_in_failed"]
    in_vain = np.setdiff1d(action["session_id"][failed], action["session_id"][signed])
    begun = np.concatenate([action["session_id"][signed], in_vain])
    assert np.array_equal(np.sort(begun), session["session_id"])
    done = np.isin(action["session_id"], in_vain)
    assert failed[done].all()
    assert 0.02 < failed.sum() / (failed | signed).sum() < 0.04
    at = np.full(len(session), np.iinfo(np.int64).max)
    at[look_up(session["session_id"], action["session_id"][signed])] = action["time"][signed]
    viewed = action.take(action["type"] == ACTION["balance_viewed"])
    assert (viewed["time"] >= at[look_up(session["session_id"], viewed["session_id"])]).all()


def test_nobody_banks_from_where_they_do_not_bank_yet(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    session = tables["session"]
    for edge, used in (("uses_device", "device_id"), ("uses_ip", "ip_id")):
        table = tables[edge]
        key = table["user_id"] << 33 | (table[used] - 10**9)
        here = look_up(key, session["user_id"] << 33 | (session[used] - 10**9))
        assert (session["time"] >= table["first_seen"][here]).all()
        last = table["last_seen"][here]
        assert ((last == NULL_NUMBER) | (session["time"] < last)).all()


def test_an_errand_fires_once_at_its_time(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment, label = rows_of(tables, "payment")
    pays = tables["pays"]
    once = np.flatnonzero((pays["schedule"] == ONCE) & (pays["amount_of"] == SUM))
    once = once[(pays["valid_from"][once] >= WORLD.start_ms)]
    once = once[pays["valid_from"][once] < WORLD.end_ms]
    first = payment["leg"] == ORIGINAL
    fired = label["edge_id"][first]
    count = np.bincount(fired, minlength=len(pays))
    assert len(once) > 300
    assert (count[once] == 1).all()
    time = np.zeros(len(pays), np.int64)
    time[fired] = payment["time"][first]
    assert (time[once] == pays["valid_from"][once]).all()


def test_a_due_habit_fires_on_each_of_its_days_and_on_no_other(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment, label = rows_of(tables, "payment")
    pays, first = tables["pays"], payment["leg"] == ORIGINAL
    edge = label["edge_id"][first]
    day = (payment["time"][first] - WORLD.start_ms) // DAY_MS
    calendar = np.array([due(WORLD.date_of(d), WORLD.place) for d in range(WORLD.days)])
    of_calendar = (pays["schedule"] != BY_RATE) & (pays["schedule"] != ONCE)
    here = of_calendar[edge]
    assert calendar[day[here], pays["schedule"][edge[here]]].all()
    pair = edge[here] * 1_000 + day[here]
    assert len(np.unique(pair)) == len(pair)
    settled = of_calendar & (pays["amount_of"] == SUM)
    settled &= (pays["valid_from"] < WORLD.start_ms) & (pays["valid_to"] == NULL_NUMBER)
    rows = np.flatnonzero(settled)
    expected = calendar.sum(axis=0)[pays["schedule"][rows]]
    assert (np.bincount(edge, minlength=len(pays))[rows] == expected).all()


def test_habits_fire_as_often_as_their_rates_add_up_to(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment, label = rows_of(tables, "payment")
    pays = tables["pays"]
    rated = (pays["schedule"] == BY_RATE) & (pays["amount_of"] == SUM)
    begin = np.maximum(pays["valid_from"], WORLD.start_ms)
    until = np.where(pays["valid_to"] == NULL_NUMBER, WORLD.end_ms, pays["valid_to"])
    lives = np.maximum(0, np.minimum(until, WORLD.end_ms) - begin) / DAY_MS
    expected = float((pays["rate"] * lives)[rated].sum())
    fired = rated[label["edge_id"][payment["leg"] == ORIGINAL]].sum()
    assert fired == pytest.approx(expected, rel=0.15)  # January is a quiet month


def test_no_habit_fires_before_it_begins_or_after_it_ended(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment, label = rows_of(tables, "payment")
    pays, first = tables["pays"], payment["leg"] == ORIGINAL
    edge, time = label["edge_id"][first], payment["time"][first]
    assert (time >= pays["valid_from"][edge]).all()
    until = pays["valid_to"][edge]
    assert ((until == NULL_NUMBER) | (time < until)).all()


def test_nobody_adds_a_payee_twice(tables_of: Collect) -> None:
    action = tables_of(replace(WORLD, patterns={}))["action"]
    added = action.take(action["type"] == ACTION["payee_added"])
    pair = np.stack([added["user_id"], added["payee_account_id"]], axis=1)
    assert len(pair) > 30
    assert len(np.unique(pair, axis=0)) == len(pair)


def test_who_shops_online_during_a_visit_to_the_bank_does_it_from_the_same_place(
    tables_of: Collect,
) -> None:
    tables = tables_of(replace(WORLD, patterns={}, users=5_000))
    payment, session, card = tables["payment"], tables["session"], tables["card"]
    by_card = payment.take((payment["channel"] == CHANNEL["online"]) & (payment["card_id"] >= 0))
    holder = card["user_id"][look_up(card["card_id"], by_card["card_id"])]
    same = []
    for user, time, device, ip in zip(
        holder, by_card["time"], by_card["device_id"], by_card["ip_id"], strict=True
    ):
        begun = session["time"] <= time
        visits = np.flatnonzero(
            begun & (time < session["time"] + session["duration_ms"]) & (session["user_id"] == user)
        )
        if len(visits):
            at = zip(session["device_id"][visits], session["ip_id"][visits], strict=True)
            same.append((device, ip) in set(at))
    assert len(same) > 30
    # but for a visit that a payment or a change brings while the purchase is made
    assert np.mean(same) > 0.85


def test_a_counter_serves_on_business_days_while_it_is_open(tables_of: Collect) -> None:
    payment = tables_of(replace(WORLD, patterns={}))["payment"]
    here = payment.take(
        (payment["channel"] == CHANNEL["branch"])
        & (payment["leg"] == ORIGINAL)
        & (payment["utc_offset"] != -1)
    )
    assert len(here) > 100
    local = here["time"] + here["utc_offset"].astype(np.int64) * 60_000
    hour, weekday = local // 3_600_000 % 24, (local // DAY_MS + 3) % 7
    assert hour.min() >= 7
    assert hour.max() < 20
    assert (weekday == 6).mean() < 0.02


def test_a_payee_is_added_before_the_first_payment_to_them(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment, label = rows_of(tables, "payment")
    pays = tables["pays"]
    is_once = pays["schedule"][label["edge_id"]] == ONCE
    rows = payment.take(is_once & (payment["session_id"] >= 0) & (payment["leg"] == ORIGINAL))
    behind = rows["counterparty_account_id"]  # what clears comes off the bank's account
    payer = np.where(behind >= 0, behind, rows["debtor_account_id"])
    pair = payer * 31 + rows["creditor_account_id"]
    usual = (pays["schedule"] != ONCE) & (pays["channel"] == CHANNEL["online"])
    begins: dict[int, int] = {}
    for known, since in zip(
        (pays["debtor_account_id"] * 31 + pays["creditor_account_id"])[usual].tolist(),
        pays["valid_from"][usual].tolist(),
        strict=True,
    ):
        begins[known] = min(since, begins.get(known, since))
    first = np.sort(np.unique(pair, return_index=True)[1])
    # of each pair that is new to each other, and is not one by habit before
    time = rows["time"].tolist()
    rows = rows.take(
        np.array([row for row in first if begins.get(int(pair[row]), time[row] + 1) > time[row]])
    )
    assert len(rows) > 30
    action = tables["action"].take(tables["action"]["type"] == ACTION["payee_added"])
    added = dict(
        zip(
            zip(action["session_id"].tolist(), action["payee_account_id"].tolist(), strict=True),
            action["time"].tolist(),
            strict=True,
        )
    )
    times = [
        (added.get((session, payee)), time)
        for session, payee, time in zip(
            *(rows[column].tolist() for column in ("session_id", "creditor_account_id", "time")),
            strict=True,
        )
    ]
    known = [(moment, time) for moment, time in times if moment is not None]
    assert all(moment <= time for moment, time in known)
    # who could not order the first of them, for want of a device, has tried to
    assert len(known) > 0.98 * len(times)


def test_clocks_on_rows_are_those_of_where_people_live(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    user, home = tables["user"], tables["household"]
    household = look_up(home["household_id"], user["household_id"])
    address = look_up(tables["address"]["address_id"], home["address_id"][household])
    zone = np.array(tables["address"]["time_zone"].to_pylist())[address]
    session = tables["session"]
    owner = look_up(user["user_id"], session["user_id"])
    for row in range(0, len(session), 97):
        moment = datetime.fromtimestamp(session["time"][row] / 1000, UTC)
        offset = moment.astimezone(ZoneInfo(zone[owner[row]])).utcoffset()
        assert offset == timedelta(minutes=int(session["utc_offset"][row]))


def test_people_sleep_at_night(tables_of: Collect) -> None:
    session = tables_of(WORLD)["session"]
    hour = (session["time"] // 60_000 + session["utc_offset"]) // 60 % 24
    by_hour = np.bincount(hour, minlength=24) / len(hour)
    assert by_hour[2:5].mean() < 0.35 / 24
    assert by_hour[9:21].mean() > 1.2 / 24


@pytest.mark.parametrize("walk", WALKS.names())
def test_a_walk_alone_makes_the_rows_that_it_makes_among_others(
    walk: str, tables_of: Collect
) -> None:
    alone, among = tables_of(replace(EVERY, walks=(walk,))), tables_of(EVERY)
    events = {name for name in alone if SCHEMAS[name].kind is Kind.EVENT}
    assert events == set(WALKS.load(walk, Walk).events)
    for event in events - {"session"}:
        columns = [name for name in alone[event] if name != "session_id"]
        for column in columns:
            one, other = (tables[event][column] for tables in (alone, among))
            if isinstance(one, np.ndarray):
                assert np.array_equal(one, other), column
            else:
                assert one.to_pylist() == other.to_pylist()
    label = alone["event_label"]
    labelled = {words.EVENTS.index(event) for event in events & set(words.EVENTS)}
    assert set(np.unique(label["event"])) == labelled


def test_walks_come_after_those_that_they_read() -> None:
    for walk in WALKS.names():
        order = walks_in_order([walk])
        assert {walk, *WALKS.load(walk, Walk).beside} <= set(order)
        for place, name in enumerate(order):
            assert set(WALKS.load(name, Walk).after) <= set(order[:place])


def test_twice_the_activity_is_twice_the_purchases_for_the_same_money(tables_of: Collect) -> None:
    base = replace(WORLD, patterns={})

    def spent(tables: Tables) -> tuple[int, int]:
        rows = tables["payment"].take(tables["payment"]["channel"] == CHANNEL["pos"])
        return len(rows), int(rows["amount_minor"].sum())

    (few, little), (many, much) = (
        spent(tables_of(replace(base, activity=factor))) for factor in (1.0, 2.0)
    )
    assert 1.6 < many / few < 2.2
    assert 0.75 < much / little < 1.3


def test_the_tables_of_a_day_are_the_same_whether_labels_are_inline() -> None:
    maker, ledger = DayMaker(grown()), Ledger(grown())
    state = ledger.start()
    apart, inline = [], []
    for day in range(2):
        proposed = maker.propose(day)
        booked = ledger.settle(state, day, proposed[Payments], proposed[Orders])
        apart += list(maker.tables(proposed, booked))
        inline += list(maker.tables(proposed, booked, inline=True))
    for plain, labelled in zip(apart, inline, strict=True):
        kept = {name: labelled[name] for name in plain}
        assert_equal(Table(plain.schema, kept), plain)
    assert all("is_fraud" in table.columns for table in inline)


@pytest.mark.parametrize(
    ("amount", "rounded"), [(62_310, 62_500), (12_380, 12_500), (2_310, 2_300), (37, 37), (0, 500)]
)
def test_a_round_sum_is_one_of_fives_and_a_small_one_whole(amount: int, rounded: int) -> None:
    assert _rounded(amount, 500, True) == rounded
    assert _rounded(amount, 500, False) % 500 == 0


def test_no_case_adds_a_payee_whom_its_payer_adds_without_it(tables_of: Collect) -> None:
    """Who is added twice would be somebody in a case."""
    world = World(users=1_500, days=100, seed=3, fraud=Fraud(rate=0.015))
    tables = tables_of(world)
    action, label = tables["action"], tables["event_label"]
    added = action["type"] == ACTION["payee_added"]
    of_action = label["event"] == words.EVENTS.index("action")
    ids, case = label["event_id"][of_action], label["case_id"][of_action]
    order = np.argsort(ids)
    honest = case[order[np.searchsorted(ids[order], action["action_id"][added])]] < 0
    pair = np.stack([action["user_id"][added], action["payee_account_id"][added]], axis=1)
    _, number = np.unique(pair, axis=0, return_inverse=True)
    without, within = (np.unique(number[rows]) for rows in (honest, ~honest))
    assert len(within) > 100
    assert not np.intersect1d(without, within).size
