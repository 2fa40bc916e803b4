"""How addresses of the internet come and go: gateways that change, and stays in others' homes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.schema import NULL_ROW, words
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.table import Array

__all__ = ["next_gateways", "stays"]

_LASTS_DAYS = {"mobile": 150.0, "public": 150.0, "vpn": 60.0, "hosting": 365.0}
"""For how many days on average people are behind the same of the addresses that many share, by
kind, before they are behind the next; our assumption."""
_STAYS_DAYS = 45.0
"""For how many days on average people bank over the line of another home; our assumption."""


def next_gateways(graph: Graph, ip: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Say behind which address people are next, who are behind these, and from when on.

    Int32 rows, -1 for those behind which they stay, as of homes and offices; int64 ms.
    """
    world, known = graph.world, graph["ip"]["kind"]
    kind = np.append(known, -1)[np.where(ip < len(known), ip, -1)]
    after = np.full(len(ip), NULL_ROW, np.int32)
    for word, days in _LASTS_DAYS.items():
        rows = np.flatnonzero(known == words.IP_KINDS.index(word)).astype(np.int32)
        moves = rng.random(len(ip)) < -np.expm1(-world.days / days)
        some = np.flatnonzero(moves & (kind == words.IP_KINDS.index(word)))
        if len(rows) > 1:  # the next in line is of the same place, or of one close by
            after[some] = rows[(np.searchsorted(rows, ip[some]) + 1) % len(rows)]
    at = world.start_ms + (rng.random(len(ip)) * (world.end_ms - world.start_ms)).astype(np.int64)
    return after, at


def stays(graph: Graph, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw from when to when people bank from elsewhere: int64 ms, as of those in the window."""
    world = graph.world
    long = (_STAYS_DAYS * DAY_MS * rng.standard_exponential(count)).astype(np.int64) + DAY_MS
    length = world.end_ms - world.start_ms
    came = world.start_ms - long + (rng.random(count) * (length + long)).astype(np.int64)
    return came, came + long
