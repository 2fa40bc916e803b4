"""IP recycling: many accounts over a few addresses that change, and no money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.patterns.ip_recycling import IpRecycling
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 6
RECYCLING = IpRecycling(count=COUNT)
WORLD = World(users=600, days=40, seed=1, patterns={"ip_recycling": RECYCLING})
PROMISES = [text for text, _ in statements("ip_recycling")]
ENTITY = {word: code for code, word in enumerate(words.ENTITIES)}


def members(tables: Tables, entity: str, *, crime: bool) -> list[Array]:
    """Give the rows of an entity that belong to each case."""
    case, member = tables["case"], tables["member"]
    mine = member["entity"] == ENTITY[entity]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [member["entity_id"][mine & (member["case_id"] == each)] for each in wanted]


def sessions(tables: Tables, *, crime: bool) -> list[Table]:
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("session")]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [tables["session"].take(case_of == each) for each in wanted]


@pytest.mark.parametrize("crime", [True, False])
def test_many_accounts_are_worked_from_a_few_addresses(crime: bool, tables_of: Collect) -> None:  # noqa: FBT001
    tables = tables_of(WORLD)
    people, addresses = (members(tables, e, crime=crime) for e in ("user", "ip"))
    for who, where in zip(people, addresses, strict=True):
        assert RECYCLING.fewest <= len(np.unique(who)) == len(who) <= RECYCLING.most
        assert 3 <= len(np.unique(where)) == len(where) <= min(RECYCLING.addresses, len(who) // 4)


@pytest.mark.parametrize("crime", [True, False])
def test_everybody_moves_on_to_later_addresses_as_these_change(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    for rows in sessions(tables_of(WORLD), crime=crime):
        of = [rows["time"][rows["ip_id"] == ip] for ip in np.unique(rows["ip_id"])]
        middle = [np.median(times) for times in of]
        assert np.ptp(middle) > 0.4 * np.ptp(rows["time"])


def test_no_person_is_made_for_it(tables_of: Collect) -> None:
    base, tables = tables_of(replace(WORLD, patterns={})), tables_of(WORLD)
    assert len(tables["user"]) == len(base["user"])
    assert len(tables["account"]) == len(base["account"])


def test_the_harder_the_fewer_accounts_are_behind_an_address(tables_of: Collect) -> None:
    behind = []
    for difficulty in ("easy", "medium", "hard"):
        tables = tables_of(replace(WORLD, difficulty=difficulty))
        people, addresses = (members(tables, e, crime=True) for e in ("user", "ip"))
        behind.append(
            np.mean([len(who) / len(ip) for who, ip in zip(people, addresses, strict=True)])
        )
    assert behind == sorted(behind, reverse=True)
    assert behind[2] < 0.7 * behind[0]


def test_at_hard_everybody_is_worked_from_the_device_that_is_used_anyway(
    tables_of: Collect,
) -> None:
    base = tables_of(replace(WORLD, patterns={}))["uses_device"]
    known = set(zip(base["user_id"].tolist(), base["device_id"].tolist(), strict=True))
    strange = {}
    for difficulty in ("easy", "hard"):
        rows = Table.concat(sessions(tables_of(replace(WORLD, difficulty=difficulty)), crime=True))
        pairs = zip(rows["user_id"].tolist(), rows["device_id"].tolist(), strict=True)
        strange[difficulty] = np.mean([pair not in known for pair in pairs])
    assert strange["hard"] == 0
    assert strange["easy"] == 1


def test_some_exits_are_lines_that_honest_people_bank_from(tables_of: Collect) -> None:
    base, tables = (
        tables_of(replace(WORLD, patterns=patterns, difficulty="hard"))
        for patterns in ({}, WORLD.patterns)
    )
    exits = np.concatenate(members(tables, "ip", crime=True))
    assert 0.3 < np.isin(exits, base["uses_ip"]["ip_id"]).mean() < 0.9


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_most_people_are_seen_at_two_exits_at_least(
    difficulty: Difficulty, tables_of: Collect
) -> None:
    rows = Table.concat(sessions(tables_of(replace(WORLD, difficulty=difficulty)), crime=True))
    person = np.unique(np.stack([rows["user_id"], rows["ip_id"]]), axis=1)[0]
    assert (np.unique(person, return_counts=True)[1] >= 2).mean() > 0.6


def test_as_many_people_bank_over_homes_of_honest_life_as_over_a_ring_s(
    tables_of: Collect,
) -> None:
    tables = tables_of(replace(WORLD, users=3_000))
    at_home = tables["ip"]["ip_id"][tables["ip"]["kind"] == words.IP_KINDS.index("home")]
    uses, user = tables["uses_ip"], tables["user"]
    order = np.argsort(user["user_id"])
    row = order[np.searchsorted(user["user_id"][order], uses["user_id"])]
    household = user["household_id"][row]
    pair = np.unique(np.stack([uses["ip_id"], household]), axis=1)[0]
    line, many = np.unique(pair, return_counts=True)
    crowded = line[(many >= 6) & np.isin(line, at_home)]
    crime, like = (
        np.isin(crowded, np.concatenate(members(tables, "ip", crime=c))) for c in (True, False)
    )
    assert crime.sum() > 0
    assert like.sum() > 0
    assert (~crime & ~like).sum() > 0
    assert crime.mean() < 0.7


def test_it_fits_into_a_day_and_needs_as_many_people_as_it_has(broken: Broken) -> None:
    assert not broken(replace(WORLD, days=1))
    small = {"ip_recycling": IpRecycling(count=1, fewest=30, most=30)}
    assert not broken(World(users=120, days=9, patterns=small))
    with pytest.raises(ValueError, match=r"ip_recycling: accounts: 30 are needed, the world has"):
        grow(World(users=20, days=9, patterns=small))


def test_fewer_than_the_fewest_is_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match="ip_recycling: fewest 9 is more than most 4"):
        IpRecycling(fewest=9, most=4)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE entity = 'account' AND entity_id % 2 = 0", 0),
        ("UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'account'", 0),
        ("DELETE FROM case_member WHERE entity = 'ip'", 1),
        ("UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'ip'", 2),
        ("UPDATE case_member SET case_id = case_id + 1 WHERE entity = 'user'", 3),
        ("UPDATE case_session SET ip_id = ip_id + 1", 4),
        ("UPDATE case_session SET time = case_start - INTERVAL 1 DAY", 4),
        ("UPDATE case_session SET time = case_start WHERE session_id % 2 = 0", 6),
        ("DELETE FROM case_session WHERE user_id % 3 > 0", 8),
    ],
)
def test_each_promise_is_broken_by_what_breaks_it(
    change: str, promise: int, broken: Broken
) -> None:
    assert PROMISES[promise] in broken(WORLD, change)


def test_a_case_that_goes_on_for_longer_than_declared_breaks_its_promise(broken: Broken) -> None:
    longer = """UPDATE "case" SET "end" = "end" + INTERVAL 40 DAYS"""
    assert PROMISES[5] in broken(WORLD, longer, also=("case",))


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
@pytest.mark.parametrize("seed", range(50))
def test_every_promise_is_kept_whatever_the_seed(
    seed: int, difficulty: Difficulty, broken: Broken
) -> None:
    assert not broken(replace(WORLD, seed=seed, difficulty=difficulty))
