"""A cycle: money goes round, hop by hop, and comes back less what each link keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.patterns.cycle import Cycle
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 6
PATTERN = Cycle(count=COUNT)
WORLD = World(users=600, days=30, patterns={"cycle": PATTERN})
PROMISES = [text for text, _ in statements("cycle")]
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
    """Tell which payments are made by people or firms, and not by a vault or from outside."""
    theirs = [words.ACCOUNT_TYPES.index(kind) for kind in ("checking", "business")]
    some = np.flatnonzero(np.isin(tables["account"]["type"], theirs))
    return np.isin(payers(rows), tables["account"]["account_id"][some])


@pytest.mark.parametrize("crime", [True, False])
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_money_goes_round_once_through_all_and_comes_back(
    crime: bool,  # noqa: FBT001
    difficulty: Difficulty,
    tables_of: Collect,
) -> None:
    tables = tables_of(replace(WORLD, difficulty=difficulty))
    for rows in payments(tables, crime=crime):
        first, hops = rows.take(np.array([0])), rows.take(np.arange(1, len(rows)))
        assert not own(tables, first).any()
        assert own(tables, hops).all()
        # in the order of time, each is paid by whom the one before it paid
        assert (payers(hops) == rows["creditor_account_id"][:-1]).all()
        assert (np.diff(rows["time"]) > 0).all()
        assert rows["creditor_account_id"][-1] == first["creditor_account_id"][0]
        assert len(np.unique(payers(hops))) == len(hops)
        assert np.ptp(rows["time"]) <= PATTERN.days * DAY_MS


@pytest.mark.parametrize("crime", [True, False])
def test_each_hop_brings_what_the_last_did_less_at_most_a_tenth(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    for rows in payments(tables_of(WORLD), crime=crime):
        amount = rows["amount_minor"]
        assert (amount[1:] <= amount[:-1]).all()
        # of what comes in only a part goes round; a hop may be rounded down by up to five dollars
        assert (amount[2:] >= 0.9 * amount[1:-1] - 501).all()
        assert (rows["status"] == words.STATUSES.index("booked")).all()


def test_three_to_six_take_part_and_up_to_twelve_at_hard(tables_of: Collect) -> None:
    for difficulty, most in (("easy", 6), ("medium", 6), ("hard", 12)):
        many = replace(PATTERN, count=20, most=6)
        world = replace(WORLD, difficulty=difficulty, patterns={"cycle": many})
        sizes = [len(rows) - 1 for rows in payments(tables_of(world), crime=True)]
        assert min(sizes) >= 3
        assert 0.8 * most <= max(sizes) <= most


def test_the_harder_the_slower_and_the_more_usual_sums(tables_of: Collect) -> None:
    spans, sums = [], []
    cycle = replace(WORLD.patterns["cycle"], count=150)  # medium is near to hard
    many = replace(WORLD, users=4000, patterns={"cycle": cycle})
    for difficulty in ("easy", "medium", "hard"):
        rows = payments(tables_of(replace(many, difficulty=difficulty)), crime=True)
        spans.append(np.median([np.ptp(each["time"]) for each in rows]))
        sums.append(np.median([each["amount_minor"][1] for each in rows]))
    assert spans == sorted(spans)
    assert sums == sorted(sums, reverse=True)


def test_a_savings_circle_is_of_people_who_pay_each_other_by_habit_or_of_firms(
    tables_of: Collect,
) -> None:
    world = replace(WORLD, users=2_000, patterns={"cycle": replace(PATTERN, count=20)})
    tables = tables_of(world)
    pays, account = tables["pays"], tables["account"]
    usual = (pays["rate"] > 0) & (pays["habit"] == words.HABITS.index("transfer"))
    ends = (pays[f"{end}_account_id"][usual].tolist() for end in ("debtor", "creditor"))
    known = {frozenset(pair) for pair in zip(*ends, strict=True)}
    sort = dict(zip(account["account_id"].tolist(), account["type"].tolist(), strict=True))
    firms, dealt = 0, []
    for rows in payments(tables, crime=False):
        payer, payee = payers(rows)[1:].tolist(), rows["creditor_account_id"][1:].tolist()
        if sort[payer[0]] == words.ACCOUNT_TYPES.index("business"):
            firms += 1
        else:  # but for the last, who pays the origin
            pairs = zip(payer[:-1], payee[:-1], strict=True)
            dealt += [frozenset(pair) in known for pair in pairs]
    assert firms == 5
    assert np.mean(dealt) > 0.6


def test_a_savings_circle_keeps_less_and_takes_its_time(tables_of: Collect) -> None:
    tables = tables_of(replace(WORLD, difficulty="easy"))
    crimes, circles = (payments(tables, crime=crime) for crime in (True, False))

    def kept(some: list[Table]) -> float:
        amounts = [rows["amount_minor"] for rows in some]
        return float(np.median(np.concatenate([1 - a[2:] / a[1:-1] for a in amounts])))

    def span(some: list[Table]) -> float:
        return float(np.median([np.ptp(rows["time"]) for rows in some]))

    assert span(crimes) < span(circles)
    assert kept(circles) < kept(crimes)


@pytest.mark.parametrize(("users", "days"), [(600, 1), (600, 2), (80, 30)])
def test_it_fits_into_small_worlds(users: int, days: int, broken: Broken) -> None:
    few = replace(PATTERN, count=2)
    assert not broken(World(users=users, days=days, patterns={"cycle": few}))


def test_many_hops_fit_into_few_days(broken: Broken) -> None:
    many = Cycle(count=2, fewest=40, most=40, days=2)
    assert not broken(replace(WORLD, patterns={"cycle": many}))


def test_nobody_is_needed_for_no_case() -> None:
    none = grow(World(users=1, days=5, patterns={"cycle": Cycle(count=0)}))
    assert none.size("case") == 0


def test_the_fewest_are_no_more_than_the_most() -> None:
    with pytest.raises(ValueError, match="cycle: fewest 9 is more than most 4"):
        Cycle(fewest=9, most=4)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'origin' AND entity = 'user'", 0),
        ("UPDATE case_member SET entity_id = 1 WHERE role = 'link' AND entity = 'account'", 0),
        ("UPDATE case_member SET role = 'link' WHERE role = 'origin' AND entity = 'user'", 1),
        ("UPDATE case_payment SET follows = NULL", 2),
        (
            (
                "UPDATE case_payment SET debtor_account_id = creditor_account_id"
                " WHERE stage = 'placement'"
            ),
            2,
        ),
        (
            (
                "UPDATE case_payment SET time = TIMESTAMPTZ '2026-01-09'"
                " - (time - TIMESTAMPTZ '2026-01-09')"
            ),
            3,
        ),
        ("UPDATE case_payment SET creditor_account_id = 1 WHERE stage = 'layering'", 3),
        ("DELETE FROM case_payment WHERE stage = 'integration'", 4),
        (
            (
                "UPDATE case_payment SET amount_minor = amount_minor + 1000"
                " WHERE stage = 'integration'"
            ),
            5,
        ),
        (
            (
                "UPDATE case_payment SET amount_minor = amount_minor / 2 - 1000"
                " WHERE stage = 'integration'"
            ),
            5,
        ),
        ("UPDATE case_payment SET status = 'declined' WHERE stage = 'integration'", 5),
        ("UPDATE case_payment SET time = time + INTERVAL 15 DAY WHERE stage = 'integration'", 6),
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
