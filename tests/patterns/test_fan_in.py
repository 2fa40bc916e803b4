"""Fan-in: many pay one within days, each once, and nothing but that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.patterns.fan_in import FanIn
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 8
FAN_IN = FanIn(count=COUNT)
WORLD = World(users=600, days=25, patterns={"fan_in": FAN_IN})
PROMISES = [text for text, _ in statements("fan_in")]


def payments(tables: Tables, *, crime: bool) -> list[Table]:
    """Give the payments of each case."""
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [tables["payment"].take(case_of == each) for each in wanted]


def sizes(tables: Tables, *, crime: bool) -> Array:
    return np.array([len(rows) for rows in payments(tables, crime=crime)])


@pytest.mark.parametrize("crime", [True, False])
def test_many_pay_one_account_and_each_of_them_once(crime: bool, tables_of: Collect) -> None:  # noqa: FBT001
    for rows in payments(tables_of(WORLD), crime=crime):
        assert 3 <= len(rows) <= FAN_IN.most
        assert len(np.unique(rows["creditor_account_id"])) == 1
        assert len(np.unique(rows["debtor_account_id"])) == len(rows)
        assert np.ptp(rows["time"]) <= FAN_IN.days * DAY_MS


def test_who_pays_and_who_is_paid_has_lived_there_before(tables_of: Collect) -> None:
    base, tables = tables_of(replace(WORLD, patterns={})), tables_of(WORLD)
    for table in ("user", "account", "device", "ip"):
        assert len(tables[table]) == len(base[table])


def test_the_harder_the_fewer_pay_the_slower_and_the_more_usual_sums(tables_of: Collect) -> None:
    fans = []
    for difficulty in ("easy", "hard"):
        rows = payments(tables_of(replace(WORLD, difficulty=difficulty)), crime=True)
        fans.append(
            (
                np.mean([len(each) for each in rows]),
                -np.median([np.ptp(each["time"]) for each in rows]),
                np.median(np.concatenate([each["amount_minor"] for each in rows])),
            )
        )
    assert (np.array(fans[0]) > np.array(fans[1])).all()
    assert fans[1][0] == 3


def test_at_hard_a_collector_is_paid_by_about_as_many_as_anybody(tables_of: Collect) -> None:
    tables = tables_of(replace(WORLD, difficulty="hard"))
    payment, account = tables["payment"], tables["account"]
    payer = np.where(
        payment["counterparty_account_id"] >= 0,
        payment["counterparty_account_id"],
        payment["debtor_account_id"],
    )
    pairs = np.unique(np.stack([payment["creditor_account_id"], payer]), axis=1)[0]
    checking = account["account_id"][account["type"] == words.ACCOUNT_TYPES.index("checking")]
    hubs = np.unique([rows["creditor_account_id"][0] for rows in payments(tables, crime=True)])
    partners = np.array([np.searchsorted(pairs, [each, each + 1]) for each in checking])
    of_hub = np.isin(checking, hubs)
    many = np.diff(partners, axis=1)[:, 0]
    assert np.median(many[of_hub]) <= np.quantile(many[~of_hub], 0.9)


def test_a_look_alike_has_as_many_members_and_takes_its_time(tables_of: Collect) -> None:
    tables = tables_of(replace(WORLD, difficulty="easy"))
    crimes, others = (payments(tables, crime=crime) for crime in (True, False))
    assert sizes(tables, crime=True).min() <= sizes(tables, crime=False).max()
    assert sizes(tables, crime=False).min() <= sizes(tables, crime=True).max()
    hurry, leisure = (
        np.median([np.ptp(rows["time"]) for rows in some]) for some in (crimes, others)
    )
    assert hurry < leisure


@pytest.mark.parametrize(
    ("users", "days", "most"), [(600, 1, 12), (600, 2, 3), (60, 30, 3), (600, 25, 50)]
)
def test_it_fits_into_small_worlds_and_large_rings(
    users: int, days: int, most: int, broken: Broken
) -> None:
    count = 600 // most // 6 if users == 600 else 3
    fans = FanIn(count=count, most=most)
    assert not broken(World(users=users, days=days, patterns={"fan_in": fans}))


def test_nobody_is_needed_for_no_case() -> None:
    none = grow(World(users=1, days=5, patterns={"fan_in": FanIn(count=0)}))
    assert none.size("case") == 0


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'collector'", 0),
        ("UPDATE case_member SET role = 'collector' WHERE role = 'sender'", 0),
        ("UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'account'", 1),
        ("UPDATE case_payment SET creditor_account_id = debtor_account_id", 2),
        ("UPDATE case_payment SET rail = 'batch'", 2),
        ("DELETE FROM case_payment WHERE payment_id % 2 = 0", 3),
        ("UPDATE case_payment SET time = time + INTERVAL 15 DAY WHERE payment_id % 2 = 0", 4),
        ("UPDATE case_payment SET case_end = case_start", 4),
    ],
)
def test_each_promise_is_broken_by_what_breaks_it(
    change: str, promise: int, broken: Broken
) -> None:
    assert PROMISES[promise] in broken(WORLD, change)


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
@pytest.mark.parametrize("seed", range(50))
def test_every_promise_is_kept_whatever_the_seed(
    seed: int, difficulty: Difficulty, broken: Broken
) -> None:
    assert not broken(replace(WORLD, seed=seed, difficulty=difficulty))
