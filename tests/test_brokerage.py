"""Tests of brokerage accounts: who has one, what is on it, and that nobody else notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

BARE = World(users=600, days=12, patterns={}, walks=("payment",))
WORLD = replace(BARE, investors=0.21)
BROKERAGE = words.ACCOUNT_TYPES.index("brokerage")


@pytest.fixture
def tables(tables_of: Collect) -> Tables:
    return tables_of(WORLD)


def invested(tables: Tables) -> Table:
    return tables["account"].take(tables["account"]["type"] == BROKERAGE)


def owners(tables: Tables) -> Array:
    held = tables["has_account"]
    return np.asarray(held["user_id"][np.isin(held["account_id"], invested(tables)["account_id"])])


def test_about_as_many_people_invest_as_asked_and_the_rich_more_often(tables: Tables) -> None:
    user, some = tables["user"], owners(tables)
    assert len(np.unique(some)) == len(some) == len(invested(tables))
    assert len(some) / len(user) == pytest.approx(0.21, abs=0.05)
    invests = np.isin(user["user_id"], some)
    income = user["income_minor"]
    assert np.median(income[invests]) > 1.15 * np.median(income[~invests])


def test_every_investor_has_a_bank_account_that_money_comes_from(tables: Tables) -> None:
    held, checking = tables["has_account"], words.ACCOUNT_TYPES.index("checking")
    account = tables["account"]
    current = account["account_id"][account["type"] == checking]
    assert np.isin(owners(tables), held["user_id"][np.isin(held["account_id"], current)]).all()
    pays, own = tables["pays"], invested(tables)["account_id"]
    assert np.isin(own, pays["debtor_account_id"]).all()
    assert np.isin(
        pays["debtor_account_id"][np.isin(pays["creditor_account_id"], own)], current
    ).all()


def test_an_account_holds_each_of_its_securities_once_and_some_of_it(tables: Tables) -> None:
    holds = tables["holds"]
    assert set(holds["account_id"].tolist()) == set(invested(tables)["account_id"].tolist())
    assert np.isin(holds["security_id"], tables["security"]["security_id"]).all()
    pairs = np.stack([holds["account_id"], holds["security_id"]], axis=1)
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert (holds["quantity"] > 0).all()
    assert (holds["cost_minor"] > 0).all()


def test_who_takes_more_risk_holds_more_stocks_and_fewer_bonds(tables_of: Collect) -> None:
    tables = tables_of(replace(WORLD, users=3_000, days=0))
    holds, held, listed = tables["holds"], tables["account"], tables["security"]
    risk = dict(zip(held["account_id"].tolist(), held["risk_profile"].tolist(), strict=True))
    kind = dict(zip(listed["security_id"].tolist(), listed["type"].tolist(), strict=True))
    rows = np.array(
        [
            (risk[a], kind[s])
            for a, s in zip(
                holds["account_id"].tolist(), holds["security_id"].tolist(), strict=True
            )
        ]
    )
    stocks, bonds = (
        [np.mean(rows[rows[:, 0] == profile, 1] == what) for profile in range(3)] for what in (0, 2)
    )
    assert stocks[0] < stocks[1] < stocks[2]
    assert bonds[0] > bonds[1] > bonds[2]


def test_with_investors_nobody_else_s_payments_move(tables_of: Collect, tables: Tables) -> None:
    bare = tables_of(BARE)["payment"]
    mine = np.append(invested(tables)["account_id"], tables["account"]["account_id"][:0])
    payment = tables["payment"]
    ends = np.isin(payment["debtor_account_id"], mine) | np.isin(
        payment["creditor_account_id"], mine
    )
    original = payment["leg"] == words.LEGS.index("original")
    others = payment.take(~ends & original)
    columns = ("time", "debtor_account_id", "creditor_account_id", "counterparty_account_id")
    first, second = (
        set(zip(*(rows[c].tolist() for c in columns), strict=True))
        for rows in (bare.take(bare["leg"] == words.LEGS.index("original")), others)
    )
    assert ends.any()
    assert first == second


def test_a_world_of_one_investor_and_of_none_are_worlds(tables_of: Collect) -> None:
    for users, share in ((1, 1.0), (3, 0.01)):
        tables = tables_of(World(users=users, days=3, investors=share, patterns={}))
        assert len(invested(tables)) <= users
