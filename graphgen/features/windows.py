"""What either end paid and was paid within windows of time before: numbers, sums, partners.

A window of length w before a payment at time t holds the payments from t - w on that come before it
by time, and by id at the same time. A deviation is that of all payments there, not of a sample.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from graphgen.compiled import compiled
from graphgen.features.feature import WINDOWS, Feature
from graphgen.features.reading import Day
from graphgen.table import Array

__all__ = ["FEATURES", "SIDES", "Windows", "of_windows"]

SIDES = ("out", "in")
_COUNT, _SUM, _SQUARE, _PARTNERS = range(4)
_EXACT = float(1 << 60)
_FEWEST = 1 << 10
_LINES = 32
"""Rows of features that are turned into columns at once: they lie close together until then."""

State = tuple[Array, Array, Array, Array, Array]
Ring = tuple[Array, Array, Array, Array]


def of_windows(ends: dict[str, str], windows: tuple[str, ...]) -> tuple[Feature, ...]:
    """Declare the features of windows: `ends` says by the beginning of a name whose they are."""
    some = []
    for (start, who), side, window in product(ends.items(), SIDES, windows):
        did, partners = (
            (f"that {who} made", "paid") if side == "out" else (f"that {who} got", "was paid by")
        )
        name = f"{start}{side}_{{}}_{window}"
        some += [
            Feature(name.format("count"), f"Payments {did}.", window, "payments", "count"),
            Feature(name.format("sum"), f"Sum of the payments {did}.", window, "minor units"),
            Feature(
                name.format("mean"),
                f"Mean of the payments {did}; none: there are none.",
                window,
                "minor units",
                nullable=True,
            ),
            Feature(
                name.format("deviation"),
                f"Standard deviation of the payments {did}; none: there are none.",
                window,
                "minor units",
                nullable=True,
            ),
            Feature(
                name.format("partners"),
                f"Accounts that {who} {partners}.",
                window,
                "accounts",
                "count",
            ),
        ]
    return tuple(some)


FEATURES = of_windows({"payer_": "the payer", "payee_": "the payee"}, tuple(WINDOWS))
"""The features, in the order in which `_pass` writes them."""


class Windows:
    """What every account paid and was paid in each window, as it stands after the last row.

    The moves of the longest window are kept in a ring; each window has the place in it from which
    on it counts.
    """

    def __init__(self, accounts: int) -> None:
        self.running = np.zeros((accounts, 2, len(WINDOWS), 4), np.int64)
        """By account, side (out, in) and window: how many moves, their sum, the sum of their
        squares modulo 2^64, and how many partners."""
        self.rough = np.zeros((accounts, 2, len(WINDOWS)))
        """The sum of squares, rounded."""
        self._limits = np.array(list(WINDOWS.values()))
        self._low = np.zeros(len(WINDOWS) + 1, np.int64)
        """The moves that have left each window, and all that there were."""
        self._seen = np.zeros((0, len(WINDOWS)), np.int32)
        """By pair of accounts: moves in each window."""
        self._ring: Ring = (
            np.empty(_FEWEST, np.int64),
            np.empty(_FEWEST, np.int64),
            np.empty((_FEWEST, 3), np.int32),
            np.empty(_FEWEST, np.bool_),
        )
        """Of the moves: time, amount, payer with payee and pair, whether it is a transfer."""

    def walk(self, day: Day, pair: Array, pairs: int, found: Array) -> None:
        """Write a day's features; `pair` has the number of each move's pair, of `pairs` at most."""
        self._make_room(int(day.is_move.sum()), pairs)
        columns = (day.time, day.amount, day.payer, day.payee, pair, day.is_transfer)
        _pass(columns, self._state(), self._ring, found)

    def pass_time(self, until: int) -> None:
        """Let go of what is in no window that ends then (ms)."""
        _pass_time(until, self._state(), self._ring)

    def told(self, accounts: Array, found: Array) -> None:
        """Write what some accounts paid and were paid, in all windows but the first."""
        _write(self.running[accounts], self.rough[accounts], 1, found)

    def transfers(self, pairs: int) -> tuple[Array, Array]:
        """Give the pairs of accounts with a transfer in the longest window: payers and payees."""
        return _transfers(self._low, self._ring, np.zeros(pairs, np.bool_))

    def _state(self) -> State:
        return self._limits, self._low, self._seen, self.running, self.rough

    def _make_room(self, more: int, pairs: int) -> None:
        if pairs > len(self._seen):
            seen = np.zeros((pairs, len(WINDOWS)), np.int32)
            seen[: len(self._seen)] = self._seen
            self._seen = seen
        first, end = int(self._low[-2]), int(self._low[-1])
        size = len(self._ring[0])
        if end - first + more > size:
            larger = 1 << (end - first + more - 1).bit_length()
            places = np.arange(first, end)
            rings: list[Array] = [
                np.empty((larger, *part.shape[1:]), part.dtype) for part in self._ring
            ]
            for new, old in zip(rings, self._ring, strict=True):
                new[places & (larger - 1)] = old[places & (size - 1)]
            self._ring = (rings[0], rings[1], rings[2], rings[3])


@compiled
def _count(
    account: int, side: int, window: int, amount: int, sign: int, running: Array, rough: Array
) -> None:
    """Count a move in (or, with the sign -1, out of) a window of one of its ends."""
    running[account, side, window, _COUNT] += sign
    running[account, side, window, _SUM] += sign * amount
    running[account, side, window, _SQUARE] += sign * amount * amount
    rough[account, side, window] += sign * (float(amount) * float(amount))
    if running[account, side, window, _COUNT] == 0:  # what was rounded off is gone with the rest
        rough[account, side, window] = 0


@compiled
def _pass_time(now: int, state: State, ring: Ring) -> None:
    limits, low, seen, running, rough = state
    time, amount, ends, _ = ring
    mask = len(time) - 1
    for window in range(len(limits)):
        while low[window] < low[-1] and time[low[window] & mask] < now - limits[window]:
            here = low[window] & mask
            payer, payee, pair = ends[here, 0], ends[here, 1], ends[here, 2]
            _count(payer, 0, window, amount[here], -1, running, rough)
            _count(payee, 1, window, amount[here], -1, running, rough)
            seen[pair, window] -= 1
            if seen[pair, window] == 0:
                running[payer, 0, window, _PARTNERS] -= 1
                running[payee, 1, window, _PARTNERS] -= 1
            low[window] += 1


@compiled
def _pass(columns: tuple[Array, ...], state: State, ring: Ring, found: Array) -> None:
    time, amount, payer, payee, pair, is_transfer = columns
    _, low, seen, running, rough = state
    mask = len(ring[0]) - 1
    windows = running.shape[2]
    held = np.empty((_LINES, 2, 2, windows, 4), np.int64)
    held_rough = np.empty((_LINES, 2, 2, windows))
    for row in range(len(time)):
        _pass_time(time[row], state, ring)
        line = row % _LINES
        held[line, 0], held_rough[line, 0] = running[payer[row]], rough[payer[row]]
        held[line, 1], held_rough[line, 1] = running[payee[row]], rough[payee[row]]
        if line == _LINES - 1 or row == len(time) - 1:
            for end in range(2):
                part = found[10 * windows * end : 10 * windows * (end + 1), row - line : row + 1]
                _write(held[: line + 1, end], held_rough[: line + 1, end], 0, part)
        if pair[row] < 0:
            continue
        here = low[-1] & mask
        ring[0][here], ring[1][here], ring[3][here] = time[row], amount[row], is_transfer[row]
        ring[2][here, 0], ring[2][here, 1], ring[2][here, 2] = payer[row], payee[row], pair[row]
        low[-1] += 1
        for window in range(windows):
            _count(payer[row], 0, window, amount[row], 1, running, rough)
            _count(payee[row], 1, window, amount[row], 1, running, rough)
            if seen[pair[row], window] == 0:
                running[payer[row], 0, window, _PARTNERS] += 1
                running[payee[row], 1, window, _PARTNERS] += 1
            seen[pair[row], window] += 1


@compiled
def _write(running: Array, rough: Array, first: int, found: Array) -> None:
    """Write the features of lines of running numbers into columns, from a window on.

    A mean's whole units are taken off first: what is left of the squares is exact modulo 2^64,
    unless it is so large that the rounded sum is exact enough.
    """
    at = 0
    for side in range(2):
        for window in range(first, running.shape[2]):
            for line in range(len(running)):
                count = running[line, side, window, _COUNT]
                total = running[line, side, window, _SUM]
                part = 1.0 / max(1, count)
                mean = int(total * part)
                rest = total - mean * count
                exact = running[line, side, window, _SQUARE] - mean * (total + rest)
                around = rough[line, side, window] - float(mean) * float(total + rest)
                around = around if around >= _EXACT else float(exact)
                off = rest * part
                deviation = np.sqrt(max(0.0, around * part - off * off))
                found[at, line] = count
                found[at + 1, line] = total
                found[at + 2, line] = total * part if count > 0 else np.nan
                found[at + 3, line] = deviation if count > 0 else np.nan
                found[at + 4, line] = running[line, side, window, _PARTNERS]
            at += 5


@compiled
def _transfers(low: Array, ring: Ring, seen: Array) -> tuple[Array, Array]:
    """Give the ends of each pair with a transfer in the longest window, in order of the first."""
    _, _, ends, is_transfer = ring
    mask = len(is_transfer) - 1
    payers = np.empty(low[-1] - low[-2], np.int32)
    payees = np.empty(low[-1] - low[-2], np.int32)
    count = 0
    for place in range(low[-2], low[-1]):
        here = place & mask
        pair = ends[here, 2]
        if is_transfer[here] and not seen[pair]:
            seen[pair] = True
            payers[count], payees[count] = ends[here, 0], ends[here, 1]
            count += 1
    return payers[:count].copy(), payees[:count].copy()
