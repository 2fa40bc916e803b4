"""Accounts live within their means, each after its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from graphgen.population import live
from graphgen.rng import stream
from graphgen.schedule import BY_RATE, ONCE
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table, assert_equal
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

WORLD = World(users=800, days=60, patterns={})
GRAPH = WORLD.graph()
DAYS = range(WORLD.days)
PAYS = GRAPH["pays"]
KIND = {word: code for code, word in enumerate(words.ACCOUNT_TYPES)}
HABIT = {word: code for code, word in enumerate(words.HABITS)}


def accounts(*kinds: str) -> Array:
    codes = [KIND[kind] for kind in kinds]
    return np.flatnonzero(np.isin(GRAPH["account"]["type"], codes)).astype(np.int32)


def owned(*kinds: str) -> Array:
    return np.intersect1d(accounts(*kinds), GRAPH["has_account"]["account_id"])


@pytest.mark.parametrize(
    ("kind", "pays", "earns"),
    [
        ("savings", {"own_transfer"}, {"own_transfer"}),
        ("credit_card", {"purchase", "subscription"}, {"card_repayment"}),
        ("business", {"supply"}, {"revenue"}),
    ],
)
def test_an_account_lives_after_its_kind(kind: str, pays: set[str], earns: set[str]) -> None:
    for side, wanted in (("debtor_account_id", pays), ("creditor_account_id", earns)):
        mine = np.isin(PAYS[side], owned(kind))
        found = {words.HABITS[code] for code in np.unique(PAYS["habit"][mine])}
        assert found & wanted, side
        if kind == "savings":
            assert found <= wanted


def test_every_owned_account_has_a_life() -> None:
    lively = np.concatenate([PAYS["debtor_account_id"], PAYS["creditor_account_id"]])
    own = owned("checking", "savings", "credit_card", "business")
    assert np.isin(own, lively).all()


def test_every_checking_account_is_paid_something_regularly() -> None:
    regular = PAYS["schedule"] != ONCE
    fed = np.isin(owned("checking"), PAYS["creditor_account_id"][regular])
    assert fed.mean() > 0.98


def test_an_account_asked_for_alone_gets_the_life_of_its_kind_and_no_other_does() -> None:
    some = owned("checking")[:5]
    tables = list(live(GRAPH.bed(), stream(3, "life"), accounts=some, days=DAYS))
    pays = [table for table in tables if table.name == "pays" and len(table)]
    payer = np.concatenate([table["debtor_account_id"] for table in pays])
    payee = np.concatenate([table["creditor_account_id"] for table in pays])
    habit = np.concatenate([table["habit"] for table in pays])
    held = GRAPH["has_account"]
    people = np.unique(held["user_id"][np.isin(held["account_id"], some)])
    theirs = held["account_id"][np.isin(held["user_id"], people)]
    others = np.setdiff1d(held["account_id"], theirs)
    assert np.isin(some, np.concatenate([payer, payee])).all()
    assert not np.isin(payer, others).any()  # nobody else is made to pay
    assert (habit[np.isin(payee, others)] == HABIT["transfer"]).all()
    assert len(np.unique(habit)) > 3


def test_accounts_that_nobody_owns_get_no_life() -> None:
    none = accounts("internal", "external")
    assert sum(len(t) for t in live(GRAPH.bed(), stream(3, "life"), accounts=none, days=DAYS)) == 0


def test_the_same_stream_gives_the_same_life() -> None:
    some = owned("checking")[:40]
    one, other = (
        Table.concat([*live(GRAPH.bed(), stream(3, "life"), accounts=some, days=DAYS)])
        for _ in range(2)
    )
    assert_equal(one, other)


def test_habits_are_possible() -> None:
    assert (PAYS["debtor_account_id"] != PAYS["creditor_account_id"]).all()
    assert (PAYS["rate"] >= 0).all()
    assert (PAYS["spread"] >= 0).all()
    assert ((PAYS["share"] >= 0) & (PAYS["share"] <= 1)).all()
    of_sum = PAYS["amount_of"] == words.AMOUNT_OF.index("sum")
    assert (PAYS["amount_minor"][of_sum] > 0).all()
    assert (PAYS["rate"][PAYS["schedule"] != BY_RATE] == 0).all()
    until = PAYS["valid_to"]
    assert ((until == NULL_NUMBER) | (until > PAYS["valid_from"])).all()
    assert (PAYS["case_id"] < 0).all()
    by_card = PAYS["rail"] == words.RAILS.index("card")
    assert ((PAYS["card_id"] >= 0) == by_card).all()
    card = GRAPH["card"]
    assert (
        card["account_id"][PAYS["card_id"][by_card]] == PAYS["debtor_account_id"][by_card]
    ).all()


def test_a_habit_fires_only_when_both_of_its_accounts_are_open() -> None:
    opened = GRAPH["account"]["opened"]
    fires = np.maximum(PAYS["valid_from"], WORLD.start_ms)
    for side in ("debtor_account_id", "creditor_account_id"):
        assert (fires >= opened[PAYS[side]]).all(), side


def test_people_spend_about_what_they_earn(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment, account = tables["payment"], tables["account"]
    booked = payment.take(payment["status"] == words.STATUSES.index("booked"))
    ids = account["account_id"]
    order = np.argsort(ids)

    def total(side: str) -> Array:
        rows = order[np.searchsorted(ids, booked[side], sorter=order)]
        return np.bincount(rows, booked["amount_minor"], len(ids))

    gets, gives = total("creditor_account_id"), total("debtor_account_id")
    people = np.isin(account["type"], [KIND["checking"]])
    active = people & (gets > 0)
    ratio = gives[active] / gets[active]
    assert 0.6 < np.median(ratio) < 1.15
    assert 0.7 < gives[active].sum() / gets[active].sum() < 1.1


def test_few_payments_are_declined_and_few_items_bounce(tables_of: Collect) -> None:
    payment = tables_of(WORLD)["payment"]
    declined = payment["status"] == words.STATUSES.index("declined")
    original = payment["leg"] == words.LEGS.index("original")
    assert declined[original].mean() < 0.06
    settlement = payment["leg"] == words.LEGS.index("settlement")
    assert declined[settlement].mean() < 0.06


def test_wealth_does_not_drain_from_the_people(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment, account = tables["payment"], tables["account"]
    booked = payment.take(payment["status"] == words.STATUSES.index("booked"))
    private = np.isin(account["type"], [KIND["checking"], KIND["savings"]])
    mine, before = account["account_id"][private], account["opening_balance_minor"][private].sum()
    gained, lost = (
        booked["amount_minor"][np.isin(booked[side], mine)].sum()
        for side in ("creditor_account_id", "debtor_account_id")
    )
    assert 0.8 < (before + gained - lost) / before < 1.6
