"""Rally: what others see of a small stock that is driven up: its price, the volume, and the press.

Everything works on grids: a row for each case, along the last axis its phases or pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.market import calendar, moments, moves, piece
from graphgen.schema import words
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.table import Array, Table

__all__ = ["Path", "Rally", "driven", "phases", "written"]

_HOUR = 3_600_000
_TALK = 0.5
"""Share of the pieces on a real rally that are rumours, at hard; our assumption."""
_OF_WORLD = 0.25
"""Share of a world's sessions that all phases take together at most; our assumption."""


@dataclass(frozen=True)
class Path:
    """What a price does, phase by phase: sessions, how far it moves (shares), and the volume."""

    sessions: tuple[int, int, int]
    moves: tuple[float, float, float]
    volume: tuple[float, float, float]


@dataclass(frozen=True)
class Rally:
    """When which stocks are driven up, in the cases of one pattern."""

    case: Array
    """int32 (cases,): their rows."""
    stock: Array
    """int32 (cases,): whose price it is."""
    edges: Array
    """int64 (cases, 4): the sessions in which the phases begin, and that after the last."""
    hard: float
    """How hard it is to see."""
    is_fraud: bool
    """Whether it is the crime."""

    def span(self, graph: Graph) -> tuple[Array, Array]:
        """Give the moments from which and to which it goes on: int64 ms."""
        days = calendar(graph)
        return days.opens[self.edges[:, 0]], days.closes[self.edges[:, 3]]


def phases(
    graph: Graph, rng: np.random.Generator, pattern: Pattern, path: Path, count: int
) -> Array:
    """Draw the sessions in which phases begin, and that after the last: int64 (count, 4).

    In a short world they take no more than a part of it, or it would end near its end.
    """
    days = calendar(graph)
    slower = min(1.0, _OF_WORLD * len(days) / sum(path.sessions))
    lasts = np.maximum(1, np.rint(slower * np.array(path.sessions))).astype(np.int64)
    spare = len(days) > lasts.sum()
    begin = moments(
        graph, rng, pattern, count, before=int(spare), after=int(lasts.sum()), least=len(lasts)
    )
    edges = begin[:, None] + np.append(0, np.cumsum(lasts))
    return np.asarray(np.minimum(edges, max(0, len(days) - 1)))


def driven(graph: Graph, rng: np.random.Generator, rally: Rally, path: Path) -> Table:
    """Give what the price does, the harder the less; a look-alike's stays up."""
    days, edges = calendar(graph), rally.edges
    much = (1 - 0.5 * rally.hard) * rng.uniform(0.7, 1.2, (len(rally.case), 1))
    drift = np.log1p(np.array(path.moves)) * much
    drift[:, 2] *= rally.is_fraud
    start = days.opens[edges[:, :3]]
    return moves(
        graph,
        rally.case[:, None],
        rally.stock[:, None],
        start,
        np.maximum(start, days.closes[np.maximum(edges[:, 1:] - 1, 0)]),
        drift=drift,
        volume=1 + (np.array(path.volume) - 1) * much,
        stage="preparation" if rally.is_fraud else None,
    )


def written(graph: Graph, rng: np.random.Generator, rally: Rally, pieces: int) -> Table:
    """Give what is passed round while the price is driven up, or what is true of the firm."""
    days, edges, shape = calendar(graph), rally.edges, (len(rally.case), pieces)
    session = edges[:, 1:2] + (rng.random(shape) * (edges[:, 2:3] - edges[:, 1:2])).astype(int)
    # at any time at which the press writes
    midnight = graph.world.start_ms + days.day[session] * DAY_MS
    at = midnight + (rng.uniform(10, 23, shape) * _HOUR).astype(np.int64)
    at = np.maximum(at, days.opens[edges[:, :1]])
    # of what is true there is talk too, the harder the more
    is_talk = rng.random(shape) < np.where(rally.is_fraud, 1.0, _TALK * rally.hard)
    topic = np.where(is_talk, words.TOPICS.index("rumour"), words.TOPICS.index("company"))
    return piece(
        graph,
        rally.case[:, None],
        at,
        topic,
        np.tanh(rng.normal(0.9, 0.35, shape)),
        security=rally.stock[:, None],
        stage="theft" if rally.is_fraud else None,
    )
