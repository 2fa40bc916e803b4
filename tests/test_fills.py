"""Tests of the book's loop: what there is money or stock for, and what it costs, to the cent."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from graphgen.market.book import RESTING
from graphgen.market.fills import Allowed, DaysOrders, cleared
from graphgen.market.margin import Fees
from graphgen.market.positions import Positions
from graphgen.schema import words
from graphgen.table import Array

BUY, SELL, SHORT, COVER = range(4)
FEES = Fees(of_sale=0.0001, a_share=0.0, most=0.0)


@dataclass
class Account:
    """An account with some cash, that trades one security."""

    free: int
    shortable: bool = True
    hold: int = 0
    state: Array = field(default_factory=lambda: np.zeros((4, 1), np.int64))

    def order(self, side: int, quantity: int, price: int, *, bold: bool = False) -> tuple[str, int]:
        """Order some shares: what becomes of it, and the shares traded."""
        one, no = np.ones(1, np.int64), np.zeros(1, np.int64)
        orders = DaysOrders(
            account=np.zeros(1, np.int32),
            side=np.array([side], np.int8),
            quantity_of=np.zeros(1, np.int8),
            share=np.zeros(1, np.float32),
            part=np.array([-1 if bold else 1], np.float32),
            is_once=np.ones(1, bool),
            is_round=np.zeros(1, bool),
            fill=one,
            price=one * price,
            limit=no,
            partner=-one,
            place=np.zeros(1, np.int32),
            rests=np.zeros(1, bool),
            unfilled=np.zeros(1, np.int8),
            provided=no,
        )
        free, hold = np.array([self.free]), np.array([self.hold])
        status, some, _, _, _ = cleared(
            no,
            one * quantity,
            orders,
            np.empty(0, RESTING).view(np.recarray),
            Allowed(np.array([self.shortable]), no),
            Positions(self.state, free, hold),
            FEES,
        )
        self.free, self.hold = int(free[0]), int(hold[0])
        told = "none" if status[0] < 0 else words.ORDER_STATUSES[status[0]]
        return told, int(some[0])


def test_a_short_sale_needs_half_of_what_it_brings_and_its_fee() -> None:
    account = Account(free=50_000)
    assert account.order(SHORT, 100, 1_001) == ("executed", 99)
    assert account.state[:3, 0].tolist() == [-99, -99_099, -10]
    assert account.free == 50_000 - 49_550 - 10
    assert account.hold == 49_560
    assert account.order(SHORT, 1, 1_000) == ("none", 0)
    assert account.order(SHORT, 1, 1_000, bold=True) == ("rejected", 0)


def test_who_covers_for_less_earns_the_difference_less_the_fee() -> None:
    account = Account(free=60_000)
    account.order(SHORT, 100, 1_000)
    assert account.order(COVER, 40, 900) == ("executed", 40)
    assert account.state[:3, 0].tolist() == [-60, -60_000, -10 + 40_000 - 36_000]
    assert account.order(COVER, 100, 900) == ("executed", 60)
    assert account.state[:3, 0].tolist() == [0, 0, -10 + 100_000 - 90_000]
    assert account.free == 60_000 + 10_000 - 10


def test_a_loss_is_covered_as_far_as_collateral_and_cash_go() -> None:
    account = Account(free=60_000)
    account.order(SHORT, 100, 1_000)
    assert account.free == 9_990
    # each share costs 600 more than the collateral that it lets go
    assert account.order(COVER, 100, 2_100) == ("executed", 16)
    assert account.free == 9_990 - 16 * 600
    assert account.state[0, 0] == -84


@pytest.mark.parametrize("price", [1, 7, 333, 1_001, 99_999])
def test_nothing_is_lost_to_rounding_however_a_position_is_opened_and_closed(price: int) -> None:
    account = Account(free=10**9)
    before, rng = account.free, np.random.default_rng(price)
    for some in rng.integers(1, 40, 20).tolist():
        account.order(SHORT, some, price)
    for _ in range(200):
        if not account.state[0, 0]:
            break
        account.order(COVER, int(rng.integers(1, 40)), price + int(rng.integers(0, 3)))
    assert account.state[:2, 0].tolist() == [0, 0]
    assert account.free - before == account.state[2, 0]


def test_what_is_held_is_sold_first_and_what_is_short_is_covered_first() -> None:
    account = Account(free=100_000)
    assert account.order(BUY, 10, 100) == ("executed", 10)
    assert account.order(SHORT, 10, 100) == ("none", 0)
    assert account.order(SELL, 20, 100)[1] == 10
    assert account.order(SHORT, 10, 100) == ("executed", 10)
    assert account.order(BUY, 10, 100) == ("none", 0)
    assert account.order(SELL, 10, 100) == ("none", 0)
    assert account.order(COVER, 11, 100) == ("executed", 10)
    assert account.order(COVER, 1, 100) == ("none", 0)


def test_a_cash_account_sells_nothing_short() -> None:
    assert Account(free=100_000, shortable=False).order(SHORT, 10, 100) == ("none", 0)
