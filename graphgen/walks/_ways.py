"""A compiled loop over the ways in which people bank: which one is used at a time of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from graphgen.compiled import compiled
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.walk import Ground, Today

__all__ = ["WaysOfDay", "pick_ways"]

_QUARTER_MS = 900_000


class WaysOfDay(NamedTuple):
    """From which devices and addresses people bank, and how much so at each time of a day."""

    midnight: int
    """ms since 1970 UTC."""
    first: Array
    valid_from: Array
    valid_to: Array
    rate: Array
    hours: Array
    """As of `graphgen.walk.Ways`."""
    zone: Array
    """int8: everybody's time zone."""
    zones: int
    """How many there are."""
    density: Array
    """(hours of each zone, quarters of an hour): how much is done then."""

    @classmethod
    def of(cls, ground: Ground, today: Today) -> WaysOfDay:
        """Take the ways of all people."""
        ways = ground.ways
        return cls(
            today.midnight,
            ways.first,
            ways.valid_from,
            ways.valid_to,
            ways.rate,
            ways.hours,
            ground.zone,
            len(ground.clocks.zones),
            today.hours.density,
        )


@compiled
def pick_ways(user: Array, begin: Array, end: Array, u: Array, ways: WaysOfDay) -> Array:
    """Draw one of the ways that each person banks from begin to end (ms), by how much it is used.

    `u` is uniform. Gives rows of the ways: int32, -1 where there is none.
    """
    midnight, first, valid_from, valid_to, rate, hours, zone, zones, density = ways
    picked = np.full(len(user), -1, np.int32)
    for i in range(len(user)):
        who, since, until = user[i], begin[i], end[i]
        quarter = min(95, (since - midnight) // _QUARTER_MS)
        total = 0.0
        for way in range(first[who], first[who + 1]):
            if valid_from[way] <= since and until < valid_to[way]:
                total += 1e-6 + rate[way] * density[hours[way] * zones + zone[who], quarter]
        left = u[i] * total
        for way in range(first[who], first[who + 1]):
            if valid_from[way] <= since and until < valid_to[way]:
                picked[i] = way
                left -= 1e-6 + rate[way] * density[hours[way] * zones + zone[who], quarter]
                if left <= 0:
                    break
    return picked
