"""Wash trading: accounts of one ring sell a stock to each other and back, and nobody else does.

One of them holds the stock. Round after round it sells some of it to the next, who sells it on,
until it is back: two accounts in most cases, or a cycle of more. What the next cannot pay for goes
straight back to the first, while that still has what it brought. Buyer and seller order within
seconds, at the price in the middle of the spread; at the end each holds about what it held before,
and the tape shows volume that nobody wanted. They order from one device, or one address. It looks
like a market maker: one account that sells a stock to customers and buys it back from others, each
of whom it meets once.

By definition (`defined_by`) what one of a ring orders is filled: another has ordered the opposite.

Source: Victor and Weintraud, "Detecting and quantifying wash trading on decentralized
cryptocurrency exchanges", WWW 2021: pairs of accounts predominate. How often there is a round, how
large it is, and the prevalence (4 in 10,000 investors a quarter) is our assumption.
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
from graphgen.planting.desk import Desk, moment, told
from graphgen.planting.funding import funding
from graphgen.planting.market import calendar, moments
from graphgen.reporting import Reporting
from graphgen.schema import words
from graphgen.table import Array, Table

_HOUR, _DAY = 3_600_000, 86_400_000
_MIXED = 0.35
"""How much of the investors beside the half with the most cash may buy, at hard; our assumption."""
_VISIT_MS = 650_000
"""How much longer, at hard, a member waits at least: longer than a visit to the bank lasts, in
which several orders are given; our assumption."""
_SHARES = 2
"""Shares that there are for each round, at least; our assumption."""
_MARGIN_MS = 60_000
"""How long before the close a round is over, at least; our assumption."""
_NUMBER, _OF_HOLDING = (words.QUANTITY_OF.index(word) for word in ("number", "holding"))
_BUY, _SELL = (words.SIDES.index(word) for word in ("buy", "sell"))


@dataclass(frozen=True)
class WashTrading(Pattern):
    """The same shares go round among accounts of one ring."""

    market: ClassVar[bool] = True
    prevalence: ClassVar[float] = 4.0
    reporting: ClassVar[Reporting] = Reporting(share=0.2, days=120.0, spread=0.8)
    """Found by surveillance, if at all, and after months; our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "filled",
        "income",
        "security_id",
        "status",
        "trades that meet another's",
    )
    counterparts: ClassVar[Mapping[str, str]] = {"washer": "market_maker"}

    most: Annotated[int, Interval(ge=2, le=6)] = 4
    """At most so many accounts are in a ring; most often two."""

    rounds: Annotated[int, Interval(ge=2, le=60)] = 8
    """So many rounds, about."""

    sessions: Annotated[int, Interval(ge=1, le=20)] = 3
    """Sessions over which they are spread."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the rings and their rounds."""
        desk, count, days = Desk(graph, rng, self), self.instances(graph), calendar(graph)
        case = graph.new("case", count)
        hard, many = self.hardness, max(2, round(self.rounds * (1 - 0.75 * self.hardness)))
        first, stock, held = desk.holders_of_stocks(
            count, small=0.5 * (1 - hard), least=_SHARES * many
        )
        size = np.minimum(self.most, 2 + rng.binomial(self.most - 2, 0.25, count))
        user = np.hstack([first[:, None], self._others(desk, size, stock, held)])
        session = moments(graph, rng, self, count, before=0, after=self.sessions)
        legs = _legs(size, self.most)
        at, gap = self._timed(graph, rng, session, legs, many)
        # in each round the same number goes from leg to leg
        part = rng.uniform(0.1, 0.6 + 0.3 * hard, (count, many))
        number = np.maximum(1, np.rint(held[:, None] * part)).astype(np.int64)
        number = np.repeat(number, len(legs.seller), axis=1)
        when = np.hstack([at, at + rng.integers(200, 4_000, at.shape)])
        via, device, tables = desk.shared(
            case, user, days.opens[session] - _HOUR, at.max(axis=1) + _HOUR
        )
        yield from tables
        paid = ((via < 0) & (user >= 0)).any(axis=1) | (rng.random(count) >= hard)
        yield from funding(graph, rng, desk, case, user, days.opens[session], paid)
        yield _matched(desk, case, user, stock, legs.repeated(many), when, number, via)
        span = (days.opens[session] - 3 * _DAY - gap[:, 0, 0], when.max(axis=1))
        roles = {"washer": user}
        yield from told(graph, self, desk, case, stock, span, roles, is_fraud=True, device=device)

    def _others(self, desk: Desk, size: Array, stock: Array, held: Array) -> Array:
        """Choose who is in each ring beside the first: int32 users, -1 for nobody.

        Who is to buy has the money to.
        """
        here = np.arange(1, self.most) < size[:, None]
        worth = held * listing(desk.graph.world.place).price[stock]
        others = desk.able(desk.people(here, desk.rich(0.5 + _MIXED * self.hardness)), worth)
        # who can pay least buys first: what they can pay for, everybody after them can
        return desk.poorest_first(desk.strangers_to(others, stock))

    def _timed(
        self, graph: Graph, rng: np.random.Generator, session: Array, legs: _Legs, many: int
    ) -> tuple[Array, Array]:
        """Draw when so many rounds of sales are: int64 ms (cases, rounds by legs).

        And how long it is up to each of them: (cases, rounds, legs). The harder, the longer and the
        odder.
        """
        hard, days, (count, each) = self.hardness, calendar(graph), legs.here.shape
        # never in the session after a round: what that brought is not settled yet
        turn = session[:, None] + 2 * rng.integers(0, (self.sessions + 1) // 2, (count, many))
        turn = np.minimum(turn, len(days) - 1)
        # at hard, so long that each orders in one visit to the bank what most do: one thing
        apart = 20_000 + round(_VISIT_MS * hard), 60_000 + round(2 * _VISIT_MS * hard)
        gap = rng.integers(*apart, (count, many, each)) * legs.here[:, None]
        # a round ends in the session in which it began
        lasts = (days.closes - days.opens)[turn] - _MARGIN_MS
        gap = np.minimum(gap, lasts[:, :, None] // each)
        room = (lasts - gap.sum(axis=2)) / (lasts + _MARGIN_MS)
        begin = moment(graph, turn, rng.uniform(0.02, 0.98, (count, many)) * room)
        return (begin[:, :, None] + gap.cumsum(axis=2)).reshape(count, many * each), gap

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield market makers: they buy and sell in turn, of and to customers."""
        desk, count = Desk(graph, rng, self), self.lookalikes(graph)
        case = graph.new("case", count)
        many = max(2, round(self.rounds * (1 - 0.75 * self.hardness)))
        user, stock, held = desk.holders_of_stocks(
            count, small=0.5 * (1 - self.hardness), least=_SHARES * many
        )
        session = moments(graph, rng, self, count, before=0, after=self.sessions)
        turn = session[:, None] + rng.integers(0, self.sessions, (count, many))
        begin = moment(graph, np.sort(turn, axis=1), rng.uniform(0.02, 0.9, (count, many)))
        gap = rng.integers(20_000, 600_000, begin.shape)
        at = np.stack([begin, begin + gap], axis=2).reshape(count, 2 * many)
        drawn = np.maximum(1, np.rint(held[:, None] * rng.uniform(0.1, 0.6, (count, many))))
        number = np.repeat(drawn.astype(np.int64), 2, axis=1)
        # each order meets one of a customer, who buys or has something to sell
        met = np.full(at.shape, -1, np.int32)
        met[:, 1::2] = desk.holders_of(np.repeat(stock[:, None], many, axis=1))
        pool = desk.rich(1.0)
        some = np.arange(count * many).reshape(count, many) < len(pool) // 2
        met[:, ::2] = desk.strangers_to(desk.people(some, pool), stock)
        lag = rng.integers(200, 4_000, at.shape)
        when, sides = np.hstack([at, at + lag]), np.tile([_SELL, _BUY], many)
        yield desk.orders(
            case[:, None],
            when,
            np.hstack([np.repeat(user[:, None], 2 * many, axis=1), met]),
            stock[:, None],
            np.hstack([sides, sides[::-1]]),
            meets=np.broadcast_to((np.arange(4 * many) + 2 * many) % (4 * many), when.shape),
            **desk.at_once(stock[:, None], when.shape),
            quantity=np.tile(number, 2),
        )
        span = (at.min(axis=1), when.max(axis=1))
        roles = {"market_maker": user[:, None], "customer": met}
        yield from told(graph, self, desk, case, stock, span, roles, is_fraud=False)


@dataclass(frozen=True)
class _Legs:
    """Who sells to whom, by place in the ring, sale by sale."""

    seller: Array
    """int64 (legs,)."""
    to: Array
    """int64 (cases, legs)."""
    here: Array
    """Which of them a ring of its size has: bool (cases, legs)."""

    def repeated(self, many: int) -> _Legs:
        """Give the legs of so many rounds, one after the other."""
        return _Legs(*(np.tile(of, many) for of in (self.seller, self.to, self.here)))


def _legs(size: Array, most: int) -> _Legs:
    """Say who sells to whom in a round.

    Everybody sells to the next, the last to the first. Then whoever is in between sells to the
    first what the next could not pay for.
    """
    seller = np.append(np.arange(most), np.arange(1, most - 1))
    is_back = np.arange(len(seller)) >= most
    to = np.where(is_back, 0, (seller + 1) % size[:, None])
    return _Legs(seller, to, seller < size[:, None] - is_back)


def _matched(
    desk: Desk,
    case: Array,
    user: Array,
    stock: Array,
    legs: _Legs,
    when: Array,
    number: Array,
    via: Array,
) -> Table:
    """Give the orders of rings (int32 users): of sellers first, then of the buyers whom they meet.

    `when` says when they order: int64 ms (cases, orders); `number` how many shares of the stock
    each leg is of, (cases, legs); `via` by which row of `signs_in` each of the ring banks.
    """
    pairs, seller = number.shape[1], legs.seller
    place = np.hstack([np.broadcast_to(seller, legs.to.shape), legs.to])
    return desk.orders(
        case[:, None],
        when,
        np.take_along_axis(user, place, axis=1),
        stock[:, None],
        np.repeat([_SELL, _BUY], pairs),
        here=np.tile(legs.here, 2),
        meets=np.broadcast_to((np.arange(2 * pairs) + pairs) % (2 * pairs), when.shape),
        **desk.at_once(stock[:, None], when.shape),
        quantity=np.tile(number, 2),
        # whoever has bought sells all of it on
        quantity_of=np.append(np.where(seller > 0, _OF_HOLDING, _NUMBER), [_NUMBER] * pairs),
        share=np.append(seller > 0, np.zeros(pairs)),
        via=np.take_along_axis(via, place, axis=1),
        stage="layering",
    )
