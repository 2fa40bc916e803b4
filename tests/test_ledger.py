"""The ledger adds up to the cent, in the order of time, whatever is proposed to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphgen.graph import Graph
from graphgen.ledger import Booked, Ledger, LedgerState
from graphgen.proposals import Payments
from graphgen.schedule import ONCE
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS, World

WORLD = World(users=1, days=40, patterns={})
BANKS, CUSTOMERS = 2, 6
FIRST = 4 * BANKS
"""The first account of a customer; before it lie the banks' own."""
POOR, RICH, OVERDRAFT, CARD, ELSEWHERE, OUTSIDE = range(FIRST, FIRST + CUSTOMERS)
BALANCE = {POOR: 1_000, RICH: 5_000_000, OVERDRAFT: 0, CARD: 0, ELSEWHERE: 70_000, OUTSIDE: 0}
LIMIT = {POOR: 0, RICH: 0, OVERDRAFT: 50_000, CARD: 200_000, ELSEWHERE: 0, OUTSIDE: NULL_NUMBER}
INCOME, LOSS = 1, 2
"""Where the first bank, that of all customers but the last two, books fees and losses."""
CHEQUE, BATCH, CASH, INSTANT = (
    words.RAILS.index(rail) for rail in ("cheque", "batch", "cash", "instant")
)
ORIGINAL, SETTLEMENT, RETURN, FEE, RECOVERY = range(5)
BOOKED, DECLINED = range(2)
SUM, OF_BALANCE, OF_DEBT, RECEIPT = range(4)


def graph_with(*pays: Table) -> Graph:
    """Give two banks with their own accounts, six customers, and what they pay."""
    own = np.arange(FIRST).reshape(BANKS, 4)
    kinds = ["internal"] * FIRST + ["checking"] * (CUSTOMERS - 1) + ["external"]
    account = Table.of(
        "account",
        bank_id=np.array([*np.arange(FIRST) // 4, 0, 0, 0, 0, 1, 1]),
        type=np.array([words.ACCOUNT_TYPES.index(kind) for kind in kinds]),
        currency="USD",
        opened=0,
        opening_balance_minor=np.array([0] * FIRST + list(BALANCE.values())),
        credit_limit_minor=np.array([NULL_NUMBER] * FIRST + list(LIMIT.values())),
    )
    what = ("clearing", "income", "loss", "vault")
    bank = Table.of(
        "bank",
        name=np.array(["One", "Two"]),
        country="US",
        **{f"{kind}_account_id": own[:, place] for place, kind in enumerate(what)},
    )
    return Graph(WORLD).grow("population", [bank, account, *pays])


def errands(
    debtor: Sequence[int], creditor: Sequence[int], follows: Sequence[int], share: Sequence[float]
) -> Table:
    """Give errands, of which some pass on what others brought."""
    passes = np.array(follows) >= 0
    return Table.of(
        "pays",
        debtor_account_id=np.array(debtor),
        creditor_account_id=np.array(creditor),
        habit="transfer",
        rail="instant",
        channel="online",
        amount_minor=0,
        spread=0.0,
        amount_of=np.where(passes, RECEIPT, SUM),
        share=np.array(share),
        rate=0.0,
        schedule=ONCE,
        hours=0,
        valid_from=WORLD.start_ms,
        follows=np.array(follows),
    )


def proposals(rows: Sequence[dict[str, Any]], day: int = 0) -> Payments:
    """Give proposals of a day; each row says what is not the default, `at` in ms after midnight."""
    midnight = WORLD.start_ms + day * DAY_MS
    default = {"share": 0.0, "rail": INSTANT, "edge": 0, "amount_of": SUM, "amount": 0}
    columns = {}
    for field in fields(Payments):
        values = [
            midnight + row.get("at", 0)
            if field.name == "time"
            else row.get(field.name, default.get(field.name, -1))
            for row in rows
        ]
        columns[field.name] = np.array(values, field.metadata["dtype"])
    columns["is_once"] = np.array([row.get("once", False) for row in rows], bool)
    return Payments(**columns)


def business_day(day: int, later: int) -> int:
    """Give the number of the business day that comes so many business days after a day."""
    ahead = WORLD.place.is_business_day(WORLD.date_of(day + 1), 30)
    return int(day + 1 + np.flatnonzero(ahead)[later - 1])


def settled(
    ledger: Ledger, days: Sequence[Sequence[dict[str, Any]]], state: LedgerState | None = None
) -> list[Booked]:
    state = state or ledger.start()
    return [ledger.settle(state, day, proposals(rows, day)) for day, rows in enumerate(days)]


def replayed(ledger: Ledger, days: Sequence[Booked]) -> Array:
    """Recompute every running balance from the rows alone; gives the balances at the end."""
    balance = ledger.start().balance
    for booked in days:
        for row in range(len(booked)):
            if booked.status[row] == BOOKED:
                balance[booked.debtor[row]] -= booked.amount[row]
                balance[booked.creditor[row]] += booked.amount[row]
            assert booked.debtor_balance[row] == balance[booked.debtor[row]]
            assert booked.creditor_balance[row] == balance[booked.creditor[row]]
    return balance


CUSTOMER = st.integers(FIRST, FIRST + CUSTOMERS - 1)
ORDERS = st.fixed_dictionaries(
    {
        "debtor": CUSTOMER,
        "creditor": CUSTOMER,
        "amount": st.integers(1, 300_000),
        "rail": st.integers(0, len(words.RAILS) - 1),
        "at": st.integers(0, DAY_MS - 1) | st.just(43_200_000),
        "amount_of": st.sampled_from([SUM, SUM, SUM, OF_BALANCE, OF_DEBT]),
        "share": st.floats(0, 1, width=32),
    }
).filter(lambda order: order["debtor"] != order["creditor"])
MONTH = st.lists(st.lists(ORDERS, max_size=12), min_size=1, max_size=9)
thoroughly = settings(max_examples=120, deadline=None, derandomize=True, database=None)


@thoroughly
@given(MONTH)
def test_whatever_is_proposed_the_sum_over_all_accounts_never_changes(
    days: list[list[dict[str, Any]]],
) -> None:
    ledger = Ledger(graph_with())
    state = ledger.start()
    total = state.balance.sum()
    rows = []
    for day, orders in enumerate(days):
        rows.append(ledger.settle(state, day, proposals(orders, day)))
        assert state.balance.sum() == total
        assert (replayed(ledger, rows) == state.balance).all()


@thoroughly
@given(MONTH)
def test_no_account_goes_beyond_its_limit_and_what_would_is_declined(
    days: list[list[dict[str, Any]]],
) -> None:
    for booked in settled(Ledger(graph_with()), days):
        for account, limit in LIMIT.items():
            if limit != NULL_NUMBER:
                assert (booked.debtor_balance[booked.debtor == account] >= -limit).all()
                assert (booked.creditor_balance[booked.creditor == account] >= -limit).all()
                declined = (booked.status == DECLINED) & (booked.debtor == account)
                left = booked.debtor_balance[declined] + limit
                assert (left < booked.amount[declined]).all()
        assert (booked.amount > 0).all()


@thoroughly
@given(MONTH)
def test_rows_stand_in_the_order_of_time_and_then_of_their_proposals(
    days: list[list[dict[str, Any]]],
) -> None:
    for day, booked in enumerate(settled(Ledger(graph_with()), days)):
        midnight = WORLD.start_ms + day * DAY_MS
        assert (np.diff(booked.time) >= 0).all()
        assert ((booked.time >= midnight) & (booked.time < midnight + DAY_MS)).all()
        fresh = booked.proposal >= 0
        together = np.diff(booked.time[fresh]) == 0
        assert (np.diff(booked.proposal[fresh])[together] > 0).all()
        wanted = proposals(days[day], day)
        assert (booked.time[fresh] == wanted.time[booked.proposal[fresh]]).all()


@thoroughly
@given(MONTH, st.integers(0, 8))
def test_a_ledger_goes_on_from_a_saved_state_as_if_it_had_never_stopped(
    tmp_path_factory: pytest.TempPathFactory, days: list[list[dict[str, Any]]], stop: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "ledger.bin"
    ledger = Ledger(graph_with())
    whole = settled(ledger, days)
    state = ledger.start()
    for day, orders in enumerate(days):
        if day == stop:
            state.save(path)
            state, ledger = LedgerState.load(path), Ledger(graph_with())
        booked = ledger.settle(state, day, proposals(orders, day))
        for field in fields(Booked):
            one, other = (getattr(rows, field.name) for rows in (booked, whole[day]))
            if isinstance(one, np.ndarray):
                assert (one == other).all()


@thoroughly
@given(st.lists(ORDERS, max_size=30))
def test_what_went_into_clearing_comes_out_again_whole(orders: list[dict[str, Any]]) -> None:
    ledger = Ledger(graph_with())
    state = ledger.start()
    days = [ledger.settle(state, 0, proposals(orders))]
    items = days[0].counterparty >= 0
    amounts = dict(zip(np.flatnonzero(items).tolist(), days[0].amount[items].tolist(), strict=True))
    days += [ledger.settle(state, day, proposals([], day)) for day in range(1, 9)]
    for booked in days[1:]:
        for row in range(len(booked)):
            leg, original = booked.leg[row], int(booked.original[row])
            assert original >> 32 == 0
            assert leg != ORIGINAL
            clears = booked.creditor[row] in {0, 4}  # into a clearing account
            if booked.status[row] == BOOKED and clears:
                assert leg in {SETTLEMENT, RETURN}
                amounts[original & 0xFFFFFFFF] -= int(booked.amount[row])
    assert not any(amounts.values())
    assert not len(state.pending)
    assert (state.balance[[0, 4]] == 0).all()


def test_a_declined_payment_moves_nothing() -> None:
    ledger = Ledger(graph_with())
    state = ledger.start()
    rows = ledger.settle(
        state, 0, proposals([{"debtor": POOR, "creditor": RICH, "amount": BALANCE[POOR] + 1}])
    )
    assert rows.status.tolist() == [DECLINED]
    assert rows.debtor_balance.tolist() == [BALANCE[POOR]]
    assert rows.creditor_balance.tolist() == [BALANCE[RICH]]
    assert (state.balance == ledger.start().balance).all()


@pytest.mark.parametrize(
    ("debtor", "most"),
    [(POOR, 1_000), (OVERDRAFT, 50_000), (CARD, 200_000), (OUTSIDE, 10**12)],
)
def test_balance_and_limit_can_be_spent_to_the_last_cent(debtor: int, most: int) -> None:
    order = {"debtor": debtor, "creditor": RICH, "amount": most}
    assert settled(Ledger(graph_with()), [[order]])[0].status.tolist() == [BOOKED]
    if debtor != OUTSIDE:
        order["amount"] = most + 1
        assert settled(Ledger(graph_with()), [[order]])[0].status.tolist() == [DECLINED]


@pytest.mark.parametrize("rail", [CHEQUE, BATCH])
@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2026, 1, 9), date(2026, 1, 16)])
def test_what_clears_later_is_credited_at_once_and_debited_on_a_promised_business_day(
    rail: int, start: date
) -> None:
    ledger = Ledger(graph_with())
    day = (start - WORLD.start).days
    orders = [
        {"debtor": RICH, "creditor": ELSEWHERE, "amount": 100 + n, "rail": rail, "at": n}
        for n in range(40)
    ]
    state = ledger.start()
    booked = ledger.settle(state, day, proposals(orders, day))
    clearing = 4  # the clearing account of the payee's bank
    assert (booked.debtor == clearing).all()
    assert (booked.creditor == ELSEWHERE).all()
    assert (booked.counterparty == RICH).all()
    assert state.balance[ELSEWHERE] == BALANCE[ELSEWHERE] + booked.amount.sum()
    assert state.balance[RICH] == BALANCE[RICH]
    landed = {}
    for later in range(day + 1, day + 12):
        rows = ledger.settle(state, later, proposals([], later))
        landed.update(dict.fromkeys((rows.original & 0xFFFFFFFF).tolist(), later))
        assert (rows.leg == SETTLEMENT).all()
        assert (rows.debtor == RICH).all()
        assert (rows.creditor == clearing).all()
        assert (rows.counterparty == ELSEWHERE).all()
        assert (rows.rail == rail).all()
    allowed = {business_day(day, 1)} | ({business_day(day, 2)} if rail == CHEQUE else set())
    assert set(landed) == set(range(40))
    assert set(landed.values()) == allowed
    assert state.balance[RICH] == BALANCE[RICH] - booked.amount.sum()


def bounced(spent: int) -> tuple[Ledger, LedgerState, Booked]:
    """Let a cheque of 60,000 bounce whose payee has spent so much of it; POOR has written it."""
    ledger = Ledger(graph_with())
    state = ledger.start()
    cheque = {"debtor": POOR, "creditor": OVERDRAFT, "amount": 60_000, "rail": CHEQUE}
    spend = {"debtor": OVERDRAFT, "creditor": RICH, "amount": spent, "at": 1_000}
    ledger.settle(state, 0, proposals([cheque, spend]))
    rows = [ledger.settle(state, day, proposals([], day)) for day in range(1, 8)]
    return ledger, state, next(booked for booked in rows if len(booked))


def test_a_bounced_cheque_is_taken_back_and_its_writer_pays_a_fee() -> None:
    ledger, state, rows = bounced(spent=10_000)
    assert rows.leg.tolist()[:3] == [SETTLEMENT, RETURN, FEE]
    assert rows.status.tolist()[:3] == [DECLINED, BOOKED, BOOKED]
    paid = min(ledger.fee, BALANCE[POOR])
    assert rows.amount.tolist()[:3] == [60_000, 60_000, paid]
    assert state.balance[OVERDRAFT] == -10_000
    assert state.balance[POOR] == BALANCE[POOR] - paid
    # what the fee's payer has not got is the loss of the bank that earns it
    assert state.balance[INCOME] == ledger.fee
    assert state.balance[LOSS] == paid - ledger.fee


def test_what_a_bounced_cheque_s_payee_cannot_give_back_is_the_bank_s_loss() -> None:
    ledger, state, rows = bounced(spent=105_000)
    assert rows.leg.tolist()[:4] == [SETTLEMENT, RETURN, RETURN, FEE]
    assert rows.amount.tolist()[:3] == [60_000, 5_000, 55_000]
    assert state.balance[OVERDRAFT] == -LIMIT[OVERDRAFT]
    assert state.balance[LOSS] == -55_000 - max(0, ledger.fee - BALANCE[POOR])


def test_what_a_bank_has_lost_it_takes_from_what_comes_to_the_account_until_it_has_it_all() -> None:
    ledger, state, lost = bounced(spent=105_000)
    day = 9
    comes = [
        {"debtor": RICH, "creditor": OVERDRAFT, "amount": 50_000, "at": 1},
        {"debtor": RICH, "creditor": OVERDRAFT, "amount": 90_000, "rail": CHEQUE, "at": 2},
        {"debtor": RICH, "creditor": OVERDRAFT, "amount": 20_000, "at": 3},
        {"debtor": RICH, "creditor": OVERDRAFT, "amount": 30_000, "at": 4},
    ]
    rows = ledger.settle(state, day, proposals(comes, day))
    taken = rows.leg == RECOVERY
    assert rows.leg.tolist() == [ORIGINAL, RECOVERY, ORIGINAL, ORIGINAL, RECOVERY, ORIGINAL]
    assert rows.amount[taken].tolist() == [50_000, 5_000]
    assert set(rows.debtor[taken]) == {OVERDRAFT}
    assert set(rows.creditor[taken]) == {LOSS}
    assert set(rows.original[taken]) == set(lost.original)
    assert state.claims["account"].tolist() == [POOR]
    assert state.balance[OVERDRAFT] == -LIMIT[OVERDRAFT] + 190_000 - 55_000


def test_what_waits_for_its_next_hop_is_not_taken_for_what_a_bank_has_lost() -> None:
    pays = errands([RICH, OVERDRAFT], [OVERDRAFT, OUTSIDE], [-1, 0], [0.0, 0.75])
    ledger = Ledger(graph_with(pays))
    state = bounced(spent=105_000)[1]
    state.resolved = ledger.start().resolved
    hops = [
        {"debtor": RICH, "creditor": OVERDRAFT, "amount": 40_000, "edge": 0, "once": True},
        {"debtor": OVERDRAFT, "creditor": OUTSIDE, "amount_of": RECEIPT, "edge": 1, "once": True,
         "at": 1},
    ]  # fmt: skip
    rows = ledger.settle(state, 9, proposals(hops, 9))
    assert rows.leg.tolist() == [ORIGINAL, RECOVERY, ORIGINAL]
    assert rows.amount.tolist() == [40_000, 10_000, 30_000]
    assert state.claims["amount"].tolist() == [45_000, ledger.fee - BALANCE[POOR]]


def test_a_fee_that_its_payer_had_not_is_taken_from_what_comes_to_the_payer_and_no_more() -> None:
    ledger, state, _ = bounced(spent=10_000)
    before, unpaid = int(state.balance[LOSS]), ledger.fee - BALANCE[POOR]
    comes = [
        {"debtor": RICH, "creditor": POOR, "amount": amount, "at": at}
        for at, amount in enumerate((unpaid - 1, 10, 500))
    ]
    rows = ledger.settle(state, 9, proposals(comes, 9))
    taken = rows.leg == RECOVERY
    assert rows.leg.tolist() == [ORIGINAL, RECOVERY, ORIGINAL, RECOVERY, ORIGINAL]
    assert rows.amount[taken].tolist() == [unpaid - 1, 1]
    assert set(rows.debtor[taken]) == {POOR}
    assert set(rows.creditor[taken]) == {LOSS}
    assert len(state.claims) == 0
    assert state.balance[LOSS] == before + unpaid == 0


def test_the_float_of_a_cheque_can_be_spent_before_it_bounces() -> None:
    ledger = Ledger(graph_with())
    cheque = {"debtor": POOR, "creditor": ELSEWHERE, "amount": 900_000, "rail": CHEQUE}
    spend = {"debtor": ELSEWHERE, "creditor": OUTSIDE, "amount": 950_000, "at": 1}
    assert settled(ledger, [[cheque, spend]])[0].status.tolist() == [BOOKED, BOOKED]


def test_an_amount_may_be_a_share_of_the_balance_or_of_a_debt() -> None:
    spent = {"debtor": CARD, "creditor": OUTSIDE, "amount": 40_000}
    share = {"debtor": ELSEWHERE, "creditor": OUTSIDE, "amount_of": OF_BALANCE, "share": 0.5}
    repaid = {"debtor": ELSEWHERE, "creditor": CARD, "amount_of": OF_DEBT, "share": 0.25}
    orders = [spent, share | {"at": 1}, repaid | {"at": 2}, repaid | {"at": 3, "share": 1.0}]
    rows = settled(Ledger(graph_with()), [orders])[0]
    assert rows.amount.tolist()[:3] == [40_000, 35_000, 10_000]
    # who repays keeps something: four fifths of what is available at most
    assert rows.amount[3] == int(0.8 * 25_000)


def test_who_has_nothing_and_who_owes_nothing_makes_no_row() -> None:
    nothing = [
        {"debtor": OVERDRAFT, "creditor": RICH, "amount_of": OF_BALANCE, "share": 1.0},
        {"debtor": RICH, "creditor": CARD, "amount_of": OF_DEBT, "share": 1.0},
        {"debtor": RICH, "creditor": POOR, "amount_of": RECEIPT, "once": True},
    ]
    chain = errands([POOR, RICH], [RICH, POOR], [-1, 0], [0, 0.5])
    nothing[2]["edge"] = 1
    assert len(settled(Ledger(graph_with(chain)), [nothing])[0]) == 0


CHAIN = errands(
    [OUTSIDE, POOR, ELSEWHERE, ELSEWHERE],
    [POOR, ELSEWHERE, RICH, OUTSIDE],
    [-1, 0, 1, 1],
    [0.0, 0.75, 0.6, 0.3],
)


def hop(edge: int, at: int, **more: object) -> dict[str, Any]:
    debtor, creditor = (CHAIN[f"{side}_account_id"][edge] for side in ("debtor", "creditor"))
    of = SUM if edge == 0 else RECEIPT
    return {
        "debtor": debtor,
        "creditor": creditor,
        "edge": edge,
        "at": at,
        "amount_of": of,
        "once": True,
        **more,
    }


@thoroughly
@given(
    st.integers(1, 10**9),
    st.lists(ORDERS.filter(lambda order: order["debtor"] in {POOR, ELSEWHERE}), max_size=20),
)
def test_a_chain_passes_on_its_shares_for_sure_whatever_its_members_spend(
    received: int, spending: list[dict[str, Any]]
) -> None:
    ledger = Ledger(graph_with(CHAIN))
    state = ledger.start()
    hops = [hop(0, 0, amount=received), hop(1, DAY_MS // 2)]
    first = ledger.settle(state, 0, proposals([*hops, *spending]))
    # what comes later goes on from what was held over midnight
    rest = [hop(2, DAY_MS // 3), hop(3, DAY_MS // 2)]
    second = ledger.settle(state, 1, proposals([*spending, *rest], 1))
    passed = [received]
    for parent, edge in ((0, 1), (1, 2), (1, 3)):
        passed.append(int(float(CHAIN["share"][edge]) * passed[parent]))
    found = {}
    for booked, orders in ((first, [*hops, *spending]), (second, [*spending, *rest])):
        for row in range(len(booked)):
            order = orders[booked.proposal[row]] if booked.proposal[row] >= 0 else {}
            if "once" in order:
                assert booked.status[row] == BOOKED
                found[order["edge"]] = int(booked.amount[row])
    assert found == {edge: amount for edge, amount in enumerate(passed) if amount}
    assert (state.hold == 0).all()


@pytest.mark.parametrize("rail", [CHEQUE, BATCH])
def test_a_hop_that_clears_later_is_covered_when_it_does(rail: int) -> None:
    ledger = Ledger(graph_with(CHAIN))
    state = ledger.start()
    spend = {"debtor": POOR, "creditor": RICH, "amount_of": OF_BALANCE, "share": 1.0}
    hops = [hop(0, 0, amount=80_000), hop(1, 1, rail=rail), spend | {"at": 2}]
    days = [ledger.settle(state, 0, proposals(hops))]
    days += [ledger.settle(state, day, proposals([spend], day)) for day in range(1, 8)]
    assert days[0].amount.tolist() == [80_000, 60_000, BALANCE[POOR] + 20_000]
    legs = [
        (int(booked.leg[row]), int(booked.status[row]), int(booked.amount[row]))
        for booked in days[1:]
        for row in range(len(booked))
    ]
    assert legs == [(SETTLEMENT, BOOKED, 60_000)]
    assert state.hold[POOR] == 0
    assert state.hold[ELSEWHERE] == sum(int(float(CHAIN["share"][e]) * 60_000) for e in (2, 3))


def test_money_that_waits_for_its_next_hop_cannot_be_spent_otherwise() -> None:
    ledger = Ledger(graph_with(CHAIN))
    own = BALANCE[POOR] + 2_500  # a quarter of the receipt is the member's to keep
    orders = [
        hop(0, 0, amount=10_000),
        {"debtor": POOR, "creditor": RICH, "amount": own + 1, "at": 1},
        {"debtor": POOR, "creditor": RICH, "amount_of": OF_BALANCE, "share": 1.0, "at": 2},
        hop(1, 3),
    ]
    rows = settled(ledger, [orders])[0]
    assert rows.status.tolist() == [BOOKED, DECLINED, BOOKED, BOOKED]
    assert rows.amount.tolist() == [10_000, own + 1, own, 7_500]


def test_a_hop_whose_money_never_came_does_not_happen() -> None:
    ledger = Ledger(graph_with(CHAIN))
    assert len(settled(ledger, [[hop(1, 0), hop(2, 1)]])[0]) == 0
    blocked = errands([POOR, RICH], [RICH, OUTSIDE], [-1, 0], [0, 0.5])
    ledger = Ledger(graph_with(blocked))
    first = {"debtor": POOR, "creditor": RICH, "amount": 10**6, "edge": 0, "once": True}
    then = {"debtor": RICH, "creditor": OUTSIDE, "amount_of": RECEIPT, "edge": 1, "once": True}
    rows = settled(ledger, [[first, then | {"at": 1}]])[0]
    assert rows.status.tolist() == [DECLINED]


def test_cash_comes_in_whole_notes_when_its_amount_is_a_share() -> None:
    ledger = Ledger(graph_with())
    order = {
        "debtor": ELSEWHERE,
        "creditor": 7,
        "amount_of": OF_BALANCE,
        "share": 0.777,
        "rail": CASH,
    }
    amount = int(settled(ledger, [[order]])[0].amount[0])
    assert amount % ledger.note == 0
    assert 0 <= int(0.777 * BALANCE[ELSEWHERE]) - amount < ledger.note


def test_a_state_read_back_is_the_state_that_was_saved(tmp_path: Path) -> None:
    ledger = Ledger(graph_with(CHAIN))
    state = ledger.start()
    cheque = {"debtor": RICH, "creditor": POOR, "amount": 5, "rail": CHEQUE}
    ledger.settle(state, 0, proposals([cheque, hop(0, 1, amount=99)]))
    state.save(tmp_path / "state")
    read = LedgerState.load(tmp_path / "state")
    for field in fields(LedgerState):
        saved, back = getattr(state, field.name), getattr(read, field.name)
        assert saved.dtype == back.dtype
        assert (saved == back).all()
    assert len(read.pending) == 1
    assert read.hold.sum() == int(float(CHAIN["share"][1]) * 99)


def test_a_batch_order_of_any_day_of_a_year_lands_on_the_next_business_day() -> None:
    ledger = Ledger(graph_with())
    state = ledger.start()
    order = {"debtor": OUTSIDE, "creditor": RICH, "amount": 7, "rail": BATCH}
    for day in range(366):
        rows = ledger.settle(state, day, proposals([order], day))
        is_business = WORLD.place.is_business_day(WORLD.date_of(day), 1)[0]
        settlements = rows.leg == SETTLEMENT
        assert settlements.any() == (is_business and day > 0)
        ordered = rows.original[settlements] >> 32
        assert all(business_day(int(before), 1) == day for before in ordered)
