"""Spoofing: large orders that are not meant to be filled push a price for a small one that is.

Somebody who holds a stock gives some large orders to buy it below the price, within seconds; others
see them, and the price gives way a little; a small sale of the spoofer's is filled, and all the
large orders are cancelled within a second. Again and again. It looks like somebody who changes
their mind fast: orders of the usual size, cancelled as soon, with nothing on the other side.

By definition (`defined_by`) nearly all orders are cancelled, within seconds: many in one visit, to
buy one stock.

Sources: Lee, Eom and Park, "Microstructure-based manipulation: Strategic behavior and performance
of spoofing traders", Journal of Financial Markets 16 (2013), on accounts of the Korean exchange;
orders 3 to 10 times as large as usual, cancelled within 0.5 to 20 seconds, 3 to 8 at once, and the
prevalence (3 in 10,000 investors a quarter) is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Pattern
from graphgen.planting.desk import Desk, moment, told
from graphgen.planting.market import moments, moves
from graphgen.reporting import Reporting
from graphgen.schema import words
from graphgen.table import Table

_MARKET, _LIMIT = (words.ORDER_TYPES.index(word) for word in ("market", "limit"))
_SHARES = 2
"""Shares that there are for each sale, at least; our assumption."""
_PUSH = 0.001
"""How far a price gives way, in logarithms; our assumption."""


@dataclass(frozen=True)
class Spoofing(Pattern):
    """Large orders, a small sale, and the large orders are gone."""

    market: ClassVar[bool] = True
    prevalence: ClassVar[float] = 3.0
    reporting: ClassVar[Reporting] = Reporting(share=0.2, days=120.0, spread=0.8)
    """Found by surveillance, if at all, and after months; our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "ended",
        "filled",
        "income",
        "limit_minor",
        "orders",
        "orders cancelled",
        "orders filled",
        "orders for one security",
        "orders in a visit",
        "orders to buy",
        "status",
    )
    counterparts: ClassVar[Mapping[str, str]] = {"spoofer": "trader"}

    episodes: Annotated[int, Interval(ge=1, le=60)] = 8
    """So many times."""

    layers: Annotated[int, Interval(ge=1, le=12)] = 6
    """At most so many large orders each time."""

    times: Annotated[float, Interval(ge=1, le=30)] = 10.0
    """At most so many times as large as the sale they are, at easy; at hard a third."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the orders, and how the price gives way."""
        yield from self._cancelled(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield people who cancel as fast, and sell nothing."""
        yield from self._cancelled(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _cancelled(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        desk, hard = Desk(graph, rng, self), self.hardness
        case = graph.new("case", count)
        many_times = max(1, round(self.episodes * (1 - 0.6 * hard)))
        user, stock, held = desk.holders_of_stocks(count, least=_SHARES * many_times)
        session = moments(graph, rng, self, count, before=0, after=1)
        turn = session[:, None] + rng.integers(0, 2, (count, many_times))
        begin = moment(graph, turn, rng.uniform(0.02, 0.97, (count, many_times)))
        sold = np.maximum(1, held[:, None] / many_times * rng.uniform(0.3, 1, begin.shape))
        sold = np.rint(sold).astype(np.int64)
        many = rng.integers(2, self.layers + 1, begin.shape) if self.layers > 1 else 1
        layer = np.arange(self.layers)
        here = layer < np.broadcast_to(many, begin.shape)[:, :, None]
        at = begin[:, :, None] + np.sort(rng.integers(0, 3_000, here.shape), axis=2)
        filled = begin + rng.integers(3_500, 6_000 + round(10_000 * hard), begin.shape)
        gone = filled[:, :, None] + rng.integers(1_600, 2_400, here.shape)
        size = 1 + (self.times * (1 - 0.67 * hard) - 1) * rng.uniform(0.3, 1, here.shape)
        large = np.rint(sold[:, :, None] * np.where(is_fraud, size, 1)).astype(np.int64)
        who, what, one = (grid[:, None, None] for grid in (user, stock, case))
        yield desk.orders(
            one, at, who, what, "buy", here=here, type=_LIMIT,
            off=rng.uniform(0.002, 0.012, here.shape), lasts=gone - at, quantity=large,
            stage="preparation" if is_fraud else None,
        )  # fmt: skip
        if is_fraud:
            yield desk.orders(
                one[:, :, 0], filled, who[:, :, 0], what[:, :, 0], "sell", type=_MARKET,
                quantity=sold, stage="theft",
            )  # fmt: skip
            top, back = filled, gone.max(axis=2) + 60_000
            yield moves(graph, one[:, :, 0], what[:, :, 0], begin, top, drift=_PUSH)
            yield moves(graph, one[:, :, 0], what[:, :, 0], top, back, drift=-_PUSH)
        last = gone.max(axis=(1, 2))
        roles = {"spoofer" if is_fraud else "trader": user[:, None]}
        yield from told(
            graph, self, desk, case, stock, (begin.min(axis=1), last), roles, is_fraud=is_fraud
        )
