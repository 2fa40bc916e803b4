"""Visits to the bank in which orders are given: from which devices and addresses, and how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.table import Array
from graphgen.walks._ways import WaysOfDay, pick_ways
from graphgen.walks.session import durations

if TYPE_CHECKING:
    from graphgen.section import Draws
    from graphgen.walk import Ground, Today
    from graphgen.walks._given_orders import GivenOrders

__all__ = ["Origins", "ordered_from", "visits"]

_A_VISIT_MS = 600_000
"""Orders that come sooner after another are given in the same visit to the bank."""


@dataclass(frozen=True)
class Origins:
    """From where orders are given, and in which sessions, one entry each."""

    device: Array
    ip: Array
    """int32, -1 where the person has no way to bank."""
    begin: Array
    end: Array
    """int64: when the session begins and ends, ms."""

    def take(self, rows: Array) -> Origins:
        """Give some of them."""
        return Origins(self.device[rows], self.ip[rows], self.begin[rows], self.end[rows])

    def after(self, lead: Array) -> Origins:
        """Let orders be given from where those were that they follow, -1 for none."""
        device, ip = (np.where(lead >= 0, of[lead], of) for of in (self.device, self.ip))
        return Origins(device, ip, self.begin, self.end)


def ordered_from(ground: Ground, today: Today, rng: Draws, given: GivenOrders) -> Origins:
    """Draw from which device and address each order is given, and its session."""
    block, ways = given.section.block_of("trades", given.edge), ground.ways
    duration = rng.each(block, durations)
    u = rng.each(block, lambda stream, count: stream.random((count, 2)))
    before = ((0.3 + 0.6 * u[:, 0]) * duration).astype(np.int64)
    begin = np.maximum(today.midnight, given.time - before)
    end = begin + np.maximum(duration, given.time - begin + 1)
    of_day = WaysOfDay.of(ground, today)
    way = pick_ways(given.column("user_id"), begin, end, u[:, 1], of_day)
    device, ip = np.append(ways.device, -1)[way], np.append(ways.ip, -1)[way]
    named = given.column("via")
    some = np.flatnonzero(named >= 0)
    if len(some):
        device[some], ip[some], _ = ground.via(named[some])
    return Origins(device, ip, begin, end)


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
