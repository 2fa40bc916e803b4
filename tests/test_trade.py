"""Tests of orders and trades: what is filled when, and what becomes of money and stock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from graphgen.day import DayMaker
from graphgen.ledger import Ledger
from graphgen.market.minutes import MINUTE_MS
from graphgen.market.orders import Orders, filled, is_bought, priced
from graphgen.proposals import Payments
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.walks._order_visits import visits
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

WORLD = World(
    users=700, days=35, patterns={}, investors=0.4, walks=("payment", "price", "session", "trade")
)
BUY, SELL, SHORT, COVER = range(4)
MARKET, LIMIT, STOP = 0, 1, 2
DAY, IOC = 0, 1
OPEN = 1_767_364_200_000
LATER = np.iinfo(np.int64).max


@pytest.fixture
def tables(tables_of: Collect) -> Tables:
    return tables_of(WORLD)


def tried(
    kind: int, side: int, limit: int, *, tif: int = DAY, cancelled: int = LATER, at: int = 0
) -> tuple[int, int, int]:
    """Order something whose price goes from 100 to 110 in ten minutes, then falls to 95."""
    ends = np.array([[101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 105, 100, 95]])
    begins = np.append([[100]], ends[:, :-1], axis=1)
    high, low = np.maximum(begins, ends), np.minimum(begins, ends)
    time = np.array([OPEN + at])
    security = np.zeros(1, np.int64)
    mid = priced(time, security, OPEN, begins, ends)
    when, price, end = filled(
        time,
        security,
        np.array([side]),
        np.array([kind]),
        np.array([tif]),
        np.array([limit]),
        mid,
        np.array([0.02]),
        np.array([cancelled]),
        np.full((1, 2), 0.5),
        OPEN,
        high,
        low,
    )
    return (int(when[0]) - OPEN) if when[0] else 0, int(price[0]), int(end[0]) - OPEN


def test_a_market_order_is_filled_at_once_on_the_far_side_of_the_spread() -> None:
    when, price, _ = tried(MARKET, BUY, 0)
    assert 0 < when < 3_000
    assert price == 101
    assert tried(MARKET, SELL, 0, at=30_000)[1] == 100


def test_a_limit_order_waits_until_the_price_comes_to_it() -> None:
    when, price, _ = tried(LIMIT, SELL, 108)
    assert 7 * MINUTE_MS <= when < 8 * MINUTE_MS
    assert price == 108
    when, price, _ = tried(LIMIT, BUY, 96)
    assert 12 * MINUTE_MS <= when < 13 * MINUTE_MS
    assert price == 96


def test_a_limit_that_is_never_reached_ends_with_the_session_or_with_patience() -> None:
    assert tried(LIMIT, SELL, 120) == (0, 0, 13 * MINUTE_MS)
    assert tried(LIMIT, SELL, 108, cancelled=OPEN + 5 * MINUTE_MS) == (0, 0, 5 * MINUTE_MS)


def test_a_limit_better_than_the_price_is_filled_as_a_market_order_is() -> None:
    when, price, _ = tried(LIMIT, BUY, 105)
    assert when < 3_000
    assert price <= 105


def test_immediate_or_cancel_does_not_wait() -> None:
    when, _, end = tried(LIMIT, SELL, 108, tif=IOC)
    assert when == 0
    assert end < 3_000


def test_a_stop_sells_once_the_price_has_fallen_to_it() -> None:
    when, price, _ = tried(STOP, SELL, 98)
    assert when >= 12 * MINUTE_MS
    assert 95 <= price <= 98


def test_investors_trade_as_often_as_their_risk_profile_says(tables_of: Collect) -> None:
    tables = tables_of(replace(WORLD, users=2_500, days=91, walks=("trade",)))
    account, trade = tables["account"], tables["trade"]
    brokerage = account["type"] == words.ACCOUNT_TYPES.index("brokerage")
    ids, risk = account["account_id"][brokerage], account["risk_profile"][brokerage]
    count = np.array([np.count_nonzero(trade["account_id"] == one) for one in ids])
    for profile, (low, high) in enumerate(((5, 15), (15, 50), (50, 150))):
        of = count[risk == profile]
        assert np.mean((of >= low) & (of <= high)) > 0.8


def test_nobody_pays_for_more_than_there_is_or_sells_more_than_is_held(tables: Tables) -> None:
    payment, holding = tables["payment"], tables["holding"]
    of_trade = payment["purpose"] == words.PURPOSES.index("SECU")
    assert of_trade.any()
    assert (payment["status"][of_trade] == words.STATUSES.index("booked")).all()
    short = np.unique(holding["account_id"][holding["quantity"] < 0])
    assert len(short)
    assert np.isin(short, tables["trade"]["account_id"][tables["trade"]["side"] == SHORT]).all()


def test_only_a_margin_account_sells_short_and_only_what_can_be_borrowed(tables: Tables) -> None:
    order, account, security = tables["order"], tables["account"], tables["security"]
    shorts = order["side"] >= SHORT
    margin = account["brokerage_type"] == words.BROKERAGE_TYPES.index("margin")
    assert shorts.any()
    assert np.isin(order["account_id"][shorts], account["account_id"][margin]).all()
    lent = security["security_id"][security["is_shortable"]]
    assert np.isin(order["security_id"][shorts], lent).all()


def test_what_is_held_on_an_account_is_margin_collateral_and_what_is_yet_to_be_paid() -> None:
    graph = replace(WORLD, users=400, investors=0.6).graph()
    maker, ledger = DayMaker(graph), Ledger(graph)
    state, shorts = ledger.start(), 0
    for day in range(12):
        proposed = maker.propose(day)
        ledger.settle(state, day, proposed[Payments], proposed[Orders])
        owed = state.unsettled
        kept = np.zeros(len(state.hold), np.int64)
        brought = np.maximum(0, -state.positions[1])
        np.add.at(kept, ledger.book.pairs >> 32, brought + (brought + 1) // 2)
        # what a sale has brought comes later, and so does what a cover lets go
        np.add.at(kept, owed["account"], np.maximum(0, -owed["amount"]) - owed["kept"])
        waits = state.resting[state.resting["side"] == BUY]
        np.add.at(kept, waits["account"], waits["aside"])
        assert np.array_equal(state.hold[kept > 0], kept[kept > 0])
        assert (state.balance[kept > 0] >= 0).all()
        shorts += np.count_nonzero(brought)
    assert shorts


def test_purchases_go_unfilled_as_often_as_sales(tables: Tables) -> None:
    order = tables["order"]
    waits = (order["type"] == LIMIT) & (order["tif"] == DAY)
    unfilled = np.isin(
        order["status"], [words.ORDER_STATUSES.index(w) for w in ("cancelled", "expired")]
    )
    shares = [unfilled[waits & (order["side"] == side)].mean() for side in (BUY, SELL)]
    assert shares[0] == pytest.approx(shares[1], abs=0.1)


def test_money_moves_on_the_next_session(tables: Tables) -> None:
    trade, price = tables["trade"], tables["price"]
    sessions = np.unique(price["time"] // DAY_MS)
    traded, settles = trade["time"] // DAY_MS, trade["settles"] // DAY_MS
    following = np.searchsorted(sessions, traded, side="right")
    inside = following < len(sessions)
    assert (settles[inside] == sessions[following[inside]]).all()
    assert (settles - traded).max() >= 3  # over a weekend


def test_a_sale_earns_what_it_brings_less_its_average_cost(tables: Tables) -> None:
    holding, trade, holds = tables["holding"], tables["trade"], tables["holds"]
    last = holding["time"] == holding["time"].max()
    end = _sums(holding, last, "cost_minor", "realised_minor")
    begin = _sums(holds, np.ones(len(holds), bool), "cost_minor")
    buys = is_bought(trade["side"])
    paid = (trade["amount_minor"] + trade["fee_minor"])[buys].sum()
    got = (trade["amount_minor"] - trade["fee_minor"])[~buys].sum()
    # cost at the end is cost at the start and of what was bought, less that of what was sold
    assert end[0] == begin[0] + paid - (got - end[1])


def _sums(table: Table, rows: Array, *columns: str) -> list[int]:
    return [int(table[column][rows].sum()) for column in columns]


def test_orders_are_given_from_devices_that_their_people_use(tables: Tables) -> None:
    order, uses = tables["order"], tables["uses_device"]
    known = set(zip(uses["user_id"].tolist(), uses["device_id"].tolist(), strict=True))
    assert set(zip(order["user_id"].tolist(), order["device_id"].tolist(), strict=True)) <= known
    session = tables["session"]
    assert np.isin(order["session_id"], session["session_id"]).all()


def test_nobody_visits_the_bank_to_order_nothing(tables: Tables) -> None:
    label, order = tables["event_label"], tables["order"]
    visits = label["event_id"][
        (label["event"] == words.EVENTS.index("session"))
        & (label["edge"] == words.WALKED_EDGES.index("trades"))
    ]
    assert len(visits) > 100
    assert np.isin(visits, order["session_id"]).all()


def test_trading_moves_nobody_else_s_payment(tables_of: Collect, tables: Tables) -> None:
    without = tables_of(replace(WORLD, investors=0.0))
    bare, account = without["payment"], tables["account"]["account_id"]
    mine = account[~np.isin(account, without["account"]["account_id"])]
    payment = tables["payment"]
    ends = np.isin(payment["debtor_account_id"], mine)
    ends |= np.isin(payment["creditor_account_id"], mine)
    original = words.LEGS.index("original")
    columns = ("time", "debtor_account_id", "creditor_account_id", "counterparty_account_id")
    first, second = (
        set(zip(*(rows[c].tolist() for c in columns), strict=True))
        for rows in (
            bare.take(_of_sums(without) & (bare["leg"] == original)),
            payment.take(_of_sums(tables) & ~ends & (payment["leg"] == original)),
        )
    )
    assert len(first) > 1_000
    assert first == second


def _of_sums(tables: Tables) -> Array:
    """Say which payments are of given sums: of a debt or a balance there may be nothing to pay."""
    label, pays = tables["event_label"], tables["pays"]
    label = label.take(label["event"] == words.EVENTS.index("payment"))
    walked = label["edge"] == words.WALKED_EDGES.index("pays")
    is_sum = np.zeros(len(label), bool)
    of_sum = pays["amount_of"] == words.AMOUNT_OF.index("sum")
    is_sum[walked] = of_sum[label["edge_id"][walked]]
    order = np.argsort(label["event_id"])
    at = np.searchsorted(label["event_id"][order], tables["payment"]["payment_id"])
    return is_sum[order][at]


def test_orders_that_must_come_from_an_address_share_no_visit_with_others() -> None:
    user, device = np.zeros(4, np.int64), np.full(4, 7)
    address, time = np.array([-1, 3, 3, -1]), np.array([0, 1_000, 2_000, 3_000])
    visit, lead, ends = visits(user, device, address, time, time + 10_000)
    assert (visit[1], visit[0]) == (visit[2], visit[3])
    assert visit[0] != visit[1]
    assert sorted(lead.tolist()) == [0, 1]
    assert sorted(ends.tolist()) == [12_000, 13_000]
