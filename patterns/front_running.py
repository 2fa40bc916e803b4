"""Front running: somebody who knows of a large order buys before it, and sells after it.

A wealthy client gives large orders to buy: blocks, of ten times as many shares as an order usually
has, or more. Somebody who knows the client buys the same stock 5 to 120 seconds before each of
them; the block lifts the price, and what was bought is sold 1 to 30 minutes after. It happens again
and again, nearly always at a profit. It looks like coincidence: somebody without any tie to the
client who buys and sells as soon, once of it before a block.

By definition (`defined_by`) what is bought is sold again soon: both are filled at once. And a
client has the money for a block.

Source: FINRA rule 5270, on blocks: as a rule of 10,000 shares, but fewer may be one; these are what
a wealthy private client can pay for. How large a block is, how long before and after, how far the
price moves, and the prevalence (2 in 10,000 investors a quarter) is our assumption.
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
from graphgen.table import Array, Table

_COLLEAGUE = words.RELATIONS.index("colleague")
_MINUTE, _DAY = 60_000, 86_400_000
_ANY = 0.35
"""How many investors beside the half with the most cash take part, at hard; our assumption."""
_WEALTHY, _SPENT = 0.05, 0.45
"""How many investors, those with the most cash, may be clients, and how much of that goes into all
blocks; our assumption."""
_BLOCK, _LOT = 15, 100
"""How many times as many shares as an order of habit has at the median a block has at least, and of
how many it is a multiple; our assumption."""
_SHARES = 30
"""Shares that a runner has cash for as the world begins, at least; our assumption."""
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
        "amount_minor",
        "debtor_balance_minor",
        "filled",
        "highest balance",
        "income",
        "largest in",
        "largest out",
        "lowest balance",
        "opening balance",
        "quantity",
        "security_id",
        "status",
        "sum in",
        "sum out",
        "transferred in",
        "transferred out",
    )
    counterparts: ClassVar[Mapping[str, str]] = {"runner": "trader"}
    wronged: ClassVar[tuple[str, ...]] = ("client",)

    blocks: Annotated[int, Interval(ge=1, le=30)] = 5
    """At most so many blocks, as far as the client can pay for them."""

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
        desk, many, hard, place = (
            Desk(graph, rng, self),
            self.blocks,
            self.hardness,
            graph.world.place,
        )
        case = graph.new("case", count)
        # the easier, the more often a cheap one, of which blocks are larger
        some = round((2 - hard) * count)
        stock, price = stocks(graph, rng, some, small=-_POPULAR * hard), listing(place).price
        stock = rng.permutation(stock[np.argsort(price[stock], kind="stable")[:count]])
        price = price[stock]
        one_of = np.ones((count, 1), bool)
        few = max(_WEALTHY, 2 * count / max(1, len(desk.pool)))
        # every other one: nobody is the client of a crime and of a look-alike
        client = desk.able(desk.people(one_of, desk.rich(2 * few)[is_fraud::2]), price)
        runner = desk.able(desk.people(one_of, desk.rich(0.5 + _ANY * hard)), price)
        runner = desk.solvent(runner, stock, _SHARES)
        number = _blocks(graph, rng, _SPENT * desk.cash(client) / price[:, None], many)
        session = moments(graph, rng, self, count, before=0, after=many)
        turn = session[:, None] + np.sort(rng.integers(0, many, (count, many)), axis=1)
        block = moment(graph, turn, rng.uniform(0.05, 0.85, (count, many)))
        # the harder, the fewer of the blocks
        known = (np.arange(many) < max(1, round(many * (1 - 0.4 * hard)))) & (number > 0)
        one, what = case[:, None], stock[:, None]
        yield desk.orders(
            one, block, client, what, "buy", here=number > 0, quantity=number,
            **desk.at_once(what, block.shape),
        )  # fmt: skip
        size = np.log1p(self.impact) * rng.uniform(0.5, 1.5, block.shape)
        over, moved = block + 3 * _MINUTE, np.where(number > 0, what, -1)
        yield moves(graph, one, moved, block, over, drift=size)
        yield moves(graph, one, moved, over, over + 57 * _MINUTE, drift=-_BACK * size)
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


def _blocks(graph: Graph, rng: np.random.Generator, room: Array, many: int) -> Array:
    """Draw how many shares each block has, 0 for none: int64 (cases, many).

    All of a client's together have no more than there is `room` for (cases, 1). Where there is room
    for few blocks, there are few.
    """
    trades = graph["trades"]
    if not len(room):
        return np.zeros((0, many), np.int64)
    order = np.argsort(trades["quantity"], kind="stable")
    often = np.cumsum(trades["rate"][order])
    usual = trades["quantity"][order[np.searchsorted(often, often[-1] / 2)]]
    least = _BLOCK * usual
    here = np.arange(many) < np.clip(room // (2 * least), 1, many)
    part = rng.uniform(0.75, 1.25, here.shape) * here
    number = np.floor(room * part / part.sum(axis=1, keepdims=True)).astype(np.int64)
    return np.where(here, np.maximum(1, number - number % np.where(number >= _LOT, _LOT, 1)), 0)
