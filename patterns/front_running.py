"""Front running: somebody who knows of a large order buys before it, and sells after it.

A client gives large orders to buy. Somebody who knows the client buys the same stock 5 to 120
seconds before each of them; the block lifts the price, and what was bought is sold 1 to 30 minutes
after. It happens again and again, nearly always at a profit. It looks like coincidence: somebody
without any tie to the client who buys and sells as soon, once of it before a block.

By definition (`defined_by`) what is bought is sold again soon: both are filled at once.

Source: FINRA rule 5270. How long before and after, how far the price moves, and the prevalence (2
in 10,000 investors a quarter) is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.market.listing import listing
from graphgen.pattern import Pattern
from graphgen.planting.acquaintances import acquainted
from graphgen.planting.desk import Desk, moment, told
from graphgen.planting.market import moments, moves, stocks
from graphgen.reporting import Reporting
from graphgen.schema import words
from graphgen.table import Table

_COLLEAGUE = words.RELATIONS.index("colleague")
_MINUTE, _DAY = 60_000, 86_400_000
_ANY = 0.35
"""How many investors beside the half with the most cash take part, at hard; our assumption."""
_POPULAR = 0.5
"""How much more often, as a power of what it is worth, a large firm's stock is taken, at hard."""
_BACK = 0.5
"""How much of what a block moves the price by is gone within the hour; our assumption."""


@dataclass(frozen=True)
class FrontRunning(Pattern):
    """A purchase just before a large one, and a sale just after it."""

    market: ClassVar[bool] = True
    prevalence: ClassVar[float] = 2.0
    reporting: ClassVar[Reporting] = Reporting(share=0.2, days=120.0, spread=0.8)
    """Found by surveillance, if at all, and after months; our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "filled",
        "income",
        "quantity",
        "security_id",
        "status",
    )
    counterparts: ClassVar[Mapping[str, str]] = {"runner": "trader"}

    blocks: Annotated[int, Interval(ge=1, le=30)] = 5
    """At most so many large orders, of which so many are known of."""

    impact: Annotated[float, Interval(ge=0.0005, le=0.1)] = 0.006
    """How far a block moves the price, about, as a share."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the blocks, and who was there before them."""
        yield from self._before(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield blocks before one of which a stranger, who buys at any time, happens to buy."""
        yield from self._before(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _before(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        desk, many, hard = Desk(graph, rng, self), self.blocks, self.hardness
        case = graph.new("case", count)
        stock = stocks(graph, rng, count, small=-_POPULAR * hard)
        pair = desk.people(np.ones((count, 2), bool), desk.rich(0.5 + _ANY * hard))
        pair = desk.able(pair, listing(graph.world.place).price[stock])
        client, runner = pair[:, :1], pair[:, 1:]
        session = moments(graph, rng, self, count, before=0, after=many)
        turn = session[:, None] + np.sort(rng.integers(0, many, (count, many)), axis=1)
        block = moment(graph, turn, rng.uniform(0.05, 0.85, (count, many)))
        # the harder, the fewer of the blocks
        known = np.broadcast_to(
            np.arange(many) < max(1, round(many * (1 - 0.4 * hard))), block.shape
        )
        one, what = case[:, None], stock[:, None]
        yield desk.orders(
            one, block, client, what, "buy", **desk.at_once(what, block.shape),
            quantity_of="cash", share=rng.uniform(0.15, 0.45, block.shape),
        )  # fmt: skip
        size = np.log1p(self.impact) * rng.uniform(0.5, 1.5, block.shape)
        yield moves(graph, one, what, block, block + 3 * _MINUTE, drift=size)
        over = block + 3 * _MINUTE
        yield moves(graph, one, what, over, over + 57 * _MINUTE, drift=-_BACK * size)
        near = block
        if not is_fraud:  # all but one at any time
            alone = moment(graph, turn, rng.uniform(0.05, 0.85, block.shape))
            near = np.where(np.arange(many) == 0, block, alone)
        first = near - rng.integers(5_000, 30_000 + round(90_000 * hard), block.shape)
        last = near + (rng.uniform(1, 10 + 20 * hard, block.shape) * _MINUTE).astype(np.int64)
        yield desk.orders(
            one, first, runner, what, "buy", here=known, **desk.at_once(what, first.shape),
            quantity_of="cash", share=rng.uniform(0.1, 0.5, block.shape),
            stage="preparation" if is_fraud else None,
        )  # fmt: skip
        yield desk.orders(
            one, last, runner, what, "sell", here=known, **desk.at_once(what, last.shape),
            quantity_of="holding", share=1.0, stage="theft" if is_fraud else None,
        )  # fmt: skip
        if is_fraud:
            since = graph.world.start_ms - rng.integers(100 * _DAY, 1_500 * _DAY, count)
            yield acquainted(graph, runner[:, 0], client[:, 0], relation=_COLLEAGUE, since=since)
        span = (first.min(axis=1), np.maximum(over.max(axis=1), last.max(axis=1)))
        roles = {"runner" if is_fraud else "trader": runner, "client": client}
        yield from told(graph, self, desk, case, stock, span, roles, is_fraud=is_fraud)
