"""Marking the close: purchases in the last minutes lift the price that portfolios are valued at.

Somebody who holds a stock buys more of it in the last one to five minutes of a session, at the end
of a month if there is one; the close is half a per cent to two above where it was, and at the next
open the price is back. It looks like a fund that follows an index: it buys near the close too, but
several of those that it holds, and none of them moves.

By definition (`defined_by`) it happens in the last minutes of sessions that end a month, on
whatever weekdays these are, and what is not filled by then expires; so does what the look-alike
does. What the exchange's account holds when it is paid says on which day that was.

Source: Comerton-Forde and Putnins, "Measuring closing price manipulation", Journal of Financial
Intermediation 20 (2011): returns, spreads and activity rise at the end of the day, and prices are
back in the morning. How far, how often, and the prevalence (3 in 10,000 investors a quarter) is our
assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Pattern
from graphgen.planting.desk import Desk, told, worth_of_a_trade
from graphgen.planting.market import calendar, month_ends, moves
from graphgen.reporting import Reporting
from graphgen.table import Table

_MINUTE = 60_000
_SHARES = 7
"""Shares that there is cash for as the world begins, for each order, at least; our assumption."""


@dataclass(frozen=True)
class MarkingTheClose(Pattern):
    """A close that is bought, and gone by the next open."""

    market: ClassVar[bool] = True
    prevalence: ClassVar[float] = 3.0
    reporting: ClassVar[Reporting] = Reporting(share=0.2, days=120.0, spread=0.8)
    """Found by surveillance, if at all, and after months; our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "creditor_balance_minor",
        "filled",
        "hour",
        "income",
        "status",
        "time",
        "weekday",
    )
    counterparts: ClassVar[Mapping[str, str]] = {"marker": "fund"}

    closes: Annotated[int, Interval(ge=1, le=30)] = 3
    """At most so many sessions."""

    orders: Annotated[int, Interval(ge=1, le=20)] = 4
    """Orders in each of them; at hard a third."""

    lift: Annotated[float, Interval(ge=0.001, le=0.1)] = 0.012
    """How far the close is lifted, about, as a share; at hard a third of it."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the purchases, and what they do to the close."""
        yield from self._near_the_close(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield funds that buy near the close, of several stocks that they hold."""
        yield from self._near_the_close(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _near_the_close(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        desk, days, hard = Desk(graph, rng, self), calendar(graph), self.hardness
        case = graph.new("case", count)
        many = max(1, round(self.orders * (1 - 0.65 * hard)))
        days_of = max(1, round(self.closes * (1 - 0.4 * hard)))
        user, stock, _ = desk.holders_of_stocks(
            count, small=0.3 * is_fraud * (1 - hard), times=_SHARES * days_of * many
        )
        session = month_ends(graph, rng, self, count, days_of)
        there = session >= 0
        shut = days.closes[np.maximum(session, 0)]
        before = rng.uniform(0.2, 3 + 2 * hard, (*session.shape, many)) * _MINUTE
        # the harder, the sooner one after the other: a visit lasts no longer than for one order
        before = before[:, :, :1] + (1 - 0.95 * hard) * (before - before[:, :, :1])
        share = worth_of_a_trade(graph, desk.account[user])[:, None, None]
        at = shut[:, :, None] - before.astype(np.int64)
        bought = np.broadcast_to(stock[:, None, None], at.shape)
        if not is_fraud:
            flat = bought.reshape(count, at.shape[1] * at.shape[2])
            bought = desk.held_by(user, flat).reshape(at.shape)
        yield desk.orders(
            case[:, None, None], at, user[:, None, None], bought, "buy", here=there[:, :, None],
            quantity_of="cash", share=np.minimum(0.4, share * rng.uniform(0.5, 1.5, at.shape)),
            stage="theft" if is_fraud else None,
            # one of each close is filled for sure
            **desk.at_once(bought, at.shape, np.arange(many) == 0),
        )  # fmt: skip
        if is_fraud:
            lift = np.log1p(self.lift) * (1 - 0.67 * hard) * rng.uniform(0.5, 1.5, session.shape)
            who = np.where(there, stock[:, None], -1)
            after = days.opens[np.minimum(np.maximum(session, 0) + 1, len(days) - 1)]
            ends = np.maximum(after, shut)
            five = shut - 5 * _MINUTE
            yield moves(graph, case[:, None], who, five, shut, drift=lift, volume=2.0)
            yield moves(graph, case[:, None], who, ends, ends, drift=-lift)
        start = at.min(axis=(1, 2), where=there[:, :, None], initial=graph.world.end_ms)
        last = at.max(axis=(1, 2), where=there[:, :, None], initial=0)
        if is_fraud:  # until the last of what was lifted is back
            last = np.maximum(last, ends.max(axis=1, where=there, initial=0))
        roles = {"marker" if is_fraud else "fund": user[:, None]}
        yield from told(graph, self, desk, case, stock, (start, last), roles, is_fraud=is_fraud)
