"""The ledger's compiled loop: one day, one row after the other."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from graphgen.compiled import compiled
from graphgen.schema import words
from graphgen.table import Array

__all__ = [
    "AMOUNT",
    "COUNTERPARTY",
    "CREDITOR",
    "CREDITOR_BALANCE",
    "DEBTOR",
    "DEBTOR_BALANCE",
    "EDGE",
    "LEG",
    "ORIGINAL",
    "PROPOSAL",
    "RAIL",
    "ROUNDING",
    "STATUS",
    "TIME",
    "settle_day",
]

# Whole numbers of 64 bits: a Python int or another width has each loop compiled anew.
_NONE = np.int64(-1)
_FIRST, _SETTLEMENT, _RETURN, _FEE, _RECOVERY = (
    np.int64(words.LEGS.index(leg))
    for leg in ("original", "settlement", "return", "fee", "recovery")
)
_BOOKED, _DECLINED = (np.int64(words.STATUSES.index(status)) for status in ("booked", "declined"))
_CHEQUE, _BATCH, _BOOK, _CASH = (
    np.int64(words.RAILS.index(rail)) for rail in ("cheque", "batch", "book", "cash")
)
_OF_SUM, _OF_BALANCE, _OF_DEBT, _OF_RECEIPT, _OF_HOLD = (
    words.AMOUNT_OF.index(what) for what in ("sum", "balance", "debt", "receipt", "hold")
)
_CLEARING, _INCOME, _LOSS = 0, 1, 2
_LEGS_OF_AN_ITEM = 5
_SOME = 1024
"""Room for later legs to begin with; more is made when it is full."""
_AFFORDED = 0.8
"""Who pays off a debt spends at most this share of the available balance; our assumption."""

Number: TypeAlias = int | np.signedinteger[Any]
"""A whole number of 64 bits."""

# The columns of the rows that are being booked, in one array of whole numbers.
(
    TIME,
    DEBTOR,
    CREDITOR,
    COUNTERPARTY,
    AMOUNT,
    DEBTOR_BALANCE,
    CREDITOR_BALANCE,
    LEG,
    STATUS,
    RAIL,
    ORIGINAL,
    PROPOSAL,
    EDGE,
    _COLUMNS,
) = range(14)


ROUNDING = 20
"""A round sum is passed on where what is left for that is at most one part in so many of it all;
our assumption."""


@compiled
def _write(
    rows: Array,
    n: Number,
    balance: Array,
    time: Number,
    debtor: Number,
    creditor: Number,
    counterparty: Number,
    amount: Number,
    leg: Number,
    status: Number,
    rail: Number,
    original: Number,
    proposal: Number,
    edge: Number,
) -> Number:
    """Book one row, or note that it was declined; gives the number of the next."""
    if status == _BOOKED:
        balance[debtor] -= amount
        balance[creditor] += amount
    rows[TIME, n] = time
    rows[DEBTOR, n] = debtor
    rows[CREDITOR, n] = creditor
    rows[COUNTERPARTY, n] = counterparty
    rows[AMOUNT, n] = amount
    rows[DEBTOR_BALANCE, n] = balance[debtor]
    rows[CREDITOR_BALANCE, n] = balance[creditor]
    rows[LEG, n] = leg
    rows[STATUS, n] = status
    rows[RAIL, n] = rail
    rows[ORIGINAL, n] = original
    rows[PROPOSAL, n] = proposal
    rows[EDGE, n] = edge
    return n + 1


@compiled
def _with_room(rows: Array, needed: Number) -> Array:
    """Make room for so many rows."""
    while needed > rows.shape[1]:
        rows = _longer(rows)
    return rows


@compiled
def _longer(rows: Array) -> Array:
    """Make room for more rows."""
    longer = np.empty((rows.shape[0], rows.shape[1] * 9 // 8 + _SOME), np.int64)
    for column in range(rows.shape[0]):  # a slice would be three seconds more to compile
        for row in range(rows.shape[1]):
            longer[column, row] = rows[column, row]
    return longer


@compiled
def _free(account: Number, balance: Array, hold: Array, limit: Array) -> Number:
    """Say what can be taken from an account: balance and limit less what is held, at least 0."""
    return np.int64(max(0, balance[account] - hold[account] + limit[account]))


@compiled
def _settle_item(
    rows: Array,
    n: Number,
    item: Any,  # noqa: ANN401 - a record of the pending items
    balance: Array,
    hold: Array,
    limit: Array,
    bank: Array,
    internal: Array,
    fee: Number,
) -> tuple[Number, Number, Number]:
    """Settle an item in clearing, or return it: from the payee, else at the bank's loss.

    Gives the number of the next row, and what the banks have lost: for the payee, for the payer.
    """
    debtor, creditor, amount, due = (
        np.int64(item.debtor),
        np.int64(item.creditor),
        item.amount,
        item.due,
    )
    rail, original, edge = np.int64(item.rail), item.original, np.int64(item.edge)
    clearing = internal[bank[creditor], _CLEARING]
    if item.held:
        hold[debtor] -= amount
    covered = _free(debtor, balance, hold, limit) >= amount
    n = _write(
        rows, n, balance, due, debtor, clearing, creditor, amount, _SETTLEMENT,
        _BOOKED if covered else _DECLINED, rail, original, _NONE, edge,
    )  # fmt: skip
    if covered:
        return n, np.int64(0), np.int64(0)
    back = min(amount, _free(creditor, balance, hold, limit))
    if back > 0:
        n = _write(
            rows, n, balance, due, creditor, clearing, debtor, back, _RETURN, _BOOKED, rail,
            original, _NONE, edge,
        )  # fmt: skip
    if back < amount:
        loss = internal[bank[creditor], _LOSS]
        n = _write(
            rows, n, balance, due, loss, clearing, creditor, amount - back, _RETURN, _BOOKED,
            rail, original, _NONE, edge,
        )  # fmt: skip
    n, unpaid = _charge(rows, n, item, balance, hold, limit, bank, internal, fee)
    return n, amount - back, unpaid


@compiled
def _charge(
    rows: Array,
    n: Number,
    item: Any,  # noqa: ANN401 - a record of the pending items
    balance: Array,
    hold: Array,
    limit: Array,
    bank: Array,
    internal: Array,
    fee: Number,
) -> tuple[Number, Number]:
    """Charge the payer of a returned item a fee; what is not covered is the bank's loss too.

    Gives the number of the next row, and what is not covered.
    """
    debtor, due, original, edge = (
        np.int64(item.debtor),
        item.due,
        item.original,
        np.int64(item.edge),
    )
    income, loss = internal[bank[debtor], _INCOME], internal[bank[debtor], _LOSS]
    taken = min(fee, _free(debtor, balance, hold, limit))
    if taken > 0:
        n = _write(
            rows, n, balance, due, debtor, income, _NONE, taken, _FEE, _BOOKED, _BOOK, original,
            _NONE, edge,
        )  # fmt: skip
    if taken < fee:
        n = _write(
            rows, n, balance, due, loss, income, debtor, fee - taken, _FEE, _BOOKED, _BOOK,
            original, _NONE, edge,
        )  # fmt: skip
    return n, fee - taken


@compiled
def _claim(
    claims: Array,
    count: int,
    owes: Array,
    item: Any,  # noqa: ANN401 - a record of the pending items
    account: Number,
    lost: Number,
) -> int:
    """Note what a bank has lost by an item, if it has: whose account it is owes that.

    Gives how many claims there are.
    """
    if lost == 0:
        return count
    claim = claims[count]
    claim.account = account
    claim.amount = lost
    claim.original = item.original
    claim.edge = item.edge
    owes[account] = True
    return count + 1


@compiled
def _set_off(
    rows: Array,
    n: Number,
    claims: Array,
    count: int,
    owes: Array,
    time: Number,
    account: Number,
    balance: Array,
    hold: Array,
    limit: Array,
    loss: Number,
) -> Number:
    """Take what has come to an account for what its owner owes the bank, claim by claim."""
    still = False
    for place in range(count):
        claim = claims[place]
        if claim.account != account or claim.amount == 0:
            continue
        taken = min(claim.amount, _free(account, balance, hold, limit))
        if taken > 0:
            n = _write(
                rows, n, balance, time, account, loss, _NONE, taken, _RECOVERY, _BOOKED, _BOOK,
                claim.original, _NONE, np.int64(claim.edge),
            )  # fmt: skip
            claim.amount -= taken
        still |= claim.amount > 0
    owes[account] = still
    return n


@compiled
def _due(
    first: Array, posting: Array, salt: np.uint64, time: Number, parties: Number, rail: Number
) -> Number:
    """Say when an item falls due: by who pays whom when, so that it is so in every twin.

    A batch transfer does on the next business day, a cheque then or on the one after it.
    """
    x = (np.uint64(time) ^ salt) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(parties)
    x = (x ^ (x >> np.uint64(32))) * np.uint64(0x94D049BB133111EB)
    x = (x ^ (x >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(32)
    second = 1 if rail == _CHEQUE and x & np.uint64(1) else 0
    return int(first[second] + posting[0] + np.int64((x >> np.uint64(8)) % np.uint64(posting[1])))


@compiled
def _sum(
    of: Number, amount: Number, share: float, available: Number, owed: Number, receipt: Number
) -> Number:
    """Resolve an amount that refers to something: minor units, nothing due if not above 0."""
    if of == _OF_BALANCE:
        return int(share * max(0, available))
    if of == _OF_DEBT:
        return int(min(share * max(0, owed), _AFFORDED * max(0, available)))
    if of == _OF_RECEIPT:
        return receipt
    return amount


@compiled
def _released(of: Number, amount: Number, receipt: Number) -> Number:
    """Say what is held for a row: a receipt for its hop, a purchase's cost since it was made."""
    return np.int64(amount if of == _OF_HOLD else max(0, receipt))


@compiled
def _rounded(amount: Number, unit: Number) -> Number:
    """Round an amount down to whole units, if there are two of them at least."""
    return np.int64(amount - amount % unit if unit > 1 and amount >= 2 * unit else amount)


@compiled
def _passed_on(amount: Number, unit: Number, in_notes: bool) -> Number:  # noqa: FBT001
    """Round down what is passed on of a receipt: to whole notes, or to whole units.

    No more than a twentieth is left for a round sum: else it is fifths of a unit, or nothing.
    """
    if in_notes:
        return _rounded(amount, unit)
    for one in (unit, unit // 5):
        if one > 1 and ROUNDING * (amount % one) <= amount:
            return np.int64(amount - amount % one)
    return np.int64(amount)


@compiled
def _enter(
    item: Any,  # noqa: ANN401 - a record of the pending items
    payer: Number,
    payee: Number,
    amount: Number,
    original: Number,
    edge: Number,
    rail: Number,
    held: bool | np.bool_,  # noqa: FBT001 - a column's value
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
    child_unit: Array,
    child_notes: Array,
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
    claims: Array,
    claimed: int,
    owes: Array,
) -> tuple[Array, Array, int]:
    """Settle due items and proposals in the order given; changes balance, hold and resolved.

    `order` numbers the due items first, then the proposals. Of `claims`, what banks have lost and
    are still owed, the first `claimed` are there, and there is room for two for each due item more;
    `owes` says which accounts owe any. Returns the rows, int64 (columns, rows) by the numbers
    above, the items that entered clearing, and how many claims there are then.
    """
    rows = np.empty((_COLUMNS, len(time) + len(due) + _SOME), np.int64)
    n: Number = np.int64(0)
    new = 0
    for place in order:
        rows = _with_room(rows, n + _LEGS_OF_AN_ITEM + claimed)
        if place < len(due):
            item = due[place]
            n, lost, unpaid = _settle_item(rows, n, item, balance, hold, limit, bank, internal, fee)
            claimed = _claim(claims, claimed, owes, item, np.int64(item.creditor), lost)
            claimed = _claim(claims, claimed, owes, item, np.int64(item.debtor), unpaid)
            continue
        i = place - len(due)
        payer, payee, of, by = (
            np.int64(debtor[i]),
            np.int64(creditor[i]),
            amount_of[i],
            np.int64(rail[i]),
        )
        receipt = resolved[link[i]] if of == _OF_RECEIPT else 0
        held = _released(of, amount[i], receipt)
        # what is due comes before what was bought since
        available = balance[payer] - (0 if of == _OF_HOLD else hold[payer] - held)
        paid = _sum(of, amount[i], share[i], available, -balance[payee], receipt)
        if of != _OF_SUM and by == _CASH:
            paid -= paid % note
        elif of == _OF_BALANCE:
            paid = _passed_on(paid, amount[i], False)  # as round as the walk has drawn
        if paid <= 0:
            continue
        counterparty: Number = _NONE
        status = _BOOKED
        if by in (_CHEQUE, _BATCH):
            # what a hop pays this way stays held until it is settled, so that it surely is
            number = (day << 32) | n
            _enter(added[new], payer, payee, paid, number, edge[i], by, held > 0)
            added[new].due = _due(first, posting, salt, time[i], payer << 32 | payee, by)
            new += 1
            counterparty = payer
            payer = internal[bank[payee], _CLEARING]
        else:
            hold[payer] -= held
            status = _BOOKED if available + limit[payer] >= paid else _DECLINED
        n = _write(
            rows, n, balance, time[i], payer, payee, counterparty, paid, _FIRST, status, by, _NONE,
            np.int64(i), np.int64(edge[i]),
        )  # fmt: skip
        if link[i] >= 0 and status == _BOOKED:
            for follower in range(first_child[link[i]], first_child[link[i] + 1]):
                passed = _passed_on(
                    np.int64(child_share[follower] * paid),
                    child_unit[follower],
                    child_notes[follower],
                )
                resolved[child[follower]] = max(0, resolved[child[follower]]) + passed
                hold[payee] += passed
        # a cheque may come back itself, and who pays a bill pays that
        if owes[payee] and status == _BOOKED and by != _CHEQUE and of != _OF_DEBT:
            loss = internal[bank[payee], _LOSS]
            n = _set_off(rows, n, claims, claimed, owes, time[i], payee, balance, hold, limit, loss)
    return rows[:, :n], added[:new], claimed
