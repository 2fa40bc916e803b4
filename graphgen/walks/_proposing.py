"""A compiled loop of the payment walk: when what fires happens, how much it is, and what it is."""

from __future__ import annotations

import numpy as np

from graphgen.amounts import ROUNDING
from graphgen.compiled import compiled
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array

__all__ = ["COLUMNS", "proposed"]

COLUMNS = (
    "valid_from",
    "amount_minor",
    "spread",
    "habit",
    "debtor_account_id",
    "creditor_account_id",
    "user_id",
    "card_id",
    "amount_of",
    "share",
    "rail",
    "channel",
)
"""The columns of `pays` that the loop reads, in its order."""
_LARGEST = 1 << 52
_NEVER = NULL_NUMBER
_ATM = words.CHANNELS.index("atm")


@compiled
def _rounded(amount: int, unit: int, in_fifths: bool) -> int:  # noqa: FBT001 - a column's value
    """Round to the nearest whole units, one at least; a small sum to fifths of one, or not at all.

    By so much up or down that what is passed on of a receipt is as often as round, which is rounded
    down only (`graphgen.amounts`).
    """
    if not in_fifths or amount <= 0:
        return max(1, (amount + unit // 2) // unit) * unit
    for one in (unit, unit // 5):
        near = (amount + one // 2) // one * one
        if 2 * ROUNDING * abs(near - amount) <= amount:
            return near
    return amount


@compiled
def proposed(
    edge: Array,
    is_once: Array,
    u: Array,
    z: Array,
    clock: Array,
    quantile: Array,
    midnight: int,
    valid_to: Array,
    price_minor: tuple[int, int, int],
    usual_ending: float,
    note_minor: Array,
    round_minor: Array,
    round_share: Array,
    round_fifths: Array,
    charm_share: Array,
    valid_from: Array,
    median: Array,
    spread: Array,
    habit: Array,
    debtor: Array,
    creditor: Array,
    user: Array,
    card: Array,
    amount_of: Array,
    share: Array,
    rail: Array,
    channel: Array,
) -> tuple[Array, ...]:
    """Give what fires a time of the day and an amount; what is not valid then is left out.

    `edge` numbers rows of the columns, `u` (rows, 2) are uniform and `z` standard normal. Returns
    the columns of `Payments` from `time` to `is_once`, in their order.
    """
    size = len(edge)
    times, amounts = np.empty(size, np.int64), np.empty(size, np.int64)
    edges = np.empty(size, np.int32)
    users, cards = np.empty(size, np.int32), np.empty(size, np.int32)
    debtors, creditors = np.empty(size, np.int32), np.empty(size, np.int32)
    refers, shares = np.empty(size, np.int8), np.empty(size, np.float32)
    habits, onces = np.empty(size, np.int8), np.empty(size, np.bool_)
    rails, channels = np.empty(size, np.int8), np.empty(size, np.int8)
    steps = quantile.shape[1] - 1
    n = 0
    for i in range(size):
        e = edge[i]
        if is_once[i]:
            at = valid_from[e]
        else:
            c = clock[e]
            place = u[i, 0] * steps
            step = int(place)
            low = quantile[c, step]
            at = midnight + int(low + (place - step) * (quantile[c, step + 1] - low))
            if at < valid_from[e] or (at >= valid_to[e] and valid_to[e] != _NEVER):
                continue
        sum_ = median[e]
        h = habit[e]
        if spread[e] > 0:
            sum_ = np.int64(min(_LARGEST, sum_ * np.exp(spread[e] * z[i])))
        if spread[e] > 0 or is_once[i]:
            if u[i, 1] < round_share[h]:
                sum_ = _rounded(sum_, round_minor[h], round_fifths[h])
            elif u[i, 1] < round_share[h] + charm_share[h]:
                whole, usual, other = price_minor
                ending = usual if u[i, 1] * 1e6 % 1 < usual_ending else other
                sum_ = (sum_ // whole) * whole + ending
        if channel[e] == _ATM:
            note = note_minor[h]
            sum_ = max(1, (sum_ + note // 2) // note) * note
        times[n], edges[n], amounts[n] = at, e, max(1, sum_)
        debtors[n], creditors[n], users[n], cards[n] = debtor[e], creditor[e], user[e], card[e]
        refers[n], shares[n], habits[n] = amount_of[e], share[e], h
        rails[n], channels[n], onces[n] = rail[e], channel[e], is_once[i]
        n += 1
    return (
        times[:n],
        edges[:n],
        debtors[:n],
        creditors[:n],
        users[:n],
        cards[:n],
        amounts[:n],
        refers[:n],
        shares[:n],
        habits[:n],
        rails[:n],
        channels[:n],
        onces[:n],
    )
