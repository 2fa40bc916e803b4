"""Compiled loops that slide windows of time along accounts' moves (`graphgen.report.moves`).

An entry is 2 * order, + 1 on the side that is paid; `first` says where each account's begin.
"""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.table import Array

__all__ = ["partners", "recent"]


@compiled
def recent(  # noqa: C901 - one loop, a pointer for each window
    first: Array, entry: Array, time: Array, amount: Array, booked: Array, windows: Array
) -> tuple[Array, Array]:
    """Count and sum what an account paid and was paid strictly before each of its entries.

    Gives, by entry (2 * order + side): float32 (entries, windows, 4), the number and sum paid and
    the number and sum received; and the time since it last paid and was paid: float32 (entries,
    2), ms, -1 for never.
    """
    count = len(windows)
    found = np.zeros((len(entry), count, 4), np.float32)
    since = np.full((len(entry), 2), -1, np.float32)
    for account in range(len(first) - 1):
        begin, end = first[account], first[account + 1]
        running = np.zeros((count, 4))
        low = np.full(count, begin)
        last = np.full(2, -1)
        high = begin
        for here in range(begin, end):
            now = time[entry[here] // 2]
            while time[entry[high] // 2] < now:
                order, side = entry[high] // 2, entry[high] % 2
                if booked[order]:
                    last[side] = time[order]
                    for window in range(count):
                        running[window, 2 * side] += 1
                        running[window, 2 * side + 1] += amount[order]
                high += 1
            for window in range(count):
                while low[window] < high and time[entry[low[window]] // 2] < now - windows[window]:
                    order, side = entry[low[window]] // 2, entry[low[window]] % 2
                    if booked[order]:
                        running[window, 2 * side] -= 1
                        running[window, 2 * side + 1] -= amount[order]
                    low[window] += 1
                for number in range(4):
                    found[entry[here], window, number] = running[window, number]
            for side in range(2):
                if last[side] >= 0:
                    since[entry[here], side] = now - last[side]
    return found, since


@compiled
def partners(
    first: Array,
    entry: Array,
    time: Array,
    booked: Array,
    pair: Array,
    pairs: int,
    before: int,
    after: int,
) -> Array:
    """Count whom an account paid, and by whom it was paid, from `before` to `after` its entries.

    Gives, by entry: int32 (entries, 2), distinct payees and distinct payers.
    """
    found = np.zeros((len(entry), 2), np.int32)
    seen = np.zeros((pairs, 2), np.int32)
    for account in range(len(first) - 1):
        begin, end = first[account], first[account + 1]
        distinct = np.zeros(2, np.int32)
        low, high = begin, begin
        for here in range(begin, end):
            now = time[entry[here] // 2]
            while high < end and time[entry[high] // 2] <= now + after:
                order, side = entry[high] // 2, entry[high] % 2
                if booked[order]:
                    seen[pair[order], side] += 1
                    if seen[pair[order], side] == 1:
                        distinct[side] += 1
                high += 1
            while low < high and time[entry[low] // 2] < now - before:
                order, side = entry[low] // 2, entry[low] % 2
                if booked[order]:
                    seen[pair[order], side] -= 1
                    if seen[pair[order], side] == 0:
                        distinct[side] -= 1
                low += 1
            found[entry[here], 0] = distinct[0]
            found[entry[here], 1] = distinct[1]
        for here in range(low, high):
            seen[pair[entry[here] // 2], entry[here] % 2] = 0
    return found
