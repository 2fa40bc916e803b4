"""Visits to the bank in which orders are given: from which devices and addresses, and how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.table import Array
from graphgen.walks._ways import WaysOfDay, pick_ways
from graphgen.walks.session import durations

if TYPE_CHECKING:
    from graphgen.section import Draws, Section
    from graphgen.walk import Ground, Today

__all__ = ["ordered_from", "visits"]

_A_VISIT_MS = 600_000
"""Orders that come sooner after another are given in the same visit to the bank."""


def ordered_from(
    ground: Ground, today: Today, rng: Draws, section: Section, edge: Array, time: Array
) -> tuple[Array, Array, Array, Array]:
    """Draw from which device and address each order is given, and its session.

    Gives device and address (int32, -1 where the person has no way to bank), when the session
    begins (int64, ms), and how long it lasts (int32, ms).
    """
    edges = section.tables["trades"]
    block, ways = section.block_of("trades", edge), ground.ways
    duration = rng.each(block, durations)
    u = rng.each(block, lambda stream, count: stream.random((count, 2)))
    begun = np.maximum(today.midnight, time - ((0.3 + 0.6 * u[:, 0]) * duration).astype(np.int64))
    lasts = np.maximum(duration, time - begun + 1)
    way = pick_ways(
        edges["user_id"][edge], begun, begun + lasts, u[:, 1], WaysOfDay.of(ground, today)
    )
    device, ip = np.append(ways.device, -1)[way], np.append(ways.ip, -1)[way]
    named = edges["via"][edge]
    some = np.flatnonzero(named >= 0)
    if len(some):
        device[some], ip[some], _ = ground.via(named[some])
    return device, ip, begun, lasts.astype(np.int32)


def visits(
    user: Array, device: Array, address: Array, time: Array, until: Array
) -> tuple[Array, Array, Array]:
    """Put orders that a person gives within minutes from one device into one visit.

    Those that must come from an address (-1 for any) are not in one with others.

    Gives the visit of each order, and of each visit the first order and the end: int64.
    """
    order = np.lexsort((time, address, device, user))
    gap = np.diff(time[order], prepend=-_A_VISIT_MS) > _A_VISIT_MS
    new = gap.copy()
    for of in (user, device, address):
        new |= np.diff(of[order], prepend=-2) != 0
    lead = order[new]
    visit = np.empty(len(order), np.int64)
    visit[order] = np.cumsum(new) - 1
    ends = np.zeros(len(lead), np.int64)
    np.maximum.at(ends, visit, np.maximum(until, time + 1_000))
    return visit, lead, ends
