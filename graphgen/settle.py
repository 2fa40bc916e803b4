"""The ledger's compiled loop: one day, one row after the other."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from graphgen.compiled import compiled
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["settle_day"]

_ORIGINAL, _SETTLEMENT, _RETURN, _FEE = (
    words.LEGS.index(leg) for leg in ("original", "settlement", "return", "fee")
)
_BOOKED, _DECLINED = words.STATUSES.index("booked"), words.STATUSES.index("declined")
_CHEQUE, _BATCH, _BOOK, _CASH = (
    words.RAILS.index(rail) for rail in ("cheque", "batch", "book", "cash")
)
_OF_SUM, _OF_BALANCE, _OF_DEBT, _OF_RECEIPT = (
    words.AMOUNT_OF.index(what) for what in ("sum", "balance", "debt", "receipt")
)
_CLEARING, _INCOME, _LOSS = 0, 1, 2
_LEGS_OF_AN_ITEM = 5
_AFFORDED = 0.8
"""Who pays off a debt spends at most this share of the available balance; our assumption."""

Rows: TypeAlias = tuple[Array, ...]
"""The columns of the rows that are being booked."""


@compiled
def _write(
    rows: Rows,
    n: int,
    balance: Array,
    time: int,
    debtor: int,
    creditor: int,
    counterparty: int,
    amount: int,
    leg: int,
    status: int,
    rail: int,
    original: int,
    proposal: int,
    edge: int,
) -> int:
    """Book one row, or note that it was declined; gives the number of the next."""
    if status == _BOOKED:
        balance[debtor] -= amount
        balance[creditor] += amount
    (
        times,
        debtors,
        creditors,
        counterparties,
        amounts,
        debtor_balances,
        creditor_balances,
        legs,
        statuses,
        rails,
        originals,
        proposals,
        edges,
    ) = rows
    times[n] = time
    debtors[n] = debtor
    creditors[n] = creditor
    counterparties[n] = counterparty
    amounts[n] = amount
    debtor_balances[n] = balance[debtor]
    creditor_balances[n] = balance[creditor]
    legs[n] = leg
    statuses[n] = status
    rails[n] = rail
    originals[n] = original
    proposals[n] = proposal
    edges[n] = edge
    return n + 1


@compiled
def _free(account: int, balance: Array, hold: Array, limit: Array) -> int:
    """Say what can be taken from an account: balance and limit less what is held, at least 0."""
    return int(max(0, balance[account] - hold[account] + limit[account]))


@compiled
def _settle_item(
    rows: Rows,
    n: int,
    item: Any,  # noqa: ANN401 - a record of the pending items
    balance: Array,
    hold: Array,
    limit: Array,
    bank: Array,
    internal: Array,
    fee: int,
) -> int:
    """Settle an item in clearing, or return it: from the payee, else at the bank's loss."""
    debtor, creditor, amount, due = item.debtor, item.creditor, item.amount, item.due
    rail, original, edge = item.rail, item.original, item.edge
    clearing = internal[bank[creditor], _CLEARING]
    if item.held:
        hold[debtor] -= amount
    covered = _free(debtor, balance, hold, limit) >= amount
    n = _write(
        rows, n, balance, due, debtor, clearing, creditor, amount, _SETTLEMENT,
        _BOOKED if covered else _DECLINED, rail, original, -1, edge,
    )  # fmt: skip
    if covered:
        return n
    back = min(amount, _free(creditor, balance, hold, limit))
    if back > 0:
        n = _write(
            rows, n, balance, due, creditor, clearing, debtor, back, _RETURN, _BOOKED, rail,
            original, -1, edge,
        )  # fmt: skip
    if back < amount:
        loss = internal[bank[creditor], _LOSS]
        n = _write(
            rows, n, balance, due, loss, clearing, creditor, amount - back, _RETURN, _BOOKED,
            rail, original, -1, edge,
        )  # fmt: skip
    return _charge(rows, n, item, balance, hold, limit, bank, internal, fee)


@compiled
def _charge(
    rows: Rows,
    n: int,
    item: Any,  # noqa: ANN401 - a record of the pending items
    balance: Array,
    hold: Array,
    limit: Array,
    bank: Array,
    internal: Array,
    fee: int,
) -> int:
    """Charge the payer of a returned item a fee; what is not covered is the bank's loss too."""
    debtor, due, original, edge = item.debtor, item.due, item.original, item.edge
    income, loss = internal[bank[debtor], _INCOME], internal[bank[debtor], _LOSS]
    taken = min(fee, _free(debtor, balance, hold, limit))
    if taken > 0:
        n = _write(
            rows, n, balance, due, debtor, income, -1, taken, _FEE, _BOOKED, _BOOK, original, -1,
            edge,
        )  # fmt: skip
    if taken < fee:
        n = _write(
            rows, n, balance, due, loss, income, debtor, fee - taken, _FEE, _BOOKED, _BOOK,
            original, -1, edge,
        )  # fmt: skip
    return n


@compiled
def _due(first: Array, posting: Array, salt: np.uint64, original: int, rail: int) -> int:
    """Say when an item falls due.

    A batch transfer does on the next business day, a cheque then or on the one after it.
    """
    x = (np.uint64(original) ^ salt) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(32)
    second = 1 if rail == _CHEQUE and x & np.uint64(1) else 0
    return int(first[second] + posting[0] + np.int64((x >> np.uint64(8)) % np.uint64(posting[1])))


@compiled
def _sum(of: int, amount: int, share: float, available: int, owed: int, receipt: int) -> int:
    """Resolve an amount that refers to something: minor units, nothing due if not above 0."""
    if of == _OF_BALANCE:
        return int(share * max(0, available))
    if of == _OF_DEBT:
        return int(min(share * max(0, owed), _AFFORDED * max(0, available)))
    if of == _OF_RECEIPT:
        return receipt
    return amount


@compiled
def _enter(
    item: Any,  # noqa: ANN401 - a record of the pending items
    payer: int,
    payee: int,
    amount: int,
    original: int,
    edge: int,
    rail: int,
    held: bool,  # noqa: FBT001 - a column's value
) -> None:
    """Note an item that enters clearing."""
    item.debtor = payer
    item.creditor = payee
    item.amount = amount
    item.original = original
    item.edge = edge
    item.rail = rail
    item.held = held


@compiled
def _cut(rows: Rows, n: int) -> Rows:
    """Leave out what was not needed of the columns."""
    (a, b, c, d, e, f, g, h, i, j, k, l, m) = rows  # noqa: E741 - thirteen of a kind
    return (
        a[:n], b[:n], c[:n], d[:n], e[:n], f[:n], g[:n], h[:n], i[:n], j[:n], k[:n], l[:n], m[:n],
    )  # fmt: skip


@compiled
def settle_day(
    order: Array,
    day: int,
    due: Array,
    time: Array,
    debtor: Array,
    creditor: Array,
    amount: Array,
    amount_of: Array,
    share: Array,
    rail: Array,
    edge: Array,
    link: Array,
    first_child: Array,
    child: Array,
    child_share: Array,
    balance: Array,
    hold: Array,
    resolved: Array,
    limit: Array,
    bank: Array,
    internal: Array,
    first: Array,
    posting: Array,
    salt: np.uint64,
    fee: int,
    note: int,
    added: Array,
) -> tuple[Array, ...]:
    """Settle due items and proposals in the order given; changes balance, hold and resolved.

    `order` numbers the due items first, then the proposals. Returns the columns of `Booked`, and
    the items that entered clearing.
    """
    most = len(time) + _LEGS_OF_AN_ITEM * len(due)
    rows = (
        np.empty(most, np.int64),  # time
        np.empty(most, np.int32),  # debtor
        np.empty(most, np.int32),  # creditor
        np.empty(most, np.int32),  # counterparty
        np.empty(most, np.int64),  # amount
        np.empty(most, np.int64),  # the debtor's balance
        np.empty(most, np.int64),  # the creditor's balance
        np.empty(most, np.int8),  # leg
        np.empty(most, np.int8),  # status
        np.empty(most, np.int8),  # rail
        np.empty(most, np.int64),  # original
        np.empty(most, np.int32),  # proposal
        np.empty(most, np.int32),  # edge
    )
    n, new = 0, 0
    for place in order:
        if place < len(due):
            n = _settle_item(rows, n, due[place], balance, hold, limit, bank, internal, fee)
            continue
        i = place - len(due)
        payer, payee, of, by = debtor[i], creditor[i], amount_of[i], rail[i]
        receipt = resolved[link[i]] if of == _OF_RECEIPT else 0
        held = max(0, receipt)
        available = balance[payer] - hold[payer] + held
        paid = _sum(of, amount[i], share[i], available, -balance[payee], receipt)
        if of != _OF_SUM and by == _CASH:
            paid -= paid % note
        if paid <= 0:
            continue
        counterparty, status = -1, _BOOKED
        if by in (_CHEQUE, _BATCH):
            # what a hop pays this way stays held until it is settled, so that it surely is
            number = (day << 32) | n
            _enter(added[new], payer, payee, paid, number, edge[i], by, held > 0)
            added[new].due = _due(first, posting, salt, number, by)
            new += 1
            counterparty, payer = payer, internal[bank[payee], _CLEARING]
        else:
            hold[payer] -= held
            status = _BOOKED if available + limit[payer] >= paid else _DECLINED
        n = _write(
            rows, n, balance, time[i], payer, payee, counterparty, paid, _ORIGINAL, status, by, -1,
            i, edge[i],
        )  # fmt: skip
        if link[i] >= 0 and status == _BOOKED:
            for follower in range(first_child[link[i]], first_child[link[i] + 1]):
                passed = np.int64(child_share[follower] * paid)
                resolved[child[follower]] = passed
                hold[payee] += passed
    return (*_cut(rows, n), added[:new])
