"""What is ordered online: from which device and address, and in which session."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphgen.compiled import compiled
from graphgen.table import Array
from graphgen.walk import Ways
from graphgen.walks._ways import WaysOfDay, pick_ways

__all__ = ["Online", "Placed", "Via", "Visits", "order_online"]

_DAY_MS = 86_400_000


class Online(NamedTuple):
    """Payments that are ordered online, one entry each."""

    time: Array
    """int64, ms."""
    user: Array
    by_card: Array
    is_once: Array
    """bool."""
    valid_from: Array
    valid_to: Array
    """int64, ms: the times that it may be moved to."""
    visitor: Array
    """int64: a number for its payer in its block."""


class Via(NamedTuple):
    """The way that a payment must be ordered over, one entry each."""

    is_named: Array
    """bool: whether there is one."""
    device: Array
    ip: Array
    since: Array
    """int64: since when it is there, ms."""


class Visits(NamedTuple):
    """Sessions of a day, and who visits."""

    visitor: Array
    """int64, ascending: the visitor of each of `row`."""
    row: Array
    time: Array
    duration: Array
    device: Array
    ip: Array
    """As of `graphgen.proposals.Sessions`."""


class Placed(NamedTuple):
    """From where payments are ordered, and when they then are; one entry each."""

    time: Array
    """int64, ms."""
    session: Array
    """int32: number of a session of those so far, then of those brought; -1 for a card."""
    device: Array
    ip: Array
    """int32, -1 where the person has no way to bank."""
    brings: Array
    """bool: whether it brings a session."""
    begin: Array
    end: Array
    """int64: when that begins and ends, ms."""


def order_online(
    payments: Online,
    via: Via,
    visits: Visits,
    u: Array,
    duration: Array,
    ways: Ways,
    of_day: WaysOfDay,
) -> Placed:
    """Find from where each payment is ordered.

    A card needs a device and an address: those of the session in progress, if there is one. A
    transfer of habit takes one of its payer's sessions of the day (and its time moves there); any
    other brings a session of its own, that lasts `duration` (ms) at least. `u` (payments, 3) is
    uniform.
    """
    time, visit = _visit(payments, visits, u, of_day.midnight)
    own = (visit < 0) & ~payments.by_card
    begin = np.where(own, _begin(of_day.midnight, time, via.since, duration, u[:, 1]), time)
    end = np.where(own, begin + np.maximum(duration, time - begin + 1), time)
    over = via.is_named & (own | payments.by_card)
    device = np.where(over, via.device, np.append(visits.device, -1)[visit])
    ip = np.where(over, via.ip, np.append(visits.ip, -1)[visit])
    free = np.flatnonzero(~over & (visit < 0))
    way = pick_ways(payments.user[free], begin[free], end[free], u[free, 2], of_day)
    device[free], ip[free] = np.append(ways.device, -1)[way], np.append(ways.ip, -1)[way]
    own[free[way < 0]] = False
    session = np.where(own, len(visits.time) + np.cumsum(own) - 1, visit)
    session[payments.by_card] = -1
    return Placed(time, session.astype(np.int32), device, ip, own, begin, end)


def _begin(midnight: int, time: Array, since: Array, duration: Array, u: Array) -> Array:
    """Say when the sessions begin that payments bring: int64, ms.

    Part of its duration before that, today, and not before its way is there.
    """
    part = 0.3 + 0.6 * u
    begin = np.maximum(midnight, time - (part * duration).astype(np.int64))
    # over a way that has only just begun: after that, and never at once
    there = np.maximum(since, begin)
    later = np.where(there < time, time - (part * (time - there)).astype(np.int64), time)
    return np.where(there == since, later, begin)


@compiled
def _visit(payments: Online, visits: Visits, u: Array, midnight: int) -> tuple[Array, Array]:
    """Find the session that each payment is made in, and when it then is: int64, ms.

    Sessions are int32, -1 for none: for a card the one in progress, for a transfer of habit any.
    """
    time, _, by_card, is_once, valid_from, valid_to, visitor = payments
    among, row, begin, duration, _, _ = visits
    at, session = time.copy(), np.full(len(time), -1, np.int32)
    for i in range(len(time)):
        low, high = _span(among, visitor[i])
        if by_card[i]:
            session[i] = _in_progress(time[i], low, high, row, begin, duration)
        elif not is_once[i] and high > low:
            s = row[low + int(u[i, 0] * (high - low))]
            moved = begin[s] + int((0.3 + 0.6 * u[i, 1]) * duration[s])
            if valid_from[i] <= moved < min(valid_to[i], midnight + _DAY_MS):
                at[i], session[i] = moved, s
    return at, session


@compiled
def _span(ascending: Array, value: int) -> tuple[int, int]:
    """Find where a number's places begin and end among ascending ones, by bisection."""
    low, high = 0, len(ascending)
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] < value:
            low = middle + 1
        else:
            high = middle
    while high < len(ascending) and ascending[high] == value:
        high += 1
    return low, high


@compiled
def _in_progress(at: int, low: int, high: int, row: Array, time: Array, duration: Array) -> int:
    """Give which of the sessions at some places is in progress at a moment, -1 for none."""
    for place in range(low, high):
        s = row[place]
        if time[s] <= at < time[s] + duration[s]:
            return int(s)
    return -1
