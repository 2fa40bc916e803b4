"""A bust-out: young cards drawn, paid by cheques that come back, and drawn again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.grow import grow
from graphgen.patterns.bust_out import BustOut
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 6
BUST = BustOut(count=COUNT)
WORLD = World(users=500, days=40, patterns={"bust_out": BUST})
PROMISES = [text for text, _ in statements("bust_out")]
CARD, CHEQUE = (words.RAILS.index(rail) for rail in ("card", "cheque"))
LEG = {word: code for code, word in enumerate(words.LEGS)}
CREDIT_CARD = words.ACCOUNT_TYPES.index("credit_card")
BOOKED = words.STATUSES.index("booked")


def cards(tables: Tables, *, crime: bool) -> list[Array]:
    """Give each case's cards."""
    case, member = tables["case"], tables["member"]
    mine = np.array(member["role"].to_pylist(), object) == "card"
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [member["entity_id"][mine & (member["case_id"] == each)] for each in wanted]


def payments(tables: Tables, *, crime: bool) -> list[Table]:
    label, case = tables["event_label"], tables["case"]
    case_of = label["case_id"][label["event"] == words.EVENTS.index("payment")]
    wanted = case["case_id"][case["is_fraud"] == crime]
    return [tables["payment"].take(case_of == each) for each in wanted]


def limits(tables: Tables, accounts: Array) -> float:
    account = tables["account"]
    mine = np.isin(account["account_id"], accounts)
    return float(account["credit_limit_minor"][mine].sum())


@pytest.mark.parametrize("crime", [True, False])
def test_the_cards_are_many_and_young_but_not_new(crime: bool, tables_of: Collect) -> None:  # noqa: FBT001
    tables = tables_of(WORLD)
    account = tables["account"]
    for mine in cards(tables, crime=crime):
        assert BUST.accounts / 2 <= len(mine) <= BUST.accounts
        opened = account["opened"][np.isin(account["account_id"], mine)]
        months = (WORLD.start_ms - opened) / DAY_MS / 30.4
        assert (months > 3.9).all()
        assert (months < BUST.months + 0.1).all()


def test_the_cards_have_been_shopped_with_and_paid_off_by_habit(tables_of: Collect) -> None:
    tables = tables_of(replace(WORLD, days=60))  # every card's bill has been due
    label = tables["event_label"].take(tables["event_label"]["event"] == 0)
    honest = tables["payment"].take(label["case_id"] < 0)
    mine = np.concatenate(cards(tables, crime=True))
    assert np.isin(mine, honest["debtor_account_id"]).mean() > 0.9
    assert np.isin(mine, honest["creditor_account_id"]).mean() > 0.7


def test_more_than_the_limits_is_spent_and_a_wedding_costs_less(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    for crime in (True, False):
        both = zip(payments(tables, crime=crime), cards(tables, crime=crime), strict=True)
        for rows, mine in both:
            spent = rows["amount_minor"][rows["rail"] == CARD].sum() / limits(tables, mine)
            assert (1 <= spent <= 2.5) if crime else (0.5 < spent < 1)


def test_most_of_the_second_round_goes_through_since_a_cheque_re_opens_the_limit(
    tables_of: Collect,
) -> None:
    tables = tables_of(replace(WORLD, difficulty="easy"))
    for rows, mine in zip(payments(tables, crime=True), cards(tables, crime=True), strict=True):
        booked = (rows["rail"] == CARD) & (rows["status"] == BOOKED)
        assert rows["amount_minor"][booked].sum() > 1.1 * limits(tables, mine)


def test_at_easy_the_large_cheques_bounce_and_the_bank_pays_for_most_of_them(
    tables_of: Collect,
) -> None:
    tables = tables_of(replace(WORLD, difficulty="easy"))
    losers = tables["bank"]["loss_account_id"]
    lost = 0
    for rows in payments(tables, crime=True):
        settled = rows.take((rows["rail"] == CHEQUE) & (rows["leg"] == LEG["settlement"]))
        bounced = settled["status"] != BOOKED
        assert settled["amount_minor"][bounced].sum() > settled["amount_minor"][~bounced].sum()
        back = rows.take(rows["leg"] == LEG["return"])
        lost += back["amount_minor"][np.isin(back["debtor_account_id"], losers)].sum() > 0
    assert lost == COUNT


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_cheques_of_a_crime_bounce_more_than_a_wedding_s_and_some_of_both_clear(
    difficulty: Difficulty, tables_of: Collect
) -> None:
    tables = tables_of(replace(WORLD, difficulty=difficulty))
    came_back = {}
    for crime in (True, False):
        rows = Table.concat(payments(tables, crime=crime))
        settled = rows.take((rows["rail"] == CHEQUE) & (rows["leg"] == LEG["settlement"]))
        bounced = settled["status"] != BOOKED
        assert 0 < bounced.mean() < 1
        came_back[crime] = settled["amount_minor"][bounced].sum() / settled["amount_minor"].sum()
    assert came_back[True] > came_back[False]


def test_at_hard_the_cards_of_a_spree_are_used_in_few_shops_as_other_cards_are(
    tables_of: Collect,
) -> None:
    shops = {}
    for difficulty in ("easy", "hard"):
        tables = tables_of(replace(WORLD, days=60, difficulty=difficulty))
        rows = tables["payment"].take(tables["payment"]["rail"] == CARD)
        pair = np.unique(np.stack([rows["debtor_account_id"], rows["creditor_account_id"]]), axis=1)
        card, many = np.unique(pair[0], return_counts=True)
        credit = tables["account"]["account_id"][tables["account"]["type"] == CREDIT_CARD]
        mine = np.isin(card, np.concatenate(cards(tables, crime=True)))
        shops[difficulty] = np.mean(many[mine]), np.mean(many[~mine & np.isin(card, credit)])
    assert shops["hard"][0] < 1.5 * shops["hard"][1]
    assert shops["easy"][0] > 1.2 * shops["hard"][0]


def test_no_single_purchase_is_most_of_what_is_drawn_of_a_card_again() -> None:
    world = replace(WORLD, users=1_500, patterns={"bust_out": replace(BUST, count=30)})
    pays = grow(world)["pays"]
    spent = pays.take(pays["stage"] == words.STAGES.index("integration"))
    card = np.unique(spent["debtor_account_id"], return_inverse=True)[1]
    most = np.zeros(card.max() + 1)
    np.maximum.at(most, card, spent["amount_minor"])
    assert np.mean(most / np.bincount(card, spent["amount_minor"]) > 0.7) < 0.05


def test_the_cheques_are_others_and_at_easy_all_of_one(tables_of: Collect) -> None:
    payers = {}
    for difficulty in ("easy", "hard"):
        tables = tables_of(replace(WORLD, difficulty=difficulty))
        of = [
            rows["counterparty_account_id"][(rows["rail"] == CHEQUE) & (rows["leg"] == 0)]
            for rows in payments(tables, crime=True)
        ]
        payers[difficulty] = [len(np.unique(each)) for each in of]
    assert set(payers["easy"]) == {1}
    assert min(payers["hard"]) >= 2


def test_the_harder_the_fewer_cards_the_longer_and_the_smaller_the_sums(
    tables_of: Collect,
) -> None:
    found = []
    for difficulty in ("easy", "hard"):
        tables = tables_of(replace(WORLD, difficulty=difficulty))
        rows = [each.take(each["leg"] == 0) for each in payments(tables, crime=True)]
        found.append(
            (
                np.mean([len(mine) for mine in cards(tables, crime=True)]),
                np.median(np.concatenate([each["amount_minor"] for each in rows])),
                -np.mean([np.ptp(each["time"]) for each in rows]),
            )
        )
    assert (np.array(found[0]) > np.array(found[1])).all()


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_a_wedding_leaves_banks_at_no_loss_but_for_days(
    difficulty: Difficulty, tables_of: Collect
) -> None:
    many = {"bust_out": replace(BUST, count=20)}
    tables = tables_of(replace(WORLD, users=1_200, difficulty=difficulty, patterns=many))
    case = tables["case"]
    lost, back = (case[f"{what}_minor"][~case["is_fraud"]] for what in ("loss", "recovered"))
    assert (lost > 0).mean() > 0.5
    # now and then another's cheque comes back too, on a card with no room for it
    assert (back == lost).mean() >= 0.9
    assert back.sum() > 0.98 * lost.sum()


@pytest.mark.parametrize(("days", "accounts"), [(1, 10), (3, 5), (20, 4)])
def test_it_fits_into_small_worlds(days: int, accounts: int, broken: Broken) -> None:
    patterns = {"bust_out": BustOut(count=3, accounts=accounts)}
    assert not broken(World(users=300, days=days, patterns=patterns))


def test_more_people_than_there_are_is_one_line() -> None:
    with pytest.raises(ValueError, match="bust_out: 99 cases, with 20 people; ask for fewer"):
        grow(World(users=20, days=9, patterns={"bust_out": BustOut(count=99)}))


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("DELETE FROM case_member WHERE role = 'payer'", 0),
        ("DELETE FROM case_member WHERE role = 'card' AND entity_id % 4 > 0", 0),
        ("UPDATE case_member SET role = 'card' WHERE role = 'payer'", 1),
        ("UPDATE case_member SET entity_id = 7 WHERE entity = 'user'", 1),
        ("UPDATE case_payment SET debtor_account_id = creditor_account_id", 3),
        ("UPDATE case_payment SET counterparty_account_id = 7", 3),
        ("UPDATE case_payment SET amount_minor = amount_minor // 3", 4),
        ("UPDATE case_payment SET amount_minor = amount_minor * 4", 4),
        ("UPDATE case_payment SET stage = 'integration' WHERE stage = 'theft'", 5),
        ("UPDATE case_payment SET time = time - INTERVAL 9 DAY WHERE stage = 'integration'", 5),
        ("UPDATE case_payment SET status = 'booked'", 6),
        ("UPDATE case_payment SET is_fraud = false, amount_minor = amount_minor * 9", 7),
        ("UPDATE case_payment SET amount_minor = amount_minor + 1 WHERE leg = 'return'", 8),
        ("DELETE FROM case_payment WHERE leg = 'recovery'", 10),
        ("UPDATE case_payment SET amount_minor = amount_minor * 9 WHERE rail = 'cash'", 11),
    ],
)
def test_each_promise_is_broken_by_what_breaks_it(
    change: str, promise: int, broken: Broken
) -> None:
    assert PROMISES[promise] in broken(WORLD, change)


def test_cards_that_are_too_young_and_cases_that_are_too_long_break_promises(
    broken: Broken,
) -> None:
    younger = "UPDATE account SET opened = opened + INTERVAL 500 DAY"
    assert PROMISES[2] in broken(WORLD, younger, also=("account",))
    longer = """UPDATE "case" SET "end" = "end" + INTERVAL 40 DAYS"""
    assert PROMISES[9] in broken(WORLD, longer, also=("case",))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_year_of_good_conduct_leaves_room_for_a_bust_out(seed: int, broken: Broken) -> None:
    patterns = {"bust_out": BustOut(count=3)}
    assert not broken(World(users=1000, days=400, seed=seed, patterns=patterns))


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
@pytest.mark.parametrize("seed", range(50))
def test_every_promise_is_kept_whatever_the_seed(
    seed: int, difficulty: Difficulty, broken: Broken
) -> None:
    assert not broken(replace(WORLD, seed=seed, difficulty=difficulty))
