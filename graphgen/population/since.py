"""From when on a habit stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.schema import NULL_NUMBER
from graphgen.table import Array
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["lately", "renewal", "since"]

_NEW_A_YEAR = 0.35
"""Share of the habits of choice (shops, payees) that are taken up, and given up, a year; our
assumption."""


def since(graph: Graph, rng: np.random.Generator, account: Array) -> Array:
    """Draw times between the opening of each account and the start of the world: int64, ms."""
    opened = graph["account"]["opened"][account]
    start = np.maximum(graph.world.start_ms, opened + 1)
    return np.asarray(opened + ((start - opened) * rng.random(len(account))), np.int64)


def _turnover(graph: Graph) -> float:
    """Give the share of the habits of choice that begin in the window; as many end in it."""
    return min(0.5, _NEW_A_YEAR * graph.world.days / 365)


def renewal(graph: Graph) -> float:
    """Say how much more often habits of choice fire, as some stand for a part of the window only.

    So a day is as busy in a long world as in a short one.
    """
    return 1 / (1 - _turnover(graph))


def lately(graph: Graph, rng: np.random.Generator, account: Array) -> tuple[Array, Array]:
    """Draw from when to when habits of choice stand: int64 ms; some begin or end in the window."""
    world, share = graph.world, _turnover(graph)
    first, last = since(graph, rng, account), np.full(len(account), NULL_NUMBER)
    u = rng.random(len(account))
    moment = world.start_ms + (rng.random(len(account)) * world.days * DAY_MS).astype(np.int64)
    first = np.where(u < share, moment, first)
    return first, np.where(u > 1 - share, moment, last)
