"""An identity ring: people who share fragments, and their credit, nursed and drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.patterns.identity_ring import IdentityRing
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 6
RING = IdentityRing(count=COUNT)
WORLD = World(users=400, days=40, patterns={"identity_ring": RING})
PROMISES = [text for text, _ in statements("identity_ring")]
DECLINED = words.STATUSES.index("declined")


def members(tables: Tables, role: str) -> list[Array]:
    """Give who has a role, case by case."""
    member = tables["member"]
    mine = np.array(member["role"].to_pylist(), object) == role
    every = np.unique(member["case_id"][mine])
    return [member["entity_id"][mine & (member["case_id"] == case)] for case in every]


def payments(tables: Tables, *, crime: bool) -> list[Table]:
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [tables["payment"].take(case_of == each) for each in wanted]


def behind(tables: Tables) -> dict[str, Array]:
    """Say how many people have each phone, mailbox and home."""
    found = {}
    for edge, thing in (("has_phone", "phone"), ("has_email", "email"), ("lives_at", "address")):
        found[edge] = np.unique(tables[edge][f"{thing}_id"], return_counts=True)[1]
    return found


def test_identities_are_people_of_their_own_and_the_organiser_is_not(tables_of: Collect) -> None:
    base, tables = tables_of(replace(WORLD, patterns={})), tables_of(WORLD)
    for role, new in (("identity", True), ("newcomer", True), ("organiser", False)):
        for people in members(tables, role):
            assert np.isin(people, base["user"]["user_id"]).all() == (not new)
    for ring in (*members(tables, "identity"), *members(tables, "newcomer")):
        assert RING.fewest <= len(ring) <= RING.most


def test_at_easy_all_share_the_organiser_s_and_at_hard_two_share_each(tables_of: Collect) -> None:
    easy, hard = (behind(tables_of(replace(WORLD, difficulty=d))) for d in ("easy", "hard"))
    for edge in ("has_phone", "has_email"):
        assert hard[edge].max() <= 4
        assert easy[edge].max() >= hard[edge].max()
    assert easy["has_phone"].max() > 3


def test_nothing_is_shared_since_the_window_only(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    ring = np.concatenate(members(tables, "identity"))
    for edge in ("has_phone", "has_email", "lives_at"):
        mine = np.isin(tables[edge]["user_id"], ring) & (tables[edge]["until"] < 0)
        assert (tables[edge]["since"][mine] < WORLD.start_ms).mean() > 0.9


def test_all_cards_are_drawn_within_weeks_and_a_look_alike_s_are_not(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    account = tables["account"]
    limit = dict(
        zip(account["account_id"].tolist(), account["credit_limit_minor"].tolist(), strict=True)
    )
    used = {}
    for crime in (True, False):
        rows = Table.concat(payments(tables, crime=crime))
        cards, of = np.unique(rows["debtor_account_id"], return_inverse=True)
        total = np.bincount(of, rows["amount_minor"])
        used[crime] = total / [limit[card] for card in cards.tolist()]
    assert used[True].min() > 0.55 > used[False].max()


def test_small_purchases_come_before_the_drawing(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    pays = tables["pays"]
    stages = [words.STAGES.index(stage) for stage in ("preparation", "theft")]
    small, large = (pays.take((pays["case_id"] >= 0) & (pays["stage"] == s)) for s in stages)
    assert np.median(small["amount_minor"]) < np.median(large["amount_minor"])
    for case in np.unique(large["case_id"]):
        nursed, drawn = (t["valid_from"][t["case_id"] == case] for t in (small, large))
        assert np.median(nursed) < np.median(drawn)
        assert np.ptp(drawn) <= RING.days * DAY_MS


def test_few_purchases_are_declined_at_hard(tables_of: Collect) -> None:
    rows = Table.concat(payments(tables_of(replace(WORLD, difficulty="hard")), crime=True))
    assert (rows["status"] == DECLINED).mean() < 0.15


@pytest.mark.parametrize(("users", "days", "most"), [(400, 1, 9), (400, 3, 5), (60, 30, 40)])
def test_it_fits_into_small_worlds_and_large_rings(
    users: int, days: int, most: int, broken: Broken
) -> None:
    patterns = {"identity_ring": IdentityRing(count=2, most=most)}
    assert not broken(World(users=users, days=days, patterns=patterns))


def test_more_organisers_than_people_is_one_line() -> None:
    with pytest.raises(ValueError, match="identity_ring: 99 cases, with 20 people; ask for fewer"):
        grow(World(users=20, days=9, patterns={"identity_ring": IdentityRing(count=99)}))
    with pytest.raises(ValueError, match="identity_ring: fewest 9 is more than most 4"):
        IdentityRing(fewest=9, most=4)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'organiser'", 0),
        ("DELETE FROM case_member WHERE role = 'newcomer'", 0),
        ("UPDATE case_member SET entity_id = 7 WHERE role = 'organiser'", 1),
        ("UPDATE case_member SET entity_id = entity_id + 1 WHERE role = 'card'", 2),
        ("UPDATE case_payment SET debtor_account_id = creditor_account_id", 3),
        ("UPDATE case_payment SET rail = 'instant'", 3),
        ("UPDATE case_payment SET amount_minor = amount_minor // 2", 4),
        ("UPDATE case_payment SET amount_minor = amount_minor * 5 WHERE NOT is_fraud", 4),
        ("UPDATE case_payment SET stage = 'theft'", 7),
        ("UPDATE case_payment SET time = time + INTERVAL 20 DAY WHERE stage = 'preparation'", 7),
        ("UPDATE case_payment SET time = time + INTERVAL 30 DAY WHERE payment_id % 2 = 0", 8),
    ],
)
def test_each_promise_is_broken_by_what_breaks_it(
    change: str, promise: int, broken: Broken
) -> None:
    assert PROMISES[promise] in broken(WORLD, change)


@pytest.mark.parametrize("table", ["user", "account"])
def test_an_identity_that_the_bank_has_known_for_long_breaks_its_promise(
    table: str, broken: Broken
) -> None:
    column = {"user": "customer_since", "account": "opened"}[table]
    longer = f'UPDATE "{table}" SET {column} = {column} - INTERVAL 5 YEARS'
    assert PROMISES[5] in broken(WORLD, longer, also=(table,))


def test_a_drawn_card_that_is_paid_back_breaks_its_promise(broken: Broken) -> None:
    paid = """INSERT INTO payment (creditor_account_id, time, amount_minor, status, leg)
        SELECT debtor_account_id, time + INTERVAL 1 DAY, amount_minor, 'booked', 'original'
        FROM case_payment WHERE stage = 'theft'"""
    assert PROMISES[6] in broken(WORLD, paid, also=("payment",))


def test_invented_people_are_as_new_to_the_bank_as_those_of_a_flat_share(
    tables_of: Collect,
) -> None:
    tables = tables_of(WORLD)
    user = tables["user"]
    known = (WORLD.start_ms - user["customer_since"]) / (365.25 * DAY_MS)
    years = [
        known[np.isin(user["user_id"], np.concatenate(members(tables, role)))]
        for role in ("identity", "newcomer")
    ]
    assert max(years[0].max(), years[1].max()) <= RING.years
    assert np.median(years[0]) == pytest.approx(np.median(years[1]), abs=0.7)


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
@pytest.mark.parametrize("seed", range(50))
def test_every_promise_is_kept_whatever_the_seed(
    seed: int, difficulty: Difficulty, broken: Broken
) -> None:
    assert not broken(replace(WORLD, seed=seed, difficulty=difficulty))
