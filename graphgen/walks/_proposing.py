"""What fires of `pays`: when on the day it happens, how much it is, and what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from graphgen.amounts import ROUNDING
from graphgen.compiled import compiled
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.population.habits import Habits
    from graphgen.table import Table

__all__ = ["Firing", "Payable", "proposed"]

_LARGEST = 1 << 52
_NEVER = NULL_NUMBER
_ATM = words.CHANNELS.index("atm")


class Payable(NamedTuple):
    """The columns of `pays` that payments are made of, as of the schema."""

    valid_from: Array
    valid_to: Array
    amount_minor: Array
    spread: Array
    habit: Array
    debtor_account_id: Array
    creditor_account_id: Array
    user_id: Array
    card_id: Array
    amount_of: Array
    share: Array
    rail: Array
    channel: Array

    @classmethod
    def of(cls, edges: Table) -> Payable:
        """Take them off a section's edges."""
        return cls(*(np.ascontiguousarray(edges[name]) for name in cls._fields))


class Firing(NamedTuple):
    """What fires on a day, and what is drawn for it; one entry each."""

    edge: Array
    """Rows of the columns."""
    is_once: Array
    """bool: whether it is an errand, that has its own time."""
    u: Array
    """float64 (rows, 2): uniform."""
    z: Array
    """float32: standard normal."""


class _Rounding(NamedTuple):
    """How sums of each habit end, as of `graphgen.population.habits.Habits`."""

    price_minor: tuple[int, int, int]
    usual_ending: float
    note_minor: Array
    round_minor: Array
    round_share: Array
    round_fifths: Array
    charm_share: Array


def proposed(
    firing: Firing, payable: Payable, habits: Habits, clock: Array, quantile: Array, midnight: int
) -> dict[str, Array]:
    """Give what fires a time of the day and an amount; what is not valid then is left out.

    `clock` is the clock that each edge follows, `quantile` the times of the day of each clock.
    Gives the columns of `Payments` from `time` to `is_once`.
    """
    kept, time = _moments(firing, payable.valid_from, payable.valid_to, clock, quantile, midnight)
    rounding = _Rounding(*(getattr(habits, name) for name in _Rounding._fields))
    amount = _amounts(
        kept, firing, payable.amount_minor, payable.spread, payable.habit, payable.channel, rounding
    )
    edge = firing.edge[kept].astype(np.int64)
    return {
        "time": time,
        "edge": edge.astype(np.int32),
        "debtor": payable.debtor_account_id[edge],
        "creditor": payable.creditor_account_id[edge],
        "user": payable.user_id[edge],
        "card": payable.card_id[edge],
        "amount": amount,
        "amount_of": payable.amount_of[edge],
        "share": payable.share[edge],
        "habit": payable.habit[edge],
        "rail": payable.rail[edge],
        "channel": payable.channel[edge],
        "is_once": firing.is_once[kept],
    }


@compiled
def _moments(
    firing: Firing,
    valid_from: Array,
    valid_to: Array,
    clock: Array,
    quantile: Array,
    midnight: int,
) -> tuple[Array, Array]:
    """Give what fires a time (ms): which of it is valid then, and when; int64."""
    edge, is_once, u, _ = firing
    kept, time = np.empty(len(edge), np.int64), np.empty(len(edge), np.int64)
    steps = quantile.shape[1] - 1
    n = 0
    for i in range(len(edge)):
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
        kept[n], time[n] = i, at
        n += 1
    return kept[:n], time[:n]


@compiled
def _amounts(
    kept: Array,
    firing: Firing,
    median: Array,
    spread: Array,
    habit: Array,
    channel: Array,
    rounding: _Rounding,
) -> Array:
    """Draw how much each of some that fire is: int64, minor units.

    What has a spread, and what is planned, ends as people's sums do.
    """
    edge, is_once, u, z = firing
    price_minor, usual_ending, note_minor, round_minor, round_share, fifths, charm_share = rounding
    whole, usual, other = price_minor
    amount = np.empty(len(kept), np.int64)
    for n in range(len(kept)):
        i = kept[n]
        e = edge[i]
        h, sum_ = habit[e], median[e]
        if spread[e] > 0:
            sum_ = np.int64(min(_LARGEST, sum_ * np.exp(spread[e] * z[i])))
        if spread[e] > 0 or is_once[i]:
            if u[i, 1] < round_share[h]:
                sum_ = _rounded(sum_, round_minor[h], fifths[h])
            elif u[i, 1] < round_share[h] + charm_share[h]:
                ending = usual if u[i, 1] * 1e6 % 1 < usual_ending else other
                sum_ = (sum_ // whole) * whole + ending
        if channel[e] == _ATM:
            note = note_minor[h]
            sum_ = max(1, (sum_ + note // 2) // note) * note
        amount[n] = max(1, sum_)
    return amount


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
