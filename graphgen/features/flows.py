"""Money that is passed on: out of what it was received, how soon, and what it leaves behind.

A receipt is what an account was paid over any rail but cards, by transfer or in cash. Balances are
those that stand on the account's earlier rows of `payment`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np

from graphgen.compiled import compiled
from graphgen.features.feature import DAY, Feature
from graphgen.features.reading import Day, Facts
from graphgen.features.receipts import KEPT, Receipts
from graphgen.table import Array

__all__ = ["FEATURES", "PASSED", "Flows", "passed_through", "write_passed"]

_LEAST, _MOST = 0.85, 1.0001
"""A hop passes on at least, and at most, such a share of what was received: our assumption. A tenth
is what mules keep (`patterns/`), and a cent may be rounded up."""
_NEVER = -(1 << 62)
_HOURS, _DAYS = 1 / 3_600_000, 1 / DAY

PASSED = ("1d", "7d", "30d")
"""Windows over which money is passed through."""


def passed_through(ends: dict[str, str]) -> tuple[Feature, ...]:
    """Declare how much of what came in went out, and the other way round."""
    return tuple(
        Feature(
            f"{start}pass_through_{window}",
            f"The smaller of what {who} paid and was paid over the larger; none: nothing was.",
            window,
            "share",
            nullable=True,
        )
        for start, who in ends.items()
        for window in PASSED
    )


FEATURES = (
    Feature("payer_age", "Since the payer's account was opened.", "", "days"),
    Feature("payee_age", "Since the payee's account was opened.", "", "days"),
    Feature(
        "drained_share",
        "The amount over the payer's balance before; none: it was not above zero.",
        "all",
        "share",
        nullable=True,
    ),
    Feature(
        "amount_score",
        "How many deviations the amount is above the mean of what the payer paid; none: there is "
        "no deviation.",
        "30d",
        "deviations",
        nullable=True,
    ),
    Feature(
        "forward_time",
        f"How long ago the payer received this sum, on average: of its last {KEPT} receipts those "
        "that make it up, the latest first; none: there are none.",
        "30d",
        "hours",
        nullable=True,
    ),
    Feature(
        "forward_share",
        f"The amount over the receipt that is nearest to it by ratio, of the payer's last {KEPT}; "
        "none: there are none.",
        "7d",
        "share",
        nullable=True,
    ),
    Feature("forward_gap", "Time since that receipt; none: as it.", "7d", "hours", nullable=True),
    Feature(
        "chain_hops",
        f"Hops of the longest chain that this payment goes on with: each passed on {_LEAST:.0%} to "
        f"100% of one of the last {KEPT} receipts before it.",
        "7d",
        "payments",
        "count",
    ),
    Feature("payer_declined_count", "Declined orders of the payer.", "all", "payments", "count"),
    Feature(
        "payer_declined_gap",
        "Time since the payer was last declined; none: never.",
        "all",
        "hours",
        nullable=True,
    ),
    *passed_through({"payer_": "the payer", "payee_": "the payee"}),
)
"""The features, in the order in which they are written."""


class Flows:
    """Balances, refusals, and what each account received last."""

    def __init__(self, facts: Facts, receipts: Receipts) -> None:
        self.opened = facts.opened
        self.balance = facts.opening_balance.copy()
        """Of each account, after the last row: int64, minor units."""
        self._receipts = receipts
        self._declined = np.zeros(len(facts.account), np.int32)
        self._declined_at = np.full(len(facts.account), _NEVER)

    def walk(self, day: Day, recent: Mapping[str, Array], found: Array) -> None:
        """Write a day's features; `recent` are those of `graphgen.features.windows`."""
        for row, account in enumerate((day.payer, day.payee)):
            found[row] = (day.time - self.opened[account]) * _DAYS
        mean, deviation = recent["payer_out_mean_30d"], recent["payer_out_deviation_30d"]
        with np.errstate(divide="ignore", invalid="ignore"):
            score = (day.amount - mean) / deviation
        found[3] = np.where(deviation > 0, score, np.nan)
        columns = (
            *(day.time, day.payer, day.payee, day.amount, day.is_order, day.is_move),
            *(day.debtor, day.creditor, day.debtor_balance, day.creditor_balance),
        )
        kinds = (day.is_transfer, day.is_cash)
        state = (self.balance, self._declined, self._declined_at)
        _pass(columns, kinds, state, self._receipts.columns, found)
        write_passed(recent, ("payer_", "payee_"), found[10:])


def write_passed(recent: Mapping[str, Array], ends: tuple[str, ...], found: Array) -> None:
    """Write what `passed_through` declares; `recent` are features of windows."""
    for row, (start, window) in enumerate(product(ends, PASSED)):
        out, into = recent[f"{start}out_sum_{window}"], recent[f"{start}in_sum_{window}"]
        larger = np.maximum(out, into)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[row] = np.where(larger > 0, np.minimum(out, into) / larger, np.nan)


@compiled
def _pass(
    columns: tuple[Array, ...],
    kinds: tuple[Array, Array],
    state: tuple[Array, Array, Array],
    receipts: tuple[Array, ...],
    found: Array,
) -> None:
    time, payer, payee, amount, is_order, is_move, debtor, creditor, debtor_after, after = columns
    is_transfer, is_cash = kinds
    balance, declined, declined_at = state
    received, sums, _, hops, got = receipts
    for row in range(len(time)):
        one, now, much = payer[row], time[row], amount[row]
        found[2, row] = much / balance[one] if balance[one] > 0 else np.nan
        found[4, row] = _forward_time(one, now, much, received, sums, got)
        near = _nearest(one, now, much, received, sums, got)
        found[5, row] = much / sums[one, near] if near >= 0 else np.nan
        found[6, row] = (now - received[one, near]) * _HOURS if near >= 0 else np.nan
        chain = _chain(one, now, much, received, sums, hops, got)
        found[7, row] = chain
        found[8, row] = declined[one]
        then = declined_at[one]
        found[9, row] = (now - then) * _HOURS if then > _NEVER else np.nan
        if is_move[row] and (is_transfer[row] or is_cash[row]):
            other = payee[row]
            place = got[other] % KEPT
            received[other, place], sums[other, place] = now, much
            receipts[2][other, place] = one if is_transfer[row] else -1
            hops[other, place] = chain + 1
            got[other] += 1
        elif is_order[row] and not is_move[row]:
            declined[one] += 1
            declined_at[one] = now
        balance[debtor[row]] = debtor_after[row]
        balance[creditor[row]] = after[row]


@compiled
def _forward_time(
    account: int, now: int, amount: int, received: Array, sums: Array, got: Array
) -> float:
    """Give the mean age of the latest receipts that make up an amount: hours."""
    left, aged, newest = amount, 0.0, got[account]
    for place in range(newest - 1, max(-1, newest - KEPT - 1), -1):
        here = place % KEPT
        age = now - received[account, here]
        if age > 30 * DAY or left <= 0:
            break
        part = min(left, sums[account, here])
        aged += float(part) * float(age)
        left -= part
    return aged / (amount - left) * _HOURS if left < amount else np.nan


@compiled
def _nearest(account: int, now: int, amount: int, received: Array, sums: Array, got: Array) -> int:
    """Find the receipt nearest to an amount, the latest of equals; -1: there is none."""
    best, far, newest = -1, np.inf, got[account]
    for place in range(newest - 1, max(-1, newest - KEPT - 1), -1):
        here = place % KEPT
        if now - received[account, here] > 7 * DAY:
            break
        one, other = float(amount), float(sums[account, here])
        ratio = max(one, other) / max(1.0, min(one, other))
        if ratio < far:
            best, far = here, ratio
    return best


@compiled
def _chain(
    account: int, now: int, amount: int, received: Array, sums: Array, hops: Array, got: Array
) -> int:
    """Give the length of the longest chain that a payment of an account goes on with."""
    longest, newest = 0, got[account]
    for place in range(newest - 1, max(-1, newest - KEPT - 1), -1):
        here = place % KEPT
        if now - received[account, here] > 7 * DAY:
            break
        sum_ = sums[account, here]
        if _LEAST * sum_ <= amount <= _MOST * sum_:
            longest = max(longest, hops[account, here])
    return longest
