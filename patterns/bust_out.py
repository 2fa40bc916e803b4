"""Bust-out: cards that were paid off for months are drawn to the limit, and then over it.

Somebody opens about ten credit cards, shops a little and pays what is due, for four to 24 months:
what lies before day 0 is the cards' age, their limits and small balances. Then, within one to four
weeks, each card is drawn nearly to its limit; cheques on accounts of others, which no money stands
behind, are paid in on it and re-open the limit at once; and before they come back, the limit is
drawn again. So 100 to 250 % of the limits is gone, and cheques bounce. The look-alike is a wedding:
cards as young are drawn within as few weeks, but for less than their limits; relatives pay in
cheques on them, and have what they give, but for one, whose cheques come back: who gave them brings
the money in cash, days later, so that no bank is at a loss.

The harder it is to find, the fewer cards are drawn, over more days, by more purchases, most of them
small ones as people make every day, where the card is used anyway; the fewer of them are paid by
cheque, and the cheques on each are somebody else's: only the first of these surely has too little.
What marks the pattern by definition, and is the same in the look-alike: how young and how many the
cards are, how much of their limits is spent, so that balances are low and purchases declined, that
several cheques, of others, are paid in on them, and that some come back. That more of them do is
the crime itself.

Sources: about ten accounts, 4 to 24 months and payments that come back: Experian after Investopedia
(https://www.investopedia.com/terms/b/bustout.asp-0) and "Bust-out fraud"
(https://studylib.net/doc/8360431/bust-out-fraud), 100 to 250 % of the limit too. One to four weeks,
and 10 to 30 basis points of card accounts a year, are our assumption. At about ten accounts a case,
and with one card for each person, that would be 0.25 to 0.75 cases among 10,000 people in 90 days;
the default prevalence is our assumption too, and four to twelve times that, so that there are cases
to learn from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Mirrored, cases, choose, members
from graphgen.planting.credit import Cards, open_cards
from graphgen.planting.drawers import Given, drawers
from graphgen.planting.flow import banking, held, main_accounts
from graphgen.planting.means import means
from graphgen.planting.redrawn import Drawn, redrawing, redrawn
from graphgen.planting.unpaid import unpaid
from graphgen.population.holders import holders
from graphgen.reporting import Reporting
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_MONTH_MS = int(30.4 * DAY_MS)
_COVERED = 1.4
"""How much more than what there can be the cheques come to, so that one surely bounces; our
assumption."""
_LEAST, _MOST = (1.12, 1.18), 2.45
"""What all that is drawn comes to at least, from case to case, and at most, in limits: within the
100 to 250 % of the sources, by margins that are our assumption, the first for what is declined
nevertheless."""
_PAID_IN = 1.1, 1.2
"""What cheques come to, in what is drawn again: more, as the first of them may have come back by
then; our assumption."""
_LITTLE = 0.25
"""To which power of the hardness a crime's cards are paid the least: nobody pays for the others;
our assumption."""
_SPARED = 0.5
"""Of what they have honest drawers but the first give so much at most, so that it is there when it
is due; our assumption."""
_KEPT = 0.25
"""Of a month's income who opens cards has so much at least; our assumption."""


@dataclass(frozen=True)
class BustOut(Mirrored):
    """Many young cards of one person drawn to the limit, twice, by cheques that come back."""

    prevalence: ClassVar[float] = 3.0
    reporting: ClassVar[Reporting] = Reporting(share=0.9, days=45.0, spread=0.5)
    """The bank itself finds out, as cheques come back and nobody pays; our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "accounts", "opened", "sum out", "largest out", "payments in", "transfers in", "days in",
        "partners in", "declined", "debtor_balance_minor", "leg",
    )  # fmt: skip

    accounts: Annotated[int, Interval(ge=4, le=20)] = 10
    """At most so many cards, and at least half as many."""

    months: Annotated[int, Interval(ge=5, le=60)] = 24
    """At the start no card is older than so many months, and none younger than four."""

    days: Annotated[int, Interval(ge=2, le=60)] = 28
    """It is over within at most so many days."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield the cards, their honest life up to then, and the two rounds of drawing."""
        hard, pool = self.hardness, banking(graph)
        oldest = graph.world.start_ms - self.months * _MONTH_MS
        pool = pool[graph["user"]["customer_since"][pool] < oldest]
        # who has nothing pays nothing back, and opens no more cards
        pool = pool[held(graph, pool) >= _KEPT * holders(graph).income[pool]]
        person = choose(rng, pool, (count,), "bust_out: people who have banked for so long")
        many = np.rint(self.accounts * (1 - 0.5 * hard) * rng.uniform(0.9, 1, (count, 1)))
        here = np.arange(self.accounts) < np.maximum(many, np.ceil(self.accounts / 2))
        # at hard some of the cards are drawn once only, and no cheque is paid in on them
        twice = here & (rng.random(here.shape) < 1 - 0.15 * hard)
        twice[:, :2] = True
        owner = np.broadcast_to(person[:, None], here.shape)[here]
        age = rng.uniform(4, self.months, len(owner)) * _MONTH_MS
        opened = graph.world.start_ms - age.astype(np.int64)
        cards, tables = open_cards(graph, rng, here, owner, opened)
        when = redrawing(graph, rng, person, here, self.days, hard)
        # once it has begun a crime's cards are hardly paid for: the harder, the more are just so
        begins = when.at.min(axis=2)
        yield from unpaid(rng, tables, cards, hard**_LITTLE, since=begins) if is_fraud else tables
        # the cheques on each card are another's, but at easy a crime's are all from one account
        number = (np.cumsum(twice, axis=1) - 1) // (1 if hard or not is_fraud else self.accounts)
        payers = drawers(graph, rng, self, person, number, cards.limit)
        payer, first = np.take_along_axis(payers, number, axis=1), twice & (number == 0)
        if is_fraud:
            surely = _COVERED * means(graph, payer[:, 0])
            drawn = self._busted(rng, cards, twice, first, surely)
        else:
            drawn = _spent(rng, cards.limit, twice, first, held(graph, payer))
        case, made_good = graph.new("case", count), first & (not is_fraud)
        yield from redrawn(
            graph, rng, cards, when, drawn, Given(payer, twice, made_good),
            person=person,
            here=here,
            case=case,
            hardness=hard,
            is_fraud=is_fraud,
        )  # fmt: skip
        yield cases(graph, self, case, *when.spells(here, made_good), is_fraud=is_fraud)
        account = {"card": cards.account, "payer": main_accounts(graph, payers)}
        yield from members(case, user={"holder": person[:, None]}, account=account)

    def _busted(
        self, rng: np.random.Generator, cards: Cards, twice: Array, first: Array, least: Array
    ) -> Drawn:
        """Say what a crime draws of each limit, draws again, and pays in: float64 grids.

        All of it is more than the limits, but not more than at most, and what is drawn first is no
        more than there is room for; the cheques of the first payer (bool) come to `least`.
        """
        hard, limit, all_of_it = self.hardness, cards.limit, cards.limit.sum(axis=1)
        bought = cards.room * rng.uniform(0.5 + 0.4 * hard, 0.75 + 0.23 * hard, limit.shape)
        again = limit * rng.uniform(1 - 0.7 * hard, 1.6 - 1.1 * hard, limit.shape) * twice
        more = np.maximum(1, least / (again * first).sum(axis=1))
        again *= np.where(first, more[:, None], 1)
        total, so_far = again.sum(axis=1), bought.sum(axis=1)
        some = rng.uniform(*_LEAST, len(limit)) * all_of_it
        total = np.clip(total, some - so_far, _MOST * all_of_it - so_far) / total
        again *= total[:, None]
        return bought, again, again * rng.uniform(*_PAID_IN, limit.shape)


def _spent(rng: np.random.Generator, limit: Array, twice: Array, first: Array, has: Array) -> Drawn:
    """Say the same of a look-alike, who spends less, but all of the card that the first payer pays.

    The other payers have what they give.
    """
    bought = limit * rng.uniform(0.5, 0.62, limit.shape) * (1 + 0.5 * first)
    again = np.where(first, 0.58 * bought, limit * rng.uniform(0.08, 0.15, limit.shape) * twice)
    part = np.minimum(1, 0.98 * limit.sum(axis=1) / (bought + again).sum(axis=1))[:, None]
    given = again * rng.uniform(1 + ~first, 1 + 3 * ~first)
    return (
        part * bought,
        part * again,
        part * np.where(first, given, np.minimum(given, _SPARED * has)),
    )
