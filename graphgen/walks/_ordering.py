"""The payment walk's compiled loops: times and amounts, and what is ordered online from where."""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.schema import NULL_NUMBER
from graphgen.table import Array

__all__ = ["order_online", "pick_way", "pick_ways", "times_and_amounts"]

_RATED, _ONCE = 0, 2
_DAY_MS = 86_400_000
_QUARTER_MS = 900_000
_LARGEST = 1 << 52
_NEVER = NULL_NUMBER
_ENDS_IN_99 = 0.7
"""Of the prices that end in .99 or .95; our assumption."""


@compiled
def times_and_amounts(
    edge: Array,
    kind: Array,
    u: Array,
    z: Array,
    clock: Array,
    weight: Array,
    quantile: Array,
    midnight: int,
    valid_from: Array,
    valid_to: Array,
    median: Array,
    spread: Array,
    habit: Array,
    round_minor: Array,
    round_share: Array,
    charm_share: Array,
) -> tuple[Array, ...]:
    """Give what fires a time of the day and an amount; what is not valid then is left out.

    Returns the numbers of those kept (int64), times (int64, ms) and amounts (int64, minor units).
    """
    keep = np.empty(len(edge), np.int64)
    time = np.empty(len(edge), np.int64)
    amount = np.empty(len(edge), np.int64)
    steps = quantile.shape[1] - 1
    n = 0
    for i in range(len(edge)):
        e = edge[i]
        c = clock[e]
        if kind[i] == _ONCE:
            at = valid_from[e]
        else:
            if kind[i] == _RATED and u[i, 0] >= weight[c]:
                continue
            place = u[i, 1] * steps
            step = int(place)
            low = quantile[c, step]
            at = midnight + int(low + (place - step) * (quantile[c, step + 1] - low))
            if at < valid_from[e] or (at >= valid_to[e] and valid_to[e] != _NEVER):
                continue
        sum_ = median[e]
        if spread[e] > 0:
            sum_ = np.int64(min(_LARGEST, median[e] * np.exp(spread[e] * z[i])))
        h = habit[e]
        if spread[e] > 0 or kind[i] == _ONCE:
            if u[i, 2] < round_share[h]:
                unit = round_minor[h]
                sum_ = max(1, (sum_ + unit // 2) // unit) * unit
            elif u[i, 2] < round_share[h] + charm_share[h]:
                dollars = (sum_ // 100) * 100
                sum_ = dollars + (99 if u[i, 2] * 1e6 % 1 < _ENDS_IN_99 else 95)
        keep[n] = i
        time[n] = at
        amount[n] = max(1, sum_)
        n += 1
    return keep[:n], time[:n], amount[:n]


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
def _first_not_below(ascending: Array, value: int) -> int:
    """Find the first place whose number is not below a value, by bisection."""
    low, high = 0, len(ascending)
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


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

    A card needs a device and an address; a transfer of habit takes one of its payer's sessions
    of the day (and its time moves there); any other brings a session of its own. Returns time,
    session (of those so far, then of those brought, -1 for a card), device, ip (-1 where the
    person has no way to bank), which bring a session (bool), and its start and duration.
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
        if not by_card[i] and not is_once[i]:
            low = _first_not_below(session_visitor, visitor[i])
            high = low
            while high < len(session_visitor) and session_visitor[high] == visitor[i]:
                high += 1
            if high > low:
                s = session_row[low + int(u[i, 0] * (high - low))]
                moved = session_time[s] + int((0.3 + 0.6 * u[i, 1]) * session_duration[s])
                if valid_from[i] <= moved < min(valid_to[i], midnight + _DAY_MS):
                    at[i] = moved
                    session[i] = s
                    from_device[i] = session_device[s]
                    from_ip[i] = session_ip[s]
                    continue
        begin = end = at[i]
        if not by_card[i]:
            begin = max(midnight, at[i] - int((0.3 + 0.6 * u[i, 1]) * duration[i]))
            begin = max(begin, min(via_from[i], at[i]))
            end = begin + max(duration[i], at[i] - begin + 1)
        if has_via[i]:
            from_device[i], from_ip[i] = via_device[i], via_ip[i]
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
