"""A compiled loop of the payment walk: what is ordered online, from where and in which session."""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.table import Array

__all__ = ["order_online", "pick_way", "pick_ways"]

_DAY_MS = 86_400_000
_QUARTER_MS = 900_000


@compiled
def pick_way(
    user: int,
    begin: int,
    end: int,
    midnight: int,
    u: float,
    first: Array,
    valid_from: Array,
    valid_to: Array,
    rate: Array,
    hours: Array,
    zone: Array,
    zones: int,
    density: Array,
) -> int:
    """Draw one of the ways a person banks from begin to end (ms), by how much each is used then.

    Gives -1 where there is none.
    """
    quarter = min(95, (begin - midnight) // _QUARTER_MS)
    total = 0.0
    for way in range(first[user], first[user + 1]):
        if valid_from[way] <= begin and end < valid_to[way]:
            total += 1e-6 + rate[way] * density[hours[way] * zones + zone[user], quarter]
    if total == 0.0:
        return -1
    left = u * total
    chosen = -1
    for way in range(first[user], first[user + 1]):
        if valid_from[way] <= begin and end < valid_to[way]:
            chosen = way
            left -= 1e-6 + rate[way] * density[hours[way] * zones + zone[user], quarter]
            if left <= 0:
                break
    return chosen


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


@compiled
def _begin(midnight: int, at: int, since: int, duration: int, part: float) -> int:
    """Say when a session began that a payment at a moment brings: ms.

    Part of its duration before that, today, and not before its way is there.
    """
    begin = max(midnight, at - int(part * duration))
    if begin <= since < at:  # over a way that has only just begun: after that, and never at once
        return at - int(part * (at - since))
    return at if begin < since else begin


@compiled
def order_online(
    time: Array,
    user: Array,
    by_card: Array,
    is_once: Array,
    valid_from: Array,
    valid_to: Array,
    via_device: Array,
    via_ip: Array,
    via_from: Array,
    has_via: Array,
    visitor: Array,
    u: Array,
    duration: Array,
    session_visitor: Array,
    session_row: Array,
    session_time: Array,
    session_duration: Array,
    session_device: Array,
    session_ip: Array,
    midnight: int,
    first: Array,
    device: Array,
    ip: Array,
    way_from: Array,
    way_to: Array,
    rate: Array,
    hours: Array,
    zone: Array,
    zones: int,
    density: Array,
) -> tuple[Array, ...]:
    """Find from where each payment is ordered.

    A card needs a device and an address: those of the session in progress, if there is one. A
    transfer of habit takes one of its payer's sessions of the day (and its time moves there); any
    other brings a session of its own. Returns time, session (of those so far, then of those
    brought, -1 for a card), device, ip (-1 where the person has no way to bank), which bring a
    session (bool), and its start and duration.
    """
    count = len(time)
    at = time.copy()
    session = np.full(count, -1, np.int32)
    from_device = np.full(count, -1, np.int32)
    from_ip = np.full(count, -1, np.int32)
    brings = np.zeros(count, np.bool_)
    start = np.zeros(count, np.int64)
    lasts = duration.copy()
    brought = 0
    for i in range(count):
        low, high = _span(session_visitor, visitor[i])
        if not by_card[i] and not is_once[i] and high > low:
            s = session_row[low + int(u[i, 0] * (high - low))]
            moved = session_time[s] + int((0.3 + 0.6 * u[i, 1]) * session_duration[s])
            if valid_from[i] <= moved < min(valid_to[i], midnight + _DAY_MS):
                at[i] = moved
                session[i] = s
                from_device[i] = session_device[s]
                from_ip[i] = session_ip[s]
                continue
        begin = end = at[i]
        visit = -1
        if by_card[i]:
            visit = _in_progress(at[i], low, high, session_row, session_time, session_duration)
        else:
            begin = _begin(midnight, at[i], via_from[i], duration[i], 0.3 + 0.6 * u[i, 1])
            end = begin + max(duration[i], at[i] - begin + 1)
        if has_via[i]:
            from_device[i], from_ip[i] = via_device[i], via_ip[i]
        elif visit >= 0:
            from_device[i], from_ip[i] = session_device[visit], session_ip[visit]
        else:
            way = pick_way(
                user[i],
                begin,
                end,
                midnight,
                u[i, 2],
                first,
                way_from,
                way_to,
                rate,
                hours,
                zone,
                zones,
                density,
            )
            if way < 0:
                continue
            from_device[i], from_ip[i] = device[way], ip[way]
        if by_card[i]:
            continue
        brings[i] = True
        session[i] = len(session_time) + brought
        brought += 1
        start[i] = begin
        lasts[i] = end - begin
    return at, session, from_device, from_ip, brings, start, lasts


@compiled
def pick_ways(
    user: Array,
    begin: Array,
    end: Array,
    midnight: int,
    u: Array,
    first: Array,
    valid_from: Array,
    valid_to: Array,
    rate: Array,
    hours: Array,
    zone: Array,
    zones: int,
    density: Array,
) -> Array:
    """Draw a way to bank for each person and span of time: int32, -1 for none."""
    ways = np.empty(len(user), np.int32)
    for i in range(len(user)):
        ways[i] = pick_way(
            user[i],
            begin[i],
            end[i],
            midnight,
            u[i],
            first,
            valid_from,
            valid_to,
            rate,
            hours,
            zone,
            zones,
            density,
        )
    return ways
