"""Structuring: deposits of cash just under the threshold, and one wire of what they brought."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.patterns.structuring import Structuring
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 6
PATTERN = Structuring(count=COUNT)
WORLD = World(users=600, days=30, patterns={"structuring": PATTERN})
PROMISES = [text for text, _ in statements("structuring")]
ORIGINAL = words.LEGS.index("original")


def payments(tables: Tables, *, crime: bool) -> list[Table]:
    """Give the orders of each case, as they were made."""
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    ordered = tables["payment"]["leg"] == ORIGINAL
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [tables["payment"].take(ordered & (case_of == each)) for each in wanted]


def payers(rows: Table) -> Array:
    """Give who pays, behind the clearing."""
    behind = rows["counterparty_account_id"]
    return np.where(behind >= 0, behind, rows["debtor_account_id"])


def own(tables: Tables, rows: Table) -> Array:
    """Tell which payments are made by people, and not by a bank's vault or from outside."""
    people = np.flatnonzero(tables["account"]["type"] == words.ACCOUNT_TYPES.index("checking"))
    return np.isin(payers(rows), tables["account"]["account_id"][people])


def parted(rows: Table) -> tuple[Table, Table]:
    """Give a case's deposits, and its wire."""
    is_cash = rows["rail"] == words.RAILS.index("cash")
    return rows.take(is_cash), rows.take(~is_cash)


@pytest.mark.parametrize("crime", [True, False])
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_three_to_twelve_deposits_within_days_then_one_wire(
    crime: bool,  # noqa: FBT001
    difficulty: Difficulty,
    tables_of: Collect,
) -> None:
    tables = tables_of(replace(WORLD, difficulty=difficulty))
    vaults = tables["bank"]["vault_account_id"]
    for rows in payments(tables, crime=crime):
        deposits, wire = parted(rows)
        assert 3 <= len(deposits) <= 12
        assert len(wire) == 1
        assert len(np.unique(deposits["creditor_account_id"])) == 1
        assert np.isin(deposits["debtor_account_id"], vaults).all()
        assert payers(wire)[0] == deposits["creditor_account_id"][0]
        assert deposits["time"].max() < wire["time"][0]
        assert np.ptp(rows["time"]) <= PATTERN.days * DAY_MS
        assert (rows["status"] == words.STATUSES.index("booked")).all()


def test_deposits_are_just_under_the_threshold_the_closer_the_easier(tables_of: Collect) -> None:
    lowest = []
    for difficulty in ("easy", "medium", "hard"):
        rows = payments(tables_of(replace(WORLD, difficulty=difficulty)), crime=True)
        share = np.concatenate([parted(each)[0]["amount_minor"] for each in rows]) / 1_000_000
        assert ((share >= 0.85) & (share <= 0.99)).all()
        lowest.append(share.min())
    assert lowest == sorted(lowest, reverse=True)


def test_another_region_s_threshold_is_another(tables_of: Collect) -> None:
    other = replace(PATTERN, threshold=50_000_00)
    tables = tables_of(replace(WORLD, patterns={"structuring": other}))
    for rows in payments(tables, crime=True):
        amounts = parted(rows)[0]["amount_minor"]
        assert ((amounts >= 0.85 * 50_000_00 - 500) & (amounts < 50_000_00)).all()


@pytest.mark.parametrize("crime", [True, False])
def test_the_wire_is_what_was_collected_less_what_is_kept(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    least = 1 - PATTERN.keeps if crime else 0.6
    for rows in payments(tables_of(WORLD), crime=crime):
        deposits, wire = parted(rows)
        collected, sent = deposits["amount_minor"].sum(), wire["amount_minor"][0]
        assert least * collected - 501 * len(deposits) <= sent <= collected


def test_takings_are_close_to_the_threshold_too_and_never_reach_it(tables_of: Collect) -> None:
    rows = payments(tables_of(WORLD), crime=False)
    share = np.concatenate([parted(each)[0]["amount_minor"] for each in rows]) / 1_000_000
    assert ((share > 0.83) & (share < 1)).all()


def test_both_people_and_firms_do_it_and_all_of_them_take_cash_otherwise(
    tables_of: Collect,
) -> None:
    many = replace(WORLD, users=1_500, patterns={"structuring": replace(PATTERN, count=15)})
    tables = tables_of(many)
    account, habit = tables["account"], tables["pays"].take(tables["pays"]["case_id"] < 0)
    takes = habit["creditor_account_id"][habit["rail"] == words.RAILS.index("cash")]
    kinds = set()
    for rows in payments(tables, crime=True):
        (mine,) = np.unique(parted(rows)[0]["creditor_account_id"])
        assert mine in takes
        kinds.add(int(account["type"][account["account_id"] == mine][0]))
    assert kinds == {words.ACCOUNT_TYPES.index(word) for word in ("checking", "business")}


@pytest.mark.parametrize(("users", "days"), [(600, 1), (600, 2), (80, 30)])
def test_it_fits_into_small_worlds(users: int, days: int, broken: Broken) -> None:
    few = replace(PATTERN, count=2)
    assert not broken(World(users=users, days=days, patterns={"structuring": few}))


def test_nobody_is_needed_for_no_case() -> None:
    none = grow(World(users=1, days=5, patterns={"structuring": Structuring(count=0)}))
    assert none.size("case") == 0


def test_the_fewest_are_no_more_than_the_most() -> None:
    with pytest.raises(ValueError, match="structuring: fewest 9 is more than most 4"):
        Structuring(fewest=9, most=4)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE entity = 'account'", 0),
        ("UPDATE case_member SET entity_id = 1 WHERE entity = 'user'", 0),
        ("DELETE FROM case_payment WHERE rail = 'cash'", 1),
        ("DELETE FROM case_payment WHERE rail <> 'cash'", 1),
        ("UPDATE case_payment SET creditor_account_id = 1 WHERE rail = 'cash'", 2),
        ("UPDATE case_payment SET amount_minor = 1000000 WHERE rail = 'cash'", 3),
        ("UPDATE case_payment SET amount_minor = 800000 WHERE rail = 'cash'", 3),
        ("UPDATE case_payment SET creditor_account_id = debtor_account_id", 4),
        ("UPDATE case_payment SET amount_minor = amount_minor + 1000000 WHERE rail <> 'cash'", 5),
        ("UPDATE case_payment SET amount_minor = amount_minor / 2 WHERE rail <> 'cash'", 5),
        ("UPDATE case_payment SET time = time - INTERVAL 20 DAY WHERE rail <> 'cash'", 5),
        ("UPDATE case_payment SET \"into\" = NULL WHERE rail = 'cash'", 6),
        ("UPDATE case_payment SET time = time + INTERVAL 11 DAY WHERE rail <> 'cash'", 7),
        ("UPDATE case_payment SET terminal = 1 WHERE rail = 'cash'", 8),
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
