"""The ledger's compiled loop: one day, one row after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphgen.compiled import compiled
from graphgen.schema import words

__all__ = ["settle_day"]

_SETTLEMENT, _RETURN, _FEE, _WRITE_OFF = (
    words.LEGS.index(leg) for leg in ("settlement", "return", "fee", "write_off")
)
_BOOKED, _DECLINED = words.STATUSES.index("booked"), words.STATUSES.index("declined")
_CHEQUE, _BATCH, _BOOK, _CASH = (
    words.RAILS.index(rail) for rail in ("cheque", "batch", "book", "cash")
)
_OF_SUM, _OF_BALANCE, _OF_DEBT, _OF_RECEIPT = (
    words.AMOUNT_OF.index(what) for what in ("sum", "balance", "debt", "receipt")
)
_CLEARING, _INCOME, _LOSS = 0, 1, 2
_LEGS_OF_AN_ITEM = 4
_AFFORDED = 0.8
"""Who pays off a debt spends at most this share of the available balance; our assumption."""


@compiled
def _write(  # type: ignore[no-untyped-def]
    rows, n, balance, time, debtor, creditor, counterparty, amount, leg, status, rail, original,
    proposal, edge,
) -> int:
    """Book one row, or note that it was declined; gives the number of the next."""
    if status == _BOOKED:
        balance[debtor] -= amount
        balance[creditor] += amount
    (times, debtors, creditors, counterparties, amounts, debtor_balances, creditor_balances, legs,
     statuses, rails, originals, proposals, edges) = rows
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
def _settle_item(rows, n, item, balance, hold, limit, bank, internal, fee) -> int:  # type: ignore[no-untyped-def]
    """Settle an item in clearing, or return it: fee, what the payee can give back, the loss."""
    debtor, creditor, amount = item.debtor, item.creditor, item.amount
    clearing = internal[bank[creditor], _CLEARING]
    covered = balance[debtor] - hold[debtor] + limit[debtor] >= amount
    n = _write(
        rows, n, balance, item.due, debtor, clearing, creditor, amount, _SETTLEMENT,
        _BOOKED if covered else _DECLINED, item.rail, item.original, -1, item.edge,
    )
    if covered:
        return n
    back = max(0, min(amount, balance[creditor] - hold[creditor] + limit[creditor]))
    if back > 0:
        n = _write(
            rows, n, balance, item.due, creditor, clearing, debtor, back, _RETURN, _BOOKED,
            item.rail, item.original, -1, item.edge,
        )
    if back < amount:
        loss = internal[bank[creditor], _LOSS]
        n = _write(
            rows, n, balance, item.due, loss, clearing, creditor, amount - back, _WRITE_OFF,
            _BOOKED, item.rail, item.original, -1, item.edge,
        )
    charge = min(fee, balance[debtor] - hold[debtor] + limit[debtor])
    if charge > 0:
        n = _write(
            rows, n, balance, item.due, debtor, internal[bank[debtor], _INCOME], -1, charge, _FEE,
            _BOOKED, _BOOK, item.original, -1, item.edge,
        )
    return n


@compiled
def _due(midnight, first, posting, original, rail) -> int:  # type: ignore[no-untyped-def]
    """Say when an item falls due: a batch transfer the next business day, a cheque then or later."""
    x = np.uint64(original) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(32)
    second = 1 if rail == _CHEQUE and x & np.uint64(1) else 0
    return first[second] + posting[0] + np.int64((x >> np.uint64(8)) % np.uint64(posting[1]))


@compiled
def settle_day(  # type: ignore[no-untyped-def]
    order, midnight, day, due, time, debtor, creditor, amount, amount_of, share, rail, edge, link,
    first_child, child, child_share, balance, hold, resolved, limit, bank, internal, first, posting,
    fee, note, added,
) -> Any:
    """Settle due items and proposals in the order given; changes balance, hold and resolved.

    `order` numbers the due items first, then the proposals. Returns the columns of `Booked`, and the
    items that entered clearing.
    """
    most = len(time) + _LEGS_OF_AN_ITEM * len(due)
    rows = (
        np.empty(most, np.int64), np.empty(most, np.int32), np.empty(most, np.int32),
        np.empty(most, np.int32), np.empty(most, np.int64), np.empty(most, np.int64),
        np.empty(most, np.int64), np.empty(most, np.int8), np.empty(most, np.int8),
        np.empty(most, np.int8), np.empty(most, np.int64), np.empty(most, np.int32),
        np.empty(most, np.int32),
    )
    n, new = 0, 0
    for place in order:
        if place < len(due):
            n = _settle_item(rows, n, due[place], balance, hold, limit, bank, internal, fee)
            continue
        i = place - len(due)
        payer, payee, of = debtor[i], creditor[i], amount_of[i]
        available = balance[payer] - hold[payer]
        if of == _OF_BALANCE:
            sum_ = np.int64(share[i] * max(0, available))
        elif of == _OF_DEBT:
            sum_ = np.int64(share[i] * max(0, -balance[payee]))
            sum_ = min(sum_, np.int64(_AFFORDED * max(0, available)))
        elif of == _OF_RECEIPT:
            sum_ = resolved[link[i]]
            if sum_ > 0:
                hold[payer] -= sum_
                available += sum_
        else:
            sum_ = amount[i]
        if of != _OF_SUM and rail[i] == _CASH:
            sum_ -= sum_ % note
        if sum_ <= 0:
            continue
        original = np.int64(day) << 32 | n
        if rail[i] in (_CHEQUE, _BATCH):
            clearing = internal[bank[payee], _CLEARING]
            n = _write(
                rows, n, balance, time[i], clearing, payee, payer, sum_, 0, _BOOKED, rail[i], -1, i,
                edge[i],
            )
            added[new].due = _due(midnight, first, posting, original, rail[i])
            added[new].original = original
            added[new].amount = sum_
            added[new].debtor = payer
            added[new].creditor = payee
            added[new].edge = edge[i]
            added[new].rail = rail[i]
            new += 1
        elif available + limit[payer] >= sum_:
            n = _write(
                rows, n, balance, time[i], payer, payee, -1, sum_, 0, _BOOKED, rail[i], -1, i,
                edge[i],
            )
        else:
            n = _write(
                rows, n, balance, time[i], payer, payee, -1, sum_, 0, _DECLINED, rail[i], -1, i,
                edge[i],
            )
            continue
        if link[i] >= 0:
            for follower in range(first_child[link[i]], first_child[link[i] + 1]):
                passed = np.int64(child_share[follower] * sum_)
                resolved[child[follower]] = passed
                hold[payee] += passed
    (times, debtors, creditors, counterparties, amounts, debtor_balances, creditor_balances, legs,
     statuses, rails, originals, proposals, edges) = rows
    return (
        times[:n], debtors[:n], creditors[:n], counterparties[:n], amounts[:n],
        debtor_balances[:n], creditor_balances[:n], legs[:n], statuses[:n], rails[:n],
        originals[:n], proposals[:n], edges[:n], added[:new],
    )
