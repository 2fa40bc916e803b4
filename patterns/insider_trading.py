"""Insider trading: somebody who knows what a firm will tell passes it on, and friends buy before.

An officer or adviser of a firm tells a friend or relative, who may tell another (a chain of one to
three over people who know each other). Who is told buys the stock, which is new to them, for some
days or weeks before the news, more than they usually buy; the news comes out before an open, and
they sell within days. It looks like a lucky call: people without any tie to the firm, who buy
before the same kind of news.

By definition (`defined_by`) a case's stock is new to its trader.

Source: Ahern, "Information networks: evidence from illegal insider trading tips", Journal of
Financial Economics 125 (2017): three links from the firm to who trades, prices moved 35 % within 21
days, friends and family. That positions are begun 12 to 48 hours before at easy, and up to 21 days
at hard, that they are 5 to 15 times as large as usual at easy, and the prevalence (5 in 10,000
investors a quarter) is our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.market.insiders import could_be_insiders
from graphgen.market.listing import listing
from graphgen.pattern import Pattern
from graphgen.planting.acquaintances import chain_to
from graphgen.planting.desk import Desk, moment, told, usual_part, worth_of_a_trade
from graphgen.planting.market import STRONG, calendar, moments, moves, piece, stocks, tones
from graphgen.reporting import Reporting
from graphgen.table import Array, Table

_HOUR, _DAY = 3_600_000, 86_400_000
_ANY = 0.4
"""How many investors beside the half with the most cash may trade, at hard; our assumption."""
_POPULAR = 0.5
"""How much more often, as a power of what it is worth, a large firm's stock is taken, at hard."""
_AFTER = 5
"""Sessions after the news within which it is sold."""


@dataclass(frozen=True)
class InsiderTrading(Pattern):
    """A tip from inside a firm, a purchase before the news, a sale after it."""

    market: ClassVar[bool] = True
    prevalence: ClassVar[float] = 5.0
    reporting: ClassVar[Reporting] = Reporting(share=0.2, days=120.0, spread=0.8)
    """Found by surveillance, if at all, and after months; our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = ("income", "security_id")

    depth: Annotated[int, Interval(ge=1, le=3)] = 3
    """At most so many links from the insider to who trades."""

    buys: Annotated[int, Interval(ge=1, le=8)] = 4
    """At most so many purchases before the news."""

    days: Annotated[float, Interval(ge=1, le=21)] = 21.0
    """The first purchase is at most so many days before the news, at hard; at easy two."""

    jump: Annotated[float, Interval(ge=0.05, le=0.6)] = 0.25
    """How far the news moves the price, about, as a share."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the chain, the news, and what is bought before it and sold after."""
        yield from self._known_before(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield lucky calls: the same by people who know nobody at the firm."""
        yield from self._known_before(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _known_before(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        hard, desk, days = self.hardness, Desk(graph, rng, self), calendar(graph)
        case = graph.new("case", count)
        firm = stocks(graph, rng, count, small=-_POPULAR * hard)
        session = moments(graph, rng, self, count, before=3, after=2, least=2)
        news = days.opens[session] - (rng.uniform(0.5, 2, count) * _HOUR).astype(np.int64)
        trader = desk.people(np.ones((count, 1), bool), desk.rich(0.5 + _ANY * hard))
        # who is to buy can pay for it
        trader = desk.able(trader, listing(graph.world.place).price[firm])
        trader = desk.strangers_to(trader, firm)
        roles = {"trader" if is_fraud else "investor": trader}
        if is_fraud:
            links = rng.integers(1, self.depth + 1, count)
            path = chain_to(graph, rng, trader[:, 0], links, could_be_insiders(graph))
            roles |= {"insider": path[:, :1], "tipper": path[:, 1:]}
            yield _insiders(graph, rng, path[:, 0], firm)
        yield from self._news(graph, rng, firm, news, days.closes[session])
        stages = ("preparation", "theft") if is_fraud else (None, None)
        start, orders = self._bought(desk, case, trader, firm, session, news, stages[0])
        yield orders
        end, orders = _sold(desk, case, trader, firm, session, stages[1])
        yield orders
        span = (start, end)
        yield from told(graph, self, desk, case, firm, span, roles, is_fraud=is_fraud)

    def _news(
        self, graph: Graph, rng: np.random.Generator, firm: Array, news: Array, shut: Array
    ) -> Iterator[Table]:
        """Yield what the price and the volume do at the news, until it shuts, and what is written.

        The news is no crime: it is there without it.
        """
        count = len(firm)
        size = np.log1p(self.jump) * rng.uniform(0.6, 1.5, count)
        yield moves(graph, -1, firm, news, news, drift=size)
        yield moves(graph, -1, firm, news, shut, volume=5.0)
        said = tones(rng, (count,), size / STRONG)
        yield piece(graph, np.full(count, -1), news, "company", said, security=firm)

    def _bought(
        self,
        desk: Desk,
        case: Array,
        trader: Array,
        firm: Array,
        session: Array,
        news: Array,
        stage: str | None,
    ) -> tuple[Array, Table]:
        """Give what is bought before the news, and when that begins: int64 ms (cases,).

        The harder, the earlier, the more purchases, and the smaller.
        """
        graph, rng, hard, count = desk.graph, desk.rng, self.hardness, len(case)
        lead = (0.5 + (1.5 + (self.days - 2) * hard) * rng.uniform(0.2, 1, (count, 1))) * _DAY
        bought = np.sort(rng.random((count, self.buys)), axis=1)
        # of a week's days five are sessions, and none of these is likelier than another
        back = (lead * (1 - bought) * 5 / 7 / _DAY).astype(np.int64)
        before = np.maximum(0, session[:, None] - 1 - back)
        at = moment(graph, before, usual_part(rng, before.shape))
        times = 1 + (4 + 10 * rng.random((count, 1))) * (1 - hard)
        # at hard each purchase is like any other of theirs, else they are parts of a large one
        parts = 1 + (self.buys - 1) * (1 - hard)
        share = times * worth_of_a_trade(graph, desk.account[trader]) / parts
        here = np.arange(self.buys) <= rng.binomial(self.buys - 1, 0.3 + 0.4 * hard, (count, 1))
        orders = desk.orders(
            case[:, None], at, trader, firm[:, None], "buy", here=here & (at < news[:, None]),
            quantity_of="cash", share=np.minimum(0.9, share), stage=stage,
            # one is bought for sure
            **desk.at_once(firm[:, None], at.shape, np.arange(self.buys) == 0),
        )  # fmt: skip
        begins = at.min(axis=1, where=here, initial=graph.world.end_ms)
        return np.minimum(begins, news), orders


def _insiders(graph: Graph, rng: np.random.Generator, user: Array, firm: Array) -> Table:
    """Give what makes people (int32 users) insiders of the firms of these stocks, for years."""
    count = len(user)
    return Table.of(
        "insider_of",
        user_id=user,
        issuer_id=graph["security"]["issuer_id"][firm],
        role=rng.integers(0, 3, count),
        since=graph.world.start_ms - rng.integers(30 * _DAY, 3_000 * _DAY, count),
    )


def _sold(
    desk: Desk, case: Array, trader: Array, firm: Array, session: Array, stage: str | None
) -> tuple[Array, Table]:
    """Give what is sold in sessions after the news, and when that ends: int64 ms (cases,)."""
    rng, last = desk.rng, len(calendar(desk.graph)) - 1
    later = np.minimum(session[:, None] + rng.integers(0, _AFTER, (len(case), 2)), last)
    sold = np.sort(moment(desk.graph, later, usual_part(rng, later.shape)), axis=1)
    orders = desk.orders(
        case[:, None], sold, trader, firm[:, None], "sell", quantity_of="holding",
        share=np.array([0.5, 1.0]), stage=stage,
        **desk.at_once(firm[:, None], sold.shape, np.arange(2) == 1),
    )  # fmt: skip
    return sold.max(axis=1), orders
