"""Gather-scatter: many pay a hub, and the hub pays it on to many others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.patterns.gather_scatter import GatherScatter
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 8
HUBS = GatherScatter(count=COUNT)
WORLD = World(users=600, days=25, patterns={"gather_scatter": HUBS})
PROMISES = [text for text, _ in statements("gather_scatter")]


def payments(tables: Tables, *, crime: bool) -> list[Table]:
    """Give the payments of each case, in the order of time."""
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [tables["payment"].take(case_of == each) for each in wanted]


def roles(tables: Tables, case: int) -> dict[str, Array]:
    """Give the accounts that play each part in a case."""
    member = tables["member"]
    mine = member.take(
        (member["case_id"] == case) & (member["entity"] == words.ENTITIES.index("account"))
    )
    role = np.array(mine["role"].to_pylist())
    return {each: mine["entity_id"][role == each] for each in np.unique(role)}


@pytest.mark.parametrize("crime", [True, False])
def test_many_pay_a_hub_and_then_the_hub_pays_many(crime: bool, tables_of: Collect) -> None:  # noqa: FBT001
    tables = tables_of(WORLD)
    case = tables["case"]["case_id"][tables["case"]["is_fraud"] == crime]
    for each, rows in zip(case.tolist(), payments(tables, crime=crime), strict=True):
        part = roles(tables, each)
        is_in = np.isin(rows["creditor_account_id"], part["hub"])
        assert len(part["hub"]) == 1
        assert set(rows["debtor_account_id"][is_in]) == set(part["sender"])
        assert set(rows["creditor_account_id"][~is_in]) <= set(part["receiver"])
        assert 3 <= len(part["receiver"]) <= len(part["sender"]) <= HUBS.most
        assert (np.diff(is_in.astype(int)) <= 0).all()  # in, then out
        assert np.ptp(rows["time"]) <= HUBS.days * DAY_MS


@pytest.mark.parametrize("keeps", [0.0, 0.1, 0.5])
def test_what_comes_in_goes_out_less_what_the_hub_keeps(keeps: float, tables_of: Collect) -> None:
    tables = tables_of(replace(WORLD, patterns={"gather_scatter": replace(HUBS, keeps=keeps)}))
    booked = words.STATUSES.index("booked")
    for crime in (True, False):
        case = tables["case"]["case_id"][tables["case"]["is_fraud"] == crime]
        for each, rows in zip(case.tolist(), payments(tables, crime=crime), strict=True):
            some = rows.take(rows["status"] == booked)
            is_in = np.isin(some["creditor_account_id"], roles(tables, each)["hub"])
            came, went = some["amount_minor"][is_in].sum(), some["amount_minor"][~is_in].sum()
            # what is passed on of each sum is rounded down to a multiple of 5.00 at most
            assert (1 - keeps) * came - 501 * is_in.sum() <= went <= came


def test_who_takes_part_has_lived_there_before(tables_of: Collect) -> None:
    base, tables = tables_of(replace(WORLD, patterns={})), tables_of(WORLD)
    for table in ("user", "account", "device", "ip"):
        assert len(tables[table]) == len(base[table])


def test_the_harder_the_fewer_take_part_and_the_more_usual_are_the_sums(
    tables_of: Collect,
) -> None:
    sizes, sums = [], []
    for difficulty in ("easy", "hard"):
        rows = payments(tables_of(replace(WORLD, difficulty=difficulty)), crime=True)
        sizes.append(np.mean([len(each) for each in rows]))
        sums.append(np.median(np.concatenate([each["amount_minor"] for each in rows])))
    assert sizes[0] > sizes[1]
    assert sums[0] > sums[1]


def test_a_look_alike_has_the_same_shape_and_takes_its_time(tables_of: Collect) -> None:
    tables = tables_of(replace(WORLD, difficulty="easy"))
    crimes, others = (payments(tables, crime=crime) for crime in (True, False))
    hurry, leisure = (
        np.median([np.ptp(rows["time"]) for rows in some]) for some in (crimes, others)
    )
    assert hurry < leisure
    assert min(map(len, crimes)) <= max(map(len, others))
    assert min(map(len, others)) <= max(map(len, crimes))


@pytest.mark.parametrize(
    ("users", "days", "most"), [(600, 1, 12), (600, 2, 3), (60, 30, 3), (600, 25, 50)]
)
def test_it_fits_into_small_worlds_and_large_rings(
    users: int, days: int, most: int, broken: Broken
) -> None:
    pattern = GatherScatter(count=3, most=most)
    assert not broken(World(users=users, days=days, patterns={"gather_scatter": pattern}))


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'hub'", 0),
        ("UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'account'", 1),
        ("INSERT INTO case_member FROM case_member WHERE role = 'hub'", 2),
        ("UPDATE case_payment SET creditor_account_id = debtor_account_id", 3),
        ('DELETE FROM case_payment WHERE "into" IS NOT NULL', 4),
        ('DELETE FROM case_payment WHERE "into" IS NULL AND payment_id % 2 = 0', 5),
        ('UPDATE case_payment SET time = case_end WHERE "into" IS NOT NULL', 5),
        ('DELETE FROM case_payment WHERE "into" IS NOT NULL', 6),
        ('UPDATE case_payment SET amount_minor = amount_minor * 3 WHERE "into" IS NULL', 7),
        ('UPDATE case_payment SET amount_minor = amount_minor * 3 WHERE "into" IS NOT NULL', 7),
        ('UPDATE case_payment SET time = time + INTERVAL 15 DAY WHERE "into" IS NULL', 8),
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
