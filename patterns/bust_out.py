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
from graphgen.pattern import Pattern, cases, choose, errands, members
from graphgen.planting.cheques import by_cheque
from graphgen.planting.credit import open_cards
from graphgen.planting.flow import (
    banking,
    first_day,
    held,
    on_open_days,
    times,
    within,
    without,
)
from graphgen.planting.means import means, sparing
from graphgen.planting.rings import recruits
from graphgen.planting.spree import everyday, spells, split, spree
from graphgen.planting.unpaid import unpaid
from graphgen.population.holders import holders
from graphgen.reporting import Reporting
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_MONTH_MS = int(30.4 * DAY_MS)
_COVERED = 1.4
"""How much more than what there can be the cheques come to, so that one surely bounces; our
assumption."""
_POOR, _SOMETHING, _EARLY = 0.03, 180_000, 0.08
"""What share of people has little, what others have at least (minor units), and how much of what
is paid in comes before; our assumption."""
_LEAST, _MOST = (1.12, 1.18), 2.45
"""What all that is drawn comes to at least, from case to case, and at most, in limits: within the
100 to 250 % of the sources, by margins that are our assumption, the first for what is declined
nevertheless."""
_PAID_IN = 1.1, 1.2
"""What cheques come to, in what is drawn again: more, as the first of them may have come back by
then; our assumption."""
_QUIET = 0.5
"""Of those who have something, what share pay least: whose cheques are given; our assumption."""
_MADE_GOOD = 5, 8
"""So many days after cheques were paid in an honest drawer brings what has come back: after two
business days; our assumption."""
_MORE, _MANY = 12, 6
"""How many more purchases there are in either round at hard than at easy, and to which power of the
hardness: at medium they are hardly more; our assumption."""
_LITTLE = 0.25
"""To which power of the hardness a crime's cards are paid the least: nobody pays for the others;
our assumption."""
_SPARED = 0.5
"""Of what they have honest drawers but the first give so much at most, so that it is there when it
is due; our assumption."""
_KEPT = 0.25
"""Of a month's income who opens cards has so much at least; our assumption."""
_A_MINUTE, _HOURS = 60_000, 4 * 3_600_000


@dataclass(frozen=True)
class BustOut(Pattern):
    """Many young cards of one person drawn to the limit, twice, by cheques that come back."""

    prevalence: ClassVar[float] = 3.0
    reporting: ClassVar[Reporting] = Reporting(share=0.9, days=45.0, spread=0.5)
    """The bank itself finds out, as cheques come back and nobody pays; our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "accounts",
        "opened",
        "sum out",
        "largest out",
        "payments in",
        "transfers in",
        "days in",
        "partners in",
        "declined",
        "debtor_balance_minor",
        "leg",
    )

    accounts: Annotated[int, Interval(ge=4, le=20)] = 10
    """At most so many cards, and at least half as many."""

    months: Annotated[int, Interval(ge=5, le=60)] = 24
    """At the start no card is older than so many months, and none younger than four."""

    days: Annotated[int, Interval(ge=2, le=60)] = 28
    """It is over within at most so many days."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the cards, their honest life up to then, and the two rounds of drawing."""
        yield from self._planted(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield weddings: as much at once, but paid for."""
        yield from self._planted(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _planted(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        hard = self.hardness
        pool = banking(graph)
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
        parts = 4 + round(_MORE * hard**_MANY)
        at, again = self._moments(graph, rng, person, here, parts)
        # once it has begun a crime's cards are hardly paid for: the harder, the more are just so
        little = hard**_LITTLE
        yield from unpaid(rng, tables, cards, little, since=at.min(axis=2)) if is_fraud else tables
        # the cheques on each card are another's, but at easy a crime's are all from one account
        number = (np.cumsum(twice, axis=1) - 1) // (1 if hard or not is_fraud else self.accounts)
        payers = self._payers(graph, rng, person, number, cards.limit)
        payer = np.take_along_axis(payers, number, axis=1)
        main, first = holders(graph).main, twice & (number == 0)
        if is_fraud:
            surely = _COVERED * means(graph, payer[:, 0])
            drawn = self._busted(rng, cards.limit, cards.room, twice, first, surely)
        else:
            has = held(graph, payer)
            drawn = _spent(rng, cards.limit, twice, first, has)
        small = np.where(
            rng.random(at.shape) < 0.4 + 0.5 * hard**2, everyday(graph, rng, at.shape), 0
        )
        # several of either round are large: one that is declined is not half of it
        small[:, :, [0, 1, -3, -2, -1, *range(parts, at.shape[2] - parts)]] = 0
        small[:, :, parts] = _EARLY * drawn[2]
        case = graph.new("case", count)
        rounds = ((slice(parts), here, "theft"), (slice(-parts, None), twice, "integration"))
        for (part, some, stage), total in zip(rounds, drawn[:2], strict=True):
            yield spree(
                graph, rng, cards, at[:, :, part], total, small[:, :, part],
                person=person[:, None],
                case=case[:, None],
                here=some,
                hardness=hard,
                stage=stage if is_fraud else None,
            )  # fmt: skip
        yield by_cheque(
            graph, at[:, :, parts:-parts],
            payer=main[payer][:, :, None],
            payee=cards.account[:, :, None],
            person=payer[:, :, None],
            habit="card_repayment",
            amount=split(rng, drawn[2], small[:, :, parts:-parts]),
            stage="preparation" if is_fraud else None,
            case=case[:, None, None],
            here=twice[:, :, None],
        )  # fmt: skip
        begin, end = spells(at, here)
        if not is_fraud:  # whose cheques come back brings as much in cash
            bank = cards.seen["account"]["bank_id"][cards.account]
            yield errands(
                graph, again,
                case=case[:, None],
                here=first,
                hours="counter",
                debtor_account_id=graph["bank"]["vault_account_id"][bank],
                creditor_account_id=cards.account,
                user_id=payer,
                habit="cash_deposit",
                rail="cash",
                channel="branch",
                amount_minor=np.ceil(drawn[2]).astype(np.int64),
            )  # fmt: skip
            end = np.maximum(end, again.max(axis=1, where=first, initial=0))
        yield cases(graph, self, case, begin, end, is_fraud=is_fraud)
        payers = np.where(payers >= 0, main[payers], -1)
        yield from members(
            case, user={"holder": person[:, None]}, account={"card": cards.account, "payer": payers}
        )

    def _moments(
        self, graph: Graph, rng: np.random.Generator, person: Array, here: Array, parts: int
    ) -> tuple[Array, Array]:
        """Draw when each card is drawn, paid by cheque, and drawn again: int64 ms.

        A grid (people, cards, moments): so many purchases on the days before, a small cheque on
        one of them, the large ones all on one day, and as many purchases within hours of the last.
        And when an honest drawer makes good what has come back: (people, cards).
        """
        most = min(self.days, graph.world.days)
        lasts = max(2, round(most * (0.25 + 0.75 * self.hardness)))
        wait = min(_MADE_GOOD[1], max(0, most - 2))
        lasts = min(max(2, most), lasts + wait)
        first = first_day(graph, rng, len(person), lasts)
        first = on_open_days(graph, rng, first, 0, graph.world.days - lasts)[:, None, None]
        who, shape = person[:, None, None], (*here.shape, parts)
        paid_in = first + 1 + rng.integers(0, lasts - 1 - wait, (*here.shape, 1))
        paid_in = on_open_days(graph, rng, paid_in, first + 1, first + lasts - 1 - wait)
        before = first + (rng.random(shape) * (paid_in - first)).astype(np.int64)
        bought = np.sort(times(graph, rng, who, before, "shopping"), axis=2)
        early = on_open_days(graph, rng, before[:, :, :1], first, paid_in - 1)
        early = times(graph, rng, who, early, "counter")
        cheques = np.broadcast_to(paid_in, (*here.shape, 1 + round(2 * self.hardness)))
        cheques = np.sort(times(graph, rng, who, cheques, "counter"), axis=2)
        on = np.sort(rng.integers(_A_MINUTE, _HOURS, shape), axis=2)
        at = np.concatenate([bought, early, cheques, cheques[:, :, -1:] + on], axis=2)
        days = paid_in + np.minimum(_MADE_GOOD, wait)
        again = rng.integers(days[:, :, 0], days[:, :, 1] + 1)
        again = on_open_days(graph, rng, again, days[:, :, 0], days[:, :, 1])
        again = times(graph, rng, person[:, None], again, "counter")
        again = np.maximum(again, at.max(axis=2) + _A_MINUTE)
        both = np.concatenate([at, again[:, :, None]], axis=2)
        both = within(graph, both, here[:, :, None])
        return both[:, :, :-1], both[:, :, -1]

    def _busted(
        self,
        rng: np.random.Generator,
        limit: Array,
        room: Array,
        twice: Array,
        first: Array,
        least: Array,
    ) -> tuple[Array, Array, Array]:
        """Say what a crime draws of each limit, draws again, and pays in: float64 grids.

        All of it is more than the limits, but not more than at most, and what is drawn first is no
        more than there is room for; the cheques of the first payer (bool) come to `least`.
        """
        hard, all_of_it = self.hardness, limit.sum(axis=1)
        bought = room * rng.uniform(0.5 + 0.4 * hard, 0.75 + 0.23 * hard, limit.shape)
        again = limit * rng.uniform(1 - 0.7 * hard, 1.6 - 1.1 * hard, limit.shape) * twice
        more = np.maximum(1, least / (again * first).sum(axis=1))
        again *= np.where(first, more[:, None], 1)
        total, so_far = again.sum(axis=1), bought.sum(axis=1)
        some = rng.uniform(*_LEAST, len(limit)) * all_of_it
        total = np.clip(total, some - so_far, _MOST * all_of_it - so_far) / total
        again *= total[:, None]
        return bought, again, again * rng.uniform(*_PAID_IN, limit.shape)

    def _payers(
        self, graph: Graph, rng: np.random.Generator, person: Array, number: Array, limit: Array
    ) -> Array:
        """Choose whose cheques are paid in: int32 (people, as many as `number` counts), else -1.

        The first of each has little, the others something: the more, the larger the card's limit.
        """
        pool = without(graph, banking(graph), person)
        has = held(graph, pool)
        poor = np.argsort(means(graph, pool))[: max(len(person), round(_POOR * len(pool)))]
        wanted = np.arange(number.shape[1]) <= number.max(axis=1, initial=-1, keepdims=True)
        rich = sparing(graph, pool[has > _SOMETHING], _QUIET)
        rich = without(graph, rich, pool[poor])
        payers = recruits(rng, rich, wanted, "bust_out: people who give cheques")
        most = np.zeros(wanted.shape)
        np.put_along_axis(most, number, limit, axis=1)
        order = np.argsort(np.where(wanted, -held(graph, payers), 1), axis=1, kind="stable")
        turn = np.argsort(np.argsort(np.where(wanted, -most, 1), axis=1, kind="stable"), axis=1)
        payers = np.take_along_axis(payers, np.take_along_axis(order, turn, axis=1), axis=1)
        payers[:, :1] = recruits(rng, pool[poor], wanted[:, :1], "bust_out: people with little")
        return payers


def _spent(
    rng: np.random.Generator, limit: Array, twice: Array, first: Array, has: Array
) -> tuple[Array, Array, Array]:
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
