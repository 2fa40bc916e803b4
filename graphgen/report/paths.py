"""Compiled loops that follow money from move to move (`graphgen.report.moves`).

An entry is 2 * order, + 1 on the side that is paid; `first` says where each account's begin.
"""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.table import Array

__all__ = ["chains", "cycles", "parallel", "passing"]


@compiled
def passing(
    chosen: Array,
    first: Array,
    place: Array,
    entry: Array,
    time: Array,
    amount: Array,
    booked: Array,
    window: int,
    most: int,
) -> Array:
    """Put each chosen order beside what its payer was paid before, and what its payee pays after.

    Gives float32 (chosen, 2, 3), before and after: the sum of that within the window over the
    amount; how far (as a logarithm) the most alike single sum is from it; and the hours between.
    Looks at `most` entries at the most; `place` is where each entry stands.
    """
    found = np.zeros((len(chosen), 2, 3), np.float32)
    for row in range(len(chosen)):
        order = chosen[row]
        for after in range(2):
            here = place[2 * order + after]
            best, hours, total = 9.0, -1.0, 0.0
            step = 1 if after else -1
            for number in range(1, most + 1):
                there = here + step * number
                if there < 0 or there >= len(entry):
                    break
                other = entry[there] // 2
                if _account(first, here, there) or abs(time[other] - time[order]) > window:
                    break
                # before: what the payer received; after: what the payee pays
                if entry[there] % 2 == after or not booked[other]:
                    continue
                total += amount[other]
                far = abs(np.log(amount[other] / amount[order]))
                if far < best:
                    best, hours = far, abs(time[other] - time[order]) / 3.6e6
            found[row, after, 0] = total / amount[order]
            found[row, after, 1] = best
            found[row, after, 2] = hours
    return found


@compiled
def _account(first: Array, here: int, there: int) -> bool:
    """Say whether two places of entries are of two accounts."""
    low, high = min(here, there), max(here, there)
    account = np.searchsorted(first, low, "right")
    return bool(first[account] <= high)


@compiled
def chains(  # noqa: C901 - one loop, there and back
    first: Array,
    place: Array,
    entry: Array,
    payer: Array,
    payee: Array,
    time: Array,
    amount: Array,
    booked: Array,
    window: int,
    least: float,
    most: int,
) -> tuple[Array, Array]:
    """Say how long a chain of hops comes before and after each order: int32, int32.

    A hop passes on at least the share `least` of a sum that came within the window.
    """
    orders = len(time)
    back, forth = np.zeros(orders, np.int32), np.zeros(orders, np.int32)
    for order in range(orders):
        if not booked[order]:
            continue
        here, begin = place[2 * order], first[payer[order]]
        for there in range(here - 1, max(begin, here - most) - 1, -1):
            other = entry[there] // 2
            if time[other] < time[order] - window:
                break
            if entry[there] % 2 == 0 or not booked[other] or time[other] >= time[order]:
                continue
            if least * amount[other] <= amount[order] <= 1.0001 * amount[other]:
                back[order] = max(back[order], back[other] + 1)
    for order in range(orders - 1, -1, -1):
        if not booked[order]:
            continue
        here, end = place[2 * order + 1], first[payee[order] + 1]
        for there in range(here + 1, min(end, here + most + 1)):
            other = entry[there] // 2
            if time[other] > time[order] + window:
                break
            if entry[there] % 2 == 1 or not booked[other] or time[other] <= time[order]:
                continue
            if least * amount[order] <= amount[other] <= 1.0001 * amount[order]:
                forth[order] = max(forth[order], forth[other] + 1)
    return back, forth


@compiled
def cycles(
    first: Array,
    place: Array,
    entry: Array,
    payer: Array,
    payee: Array,
    time: Array,
    amount: Array,
    booked: Array,
    forth: Array,
    window: int,
    least: float,
    longest: int,
    steps: int,
) -> Array:
    """Say of how many hops the shortest cycle is that an order is part of: int32, 0 for none.

    Its hops follow in time, each within the window after the last, each passes on at least the
    share `least` of the last, and the last pays who paid the first. `forth` is `chains`'; for each
    order `steps` hops at the most are tried.
    """
    orders = len(time)
    found = np.zeros(orders, np.int32)
    path = np.zeros(longest + 1, np.int64)
    at = np.zeros(longest + 1, np.int64)
    for begin in range(orders):
        if forth[begin] < 1 or not booked[begin] or payer[begin] == payee[begin]:
            continue
        path[0], at[0], depth, tried = begin, place[2 * begin + 1] + 1, 0, 0
        while depth >= 0 and tried < steps:
            order = path[depth]
            there = at[depth]
            if there >= first[payee[order] + 1] or time[entry[there] // 2] > time[order] + window:
                depth -= 1
                continue
            at[depth] += 1
            tried += 1
            other = entry[there] // 2
            if entry[there] % 2 == 1 or not booked[other] or time[other] <= time[order]:
                continue
            if not (least * amount[order] <= amount[other] <= 1.0001 * amount[order]):
                continue
            if payee[other] == payer[begin]:
                length = depth + 2
                found[other] = length if found[other] == 0 else min(found[other], length)
                for number in range(depth + 1):
                    hop = path[number]
                    found[hop] = length if found[hop] == 0 else min(found[hop], length)
            elif depth + 2 < longest and forth[other] > 0:
                depth += 1
                path[depth] = other
                at[depth] = place[2 * other + 1] + 1
    return found


@compiled
def parallel(  # noqa: C901, PLR0912 - one loop over ways of two edges
    first: Array, payee: Array, most: int
) -> tuple[Array, Array, Array]:
    """Count the short ways around each edge of a simple directed graph (payees by payer, sorted).

    Gives for each edge u to v, int32: the most ways of two edges from u to anyone that v pays; the
    most from anyone who pays u to v; and how many ways of two edges lead from v back to u. Who has
    more than `most` payees is looked through no further.
    """
    nodes, edges = len(first) - 1, len(payee)
    out, into = np.zeros(edges, np.int32), np.zeros(edges, np.int32)
    back = np.zeros(edges, np.int32)
    ways = np.zeros(nodes, np.int32)
    for node in range(nodes):
        if first[node + 1] - first[node] > most:
            continue
        for one in range(first[node], first[node + 1]):
            middle = payee[one]
            if first[middle + 1] - first[middle] <= most:
                for two in range(first[middle], first[middle + 1]):
                    ways[payee[two]] += 1
        for one in range(first[node], first[node + 1]):
            middle = payee[one]
            if first[middle + 1] - first[middle] > most:
                continue
            for two in range(first[middle], first[middle + 1]):
                end = payee[two]
                if end == node:
                    continue
                out[one] = max(out[one], ways[end])
                into[two] = max(into[two], ways[end])
        # an edge from `end` to `node` is gone around by every way of two from `node` to `end`
        for one in range(first[node], first[node + 1]):
            middle = payee[one]
            if first[middle + 1] - first[middle] > most:
                continue
            for two in range(first[middle], first[middle + 1]):
                end = payee[two]
                if ways[end] == 0:
                    continue
                row = first[end] + np.searchsorted(payee[first[end] : first[end + 1]], node)
                if row < first[end + 1] and payee[row] == node:
                    back[row] = ways[end]
                ways[end] = 0
    return out, into, back
