"""Structuring: cash paid in by parts that are each just under the sum that a bank must report.

A bank in the United States reports every cash deposit of more than 10,000 dollars. Who has more
pays it in by three to twelve deposits of 85 to 99 % of that, each at another counter or machine
than the one before (`terminal`), within one to ten days, into an account that takes cash anyway:
their own, or that of a firm. When all of it is there, what was collected is wired on to an account
elsewhere, less what stays. It looks like a shop or a market trader whose takings are below the
threshold because they are what they are, and who pays the supplier from them.
The harder it is to be, the fewer the deposits, the more days they are spread over, the further
below the threshold some of them stay, and the more of what was collected stays where it is.

What it is about are the sums of cash and of the wire, and what they make of the account: these,
which `defined_by` names, are to tell it from other accounts, but not from its look-alike.

Sources: the threshold is that of the currency transaction report, 31 CFR 1010.311
(https://www.law.cornell.edu/cfr/text/31/1010.311), and structuring is what 31 USC 5324 forbids; in
India, drafts of 49,500 to 49,900 rupees were bought below a threshold of 50,000
(https://www.financialexpress.com/archive/rbi-expands-anti-money-laundering-measures/313323/lite).
That one to five in 10,000 accounts that take cash do it in a month, the shares of the threshold,
the number of deposits and their days are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Pattern, cases, choose, errands, members
from graphgen.planting.flow import banking, first_day, kept, on_open_days, open_days, outside, times
from graphgen.planting.hubs import adding
from graphgen.population.holders import holders
from graphgen.schedule import TILLS
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_DEPOSIT, _SENT, _SUPPLY = (words.HABITS.index(w) for w in ("cash_deposit", "transfer", "supply"))
_CASH, _BATCH, _INSTANT = (words.RAILS.index(w) for w in ("cash", "batch", "instant"))
_ATM, _BRANCH, _FILE, _ONLINE = (
    words.CHANNELS.index(w) for w in ("atm", "branch", "file", "online")
)
_PLACEMENT, _LAYERING = words.STAGES.index("placement"), words.STAGES.index("layering")
_MOST, _TAKINGS, _TO_SUPPLIERS = 0.99, (0.84, 0.995), (0.6, 1.0)
"""A structured deposit is at most this share of the threshold; a shop's takings are such shares of
it, and of them the supplier gets such shares; our assumption."""
_FIRMS, _AT_AN_ATM = 0.35, 0.4
"""Share of cases in which the account is a firm's, and of people's deposits that are made at a
machine, as in the population; our assumption."""
_LOOKS = 8
"""How often an hour is thought of for a wire; our assumption."""
_ROUND, _TENS = 0.2, 1_000
"""Some people always pay in the same round sum, in minor units: so of what people pay in, this
share more is rounded down to it than the habit says, unless that is too little; our assumption."""


@dataclass(frozen=True)
class Structuring(Pattern):
    """Deposits of cash just under a threshold, and what they come to wired on."""

    prevalence: ClassVar[float] = 3.0
    defined_by: ClassVar[tuple[str, ...]] = (
        "amount_minor",
        "debtor_balance_minor",
        "creditor_balance_minor",
        "cash in",
        "sum in",
        "sum out",
        "transferred out",
        "largest in",
        "largest out",
        "highest balance",
        "round sums",
    )

    threshold: Annotated[int, Interval(ge=50_000, le=1_000_000_000)] = 1_000_000
    """The sum above which the bank reports, in minor units: 10,000 dollars in the United States."""

    least: Annotated[float, Interval(ge=0.1, le=0.95)] = 0.85
    """A deposit is at least this share of the threshold."""

    fewest: Annotated[int, Interval(ge=2, le=50)] = 3
    """At least so many deposits."""

    most: Annotated[int, Interval(ge=2, le=50)] = 12
    """At most so many; at hard, a quarter of the way from the fewest to that."""

    days: Annotated[int, Interval(ge=1, le=60)] = 10
    """At most so many days it takes: three tenths of them at easy, all at hard."""

    keeps: Annotated[float, Interval(ge=0, le=0.5)] = 0.4
    """At most this share of the deposits is not wired on: a quarter of it at easy, all at hard."""

    def __post_init__(self) -> None:
        if self.fewest > self.most:
            raise ValueError(f"structuring: fewest {self.fewest} is more than most {self.most}")

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield deposits that stay under the threshold, the closer the easier to find."""
        least = _MOST - 0.04 - (_MOST - 0.04 - self.least) * self.hardness
        stays = self.keeps * (0.25 + 0.75 * self.hardness)
        shares, wired = (least, _MOST), (1 - kept(stays), 1.0)
        return self._paid_in(graph, rng, self.instances(graph), shares, wired, is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield takings that are below the threshold anyway."""
        count = self.lookalikes(graph)
        return self._paid_in(graph, rng, count, _TAKINGS, _TO_SUPPLIERS, is_fraud=False)

    def _paid_in(
        self,
        graph: Graph,
        rng: np.random.Generator,
        count: int,
        shares: tuple[float, float],
        wired: tuple[float, float],
        *,
        is_fraud: bool,
    ) -> Iterator[Table]:
        most = self.most - round(0.75 * self.hardness * (self.most - self.fewest))
        size = rng.integers(self.fewest, most + 1, (count, 1))
        days = max(1, min(round(self.days * (0.3 + 0.7 * self.hardness)), graph.world.days))
        account, user = _takers(graph, rng, count, self.hardness)
        place, is_firm = np.arange(most + 1), user < 0
        first = first_day(graph, rng, count, days)
        first = on_open_days(graph, rng, first, 0, graph.world.days - days)[:, None]
        day = first + rng.integers(0, days, (count, most + 1))
        # firms go to a counter, and most people do; machines are there on any day
        visits = is_firm | (rng.random(day.shape) >= _AT_AN_ATM)
        day = np.where(visits, on_open_days(graph, rng, day, first, first + days - 1), day)
        moments = np.sort(times(graph, rng, user, day, "counter"), axis=1)
        is_open = np.append(open_days(graph), False)[(moments - graph.world.start_ms) // DAY_MS]
        # each deposit at another counter or machine than the one before
        till = (rng.integers(0, TILLS, (count, 1)) + np.arange(most)) % TILLS
        moments[:, :-1] += till - moments[:, :-1] % TILLS
        # the wire, in the last place of the line, comes once all is there
        last, wire = (np.take_along_axis(moments, size - back, axis=1) for back in (1, 0))
        at = np.append(moments[:, :-1], _at_home(graph, rng, user, wire, last), axis=1)
        is_wire = place == most
        vault = graph["bank"]["vault_account_id"][graph["account"]["bank_id"][account]]
        at_a_machine = ~is_firm & (~is_open | (rng.random(at.shape) < _AT_AN_ATM))
        by_batch = is_firm | (rng.random(at.shape) < _AT_AN_ATM)
        sums = rng.uniform(*shares, at.shape) * self.threshold
        # the walk rounds some to the nearest such sum: none of them to the threshold
        below = _TENS * ((self.threshold - 1) // _TENS) + _TENS // 2 - 1
        sums = np.minimum(sums, below)
        tens = _TENS * np.floor(sums / _TENS)
        is_round = ~is_firm & (rng.random(at.shape) < _ROUND) & (tens >= shares[0] * self.threshold)
        sums = np.where(is_round, tens, sums)
        case = graph.new("case", count)
        yield errands(
            graph,
            at,
            case=case[:, None],
            here=is_wire | (place < size),
            into=np.where(is_wire, -1, most),
            hours="counter",
            debtor_account_id=np.where(is_wire, account, vault),
            creditor_account_id=np.where(is_wire, outside(graph, rng, (count, 1)), account),
            user_id=user,
            habit=np.where(is_wire, np.where(is_firm, _SUPPLY, _SENT), _DEPOSIT),
            rail=np.where(is_wire, np.where(by_batch, _BATCH, _INSTANT), _CASH),
            channel=np.where(
                is_wire,
                np.where(is_firm, _FILE, _ONLINE),
                np.where(at_a_machine, _ATM, _BRANCH),
            ),
            amount_minor=np.rint(sums).astype(np.int64),
            share=rng.uniform(*wired, (count, 1)),
            stage=np.where(is_wire, _LAYERING, _PLACEMENT) if is_fraud else None,
        )
        yield cases(graph, self, case, at[:, 0], at[:, -1], is_fraud=is_fraud)
        yield from members(case, user={"depositor": user}, account={"collecting": account})


def _at_home(
    graph: Graph, rng: np.random.Generator, user: Array, wire: Array, last: Array
) -> Array:
    """Let people order what they wire at an hour at which people do, after `last`: int64 ms."""
    day = (wire - graph.world.start_ms) // DAY_MS
    drawn = times(graph, rng, np.broadcast_to(user, (len(user), _LOOKS)), day, "people")
    late = drawn > last
    at = np.take_along_axis(drawn, late.argmax(axis=1)[:, None], axis=1)
    return np.where((user >= 0) & late.any(axis=1, keepdims=True), at, wire)


def _takers(
    graph: Graph, rng: np.random.Generator, count: int, hardness: float
) -> tuple[Array, Array]:
    """Choose accounts that take cash by habit: int32 (count, 1), rows of `account` and `user`.

    Those of firms have no user (-1).
    """
    pays = graph["pays"]
    takes = np.zeros(graph.size("account"), bool)
    takes[pays["creditor_account_id"][pays["habit"] == _DEPOSIT]] = True
    firms = takes & (graph["account"]["type"] == words.ACCOUNT_TYPES.index("business"))
    people, main = banking(graph), holders(graph).main
    people = people[takes[main[people]]]
    of_firms = rng.binomial(count, _FIRMS)
    firm = choose(rng, np.flatnonzero(firms), (of_firms,), "structuring: firms")
    people = adding(graph, rng, people, count - of_firms, hardness)
    user = choose(rng, people, (count - of_firms,), "structuring: people")
    both = np.append(firm, main[user]), np.append(np.full(of_firms, -1, np.int32), user)
    order = rng.permutation(count)
    return both[0][order, None], both[1][order, None]
