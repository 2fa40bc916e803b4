"""A mule network is what its sources say: layers, a cut kept, minutes, and a herder's device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import populate
from graphgen.patterns.mule_network import MuleNetwork
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 16
MULES = MuleNetwork(count=COUNT)
WORLD = World(users=900, days=40, patterns={"mule_network": MULES})
CASH = words.RAILS.index("cash")
BOOKED = words.STATUSES.index("booked")


def planted(**values: object) -> World:
    return replace(WORLD, patterns={"mule_network": replace(MULES, **values)})


def hops_of(tables: Tables, *, crime: bool) -> list[tuple[Table, Array, Array]]:
    """Give each case's payments, the edges that they were walked off, and the edges they follow."""
    label, case, pays = tables["event_label"], tables["case"], tables["pays"]
    label = label.take(label["event"] == words.EVENTS.index("payment"))
    found = []
    for each in case["case_id"][case["is_fraud"] == crime]:
        mine = label["case_id"] == each
        edge = label["edge_id"][mine]
        found.append((tables["payment"].take(mine), edge, pays["follows"][edge]))
    return found


def depths(edge: Array, follows: Array) -> Array:
    """Count the hops before each: 0 for what comes in."""
    parent = dict(zip(edge.tolist(), follows.tolist(), strict=True))

    def depth(hop: int) -> int:
        return 0 if parent[hop] < 0 else 1 + depth(parent[hop])

    return np.array([depth(hop) for hop in edge.tolist()])


@pytest.mark.parametrize("crime", [True, False])
def test_money_runs_through_two_to_five_layers(crime: bool, tables_of: Collect) -> None:  # noqa: FBT001
    deepest = []
    for payment, edge, follows in hops_of(tables_of(WORLD), crime=crime):
        assert (payment["status"] == BOOKED).all()
        depth = depths(edge, follows)
        paid_by = dict(zip(edge.tolist(), payment["creditor_account_id"].tolist(), strict=True))
        for debtor, before in zip(payment["debtor_account_id"], follows, strict=True):
            assert before < 0 or paid_by[int(before)] == debtor
        deepest.append(depth.max() + (not crime))
    assert min(deepest) >= 2
    assert max(deepest) <= MULES.layers + 1
    assert len(set(deepest)) > 1


@pytest.mark.parametrize("difficulty", words.DIFFICULTIES)
def test_mules_keep_two_to_ten_percent_of_each_receipt_and_pass_the_rest_on(
    difficulty: str, tables_of: Collect
) -> None:
    kept = []
    for payment, edge, follows in hops_of(tables_of(planted(difficulty=difficulty)), crime=True):
        amount = dict(zip(edge.tolist(), payment["amount_minor"].tolist(), strict=True))
        for receipt, brought in amount.items():
            hops = np.flatnonzero(follows == receipt)
            if len(hops):
                sent = int(payment["amount_minor"][hops].sum())
                unit = np.where(payment["rail"][hops] == CASH, 2_000, 500).sum()
                assert 0.90 * brought - unit <= sent <= 0.98 * brought
                kept.append(1 - sent / brought)
    assert 0.02 < np.median(kept) < 0.15


def test_money_lies_for_minutes_and_longer_the_harder_it_is_to_see(tables_of: Collect) -> None:
    medians = []
    for difficulty in words.DIFFICULTIES:
        lies: list[int] = []
        tables = tables_of(planted(difficulty=difficulty))
        for payment, edge, follows in hops_of(tables, crime=True):
            time = dict(zip(edge.tolist(), payment["time"].tolist(), strict=True))
            lies += [
                now - time[int(before)]
                for now, before, rail in zip(
                    payment["time"].tolist(), follows, payment["rail"], strict=True
                )
                if before >= 0 and rail != CASH
            ]
        assert min(lies) > 0
        medians.append(float(np.median(lies)) / 60_000)
    assert medians[0] == pytest.approx(20, rel=0.4)
    assert all(less < more for less, more in pairwise(medians))


def test_the_last_layer_draws_cash_or_sends_abroad(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    kind = dict(zip(*(tables["account"][c].tolist() for c in ("account_id", "type")), strict=True))
    rails = set()
    for payment, edge, follows in hops_of(tables, crime=True):
        # what is too small for a bank note stays where it is
        last = ~np.isin(edge, follows) & (payment["amount_minor"] > 2_500)
        for creditor, rail in zip(
            payment["creditor_account_id"][last], payment["rail"][last], strict=True
        ):
            word = "internal" if rail == CASH else "external"
            assert kind[int(creditor)] == words.ACCOUNT_TYPES.index(word)
            rails.add(int(rail))
    assert len(rails) == 2


def test_a_herder_works_fewer_accounts_the_harder_it_is_to_see(tables_of: Collect) -> None:
    shares = []
    for difficulty in words.DIFFICULTIES:
        tables = tables_of(planted(difficulty=difficulty))
        member, uses = tables["member"], tables["uses_device"]
        is_fraud = np.isin(member["case_id"], tables["case"]["case_id"][tables["case"]["is_fraud"]])
        devices = member["entity_id"][
            is_fraud & (member["entity"] == words.ENTITIES.index("device"))
        ]
        people = is_fraud & (member["entity"] == words.ENTITIES.index("user"))
        behind = [int((uses["device_id"] == device).sum()) for device in devices]
        assert min(behind) >= 2
        shares.append(sum(behind) / int(people.sum()))
    assert shares[0] == 1.0
    assert shares[0] > shares[1] > shares[2]


@pytest.mark.parametrize("crime", [True, False])
@pytest.mark.parametrize("difficulty", words.DIFFICULTIES)
def test_what_is_shared_is_a_phone_in_crimes_and_look_alikes_and_sometimes_it_is_none(
    crime: bool,  # noqa: FBT001
    difficulty: str,
    tables_of: Collect,
) -> None:
    tables = tables_of(planted(difficulty=difficulty, count=20))
    member, case, device = tables["member"], tables["case"], tables["device"]
    of = np.isin(member["case_id"], case["case_id"][case["is_fraud"] == crime])
    mine = member["entity_id"][of & (member["entity"] == words.ENTITIES.index("device"))]
    kind = device["type"][np.isin(device["device_id"], mine)]
    assert 0 < (kind == words.DEVICE_TYPES.index("phone")).mean() < 1


def test_families_share_phones_too() -> None:
    graph = populate(replace(WORLD, users=3_000, patterns={}))
    phone = graph["device"]["type"] == words.DEVICE_TYPES.index("phone")
    behind = np.bincount(graph["uses_device"]["device_id"], minlength=len(phone))
    assert ((behind[phone] >= 2) & (behind[phone] <= 5)).sum() > 5


@pytest.mark.parametrize("difficulty", words.DIFFICULTIES)
def test_recruits_are_young_more_often_than_others(difficulty: str, tables_of: Collect) -> None:
    tables = tables_of(planted(difficulty=difficulty, count=4))
    member, user = tables["member"], tables["user"]
    mine = member["entity_id"][member["entity"] == words.ENTITIES.index("user")]
    is_mule = np.isin(user["user_id"], mine)
    years = (WORLD.start_ms - user["birth_date"]) / 3.156e10
    assert (years[is_mule] < 40).mean() > 1.5 * (years[~is_mule] < 40).mean()


@pytest.mark.parametrize(
    "world",
    [
        replace(planted(width=1, layers=2, deposits=1), days=1),
        replace(planted(fan=10, width=30, layers=6, deposits=20, count=1), days=3),
        replace(planted(layers=2, fan=1, minutes=1440), days=2),
    ],
)
def test_the_narrowest_and_the_widest_networks_keep_every_promise(
    world: World, broken: Broken
) -> None:
    assert not broken(world)


TAMPERED = {
    "one account that collects": (
        "UPDATE case_member SET role = 'mule' WHERE role = 'collector' AND entity = 'user'"
    ),
    "are those of its people": (
        "UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'account'"
    ),
    "comes in on the collector's account": (
        "UPDATE case_payment SET status = 'declined' WHERE follows IS NULL"
    ),
    "every case has money coming in": (
        "DELETE FROM case_payment WHERE case_id = (SELECT min(case_id) FROM case_payment)"
    ),
    "deposits of a case lie within": (
        "UPDATE case_payment SET time = time + INTERVAL 40 DAYS WHERE payment_id IN (SELECT "
        "max(payment_id) FROM case_payment WHERE follows IS NULL GROUP BY case_id "
        "HAVING count(*) > 1)"
    ),
    "is paid by one account": (
        "DELETE FROM case_payment WHERE creditor_account_id = (SELECT min(entity_id) "
        "FROM case_member WHERE entity = 'account' AND role = 'mule')"
    ),
    "pays no more accounts": (
        "UPDATE case_payment SET debtor_account_id = case_id WHERE follows IS NOT NULL"
    ),
    "two layers of accounts": "DELETE FROM case_payment WHERE follows IS NOT NULL",
    "out of the receipt that it follows": (
        "UPDATE case_payment SET time = time - INTERVAL 30 DAYS WHERE follows IS NOT NULL"
    ),
    "passes on 90 to 98 %": (
        "UPDATE case_payment SET amount_minor = amount_minor + 10000 WHERE debtor_account_id IN "
        "(SELECT entity_id FROM case_member WHERE entity = 'account' AND role = 'collector')"
    ),
    "too small is passed on": "DELETE FROM case_payment WHERE stage = 'integration'",
    "leaves the world, or is drawn": "UPDATE case_payment SET rail = 'instant' WHERE rail = 'cash'",
    "used by people of the case alone": "UPDATE uses_device SET user_id = user_id + 1",
    "orders the hops of the case from it": "UPDATE case_payment SET device_id = device_id + 1",
}


@pytest.mark.parametrize("promise", TAMPERED)
def test_each_promise_is_broken_by_a_table_that_is_changed(promise: str, broken: Broken) -> None:
    assert any(promise in text for text in broken(WORLD, TAMPERED[promise], also=("uses_device",)))


def test_no_promise_is_left_without_a_change_that_breaks_it() -> None:
    for text, _ in statements("mule_network"):
        assert any(promise in text for promise in TAMPERED), text


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", words.DIFFICULTIES)
@pytest.mark.parametrize("seed", range(100, 150))
def test_every_case_keeps_every_promise_whatever_the_seed(
    seed: int, difficulty: Difficulty, broken: Broken
) -> None:
    assert not broken(replace(WORLD, seed=seed, difficulty=difficulty))
