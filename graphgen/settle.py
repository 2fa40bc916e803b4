"""The ledger's compiled loop: one day, one row after the other."""

from __future__ import annotations

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
from graphgen.clearing import CLEARING, LEGS_OF_AN_ITEM, LOSS, enter, falls_due, settle_item
from graphgen.compiled import compiled
from graphgen.journal import BOOKED, COLUMNS, DECLINED, NONE, ROOM, Number, with_room, write
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["settle_day"]

_FIRST = np.int64(words.LEGS.index("original"))
_CHEQUE, _BATCH, _CASH = (np.int64(words.RAILS.index(r)) for r in ("cheque", "batch", "cash"))


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
    rows = np.empty((COLUMNS, len(time) + len(due) + ROOM), np.int64)
    n: Number = np.int64(0)
    new = 0
    for place in order:
        rows = with_room(rows, n + LEGS_OF_AN_ITEM + claimed)
        if place < len(due):
            item = due[place]
            n, lost, unpaid = settle_item(rows, n, item, balance, hold, limit, bank, internal, fee)
            claimed = note_claim(claims, claimed, owes, item, np.int64(item.creditor), lost)
            claimed = note_claim(claims, claimed, owes, item, np.int64(item.debtor), unpaid)
            continue
        i = place - len(due)
        payer, payee, of, by = (
            np.int64(debtor[i]),
            np.int64(creditor[i]),
            amount_of[i],
            np.int64(rail[i]),
        )
        receipt = resolved[link[i]] if of == OF_RECEIPT else 0
        held = released(of, amount[i], receipt)
        # what is due comes before what was bought since
        available = balance[payer] - (0 if of == OF_HOLD else hold[payer] - held)
        paid = resolve(of, amount[i], share[i], available, -balance[payee], receipt)
        if of != OF_SUM and by == _CASH:
            paid -= paid % note
        elif of == OF_BALANCE:
            paid = passed_on(paid, amount[i], False)  # as round as the walk has drawn
        if paid <= 0:
            continue
        counterparty: Number = NONE
        status = BOOKED
        if by in (_CHEQUE, _BATCH):
            # what a hop pays this way stays held until it is settled, so that it surely is
            number = (day << 32) | n
            enter(added[new], payer, payee, paid, number, edge[i], by, held > 0)
            added[new].due = falls_due(first, posting, salt, time[i], payer << 32 | payee, by)
            new += 1
            counterparty = payer
            payer = internal[bank[payee], CLEARING]
        else:
            hold[payer] -= held
            status = BOOKED if available + limit[payer] >= paid else DECLINED
        n = write(
            rows, n, balance, time[i], payer, payee, counterparty, paid, _FIRST, status, by, NONE,
            np.int64(i), np.int64(edge[i]),
        )  # fmt: skip
        if link[i] >= 0 and status == BOOKED:
            for follower in range(first_child[link[i]], first_child[link[i] + 1]):
                passed = passed_on(
                    np.int64(child_share[follower] * paid),
                    child_unit[follower],
                    child_notes[follower],
                )
                resolved[child[follower]] = max(0, resolved[child[follower]]) + passed
                hold[payee] += passed
        # a cheque may come back itself, and who pays a bill pays that
        if owes[payee] and status == BOOKED and by != _CHEQUE and of != OF_DEBT:
            loss = internal[bank[payee], LOSS]
            n = set_off(rows, n, claims, claimed, owes, time[i], payee, balance, hold, limit, loss)
    return rows[:, :n], added[:new], claimed
