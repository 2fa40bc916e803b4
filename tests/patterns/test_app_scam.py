"""A scam by authorised payments is what its sources say: a story, its payments, and mules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.patterns.app_scam import AppScam
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 20
SCAM = AppScam(count=COUNT)
WORLD = World(users=900, days=70, patterns={"app_scam": SCAM})
BOOKED = words.STATUSES.index("booked")
CASH = words.RAILS.index("cash")


def planted(**values: object) -> World:
    return replace(WORLD, patterns={"app_scam": replace(SCAM, **values)})


def cases(tables: Tables, *, crime: bool) -> list[int]:
    case = tables["case"]
    return [int(each) for each in case["case_id"][case["is_fraud"] == crime]]


def edges_of(tables: Tables, case: int) -> Table:
    """Give what is planned of a case: payments in order of time, and hops."""
    pays = tables["pays"].take(tables["pays"]["case_id"] == case)
    return pays.take(np.argsort(pays["valid_from"], kind="stable"))


def payments_of(tables: Tables, case: int) -> tuple[Table, Array, Array]:
    """Give a case's rows of payment, and of each its edge and the edge that it follows."""
    label = tables["event_label"]
    label = label.take(label["event"] == words.EVENTS.index("payment"))
    mine = label["case_id"] == case
    edge = label["edge_id"][mine]
    return tables["payment"].take(mine), edge, tables["pays"]["follows"][edge]


@pytest.mark.parametrize("crime", [True, False])
def test_a_payer_pays_once_to_ten_times_and_most_pay_once_or_twice(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    tables = tables_of(WORLD)
    asked = [
        int((edges_of(tables, case)["follows"] < 0).sum()) for case in cases(tables, crime=crime)
    ]
    assert min(asked) >= 1
    assert max(asked) <= SCAM.payments
    assert np.median(asked) <= 2
    assert max(asked) >= 3


def test_who_invests_pays_more_each_time_and_who_loves_pays_as_much(tables_of: Collect) -> None:
    tables = tables_of(planted(difficulty="easy"))
    growth = []
    for case in cases(tables, crime=True) + cases(tables, crime=False):
        edges = edges_of(tables, case)
        sums = edges["amount_minor"][edges["follows"] < 0]
        if len(sums) >= 5:
            growth.append(float(np.exp(np.diff(np.log(sums)).mean())))
    assert min(growth) < 1.2 < max(growth) < 2


def test_a_purchase_is_paid_within_days_and_a_long_story_takes_weeks(tables_of: Collect) -> None:
    tables = tables_of(planted(difficulty="hard"))
    short, long = [], []
    for case in cases(tables, crime=True) + cases(tables, crime=False):
        edges = edges_of(tables, case)
        times = edges["valid_from"][edges["follows"] < 0]
        (short if len(times) <= 2 else long).append(np.ptp(times) / 86_400_000)
    assert max(short) < 4
    assert max(long) > 14
    assert max(long) <= SCAM.days + 1


@pytest.mark.parametrize("difficulty", words.DIFFICULTIES)
def test_mules_pass_on_nine_tenths_and_sellers_less(difficulty: str, tables_of: Collect) -> None:
    tables = tables_of(planted(difficulty=difficulty))
    for crime, least, most in ((True, 0.90, 0.98), (False, 0.40, 0.90)):
        hops = 0
        for case in cases(tables, crime=crime):
            payment, edge, follows = payments_of(tables, case)
            brought = dict(zip(edge.tolist(), payment["amount_minor"].tolist(), strict=True))
            for receipt in np.unique(follows[follows >= 0]).tolist():
                rows = np.flatnonzero(follows == receipt)
                sent = int(payment["amount_minor"][rows].sum())
                unit = int(np.where(payment["rail"][rows] == CASH, 2_000, 500).sum())
                assert least * brought[receipt] - unit <= sent <= most * brought[receipt]
                hops += 1
        assert hops >= COUNT / 2


def backward(payment: Table, edge: Array, follows: Array) -> Array:
    """Say which rows pay something back to who has paid: bool."""
    payer = dict(zip(edge.tolist(), payment["debtor_account_id"].tolist(), strict=True))
    before = np.array([payer.get(each, -1) for each in follows.tolist()])
    return np.asarray(payment["creditor_account_id"] == before)


@pytest.mark.parametrize("crime", [True, False])
def test_a_small_part_of_the_first_payment_comes_back_to_who_invests(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    tables = tables_of(planted(count=60, difficulty="easy"))
    found = 0
    for case in cases(tables, crime=crime):
        payment, edge, follows = payments_of(tables, case)
        back = np.flatnonzero(backward(payment, edge, follows))
        assert len(back) <= 1
        for row in back:
            first = np.flatnonzero(follows < 0)[0]
            assert follows[row] == edge[first]
            assert payment["amount_minor"][row] < payment["amount_minor"][first] / 3
            assert (edges_of(tables, case)["follows"] < 0).sum() >= 3
        found += len(back)
    assert 2 <= found <= 30


def test_what_comes_back_to_a_victim_is_recovered(tables_of: Collect) -> None:
    tables = tables_of(planted(count=60, difficulty="easy"))
    case = tables["case"]
    recovered = dict(zip(case["case_id"].tolist(), case["recovered_minor"].tolist(), strict=True))
    for each in cases(tables, crime=True):
        payment, edge, follows = payments_of(tables, each)
        back = backward(payment, edge, follows)
        assert recovered[each] == int(payment["amount_minor"][back].sum())
    assert not any(recovered[each] for each in cases(tables, crime=False))


def test_what_is_declined_is_not_passed_on(tables_of: Collect) -> None:
    tables = tables_of(planted(count=90, investment=100_000_000, romance=100_000_000))
    declined = 0
    for case in cases(tables, crime=True):
        payment, edge, follows = payments_of(tables, case)
        refused = edge[payment["status"] != BOOKED]
        declined += len(refused)
        assert not np.isin(follows, refused).any()
    assert declined


def test_victims_lose_what_they_could_pay(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    case = tables["case"]
    loss = dict(zip(case["case_id"].tolist(), case["loss_minor"].tolist(), strict=True))
    for each in cases(tables, crime=True):
        payment, _, follows = payments_of(tables, each)
        paid = (follows < 0) & (payment["status"] == BOOKED)
        assert loss[each] == int(payment["amount_minor"][paid].sum())
    assert not any(loss[each] for each in cases(tables, crime=False))


def test_payers_order_it_themselves_from_where_they_always_bank(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    base = tables_of(replace(WORLD, patterns={}))
    known = set(
        zip(*(base["uses_device"][c].tolist() for c in ("user_id", "device_id")), strict=True)
    )
    session = tables["session"]
    for case in cases(tables, crime=True):
        payment, _, follows = payments_of(tables, case)
        rows = np.searchsorted(session["session_id"], payment["session_id"][follows < 0])
        pairs = zip(
            session["user_id"][rows].tolist(), session["device_id"][rows].tolist(), strict=True
        )
        assert set(pairs) <= known


@pytest.mark.parametrize(
    "world",
    [
        replace(planted(payments=1, days=1), days=1),
        replace(planted(payments=10), days=3),
        planted(purchase=1_000, romance=1_000, investment=1_000),
    ],
)
def test_the_shortest_and_the_smallest_keep_every_promise(world: World, broken: Broken) -> None:
    assert not broken(world)


TAMPERED = {
    "is one payer, one payee": (
        "DELETE FROM case_member WHERE role = 'victim' AND entity = 'user'"
    ),
    "are those of its people": (
        "UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'account'"
    ),
    "is asked once to as many times": (
        "DELETE FROM case_payment WHERE case_id = (SELECT min(case_id) FROM case_payment)"
    ),
    "run from the payer to payees": (
        "UPDATE case_payment SET creditor_account_id = debtor_account_id WHERE follows IS NULL"
    ),
    "within the declared days": (
        "UPDATE case_payment SET time = time + INTERVAL 90 DAYS WHERE payment_id IN (SELECT "
        "max(payment_id) FROM case_payment WHERE follows IS NULL GROUP BY case_id "
        "HAVING count(*) > 1)"
    ),
    "every hop lies within the case": "UPDATE case_payment SET time = time - INTERVAL 90 DAYS",
    "passes on 90 to 98 %": (
        "UPDATE case_payment SET amount_minor = amount_minor * 2 WHERE follows IS NOT NULL"
    ),
    "later than its receipt": (
        "UPDATE case_payment SET time = time - INTERVAL 30 DAYS WHERE follows IS NOT NULL"
    ),
    "something goes back": (
        "UPDATE case_payment SET amount_minor = amount_minor * 20 WHERE stage = 'recovery'"
    ),
    "of a crime is recovered": "UPDATE case_payment SET stage = 'layering' WHERE follows >= 0",
    "is passed on, once": "DELETE FROM case_payment WHERE follows IS NOT NULL",
    "leaves the world": (
        "UPDATE case_payment SET rail = CASE rail WHEN 'cash' THEN 'instant' ELSE 'cash' END "
        "WHERE stage = 'integration'"
    ),
}


@pytest.mark.parametrize("promise", TAMPERED)
def test_each_promise_is_broken_by_a_table_that_is_changed(promise: str, broken: Broken) -> None:
    assert any(promise in text for text in broken(WORLD, TAMPERED[promise]))


def test_no_promise_is_left_without_a_change_that_breaks_it() -> None:
    for text, _ in statements("app_scam"):
        assert any(promise in text for promise in TAMPERED), text


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", words.DIFFICULTIES)
@pytest.mark.parametrize("seed", range(100, 150))
def test_every_case_keeps_every_promise_whatever_the_seed(
    seed: int, difficulty: Difficulty, broken: Broken
) -> None:
    assert not broken(replace(WORLD, seed=seed, difficulty=difficulty))
