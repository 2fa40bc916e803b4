"""A shared device: many people behind it within days, and their money with one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.patterns.shared_device import SharedDevice
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 8
SHARED = SharedDevice(count=COUNT)
WORLD = World(users=600, days=30, patterns={"shared_device": SHARED})
FARMS = replace(WORLD, difficulty="easy", patterns={"shared_device": replace(SHARED, farms=1.0)})
PROMISES = [text for text, _ in statements("shared_device")]
ENTITY = {word: code for code, word in enumerate(words.ENTITIES)}


def members(tables: Tables, case: int, entity: str, role: str | None = None) -> Array:
    member = tables["member"]
    mine = (member["case_id"] == case) & (member["entity"] == ENTITY[entity])
    if role:
        mine &= np.array(member["role"].to_pylist(), object) == role
    return np.asarray(member["entity_id"][mine])


def cases(tables: Tables, *, crime: bool) -> list[int]:
    case = tables["case"]
    return [int(each) for each in case["case_id"][case["is_fraud"] == crime]]


def payments_of(tables: Tables, case: int) -> Table:
    label = tables["event_label"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    return tables["payment"].take(case_of == case)


@pytest.mark.parametrize("crime", [True, False])
def test_as_many_people_as_asked_bank_from_one_device(crime: bool, tables_of: Collect) -> None:  # noqa: FBT001
    tables = tables_of(replace(WORLD, difficulty="easy"))
    uses = tables["uses_device"]
    for case in cases(tables, crime=crime):
        people, device = members(tables, case, "user"), members(tables, case, "device")
        if len(device) > 1:  # a farm
            continue
        assert SHARED.fewest <= len(people) <= SHARED.most
        assert set(uses["user_id"][uses["device_id"] == device[0]]) == set(people)


@pytest.mark.parametrize("difficulty", ["medium", "hard"])
def test_collectors_know_hardly_more_people_than_others_do(difficulty: Difficulty) -> None:
    pattern = replace(SHARED, count=60, farms=0.0)
    graph = grow(
        replace(WORLD, users=1_500, difficulty=difficulty, patterns={"shared_device": pattern})
    )
    ends = [graph["knows"][end] for end in ("user_id", "other_user_id")]
    known = np.bincount(np.concatenate(ends), minlength=graph.size("user"))
    member = graph["member"]
    role = np.array(member["role"].to_pylist(), object)
    mine = (role == "collector") & (member["entity"] == ENTITY["user"])
    assert known[member["entity_id"][mine]].mean() < 1.45 * known.mean()


def test_all_sign_in_within_as_many_days_as_asked(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    ways = tables["signs_in"]
    for case in cases(tables, crime=True) + cases(tables, crime=False):
        assert np.ptp(ways["valid_from"][ways["case_id"] == case]) <= SHARED.days * DAY_MS


def test_the_money_goes_to_one_of_them_from_the_device_that_all_share(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    held = tables["has_account"]
    for case in cases(tables, crime=True):
        rows = payments_of(tables, case)
        collector = members(tables, case, "user", "collector")
        owned = held["account_id"][held["user_id"] == collector[0]]
        assert np.isin(rows["creditor_account_id"], owned).all()
        assert not np.isin(rows["debtor_account_id"], owned).any()
        assert np.isin(rows["device_id"], members(tables, case, "device")).all()
        senders = len(members(tables, case, "user", "recruit"))
        assert len(np.unique(rows["debtor_account_id"])) == senders


def test_a_farm_has_many_devices_of_one_build_and_everybody_behind_two(tables_of: Collect) -> None:
    tables = tables_of(FARMS)
    device, uses = tables["device"], tables["uses_device"]
    for case in cases(tables, crime=True):
        mine = members(tables, case, "device", "emulator")
        build = device.take(np.isin(device["device_id"], mine))
        assert len(build) == 6
        for column in ("os", "user_agent"):
            assert len(set(build[column].to_pylist())) == 1
        assert len(set(build["fingerprint"].to_pylist())) == len(build)
        people = uses["user_id"][np.isin(uses["device_id"], mine)]
        assert set(np.unique(people, return_counts=True)[1]) == {2}
        assert 4 * SHARED.fewest <= len(np.unique(people)) <= 4 * SHARED.most
    assert all(len(members(tables, c, "device")) == 1 for c in cases(tables, crime=False))


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_farms_stand_at_every_difficulty(difficulty: Difficulty, tables_of: Collect) -> None:
    patterns = {"shared_device": replace(SHARED, farms=0.5)}
    tables = tables_of(replace(WORLD, difficulty=difficulty, patterns=patterns))
    farms = [len(members(tables, c, "device", "emulator")) for c in cases(tables, crime=True)]
    assert set(farms) == {0, 6}


def test_some_emulators_were_their_collector_s_before_at_hard(tables_of: Collect) -> None:
    tables = tables_of(replace(FARMS, difficulty="hard"))
    uses, old = tables["uses_device"], []
    for case in cases(tables, crime=True):
        known = np.isin(uses["device_id"], members(tables, case, "device"))
        known &= uses["first_seen"] < WORLD.start_ms
        collector = members(tables, case, "user", "collector")
        assert np.isin(uses["user_id"][known], collector).all()
        old.append(known.any())
    assert 0 < np.mean(old) < 1


def test_the_people_behind_a_kiosk_send_nothing_for_it(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    for case in cases(tables, crime=False):
        assert len(payments_of(tables, case)) == 0


def test_all_are_people_who_live_there_anyway(tables_of: Collect) -> None:
    base, tables = tables_of(replace(WORLD, patterns={})), tables_of(WORLD)
    assert len(tables["user"]) == len(base["user"])
    assert len(tables["account"]) == len(base["account"])


def test_the_harder_the_more_devices_and_addresses_were_there_before(tables_of: Collect) -> None:
    new = []
    for difficulty in ("easy", "medium", "hard"):
        base, tables = (
            tables_of(replace(WORLD, difficulty=difficulty, patterns=patterns))
            for patterns in ({}, {"shared_device": replace(SHARED, farms=0.0)})
        )
        new.append([len(tables[what]) - len(base[what]) for what in ("device", "ip")])
    assert new[0] == [2 * COUNT, 2 * COUNT]
    assert new[0][0] > new[1][0] > new[2][0] > 0
    assert new[2][1] == 0


def test_how_many_share_a_device_is_told_by_the_look_alike_too(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    sizes = {
        crime: [len(members(tables, case, "user")) for case in cases(tables, crime=crime)]
        for crime in (True, False)
    }
    assert min(sizes[True]) <= max(sizes[False])
    assert min(sizes[False]) <= max(sizes[True])


@pytest.mark.parametrize(("users", "days"), [(600, 1), (600, 3), (60, 20)])
def test_it_fits_into_small_worlds(users: int, days: int, broken: Broken) -> None:
    patterns = {"shared_device": SharedDevice(count=3, farms=0.0)}
    assert not broken(World(users=users, days=days, patterns=patterns))


def test_too_few_people_and_fewer_than_the_fewest_are_one_line() -> None:
    large = {"shared_device": SharedDevice(count=1, fewest=30, most=30)}
    with pytest.raises(ValueError, match="shared_device: people: 30 are needed, the world has"):
        grow(World(users=20, days=9, patterns=large))
    with pytest.raises(ValueError, match="shared_device: fewest 9 is more than most 4"):
        SharedDevice(fewest=9, most=4)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'collector'", 0),
        ("UPDATE case_member SET role = 'host' WHERE entity = 'user'", 0),
        ("DELETE FROM case_member WHERE role IN ('recruit', 'user')", 0),
        ("UPDATE case_member SET role = 'emulator' WHERE role = 'device'", 1),
        ("UPDATE case_member SET entity_id = 7 WHERE entity = 'device'", 2),
        ("UPDATE case_session SET device_id = device_id + 1", 4),
        ("UPDATE case_payment SET device_id = device_id + 1", 5),
        ("UPDATE case_payment SET creditor_account_id = debtor_account_id", 5),
        ("UPDATE case_payment SET rail = 'cheque'", 5),
        ("UPDATE case_payment SET time = case_start - INTERVAL 1 DAY", 6),
        ("UPDATE case_payment SET is_fraud = false", 7),
    ],
)
def test_each_promise_is_broken_by_what_breaks_it(
    change: str, promise: int, broken: Broken
) -> None:
    assert PROMISES[promise] in broken(WORLD, change)


def test_sign_ins_that_begin_too_late_break_their_promise(broken: Broken) -> None:
    later = "UPDATE signs_in SET valid_from = valid_from + INTERVAL 9 DAY WHERE edge_id % 2 = 0"
    assert PROMISES[3] in broken(WORLD, later, also=("signs_in",))
    seen = "UPDATE uses_device SET first_seen = first_seen + INTERVAL 9 DAY WHERE user_id % 2 = 0"
    assert PROMISES[8] in broken(WORLD, seen, also=("uses_device",))


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
@pytest.mark.parametrize("seed", range(50))
def test_every_promise_is_kept_whatever_the_seed(
    seed: int, difficulty: Difficulty, broken: Broken
) -> None:
    assert not broken(replace(WORLD, seed=seed, difficulty=difficulty))
