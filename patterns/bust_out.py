"""Bust-out: cards that were paid off for months are drawn to the limit, and then over it.

Somebody opens about ten credit cards, shops a little and pays what is due, for four to 24 months:
what lies before day 0 is the cards' age, their limits and small balances. Then, within one to four
weeks, each card is drawn nearly to its limit; cheques, which no money stands behind, are paid in on
it and re-open the limit at once; and before they come back, the limit is drawn again. So 100 to
250 % of the limits is gone, and the cheques bounce. The look-alike is a wedding: cards as young,
opened for it, are drawn within as few weeks; cheques from an account that it was saved up in are
paid in on the way, and clear.

The harder it is to find, the fewer cards are drawn, over more days, by more purchases, most of them
small ones as people make every day; and the fewer of them are paid by cheque: of the cheques, a
little one on each of these clears. What marks the pattern by definition, and is the same in the
look-alike: how young and how many the cards are, how much of their limits is spent, and that
cheques are paid in on them. That most of these come back is the crime itself.

Sources: about ten accounts, 4 to 24 months and payments that come back: Experian after Investopedia
(https://www.investopedia.com/terms/b/bustout.asp-0) and "Bust-out fraud"
(https://studylib.net/doc/8360431/bust-out-fraud), 100 to 250 % of the limit too. One to four weeks,
and 10 to 30 basis points of card accounts a year, are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.credit import everyday, nursed, open_cards, split, spree
from graphgen.flow import banking, first_day, times, within
from graphgen.graph import Graph
from graphgen.pattern import Pattern, cases, choose, errands, members
from graphgen.population import open_checking
from graphgen.population.banking import draw_banks
from graphgen.population.holders import holders
from graphgen.rings import in_grid
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_MONTH_MS = int(30.4 * DAY_MS)
_MONTHS, _LITTLE, _COVERED = 2, 0.3, 1.25
"""Who has less than a share of a year's income within so many months, and how much more than that
the cheques come to, so that they surely bounce; our assumption."""
_MOST = 2.45
_A_MINUTE, _HOURS = 60_000, 4 * 3_600_000


@dataclass(frozen=True)
class BustOut(Pattern):
    """Many young cards of one person drawn to the limit, twice, by cheques that come back."""

    prevalence: ClassVar[float] = 3.0
    defined_by: ClassVar[tuple[str, ...]] = (
        "debtor_balance_minor",
        "accounts",
        "payments in",
        "transfers in",
        "days in",
        "sum in",
        "transferred in",
        "sum out",
        "largest out",
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
        world, hard = graph.world, self.hardness
        person = self._people(graph, rng, count, is_fraud=is_fraud)
        many = self.accounts * (1 - 0.5 * hard) * rng.uniform(0.9, 1, (count, 1))
        here = np.arange(self.accounts) < np.maximum(np.rint(many), np.ceil(self.accounts / 2))
        # at hard about half of the cards are drawn once only, and no cheque is paid in on them
        twice = here & (rng.random(here.shape) < 1 - 0.5 * hard)
        twice[:, :2] = True
        owner = np.broadcast_to(person[:, None], here.shape)[here]
        age = rng.uniform(4, self.months, len(owner)) * _MONTH_MS
        opened = world.start_ms - age.astype(np.int64)
        account, card, limit, tables = open_cards(graph, graph, owner, opened, rng)
        parts = 4 + round(8 * hard)
        at = self._moments(graph, rng, person, here, parts)
        small = np.where(rng.random(at.shape) < 0.4 + 0.4 * hard, everyday(graph, rng, at.shape), 0)
        small[:, :, [0, -1]] = 0
        limits = np.maximum(in_grid(here, limit), 0)
        payer = holders(graph).main[person]
        least = _COVERED * _means(graph, person, payer) if is_fraud else np.zeros(count)
        amount = self._sums(rng, limits, twice, least, small, parts, is_fraud=is_fraud)
        new = account
        if not is_fraud:  # what is paid in was saved up in an account of its own
            saved = 2 * (amount[:, :, parts:-parts] * twice[:, :, None]).sum(axis=(1, 2))
            bank = draw_banks(graph, count, rng)
            payer, made = open_checking(graph, person, bank, rng, least=saved)
            graph.new("card", len(made[-1]))  # of which none is used here
            tables, new = [*tables, *made], np.concatenate([account, payer])
        yield from nursed(graph, rng, tables, accounts=new, cards=(owner, account))
        case, seen = graph.new("case", count), graph.grow("seen", tables)
        own = in_grid(here, account)
        rounds = ((slice(parts), here, "theft"), (slice(-parts, None), twice, "integration"))
        for part, some, stage in rounds:
            yield spree(
                graph, seen, rng, at[:, :, part],
                large=small[:, :, part] <= 0,
                person=person[:, None, None],
                debtor_account_id=own[:, :, None],
                card_id=in_grid(here, card)[:, :, None],
                amount_minor=amount[:, :, part],
                stage=stage if is_fraud else None,
                case=case[:, None, None],
                here=some[:, :, None],
            )  # fmt: skip
        yield errands(
            graph, at[:, :, parts:-parts],
            hours="counter",
            debtor_account_id=payer[:, None, None],
            creditor_account_id=own[:, :, None],
            user_id=person[:, None, None],
            habit="transfer",
            rail="cheque",
            channel="branch",
            amount_minor=amount[:, :, parts:-parts],
            stage="preparation" if is_fraud else None,
            case=case[:, None, None],
            here=twice[:, :, None],
        )  # fmt: skip
        begin = at.min(axis=(1, 2), where=here[:, :, None], initial=2**62)
        end = at.max(axis=(1, 2), where=here[:, :, None], initial=0)
        yield cases(graph, self, case, begin, end, is_fraud=is_fraud)
        yield from members(
            case,
            user={"holder": person[:, None]},
            account={"card": own, "payer": payer[:, None]},
        )

    def _moments(
        self, graph: Graph, rng: np.random.Generator, person: Array, here: Array, parts: int
    ) -> Array:
        """Draw when each card is drawn, paid by cheque, and drawn again: int64 ms.

        A grid (people, cards, moments): so many purchases on the days before, a small cheque on
        one of them, the large ones all on one day, and as many purchases within hours of the last.
        """
        lasts = max(2, round(min(self.days, graph.world.days) * (0.25 + 0.75 * self.hardness)))
        first = first_day(graph, rng, len(person), lasts)[:, None, None]
        who, shape = person[:, None, None], (*here.shape, parts)
        paid_in = first + 1 + rng.integers(0, lasts - 1, (*here.shape, 1))
        before = first + (rng.random(shape) * (paid_in - first)).astype(np.int64)
        bought = np.sort(times(graph, rng, who, before, "shopping"), axis=2)
        early = times(graph, rng, who, before[:, :, :1], "counter")
        cheques = np.broadcast_to(paid_in, (*here.shape, 1 + round(self.hardness)))
        cheques = np.sort(times(graph, rng, who, cheques, "counter"), axis=2)
        wait = np.sort(rng.integers(_A_MINUTE, _HOURS, shape), axis=2)
        at = np.concatenate([bought, early, cheques, cheques[:, :, -1:] + wait], axis=2)
        return within(graph, at, here[:, :, None])

    def _sums(
        self,
        rng: np.random.Generator,
        limit: Array,
        twice: Array,
        least: Array,
        small: Array,
        parts: int,
        *,
        is_fraud: bool,
    ) -> Array:
        """Share out what is drawn of each limit, and paid in: int64, a grid like that of moments.

        What is drawn of cards for a second time (bool) comes to `least`, at least, and makes all
        that is drawn more than the limits; but it is no more than is drawn at most.
        """
        hard = self.hardness
        spans = ((0.5 + 0.15 * hard, 0.75 + 0.15 * hard), (1 - 0.55 * hard, 1.6 - 0.8 * hard))
        spans = spans if is_fraud else ((0.3, 0.5), (0.2, 0.4))
        first, again = (limit * rng.uniform(*span, limit.shape) for span in spans)
        again = np.where(twice, again, 0)
        total = np.maximum(again.sum(axis=1), 1)
        most = np.maximum((_MOST * limit - first).sum(axis=1), total)
        if is_fraud:
            least = np.maximum(least, (1.03 * limit - first).sum(axis=1))
        again *= (np.clip(least, total, most) / total)[:, None]
        paid = again * rng.uniform(1, 1.1, limit.shape)
        early = np.rint(limit * rng.uniform(0.02, 0.05, limit.shape)).astype(np.int64)[:, :, None]
        bought = split(rng, first, small[:, :, :parts])
        cheques = split(rng, paid, np.zeros_like(small[:, :, parts + 1 : -parts]))
        return np.concatenate(
            [bought, early, cheques, split(rng, again, small[:, :, -parts:])], axis=2
        )

    def _people(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Array:
        """Choose people who have banked long enough; for a crime those who have put little by."""
        pool = banking(graph)
        oldest = graph.world.start_ms - self.months * _MONTH_MS
        pool = pool[graph["user"]["customer_since"][pool] < oldest]
        if is_fraud:
            income = graph["user"]["income_minor"][pool]
            pool = pool[_means(graph, pool, holders(graph).main[pool]) < _LITTLE * income]
        return choose(rng, pool, (count,), "bust_out: people who have banked for so long")


def _means(graph: Graph, person: Array, account: Array) -> Array:
    """Say what people can have in an account within the weeks that count: float64, minor units."""
    table = graph["account"]
    has = table["opening_balance_minor"][account] + table["credit_limit_minor"][account]
    return np.asarray(has + _MONTHS * graph["user"]["income_minor"][person] / 12)
