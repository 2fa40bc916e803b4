"""Random walk: money wanders hop by hop, and does not return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.patterns.random_walk import RandomWalk
from graphgen.schema import words
from graphgen.table import Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 8
WALK = RandomWalk(count=COUNT)
WORLD = World(users=600, days=25, patterns={"random_walk": WALK})
PROMISES = [text for text, _ in statements("random_walk")]


def payments(tables: Tables, *, crime: bool) -> list[Table]:
    """Give the payments of each case, in the order of time."""
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [tables["payment"].take(case_of == each) for each in wanted]


@pytest.mark.parametrize("crime", [True, False])
def test_money_goes_from_hand_to_hand_and_never_comes_back(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    walks = payments(tables_of(WORLD), crime=crime)
    for rows in walks:
        payer, payee = rows["debtor_account_id"], rows["creditor_account_id"]
        assert (payer[1:] == payee[:-1]).all()
        assert len({*payer, *payee}) == len(rows) + 1
        assert (np.diff(rows["time"]) > 0).all()
        assert np.ptp(rows["time"]) <= WALK.days * DAY_MS
        is_booked = rows["status"][0] == words.STATUSES.index("booked")
        assert 3 <= len(rows) <= WALK.most if is_booked else len(rows) == 1
    assert sum(len(rows) > 1 for rows in walks) >= 0.7 * COUNT


@pytest.mark.parametrize("keeps", [0.0, 0.1, 0.2])
def test_each_hop_is_the_last_less_at_most_the_declared_share(
    keeps: float, tables_of: Collect
) -> None:
    tables = tables_of(replace(WORLD, patterns={"random_walk": replace(WALK, keeps=keeps)}))
    for crime in (True, False):
        for rows in payments(tables, crime=crime):
            amount = rows["amount_minor"]
            assert (np.diff(amount) <= 0).all()
            # a hop is rounded down to a multiple of 5.00 at most
            assert (amount[1:] >= (1 - keeps) * amount[:-1] - 501).all()


def test_the_harder_the_slower_and_the_more_usual_are_the_sums(tables_of: Collect) -> None:
    slow, sums = [], []
    for difficulty in ("easy", "hard"):
        rows = payments(tables_of(replace(WORLD, difficulty=difficulty)), crime=True)
        slow.append(np.median(np.concatenate([np.diff(each["time"]) for each in rows])))
        sums.append(np.median(np.concatenate([each["amount_minor"] for each in rows])))
    assert slow[0] < slow[1]
    assert sums[0] > sums[1]


def test_who_takes_part_has_lived_there_before(tables_of: Collect) -> None:
    base, tables = tables_of(replace(WORLD, patterns={})), tables_of(WORLD)
    for table in ("user", "account", "device", "ip"):
        assert len(tables[table]) == len(base[table])


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
    ("users", "days", "most"), [(600, 1, 12), (600, 2, 3), (60, 30, 3), (600, 25, 15)]
)
def test_it_fits_into_small_worlds_and_large_rings(
    users: int, days: int, most: int, broken: Broken
) -> None:
    pattern = RandomWalk(count=3, most=most)
    assert not broken(World(users=users, days=days, patterns={"random_walk": pattern}))


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'originator'", 0),
        ("UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'account'", 1),
        ("UPDATE case_payment SET creditor_account_id = -1", 2),
        ("DELETE FROM case_payment WHERE follows IS NOT NULL AND payment_id % 2 = 0", 3),
        ("UPDATE case_payment SET follows = NULL", 4),
        ("UPDATE case_payment SET amount_minor = amount_minor * 2 WHERE follows IS NULL", 5),
        ("UPDATE case_payment SET time = case_start WHERE follows IS NOT NULL", 5),
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
