"""Manipulation: rings that buy a small stock, drive its price up, sell to others, and let it fall.

The phases come one after the other: the ring buys quietly, then the price is driven up while others
begin to buy, then the ring sells and it falls. Each phase is a share of the path's sessions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.desk import Desk, moment, told, usual_part
from graphgen.planting.funding import funding
from graphgen.planting.market import calendar, moments, moves, piece, stocks
from graphgen.schema import words

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.table import Array, Table

__all__ = ["MOVED", "Path", "manipulated"]

MOVED = (
    "amount_minor",
    "fee_minor",
    "filled",
    "income",
    "limit_minor",
    "price_minor",
    "quantity",
    "security_id",
    "status",
)
"""What such a pattern is by definition: columns by which a stock is known whose price rises. What
is ordered of it is filled, and so is executed, more often than what is ordered of others."""
_HOUR, _DAY = 3_600_000, 86_400_000
_SMALL = 1.0
"""How much more often, as a power of what it is worth, a small stock is taken; our assumption."""
_TALK = 0.5
"""Share of the pieces on a real rally that are rumours, at hard; our assumption."""
_OF_WORLD = 0.25
"""Share of a world's sessions that all phases take together at most; our assumption."""
_LEAVE = 0.5
"""Share of those who came late that sell again; our assumption."""


@dataclass(frozen=True)
class Path:
    """What a price does, phase by phase: sessions, how far it moves (shares), and the volume."""

    sessions: tuple[int, int, int]
    moves: tuple[float, float, float]
    volume: tuple[float, float, float]


def manipulated(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    path: Path,
    *,
    ring: tuple[int, int],
    others: tuple[int, int],
    pieces: int,
    funded: bool,
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield cases: a ring of so many (fewest, most) and so many others who buy late.

    Of a look-alike nobody is connected, nobody funds anybody, and what is written is true: the
    price stays where it has come to. The press writes so many `pieces`.
    """
    count = pattern.instances(graph) if is_fraud else pattern.lookalikes(graph)
    desk, days, hard = Desk(graph, rng, pattern), calendar(graph), pattern.hardness
    case, stock = graph.new("case", count), stocks(graph, rng, count, small=_SMALL)
    # no more than a part of a short world, or it would end near its end
    slower = min(1.0, _OF_WORLD * len(days) / sum(path.sessions))
    phases = np.maximum(1, np.rint(slower * np.array(path.sessions))).astype(np.int64)
    spare = len(days) > phases.sum()
    begin = moments(
        graph, rng, pattern, count, before=int(spare), after=int(phases.sum()), least=len(phases)
    )
    edges = begin[:, None] + np.append(0, np.cumsum(phases))
    edges = np.minimum(edges, max(0, len(days) - 1))
    most = round(ring[1] - (ring[1] - ring[0]) * hard * is_fraud)
    size = rng.integers(ring[0], most + 1, count)
    here = np.arange(ring[1]) < size[:, None]
    crew = desk.strangers_to(desk.people(here), stock)
    late = np.arange(others[1]) < rng.integers(others[0], others[1] + 1, count)[:, None]
    late_ones = desk.strangers_to(desk.people(late), stock)
    via, device = np.full(crew.shape, -1), None
    start, end = days.opens[edges[:, 0]], days.closes[edges[:, 3]]
    if is_fraud:
        via, device, tables = desk.shared(case, crew, start - _HOUR, end)
        yield from tables
    if funded:
        # the harder, the seldomer a ring has both one purse and one device
        both = ((via < 0) & (crew >= 0)).any(axis=1) | (rng.random(count) >= hard)
        yield from funding(graph, rng, desk, case, crew, start, both)
    yield from _driven(graph, rng, path, case, stock, edges, hard, is_fraud=is_fraud)
    yield from _written(graph, rng, case, stock, edges, pieces, hard, is_fraud=is_fraud)
    one = case[:, None]
    stage = ("preparation", "theft") if is_fraud else (None, None)
    bought = _within(graph, rng, edges[:, 0], edges[:, 1], (*crew.shape, 2))
    yield desk.orders(
        one[:, :, None], bought, crew[:, :, None], stock[:, None, None], "buy",
        here=rng.random(bought.shape) < [1, 0.6], quantity_of="cash",
        share=rng.uniform(0.3, 0.8, bought.shape), via=via[:, :, None], stage=stage[0],
        # each buys some for sure
        **desk.at_once(stock[:, None, None], bought.shape, np.arange(2) == 0),
    )  # fmt: skip
    sold = _within(graph, rng, edges[:, 2], edges[:, 3], (*crew.shape, 2))
    yield desk.orders(
        one[:, :, None], np.sort(sold, axis=2), crew[:, :, None], stock[:, None, None], "sell",
        quantity_of="holding", share=np.array([rng.uniform(0.4, 0.8), 1.0]),
        **desk.at_once(stock[:, None, None], sold.shape),
        via=via[:, :, None], stage=stage[1],
    )  # fmt: skip
    joined = _within(graph, rng, (edges[:, 1] + edges[:, 2]) // 2, edges[:, 2], late_ones.shape)
    yield desk.orders(
        one, joined, late_ones, stock[:, None], "buy",
        quantity_of="cash", share=rng.uniform(0.2, 0.9, joined.shape), stage=stage[1],
        # somebody believes it for sure
        **desk.at_once(stock[:, None], joined.shape, np.arange(others[1]) == 0),
    )  # fmt: skip
    left = _within(graph, rng, edges[:, 2], edges[:, 3], late_ones.shape)
    yield desk.orders(
        one, left, late_ones, stock[:, None], "sell", here=rng.random(left.shape) < _LEAVE,
        quantity_of="holding", share=1.0, stage=stage[1],
        **desk.at_once(stock[:, None], left.shape),
    )  # fmt: skip
    first = start - rng.integers(0, _HOUR, count) - 3 * _DAY * funded
    roles = {"ring": crew, "victim": late_ones}
    if not is_fraud:
        roles = {"early": crew, "late": late_ones}
    yield from told(
        graph, pattern, desk, case, stock, (first, end), roles,
        is_fraud=is_fraud, device=device,
    )  # fmt: skip


def _within(
    graph: Graph, rng: np.random.Generator, first: Array, last: Array, shape: tuple[int, ...]
) -> Array:
    """Draw moments of trading in the sessions from `first` on and before `last`: int64, ms."""
    low, high = (edge.reshape(-1, *(1,) * (len(shape) - 1)) for edge in (first, last))
    session = low + (rng.random(shape) * np.maximum(1, high - low)).astype(np.int64)
    return moment(graph, session, usual_part(rng, shape))


def _driven(
    graph: Graph,
    rng: np.random.Generator,
    path: Path,
    case: Array,
    stock: Array,
    edges: Array,
    hard: float,
    *,
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield what the price does, the harder the less; a look-alike's stays up."""
    days = calendar(graph)
    much = (1 - 0.5 * hard) * rng.uniform(0.7, 1.2, (len(case), 1))
    drift = np.log1p(np.array(path.moves)) * much
    drift[:, 2] *= is_fraud
    yield moves(
        graph, case[:, None], stock[:, None], days.opens[edges[:, :3]],
        np.maximum(days.opens[edges[:, :3]], days.closes[np.maximum(edges[:, 1:] - 1, 0)]),
        drift=drift, volume=1 + (np.array(path.volume) - 1) * much,
        stage="preparation" if is_fraud else None,
    )  # fmt: skip


def _written(
    graph: Graph,
    rng: np.random.Generator,
    case: Array,
    stock: Array,
    edges: Array,
    pieces: int,
    hard: float,
    *,
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield what is passed round while the price is driven up, or what is true of the firm."""
    if not pieces:
        return
    days, shape = calendar(graph), (len(case), pieces)
    session = edges[:, 1:2] + (rng.random(shape) * (edges[:, 2:3] - edges[:, 1:2])).astype(int)
    # at any time at which the press writes
    midnight = graph.world.start_ms + days.day[session] * _DAY
    at = midnight + (rng.uniform(10, 23, shape) * _HOUR).astype(np.int64)
    at = np.maximum(at, days.opens[edges[:, :1]])
    # of what is true there is talk too, the harder the more
    is_talk = rng.random(shape) < np.where(is_fraud, 1.0, _TALK * hard)
    topic = np.where(is_talk, words.TOPICS.index("rumour"), words.TOPICS.index("company"))
    yield piece(
        graph, case[:, None], at, topic,
        np.tanh(rng.normal(0.9, 0.35, shape)), security=stock[:, None],
        stage="theft" if is_fraud else None,
    )  # fmt: skip
