"""A shared device: many people behind it within days, and their money with one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from graphgen.patterns.shared_device import SharedDevice
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

COUNT = 8
SHARED = SharedDevice(count=COUNT)
WORLD = World(users=800, days=40, patterns={"shared_device": SHARED})
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
def test_as_many_people_as_asked_sign_in_from_one_device(crime: bool, tables_of: Collect) -> None:  # noqa: FBT001
    tables = tables_of(WORLD)
    uses = tables["uses_device"]
    for case in cases(tables, crime=crime):
        people, device = members(tables, case, "user"), members(tables, case, "device")
        assert len(device) == 1
        assert SHARED.fewest <= len(people) <= SHARED.most
        assert set(uses["user_id"][uses["device_id"] == device[0]]) == set(people)


def test_all_sign_in_within_as_many_days_as_asked(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    uses = tables["uses_device"]
    for crime in (True, False):
        for case in cases(tables, crime=crime):
            first = uses["first_seen"][uses["device_id"] == members(tables, case, "device")[0]]
            assert first.max() - first.min() <= SHARED.days * DAY_MS


def test_the_money_goes_to_one_of_them_from_the_device_that_all_share(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    held = tables["has_account"]
    for case in cases(tables, crime=True):
        rows = payments_of(tables, case)
        collector = members(tables, case, "user", "collector")
        assert len(collector) == 1
        owned = held["account_id"][held["user_id"] == collector[0]]
        assert len(np.unique(rows["creditor_account_id"])) == 1
        assert np.isin(rows["creditor_account_id"], owned).all()
        assert not np.isin(rows["debtor_account_id"], owned).any()
        assert (rows["device_id"] == members(tables, case, "device")[0]).all()
        assert (rows["ip_id"] == members(tables, case, "ip")[0]).all()
        assert len(np.unique(rows["debtor_account_id"])) >= 0.7 * (SHARED.fewest - 1)


def test_nobody_sends_before_the_device_has_been_used_for_the_account(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    uses, session = tables["uses_device"], tables["session"]
    for case in cases(tables, crime=True):
        device = members(tables, case, "device")[0]
        seen = uses.take(uses["device_id"] == device)
        first = dict(zip(seen["user_id"].tolist(), seen["first_seen"].tolist(), strict=True))
        rows = payments_of(tables, case)
        order = np.searchsorted(session["session_id"], rows["session_id"])
        for user, time in zip(
            session["user_id"][order].tolist(), rows["time"].tolist(), strict=True
        ):
            assert time >= first[user]


def test_the_people_behind_a_kiosk_send_nothing_for_it(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    base = tables_of(replace(WORLD, patterns={}))
    for case in cases(tables, crime=False):
        assert len(payments_of(tables, case)) == 0
        people = members(tables, case, "user")
        assert np.isin(people, base["user"]["user_id"]).all()
        assert set(
            tables["member"]["role"]
            .take(np.flatnonzero(tables["member"]["case_id"] == case))
            .to_pylist()
        ) == {"user", "device", "address"}


def test_recruits_are_people_of_their_own_with_homes_and_devices(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    base = tables_of(replace(WORLD, patterns={}))
    recruits = np.concatenate([members(tables, c, "user") for c in cases(tables, crime=True)])
    assert len(np.unique(recruits)) == len(recruits)
    assert not np.isin(recruits, base["user"]["user_id"]).any()
    uses = tables["uses_device"]
    shared = np.concatenate([members(tables, c, "device") for c in cases(tables, crime=True)])
    own = ~np.isin(uses["device_id"], shared)
    assert np.isin(recruits, uses["user_id"][own]).all()


def test_how_many_share_a_device_is_told_by_the_look_alike_too(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    sizes = {
        crime: [len(members(tables, case, "user")) for case in cases(tables, crime=crime)]
        for crime in (True, False)
    }
    assert min(sizes[True]) <= max(sizes[False])
    assert min(sizes[False]) <= max(sizes[True])


def test_fewer_than_the_fewest_is_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match="shared_device: fewest 9 is more than most 4"):
        SharedDevice(fewest=9, most=4)
