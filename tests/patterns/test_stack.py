"""A stack: layer upon layer, each pays on to the next all that it got."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.patterns.stack import Stack
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 6
PATTERN = Stack(count=COUNT)
WORLD = World(users=600, days=30, patterns={"stack": PATTERN})
PROMISES = [text for text, _ in statements("stack")]
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
    """Tell which payments are made by firms, and not by a bank's vault or from outside."""
    firms = np.flatnonzero(tables["account"]["type"] == words.ACCOUNT_TYPES.index("business"))
    return np.isin(payers(rows), tables["account"]["account_id"][firms])


@pytest.mark.parametrize("crime", [True, False])
@pytest.mark.parametrize("layers", [3, 5])
@pytest.mark.parametrize("difficulty", ["easy", "hard"])
def test_between_two_layers_everybody_pays_and_is_paid_by_everybody(
    crime: bool,  # noqa: FBT001
    layers: int,
    difficulty: Difficulty,
    tables_of: Collect,
) -> None:
    stack = replace(PATTERN, layers=layers, count=3)
    tables = tables_of(replace(WORLD, difficulty=difficulty, patterns={"stack": stack}))
    for rows in payments(tables, crime=crime):
        is_own = own(tables, rows)
        wide = int((~is_own).sum())
        assert PATTERN.fewest <= wide <= PATTERN.most
        assert len(rows) == wide + (layers - 1) * wide * wide
        layer = rows["creditor_account_id"][~is_own]
        seen = set(layer.tolist())
        for _ in range(layers - 1):
            from_it = rows.take(np.isin(payers(rows), layer))
            layer = np.unique(from_it["creditor_account_id"])
            assert len(layer) == wide
            assert len(from_it) == wide * wide
            assert not seen & set(layer.tolist())
            seen |= set(layer.tolist())
        assert len(seen) == wide * layers
        assert not np.isin(payers(rows), layer).any()
        assert np.ptp(rows["time"]) <= PATTERN.days * DAY_MS


@pytest.mark.parametrize("crime", [True, False])
def test_nobody_pays_on_before_they_are_paid(crime: bool, tables_of: Collect) -> None:  # noqa: FBT001
    tables = tables_of(WORLD)
    for rows in payments(tables, crime=crime):
        for account in np.unique(payers(rows)[own(tables, rows)]):
            came = rows["time"][rows["creditor_account_id"] == account]
            went = rows["time"][payers(rows) == account]
            assert (np.sort(went)[: len(came)] > np.sort(came)[: len(went)]).all()


@pytest.mark.parametrize("crime", [True, False])
def test_what_somebody_got_is_paid_on_to_the_cent_less_what_they_keep(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    keeps = PATTERN.keeps if crime else PATTERN.margin
    tables = tables_of(WORLD)
    for rows in payments(tables, crime=crime):
        assert (rows["status"] == words.STATUSES.index("booked")).all()
        for account in np.unique(payers(rows)[own(tables, rows)]):
            got = rows["amount_minor"][rows["creditor_account_id"] == account]
            sent = rows["amount_minor"][payers(rows) == account]
            assert sent.sum() <= got.sum()
            # every payment may be rounded down by up to five dollars
            assert sent.sum() >= (1 - keeps) * got.sum() - 501 * len(sent)


def test_at_hard_there_are_the_fewest_it_takes_longer_and_sums_are_usual(
    tables_of: Collect,
) -> None:
    found = []
    for difficulty in ("easy", "hard"):
        rows = payments(tables_of(replace(WORLD, difficulty=difficulty)), crime=True)
        found.append(
            (
                np.mean([len(each) for each in rows]),
                -np.median([np.ptp(each["time"]) for each in rows]),
                np.median(np.concatenate([each["amount_minor"] for each in rows])),
            )
        )
    assert (np.array(found[0]) > np.array(found[1])).all()
    assert {len(each) for each in rows} == {2 + 2 * 2 * 2}


def test_a_trader_keeps_more_and_takes_their_time(tables_of: Collect) -> None:
    tables = tables_of(replace(WORLD, difficulty="easy"))
    crimes, traders = (payments(tables, crime=crime) for crime in (True, False))

    def passed(some: list[Table]) -> float:
        comes, goes = 0, 0
        for rows in some:
            is_own = own(tables, rows)
            passes = np.isin(rows["creditor_account_id"], payers(rows)[is_own])
            comes += int(rows["amount_minor"][passes].sum())
            goes += int(rows["amount_minor"][is_own].sum())
        return goes / comes

    assert passed(traders) < passed(crimes)
    assert np.median([np.ptp(r["time"]) for r in crimes]) < np.median(
        [np.ptp(r["time"]) for r in traders]
    )


@pytest.mark.parametrize(("users", "days"), [(600, 1), (600, 2), (80, 30)])
def test_it_fits_into_small_worlds(users: int, days: int, broken: Broken) -> None:
    few = replace(PATTERN, count=2)
    assert not broken(World(users=users, days=days, patterns={"stack": few}))


def test_many_hops_fit_into_few_days(broken: Broken) -> None:
    many = Stack(count=2, layers=8, fewest=4, most=4, days=2)
    assert not broken(replace(WORLD, patterns={"stack": many}))


def test_nobody_is_needed_for_no_case() -> None:
    none = grow(World(users=1, days=5, patterns={"stack": Stack(count=0)}))
    assert none.size("case") == 0


def test_the_fewest_are_no_more_than_the_most() -> None:
    with pytest.raises(ValueError, match="stack: fewest 9 is more than most 4"):
        Stack(fewest=9, most=4)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'intermediary'", 0),
        (
            (
                "UPDATE case_member SET role = 'beneficiary'"
                " WHERE entity = 'user' AND role = 'originator'"
            ),
            1,
        ),
        ("UPDATE case_payment SET follows = NULL", 2),
        (
            (
                "UPDATE case_payment SET time = TIMESTAMPTZ '2026-01-09'"
                " - (time - TIMESTAMPTZ '2026-01-09')"
            ),
            2,
        ),
        ("DELETE FROM case_payment WHERE stage = 'integration' AND payment_id % 2 = 0", 3),
        ("DELETE FROM case_payment WHERE stage = 'integration' AND payment_id % 2 = 0", 4),
        ("UPDATE case_payment SET creditor_account_id = 1 WHERE stage = 'integration'", 5),
        ("UPDATE case_payment SET amount_minor = amount_minor * 2 WHERE stage = 'integration'", 6),
        ("UPDATE case_payment SET amount_minor = amount_minor / 3 WHERE stage = 'layering'", 6),
        ("UPDATE case_payment SET status = 'declined' WHERE stage = 'integration'", 6),
        ("UPDATE case_payment SET time = time + INTERVAL 19 DAY WHERE stage = 'integration'", 7),
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
