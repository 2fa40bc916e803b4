"""Manipulation: rings that buy a small stock, drive its price up, sell to others, and let it fall.

The phases come one after the other: the ring buys quietly, then the price is driven up while others
begin to buy, then the ring sells and it falls. Each phase is a share of the path's sessions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.desk import Desk, moment, told, usual_part
from graphgen.planting.funding import funding
from graphgen.planting.market import stocks
from graphgen.planting.rally import Path, Rally, driven, phases, written

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.table import Array, Table

__all__ = ["MOVED", "manipulated"]

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
_LEAVE = 0.5
"""Share of those who came late that sell again; our assumption."""


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
    desk, hard = Desk(graph, rng, pattern), pattern.hardness
    case, stock = graph.new("case", count), stocks(graph, rng, count, small=_SMALL)
    rally = Rally(case, stock, phases(graph, rng, pattern, path, count), hard, is_fraud)
    crew, late = _people(rng, desk, rally, ring, others)
    start, end = rally.span(graph)
    via, device = np.full(crew.shape, -1), None
    if is_fraud:
        via, device, tables = desk.shared(case, crew, start - _HOUR, end)
        yield from tables
    if funded:
        # the harder, the seldomer a ring has both one purse and one device
        both = ((via < 0) & (crew >= 0)).any(axis=1) | (rng.random(count) >= hard)
        yield from funding(graph, rng, desk, case, crew, start, both)
    yield driven(graph, rng, rally, path)
    if pieces:
        yield written(graph, rng, rally, pieces)
    yield from _traded_by_ring(desk, rally, crew, via)
    yield from _traded_late(desk, rally, late)
    first = start - rng.integers(0, _HOUR, count) - 3 * _DAY * funded
    roles = {"ring": crew, "victim": late} if is_fraud else {"early": crew, "late": late}
    yield from told(
        graph, pattern, desk, case, stock, (first, end), roles,
        is_fraud=is_fraud, device=device,
    )  # fmt: skip


def _people(
    rng: np.random.Generator,
    desk: Desk,
    rally: Rally,
    ring: tuple[int, int],
    others: tuple[int, int],
) -> tuple[Array, Array]:
    """Draw who is in each ring, the harder the fewer, and who buys late: int32 users, else -1.

    All of them have nothing to do with the stock. `ring` and `others` say how many there are, at
    least and at most.
    """
    count, fewer = len(rally.case), rally.hard * rally.is_fraud
    most = round(ring[1] - (ring[1] - ring[0]) * fewer)
    here = np.arange(ring[1]) < rng.integers(ring[0], most + 1, count)[:, None]
    crew = desk.strangers_to(desk.people(here), rally.stock)
    here = np.arange(others[1]) < rng.integers(others[0], others[1] + 1, count)[:, None]
    return crew, desk.strangers_to(desk.people(here), rally.stock)


def _traded_by_ring(desk: Desk, rally: Rally, crew: Array, via: Array) -> Iterator[Table]:
    """Yield what each of a ring buys in the first phase and sells in the last: two orders each.

    `via` says by which row of `signs_in` each of them banks: int32, -1 for none.
    """
    rng, edges, shape = desk.rng, rally.edges, (*crew.shape, 2)
    one, stock = rally.case[:, None, None], rally.stock[:, None, None]
    stage = ("preparation", "theft") if rally.is_fraud else (None, None)
    bought = _within(desk, edges[:, 0], edges[:, 1], shape)
    yield desk.orders(
        one, bought, crew[:, :, None], stock, "buy",
        here=rng.random(shape) < [1, 0.6], quantity_of="cash",
        share=rng.uniform(0.3, 0.8, shape), via=via[:, :, None], stage=stage[0],
        # each buys some for sure
        **desk.at_once(stock, shape, np.arange(2) == 0),
    )  # fmt: skip
    sold = _within(desk, edges[:, 2], edges[:, 3], shape)
    yield desk.orders(
        one, np.sort(sold, axis=2), crew[:, :, None], stock, "sell",
        quantity_of="holding", share=np.array([rng.uniform(0.4, 0.8), 1.0]),
        **desk.at_once(stock, shape),
        via=via[:, :, None], stage=stage[1],
    )  # fmt: skip


def _traded_late(desk: Desk, rally: Rally, late: Array) -> Iterator[Table]:
    """Yield what others buy while the price is driven up, and what some sell as it falls."""
    rng, edges = desk.rng, rally.edges
    one, stock = rally.case[:, None], rally.stock[:, None]
    stage = "theft" if rally.is_fraud else None
    joined = _within(desk, (edges[:, 1] + edges[:, 2]) // 2, edges[:, 2], late.shape)
    yield desk.orders(
        one, joined, late, stock, "buy",
        quantity_of="cash", share=rng.uniform(0.2, 0.9, late.shape), stage=stage,
        # somebody believes it for sure
        **desk.at_once(stock, late.shape, np.arange(late.shape[1]) == 0),
    )  # fmt: skip
    left = _within(desk, edges[:, 2], edges[:, 3], late.shape)
    yield desk.orders(
        one, left, late, stock, "sell", here=rng.random(late.shape) < _LEAVE,
        quantity_of="holding", share=1.0, stage=stage,
        **desk.at_once(stock, late.shape),
    )  # fmt: skip


def _within(desk: Desk, first: Array, last: Array, shape: tuple[int, ...]) -> Array:
    """Draw moments of trading in the sessions from `first` on and before `last`: int64, ms."""
    low, high = (edge.reshape(-1, *(1,) * (len(shape) - 1)) for edge in (first, last))
    session = low + (desk.rng.random(shape) * np.maximum(1, high - low)).astype(np.int64)
    return moment(desk.graph, session, usual_part(desk.rng, shape))
