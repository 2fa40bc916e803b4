"""What a manipulated price costs those who buy while it is held up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from graphgen.pattern import Pattern
from graphgen.registry import PATTERNS
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

WORLD = World(
    users=900, days=50, patterns={}, investors=0.6, walks=("payment", "price", "session", "trade")
)
DRIVEN = ("pump_and_dump", "ramp_and_dump")
ACCOUNT, TRADE = words.ENTITIES.index("account"), words.EVENTS.index("trade")


def planted(name: str, difficulty: str = "medium") -> World:
    patterns = {name: PATTERNS.load(name, Pattern)(count=6)}
    return replace(WORLD, patterns=patterns, difficulty=difficulty)  # type: ignore[arg-type]


def damages(tables: Tables) -> dict[int, int]:
    """Sum what each case's victims paid above the price without it, trade by trade."""
    trade, member, label = (tables[name] for name in ("trade", "member", "event_label"))
    close, clean = ({}, {})  # type: dict[tuple[int, ...], int], dict[tuple[int, ...], int]
    day = 86_400_000
    price, without = tables["price"], tables["counterfactual"]
    for security, time, minor in zip(
        price["security_id"].tolist(), price["time"].tolist(), price["close_minor"].tolist(),
        strict=True,
    ):  # fmt: skip
        close[security, time // day] = minor
    columns = ("case_id", "security_id", "time", "close_minor")
    for case, security, time, minor in zip(*(without[c].tolist() for c in columns), strict=True):
        clean[case, security, time // day] = minor
    role = np.array(member["role"].to_pylist())
    victims = (member["entity"] == ACCOUNT) & (role == "victim")
    mine = set(
        zip(member["case_id"][victims].tolist(), member["entity_id"][victims].tolist(), strict=True)
    )
    of = dict(zip(label["event_id"][label["event"] == TRADE].tolist(),
                  label["case_id"][label["event"] == TRADE].tolist(), strict=True))  # fmt: skip
    lost = dict.fromkeys(tables["case"]["case_id"].tolist(), 0)
    columns = ("trade_id", "account_id", "security_id", "time", "side", "quantity")
    for trade_id, account, security, time, side, many in zip(
        *(trade[c].tolist() for c in columns), strict=True
    ):
        case = of[trade_id]
        if (case, account) in mine:
            told = close[security, time // day]
            more = told - clean.get((case, security, time // day), told)
            lost[case] += more * (many if side == words.SIDES.index("buy") else -many)
    return {case: max(0, much) for case, much in lost.items()}


def losses(tables: Tables) -> tuple[Array, Array]:
    case = tables["case"]
    return case["loss_minor"], case["is_fraud"]


@pytest.mark.parametrize("name", DRIVEN)
def test_a_case_costs_what_its_victims_paid_above_the_price_without_it(
    name: str, tables_of: Collect
) -> None:
    tables = tables_of(planted(name))
    expected = damages(tables)
    case = tables["case"]
    assert dict(zip(case["case_id"].tolist(), case["loss_minor"].tolist(), strict=True)) == expected


@pytest.mark.parametrize("name", DRIVEN)
def test_victims_lose_and_who_comes_late_to_a_true_rally_is_robbed_of_nothing(
    name: str, tables_of: Collect
) -> None:
    loss, is_fraud = losses(tables_of(planted(name)))
    assert (loss[is_fraud] > 0).mean() > 0.8
    assert (loss[~is_fraud] == 0).all()


def test_who_moves_no_price_robs_nobody(tables_of: Collect) -> None:
    loss, _ = losses(tables_of(planted("wash_trading")))
    assert (loss == 0).all()
