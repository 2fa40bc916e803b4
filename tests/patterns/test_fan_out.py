"""Fan-out: what one is paid from elsewhere is split among many within days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.patterns.fan_out import FanOut
from graphgen.schema import words
from graphgen.table import Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 8
FAN_OUT = FanOut(count=COUNT)
WORLD = World(users=600, days=25, patterns={"fan_out": FAN_OUT})
PROMISES = [text for text, _ in statements("fan_out")]


def payments(tables: Tables, *, crime: bool) -> list[Table]:
    """Give the payments of each case, in the order of time."""
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [tables["payment"].take(case_of == each) for each in wanted]


@pytest.mark.parametrize("crime", [True, False])
def test_one_sum_comes_from_elsewhere_and_is_split_among_many(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    tables = tables_of(WORLD)
    account = tables["account"]
    elsewhere = account["account_id"][
        np.isin(account["type"], [words.ACCOUNT_TYPES.index(t) for t in ("external", "business")])
    ]
    for rows in payments(tables, crime=crime):
        first, parts = rows.take(np.array([0])), rows.take(np.arange(1, len(rows)))
        assert np.isin(first["debtor_account_id"], elsewhere).all()
        assert (parts["debtor_account_id"] == first["creditor_account_id"]).all()
        assert 3 <= len(np.unique(parts["creditor_account_id"])) == len(parts) <= FAN_OUT.most
        assert np.ptp(rows["time"]) <= FAN_OUT.days * DAY_MS


@pytest.mark.parametrize("keeps", [0.0, 0.1, 0.5])
def test_what_comes_in_goes_out_less_what_the_distributor_keeps(
    keeps: float, tables_of: Collect
) -> None:
    tables = tables_of(replace(WORLD, patterns={"fan_out": replace(FAN_OUT, keeps=keeps)}))
    for crime in (True, False):
        for rows in payments(tables, crime=crime):
            came, went = int(rows["amount_minor"][0]), int(rows["amount_minor"][1:].sum())
            # each part is rounded down to a multiple of 5.00 at most
            assert (1 - keeps) * came - 501 * len(rows) <= went <= came


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
    pattern = FanOut(count=3, most=most)
    assert not broken(World(users=users, days=days, patterns={"fan_out": pattern}))


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'distributor'", 0),
        ("UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'account'", 1),
        ("UPDATE case_payment SET creditor_account_id = debtor_account_id", 2),
        ("UPDATE case_payment SET follows = NULL", 3),
        ("DELETE FROM case_payment WHERE follows IS NOT NULL AND payment_id % 2 = 0", 4),
        (
            "UPDATE case_payment SET time = case_start - INTERVAL 1 HOUR WHERE follows IS NOT NULL",
            4,
        ),
        ("UPDATE case_payment SET amount_minor = amount_minor * 2 WHERE follows IS NOT NULL", 5),
        ("UPDATE case_payment SET amount_minor = amount_minor * 2 WHERE follows IS NULL", 5),
        ("UPDATE case_payment SET time = time + INTERVAL 15 DAY WHERE follows IS NOT NULL", 6),
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
