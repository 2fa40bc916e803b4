"""Scatter-gather: one pays another through many, and each of them keeps a fee."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.patterns.scatter_gather import ScatterGather
from graphgen.schema import words
from graphgen.table import Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 8
BETWEEN = ScatterGather(count=COUNT)
WORLD = World(users=600, days=25, patterns={"scatter_gather": BETWEEN})
PROMISES = [text for text, _ in statements("scatter_gather")]


def payments(tables: Tables, *, crime: bool) -> list[Table]:
    """Give the payments of each case, in the order of time."""
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [tables["payment"].take(case_of == each) for each in wanted]


@pytest.mark.parametrize("crime", [True, False])
def test_a_sum_from_elsewhere_reaches_one_account_through_many(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    for rows in payments(tables_of(WORLD), crime=crime):
        payer, payee = rows["debtor_account_id"], rows["creditor_account_id"]
        source = payee[0]
        between = payee[payer == source]
        last = np.unique(payee[np.isin(payer, between)])
        assert len(last) == 1
        assert 3 <= len(np.unique(between)) == len(between) <= BETWEEN.most
        assert sorted(between) == sorted(payer[payee == last[0]])
        assert source not in {*between, *last}
        assert not np.isin(last, between).any()
        assert len(rows) == 1 + 2 * len(between)
        assert np.ptp(rows["time"]) <= BETWEEN.days * DAY_MS


@pytest.mark.parametrize("keeps", [0.0, 0.1, 0.5])
def test_whoever_passes_money_on_keeps_no_more_than_declared(
    keeps: float, tables_of: Collect
) -> None:
    tables = tables_of(replace(WORLD, patterns={"scatter_gather": replace(BETWEEN, keeps=keeps)}))
    for crime in (True, False):
        for rows in payments(tables, crime=crime):
            for account in np.unique(rows["debtor_account_id"][1:]):
                came = rows["amount_minor"][rows["creditor_account_id"] == account].sum()
                went = rows["amount_minor"][rows["debtor_account_id"] == account]
                # each part is rounded down to a multiple of 5.00 at most
                assert (1 - keeps) * came - 501 * len(went) <= went.sum() <= came


def test_money_reaches_the_end_only_after_it_came_to_the_middle(tables_of: Collect) -> None:
    for rows in payments(tables_of(WORLD), crime=True):
        came = dict(zip(rows["creditor_account_id"].tolist(), rows["time"].tolist(), strict=True))
        for payer, time in zip(
            rows["debtor_account_id"][1:].tolist(), rows["time"][1:].tolist(), strict=True
        ):
            assert time > came[payer]


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
    pattern = ScatterGather(count=3, most=most)
    assert not broken(World(users=users, days=days, patterns={"scatter_gather": pattern}))


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'source'", 0),
        ("UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'account'", 1),
        ("INSERT INTO case_member FROM case_member WHERE role = 'beneficiary'", 2),
        ("UPDATE case_payment SET creditor_account_id = debtor_account_id", 3),
        ("UPDATE case_payment SET follows = NULL", 4),
        ("DELETE FROM case_payment WHERE follows IS NOT NULL AND payment_id % 2 = 0", 5),
        ("UPDATE case_payment SET time = case_start WHERE follows IS NOT NULL", 5),
        ("UPDATE case_payment SET amount_minor = amount_minor * 2 WHERE follows IS NULL", 6),
        (
            "UPDATE case_payment SET amount_minor = amount_minor / 2 WHERE follows IS NOT NULL",
            6,
        ),
        ("UPDATE case_payment SET time = time + INTERVAL 15 DAY WHERE follows IS NOT NULL", 7),
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
