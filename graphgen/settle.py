"""The ledger's compiled loop: one day, one row after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from graphgen.amounts import (
    OF_BALANCE,
    OF_DEBT,
    OF_HOLD,
    OF_RECEIPT,
    OF_SUM,
    passed_on,
    released,
    resolve,
)
from graphgen.claims import note_claim, set_off
from graphgen.clearing import CLEARING, LEGS_OF_AN_ITEM, LOSS, Terms, enter, falls_due, settle_item
from graphgen.compiled import compiled
from graphgen.journal import BOOKED, COLUMNS, DECLINED, NONE, ROOM, Books, Number, with_room, write
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.proposals import Payments

__all__ = ["Chains", "Claims", "Proposed", "settle_day"]

_FIRST = np.int64(words.LEGS.index("original"))
_CHEQUE, _BATCH, _CASH = (np.int64(words.RAILS.index(r)) for r in ("cheque", "batch", "cash"))


class Proposed(NamedTuple):
    """What is proposed, one row each."""

    time: Array
    debtor: Array
    creditor: Array
    amount: Array
    amount_of: Array
    share: Array
    rail: Array
    edge: Array
    """As of `graphgen.proposals.Payments`."""
    link: Array
    """int32: the number of each in chains, -1 for none."""

    @classmethod
    def of(cls, payments: Payments, link: Array) -> Proposed:
        """Take the columns that settling looks at."""
        return cls(
            payments.time,
            payments.debtor,
            payments.creditor,
            payments.amount,
            payments.amount_of,
            payments.share,
            payments.rail,
            payments.edge,
            link,
        )


class Chains(NamedTuple):
    """Which proposal passes on the receipt of which."""

    first: Array
    """int32 (links + 1,): where each link's followers begin in the others."""
    child: Array
    """int32: followers, as numbers of links."""
    share: Array
    """float64: the share of the receipt that each passes on."""
    unit: Array
    """int64: what that is rounded down to whole multiples of; at least 1."""
    notes: Array
    """bool: whether that is a note, and it is paid in cash."""


class Claims(NamedTuple):
    """What banks have lost by items that came back, and are still owed."""

    rows: Array
    """Those that are there, and room for two for each due item more."""
    there: int
    """How many these are."""
    owes: Array
    """bool (accounts,): which accounts owe any."""


@compiled
def settle_day(
    order: Array,
    day: int,
    due: Array,
    proposed: Proposed,
    chains: Chains,
    books: Books,
    resolved: Array,
    terms: Terms,
    note: int,
    added: Array,
    claims: Claims,
) -> tuple[Array, Array, int]:
    """Settle due items and proposals in the order given; changes books, claims and `resolved`.

    `order` numbers the due items first, then the proposals. `resolved` is what each link of a chain
    will pay, `note` the least bank note, `added` has room for all proposals. Returns the rows,
    int64 (columns, rows) as of `graphgen.journal`, the items that entered clearing, and how many
    claims there are then.
    """
    # the arrays themselves: a tuple that is handed on costs as much as settling does
    balance, hold, limit, bank, internal = books
    time, debtor, creditor, amount, amount_of, share, rail, edge, link = proposed
    claimed = claims.there
    rows = np.empty((COLUMNS, len(time) + len(due) + ROOM), np.int64)
    n: Number = np.int64(0)
    new = 0
    for place in order:
        rows = with_room(rows, n + LEGS_OF_AN_ITEM + claimed)
        if place < len(due):
            n, claimed = _settle_due(rows, n, due[place], books, terms.fee, claims, claimed)
            continue
        i = place - len(due)
        payer, payee, by = np.int64(debtor[i]), np.int64(creditor[i]), np.int64(rail[i])
        of = amount_of[i]
        receipt = resolved[link[i]] if of == OF_RECEIPT else 0
        held = released(of, amount[i], receipt)
        # what is due comes before what was bought since
        available = balance[payer] - (0 if of == OF_HOLD else hold[payer] - held)
        paid = _payable(of, by, amount[i], share[i], available, -balance[payee], receipt, note)
        if paid <= 0:
            continue
        counterparty: Number = NONE
        status = BOOKED
        if by in (_CHEQUE, _BATCH):
            # what a hop pays this way stays held until it is settled, so that it surely is
            both = payer << 32 | payee
            enter(added[new], payer, payee, paid, (day << 32) | n, edge[i], by, held > 0)
            added[new].due = falls_due(terms.first, terms.posting, terms.salt, time[i], both, by)
            new += 1
            counterparty, payer = payer, internal[bank[payee], CLEARING]
        else:
            hold[payer] -= held
            status = BOOKED if available + limit[payer] >= paid else DECLINED
        n = write(
            rows, n, balance, time[i], payer, payee, counterparty, paid, _FIRST, status, by, NONE,
            np.int64(i), np.int64(edge[i]),
        )  # fmt: skip
        if link[i] >= 0 and status == BOOKED:
            _pass_on(chains, link[i], paid, payee, resolved, hold)
        # a cheque may come back itself, and who pays a bill pays that
        if claims.owes[payee] and status == BOOKED and by != _CHEQUE and of != OF_DEBT:
            n = _set_off(rows, n, time[i], payee, books, claims, claimed)
    return rows[:, :n], added[:new], claimed


@compiled
def _settle_due(
    rows: Array,
    n: Number,
    item: Any,  # noqa: ANN401 - a record of the pending items
    books: Books,
    fee: Number,
    claims: Claims,
    claimed: int,
) -> tuple[Number, int]:
    """Settle a due item: gives the number of the next row, and how many claims there are then."""
    balance, hold, limit, bank, internal = books
    n, lost, unpaid = settle_item(rows, n, item, balance, hold, limit, bank, internal, fee)
    claimed = note_claim(claims.rows, claimed, claims.owes, item, np.int64(item.creditor), lost)
    claimed = note_claim(claims.rows, claimed, claims.owes, item, np.int64(item.debtor), unpaid)
    return n, claimed


@compiled
def _set_off(
    rows: Array,
    n: Number,
    time: Number,
    payee: Number,
    books: Books,
    claims: Claims,
    claimed: int,
) -> Number:
    """Take what has come to an account for what its owner owes the bank: the next row's number."""
    balance, hold, limit, bank, internal = books
    loss = internal[bank[payee], LOSS]
    return set_off(
        rows, n, claims.rows, claimed, claims.owes, time, payee, balance, hold, limit, loss
    )


@compiled
def _payable(
    of: Number,
    by: Number,
    amount: Number,
    share: float,
    available: Number,
    owed: Number,
    receipt: Number,
    note: Number,
) -> Number:
    """Say what is paid of a proposal: cash in whole notes, where its amount refers to something."""
    paid = resolve(of, amount, share, available, owed, receipt)
    if of != OF_SUM and by == _CASH:
        return paid - paid % note
    if of == OF_BALANCE:
        return passed_on(paid, amount, False)  # as round as the walk has drawn
    return paid


@compiled
def _pass_on(
    chains: Chains, link: Number, paid: Number, payee: Number, resolved: Array, hold: Array
) -> None:
    """Let what has come be passed on by each that follows: it is held until then."""
    for follower in range(chains.first[link], chains.first[link + 1]):
        passed = passed_on(
            np.int64(chains.share[follower] * paid), chains.unit[follower], chains.notes[follower]
        )
        child = chains.child[follower]
        resolved[child] = max(0, resolved[child]) + passed
        hold[payee] += passed
