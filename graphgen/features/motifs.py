"""Shapes that a payment closes: cycles in time, and what is scattered and gathered again.

After the features of IBM's Graph Feature Preprocessor (Blanusa et al., arXiv 2402.08593), with two
differences: nothing later than the payment counts, and busy accounts are no part of a shape.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from graphgen.compiled import compiled
from graphgen.features.feature import DAY, Feature
from graphgen.features.reading import Day
from graphgen.features.receipts import KEPT
from graphgen.table import Array

__all__ = ["FEATURES", "LENGTHS", "WINDOW", "Motifs"]

LENGTHS = (3, 4, 5, 6)
"""Of cycles, in payments."""
WINDOW = 7 * DAY
_LONGEST = 6
_BUSY = f"accounts that got fewer than {KEPT} transfers in the window"

FEATURES = (
    *(
        Feature(
            f"cycle_{length}_7d",
            f"Cycles of {length} transfers that this one closes: each later than the last, the "
            f"first made by its payee, through {_BUSY}, each once.",
            "7d",
            "cycles",
            "count",
        )
        for length in LENGTHS
    ),
    Feature(
        "scatter_gather_7d",
        "The most accounts, the payer with them, over which one account's transfers came to the "
        f"payee: all of them {_BUSY}.",
        "7d",
        "accounts",
        "count",
    ),
    Feature(
        "gather_scatter_7d",
        "The fewer of those who paid the payer and those whom it paid.",
        "7d",
        "accounts",
        "count",
    ),
)
"""The features, in the order in which they are written; all of them 0 of what is no transfer, but
the last."""


class Motifs:
    """Each account's last transfers, and when it last made one."""

    def __init__(self, accounts: int) -> None:
        self._time = np.zeros((accounts, KEPT), np.int64)
        self._payer = np.zeros((accounts, KEPT), np.int32)
        self._got = np.zeros(accounts, np.int32)
        self._paid_at = np.full(accounts, -(1 << 62))

    def walk(self, day: Day, recent: Mapping[str, Array], found: Array) -> None:
        """Write a day's features; `recent` are those of `graphgen.features.windows`."""
        transfer = day.is_transfer & day.is_order
        columns = (day.time, day.payer, day.payee, transfer, day.is_move)
        found[:5] = 0
        _pass(columns, (self._time, self._payer, self._got), self._paid_at, found)
        partners = recent["payer_out_partners_7d"], recent["payer_in_partners_7d"]
        np.minimum(*partners, out=found[5])


Rings = tuple[Array, Array, Array]


@compiled
def _pass(columns: tuple[Array, ...], rings: Rings, paid_at: Array, found: Array) -> None:
    time, payer, payee, transfer, is_move = columns
    times, payers, got = rings
    path = np.empty(_LONGEST, np.int32)
    at = np.empty(_LONGEST, np.int64)
    then = np.empty(_LONGEST, np.int64)
    for row in range(len(time)):
        if not transfer[row]:
            continue
        one, other, now = payer[row], payee[row], time[row]
        since = now - WINDOW
        if one != other and not _is_busy(one, since, times, got):
            if paid_at[other] >= since:
                _cycles(one, other, now, rings, (path, at, then), found[:4, row])
            found[4, row] = _gathered(one, other, now, rings)
        if is_move[row]:
            place = got[other] % KEPT
            times[other, place], payers[other, place] = now, one
            got[other] += 1
            paid_at[one] = now


@compiled
def _is_busy(account: int, since: int, times: Array, got: Array) -> bool:
    """Say whether an account got as many transfers since then as are kept."""
    return bool(got[account] >= KEPT and times[account, got[account] % KEPT] >= since)


@compiled
def _cycles(
    end: int,
    begin: int,
    now: int,
    rings: Rings,
    stacks: tuple[Array, Array, Array],
    found: Array,
) -> None:
    """Count the ways from `begin` to `end` of two to five transfers, the latest before `now`.

    They are looked for backwards, from the last transfer to the first.
    """
    times, payers, got = rings
    path, at, then = stacks
    since = now - WINDOW
    depth = 0
    path[0], at[0], then[0] = end, got[end] - 1, now
    while depth >= 0:
        account, place = path[depth], at[depth]
        at[depth] -= 1
        if place < 0 or place < got[account] - KEPT or times[account, place % KEPT] < since:
            depth -= 1
            continue
        moment, source = times[account, place % KEPT], payers[account, place % KEPT]
        if moment >= then[depth]:
            continue
        if source == begin:
            if depth >= 1:
                found[depth - 1] += 1
            continue
        if depth + 1 == _LONGEST - 1 or _is_busy(source, since, times, got):
            continue
        known = False
        for before in range(depth + 1):
            known = known or path[before] == source
        if not known:
            depth += 1
            path[depth], at[depth], then[depth] = source, got[source] - 1, moment


@compiled
def _gathered(payer: int, payee: int, now: int, rings: Rings) -> int:
    """Count the accounts over which some account's transfers came to the payee, at the most."""
    times, payers, got = rings
    since, most = now - WINDOW, 0
    if _is_busy(payee, since, times, got):
        return 0
    for one in range(got[payer] - 1, max(-1, got[payer] - KEPT - 1), -1):
        source = payers[payer, one % KEPT]
        moment = times[payer, one % KEPT]
        if moment < since:
            break
        if moment >= now or source in (payee, payer):
            continue
        over = 1
        for two in range(got[payee] - 1, max(-1, got[payee] - KEPT - 1), -1):
            moment = times[payee, two % KEPT]
            if moment < since:
                break
            middle = payers[payee, two % KEPT]
            if moment >= now or middle in (payer, source, payee):
                continue
            if _is_counted(payee, two, middle, times, payers, got, since):
                continue
            over += _had_paid(source, middle, moment, since, rings)
        most = max(most, over)
    return most if most > 1 else 0


@compiled
def _is_counted(
    payee: int, place: int, middle: int, times: Array, payers: Array, got: Array, since: int
) -> bool:
    """Say whether a later transfer to the payee is of the same account: that one is counted."""
    for later in range(got[payee] - 1, place, -1):
        if payers[payee, later % KEPT] == middle and times[payee, later % KEPT] >= since:
            return True
    return False


@compiled
def _had_paid(source: int, middle: int, moment: int, since: int, rings: Rings) -> int:
    """Say (as 0 or 1) whether an account that is not busy got a transfer before it made one."""
    times, payers, got = rings
    if _is_busy(middle, since, times, got):
        return 0
    for place in range(got[middle] - 1, max(-1, got[middle] - KEPT - 1), -1):
        then = times[middle, place % KEPT]
        if then < since:
            return 0
        if then < moment and payers[middle, place % KEPT] == source:
            return 1
    return 0
