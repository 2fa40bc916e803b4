"""Cheque kiting is what its guidance says: cycles at several banks, on float, and a bounce."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.patterns.kiting import Kiting
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 10
KITING = Kiting(count=COUNT)
WORLD = World(users=800, days=40, patterns={"kiting": KITING})
CHEQUE, CASH = words.RAILS.index("cheque"), words.RAILS.index("cash")
PROMISES = [text for text, _ in statements("kiting")]
LEG = {word: code for code, word in enumerate(words.LEGS)}
_DAYS = round(0.66 * KITING.days)
"""Of which every other has its round at medium."""
DECLINED = words.STATUSES.index("declined")


def of_cases(tables: Tables, *, crime: bool) -> list[tuple[int, Table]]:
    """Give each case and its rows of payment."""
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [(int(each), tables["payment"].take(case_of == each)) for each in wanted]


def edges_of(tables: Tables, case: int) -> Table:
    return tables["pays"].take(tables["pays"]["case_id"] == case)


def accounts_of(tables: Tables, case: int) -> Array:
    member = tables["member"]
    is_account = member["entity"] == words.ENTITIES.index("account")
    return np.asarray(member["entity_id"][is_account & (member["case_id"] == case)])


@pytest.mark.parametrize("banks", [2, 3, 5])
def test_a_kiter_s_accounts_lie_at_as_many_banks_and_are_owned_by_the_kiter(
    banks: int, tables_of: Collect
) -> None:
    many = set()
    tables = tables_of(replace(WORLD, patterns={"kiting": replace(KITING, banks=banks)}))
    bank = dict(
        zip(*(tables["account"][c].tolist() for c in ("account_id", "bank_id")), strict=True)
    )
    held, member = tables["has_account"], tables["member"]
    owner = dict(zip(*(held[c].tolist() for c in ("account_id", "user_id")), strict=True))
    for case, _ in of_cases(tables, crime=True) + of_cases(tables, crime=False):
        accounts = accounts_of(tables, case).tolist()
        assert 2 <= len(accounts) == len({bank[account] for account in accounts}) <= banks
        many.add(len(accounts))
        is_user = member["entity"] == words.ENTITIES.index("user")
        person = member["entity_id"][is_user & (member["case_id"] == case)].tolist()
        assert {owner[account] for account in accounts} == set(person)
        assert len(person) == 1
    assert many == set(range(2, banks + 1))


@pytest.mark.parametrize("crime", [True, False])
def test_cheques_go_round_a_cycle_through_all_accounts(crime: bool, tables_of: Collect) -> None:  # noqa: FBT001
    tables = tables_of(WORLD)
    for case, _ in of_cases(tables, crime=crime):
        edges = edges_of(tables, case)
        cheques = edges.take(edges["rail"] == CHEQUE)
        step = {
            *zip(
                cheques["debtor_account_id"].tolist(),
                cheques["creditor_account_id"].tolist(),
                strict=True,
            )
        }
        after = dict(step)
        accounts = accounts_of(tables, case).tolist()
        assert len(step) == len(after) == len(accounts)  # each account pays one other
        here = next(iter(after))
        seen = [here := after[here] for _ in accounts]
        assert set(seen) == set(accounts)
        assert len(cheques) == len(accounts) * ((_DAYS + 1) // 2)


def test_at_easy_each_cheque_is_written_before_the_one_that_covers_it_has_cleared(
    tables_of: Collect,
) -> None:
    tables = tables_of(replace(WORLD, difficulty="easy"))
    payment = tables["payment"]
    for case, rows in of_cases(tables, crime=True):
        first = rows["leg"] == LEG["original"]
        cheque = rows.take(first & (rows["rail"] == CHEQUE))
        settled = payment.take(np.isin(payment["original_payment_id"], cheque["payment_id"]))
        settled = settled.take(settled["leg"] == LEG["settlement"])
        due = dict(
            zip(*(settled[c].tolist() for c in ("original_payment_id", "time")), strict=True)
        )
        times = cheque["time"]
        for row in range(len(cheque) - 1):
            if int(cheque["payment_id"][row]) in due:
                assert times[row + 1] < due[int(cheque["payment_id"][row])] + 5 * 86_400_000
        open_ = [
            sum(
                at <= now < due.get(int(i), 2**62)
                for at, i in zip(times, cheque["payment_id"], strict=True)
            )
            for now in times
        ]
        # from the second round on, a whole one is always afloat
        round_ = len(accounts_of(tables, case))
        assert np.median(open_[round_:]) >= round_


def test_the_sums_grow_from_day_to_day(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    for case, _ in of_cases(tables, crime=True):
        edges = edges_of(tables, case)
        cheques = edges.take(edges["rail"] == CHEQUE)
        day = cheques["valid_from"] // 86_400_000
        sums = [cheques["amount_minor"][day == each].mean() for each in np.unique(day)]
        assert np.diff(np.log(sums)).mean() == pytest.approx(np.log(1 + KITING.growth), rel=0.4)


def test_at_last_the_money_is_drawn_and_the_cheques_bounce(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    label, payment = tables["event_label"], tables["payment"]
    assert len(label) > len(payment)
    lost = 0
    for _, rows in of_cases(tables, crime=True):
        drawn = rows.take((rows["rail"] == CASH) & (rows["status"] != DECLINED))
        cheque = rows.take((rows["rail"] == CHEQUE) & (rows["leg"] == LEG["original"]))
        if len(drawn):
            assert drawn["time"].max() > cheque["time"].max()
        bounced = (rows["leg"] == LEG["settlement"]) & (rows["status"] == DECLINED)
        lost += bool(bounced.any())
    assert lost >= 0.8 * COUNT


@pytest.mark.parametrize("difficulty", ["easy", "hard"])
def test_whoever_moves_their_own_money_round_has_it(
    difficulty: Difficulty, tables_of: Collect
) -> None:
    tables = tables_of(replace(WORLD, difficulty=difficulty))
    account = tables["account"]
    had = dict(
        zip(*(account[c].tolist() for c in ("account_id", "opening_balance_minor")), strict=True)
    )
    cheques = 0
    bounced = {True: 0, False: 0}
    for crime in bounced:
        for _, rows in of_cases(tables, crime=crime):
            settled = rows["leg"] == LEG["settlement"]
            bounced[crime] += int((settled & (rows["status"] == DECLINED)).sum())
            if not crime:
                cheques += int(settled.sum())
                paid_in = rows.take((rows["leg"] == LEG["original"]) & (rows["rail"] == CHEQUE))
                owner = [had[payer] for payer in paid_in["counterparty_account_id"].tolist()]
                assert (paid_in["amount_minor"] <= np.array(owner) + 500).all()
    assert cheques > COUNT * KITING.banks
    assert bounced[False] < 0.75 * bounced[True]
    assert bounced[False] < 0.25 * cheques


def test_cheques_are_paid_in_while_the_counters_are_open(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    for crime in (True, False):
        for _, rows in of_cases(tables, crime=crime):
            paid_in = rows.take((rows["leg"] == LEG["original"]) & (rows["rail"] == CHEQUE))
            hour = (paid_in["time"] // 60_000 + paid_in["utc_offset"]) // 60 % 24
            assert ((hour >= 7) & (hour <= 20)).all()
            for day in np.unique((paid_in["time"] - WORLD.start_ms) // 86_400_000):
                assert WORLD.place.is_business_day(WORLD.date_of(int(day)), 1)[0]


def test_the_harder_it_is_to_find_the_smaller_and_the_fewer_are_the_cheques(
    tables_of: Collect,
) -> None:
    medians, counts = [], []
    for difficulty in ("easy", "medium", "hard"):
        many = {"kiting": replace(KITING, count=40)}
        tables = tables_of(replace(WORLD, users=2_000, patterns=many, difficulty=difficulty))
        rows = Table.concat([rows for _, rows in of_cases(tables, crime=True)])
        cheques = rows.take((rows["rail"] == CHEQUE) & (rows["leg"] == LEG["original"]))
        medians.append(float(np.median(cheques["amount_minor"])))
        counts.append(len(cheques))
    assert medians == sorted(medians, reverse=True)
    assert medians[2] < 0.7 * medians[0]
    assert counts[2] < counts[1] < 0.7 * counts[0]


def test_one_of_a_kiter_s_accounts_is_the_main_one(tables_of: Collect) -> None:
    base, tables = tables_of(replace(WORLD, patterns={})), tables_of(WORLD)
    for case, _ in of_cases(tables, crime=True):
        known = np.isin(accounts_of(tables, case), base["account"]["account_id"])
        assert known.sum() == 1


def test_what_is_lost_is_what_the_banks_paid_for_cheques_that_came_back(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    losers, case = tables["bank"]["loss_account_id"], tables["case"]
    for number, rows in of_cases(tables, crime=True):
        back = np.isin(rows["debtor_account_id"], losers) & (rows["leg"] == LEG["return"])
        paid = rows["amount_minor"][back].sum()
        assert case["loss_minor"][case["case_id"] == number][0] == paid


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_no_bank_is_at_a_loss_by_who_moves_their_own_money_but_for_days(
    difficulty: Difficulty, tables_of: Collect
) -> None:
    tables = tables_of(replace(WORLD, difficulty=difficulty))
    case = tables["case"]
    lost, back = case["loss_minor"], case["recovered_minor"]
    assert (lost[~case["is_fraud"]] > 0).any()
    assert (back == lost)[~case["is_fraud"]].all()
    assert (back <= lost)[case["is_fraud"]].all()
    assert (back < lost)[case["is_fraud"]].any()


@pytest.mark.parametrize(("days", "banks"), [(1, 3), (6, 5), (3, 2)])
def test_it_fits_into_small_worlds(days: int, banks: int, broken: Broken) -> None:
    assert not broken(
        World(users=200, days=days, patterns={"kiting": Kiting(count=3, banks=banks)})
    )


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE entity_id % 3 = 0 AND entity = 'account'", 0),
        ("UPDATE case_member SET entity_id = 7 WHERE entity = 'user'", 1),
        ("UPDATE case_payment SET counterparty_account_id = 7", 2),
        ("DELETE FROM case_payment WHERE payment_id % 2 = 0", 3),
        ("UPDATE case_payment SET amount_minor = 7 WHERE creditor_account_id % 2 = 0", 4),
        ("UPDATE case_payment SET time = case_start WHERE rail = 'cash'", 5),
        ("UPDATE case_payment SET is_fraud = false", 6),
        ("UPDATE case_payment SET time = time + to_days((payment_id % 90)::INTEGER)", 7),
        ("UPDATE case_payment SET status = 'booked'", 8),
        ("UPDATE case_payment SET time = time + INTERVAL 9 DAYS WHERE leg = 'settlement'", 9),
        ("UPDATE account SET bank_id = (SELECT min(bank_id) FROM bank)", 10),
        ("UPDATE case_payment SET creditor_account_id = 7 WHERE rail = 'cash'", 10),
        ("UPDATE case_payment SET rail = 'instant' WHERE rail = 'cash'", 11),
        ("DELETE FROM case_payment WHERE rail = 'cash'", 12),
        ("DELETE FROM case_payment WHERE rail = 'cheque'", 12),
        ("UPDATE case_payment SET debtor_balance_minor = debtor_balance_minor + 100000000", 13),
        ("UPDATE case_payment SET time = case_start WHERE leg = 'settlement'", 13),
        ("UPDATE case_payment SET amount_minor = 2000 WHERE rail = 'cash'", 14),
        ("UPDATE account SET opening_balance_minor = opening_balance_minor + 100000000", 13),
        ("UPDATE case_payment SET amount_minor = 10000 WHERE rail = 'cheque'", 15),
        ("UPDATE case_payment SET time = case_start WHERE status = 'declined'", 16),
        ("UPDATE case_payment SET status = 'booked' WHERE leg = 'settlement'", 16),
        ("DELETE FROM case_payment WHERE leg = 'recovery'", 17),
        ("UPDATE case_payment SET amount_minor = amount_minor + 1 WHERE leg = 'recovery'", 17),
    ],
)
def test_each_promise_is_broken_by_what_breaks_it(
    change: str, promise: int, broken: Broken
) -> None:
    also = ("account",) if "UPDATE account" in change else ()
    assert PROMISES[promise] in broken(WORLD, change, also=also)


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
@pytest.mark.parametrize("seed", range(50))
def test_every_promise_is_kept_whatever_the_seed(
    seed: int, difficulty: Difficulty, broken: Broken
) -> None:
    assert not broken(replace(WORLD, seed=seed, difficulty=difficulty))
