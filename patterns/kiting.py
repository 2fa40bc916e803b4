"""Cheque kiting: spending the credit that a bank gives before a cheque has cleared.

The kiter pays account B from A, C from B and A from C, day after day, each before the last cheque
clears, so that every bank shows a balance that no one ever deposited. The sums grow; debits about
equal credits; at last the balances are drawn in cash, the cheques in clearing bounce, and the banks
bear the loss. It looks like somebody who moves money between accounts of their own.

One of the accounts is the kiter's main one, the others lie at other banks. The harder it is to
find, the smaller are the sums; but at easy, only every other business day has its round: some of
the last round may have cleared by then, but all cheques of one round are afloat at once. What
marks the pattern by definition: many accounts, balances near nothing when cash is drawn and when
cheques are settled, and cheques that come back.

Source: Bankers Online, "Steps to Prove Check Kiting"
(https://bankersonline.com/qa/steps-prove-check-kiting): accounts at several banks, several cheques
a day near the cut-off, deposits about equal to withdrawals, drawings on funds that are not
collected. Cycles of 2 to 4 accounts, 1 to 2 days of float and growth of 5 to 15 % a cycle are
common to the guidance of bank examiners; the sums are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.flow import banking, times
from graphgen.graph import Graph
from graphgen.pattern import Pattern, cases, choose, errands, members
from graphgen.population import open_checking, with_life
from graphgen.population.holders import holders
from graphgen.table import Array, Table


@dataclass(frozen=True)
class Kiting(Pattern):
    """Cycles of cheques between one person's accounts at different banks, till they bounce."""

    prevalence: ClassVar[float] = 5.0
    defined_by: ClassVar[tuple[str, ...]] = ("accounts",)

    banks: Annotated[int, Interval(ge=2, le=5)] = 3
    """How many accounts the cycle goes through, each at a bank of its own."""

    days: Annotated[int, Interval(ge=2, le=60)] = 9
    """Business days that it goes on for."""

    amount: Annotated[int, Interval(ge=10_000, le=10_000_000)] = 120_000
    """Median of the first cheque, in minor units."""

    growth: Annotated[float, Interval(ge=0, le=0.5)] = 0.06
    """How much larger a day's cheques are than the last day's."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield each kiter's accounts, the rounds of cheques through them, and the drawing out."""
        yield from self._planted(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield people who move their own money round by cheque, and never more than they have."""
        yield from self._planted(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _planted(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        world = graph.world
        business = np.flatnonzero(world.place.is_business_day(world.start, world.days))
        if not len(business):  # then nobody does it
            count, business = 0, np.zeros(1, np.int64)
        person = self._people(graph, rng, count, is_fraud=is_fraud)
        at, drawn = self._moments(graph, rng, person, business)
        median = self.amount * (1.6 - 0.6 * self.hardness)
        size = median * rng.lognormal(0, 0.4, (len(person), 1, 1))
        if is_fraud:
            size = size * (1 + self.growth) ** np.arange(at.shape[1])[:, None]
        # each cheque is a little less than the last, so that the day's round is covered by itself
        size = size * (1 - 0.01 * np.arange(at.shape[2]) - 0.01 * rng.random(at.shape))
        least = size.sum(axis=(1, 2)) / at.shape[2]
        if is_fraud:  # at hard the accounts hold about what anybody's do
            usual = graph["account"]["opening_balance_minor"][holders(graph).main]
            usual = np.minimum(usual, 4 * self.amount)
            least = self.hardness * rng.choice(usual, len(person))
        bank, account, tables = self._accounts(graph, rng, person, least, is_fraud=is_fraud)
        yield from tables
        case = graph.new("case", len(person))
        yield errands(
            graph, at,
            case=case[:, None, None],
            hours="counter",
            debtor_account_id=account[:, None, :],
            creditor_account_id=np.roll(account, -1, axis=1)[:, None, :],
            user_id=person[:, None, None],
            habit="transfer",
            rail="cheque",
            channel="branch",
            stage="preparation" if is_fraud else None,
            amount_minor=np.rint(size).astype(np.int64),
        )  # fmt: skip
        if is_fraud:
            left = np.arange(drawn.shape[2], 0, -1)
            yield errands(
                graph, drawn,
                case=case[:, None, None],
                hours="counter",
                debtor_account_id=account[:, :, None],
                creditor_account_id=graph["bank"]["vault_account_id"][bank[:, :, None]],
                user_id=person[:, None, None],
                habit="cash_withdrawal",
                rail="cash",
                channel="branch",
                stage="integration",
                amount_of="balance",
                # equal parts of what there is: a half, then all of the rest
                share=rng.uniform(0.85, 0.95, drawn.shape) / left,
            )  # fmt: skip
        last = (drawn if is_fraud else at).max(axis=(1, 2), initial=0)
        begin = at.min(axis=(1, 2), initial=2**62)
        yield cases(graph, self, case, begin, last, is_fraud=is_fraud)
        role = "kiter" if is_fraud else "owner"
        yield from members(case, user={role: person[:, None]}, account={"account": account})

    def _people(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Array:
        """Choose who does it: for a crime, people who have little of their own to draw on."""
        pool = banking(graph)
        if is_fraud:
            has = graph["account"]["opening_balance_minor"][holders(graph).main[pool]]
            pool = pool[has < 4 * self.amount]
        return choose(rng, pool, (count,), "kiting: people")

    def _accounts(
        self, graph: Graph, rng: np.random.Generator, person: Array, least: Array, *, is_fraud: bool
    ) -> tuple[Array, Array, list[Table]]:
        """Give different banks, accounts there: int32 (people, banks), and the tables of new ones.

        A kiter's first is the main account; new ones get an honest life.
        """
        main = holders(graph).main[person]
        rank = rng.random((len(person), graph.size("bank")))
        rank[np.arange(len(person)), graph["account"]["bank_id"][main]] = -1
        bank = np.argsort(rank, axis=1)[:, : self.banks].astype(np.int32)
        opened = bank[:, is_fraud:]
        least = np.broadcast_to(least[:, None], opened.shape)
        user = np.broadcast_to(person[:, None], opened.shape)
        account, tables = open_checking(
            graph, user.reshape(-1), opened.reshape(-1), rng, least=least.reshape(-1)
        )
        lived = with_life(graph, rng, tables, accounts=account)
        account = account.reshape(opened.shape)
        return bank, np.hstack([main[:, None], account]) if is_fraud else account, lived

    def _moments(
        self, graph: Graph, rng: np.random.Generator, person: Array, business: Array
    ) -> tuple[Array, Array]:
        """Draw when cheques are paid in, and when the balances are drawn out at the end: int64 ms.

        Cheques go in on business days (but at easy on every other), one after the other while the
        counters are open: (people, rounds, banks), ascending. What is drawn of each account, but at
        easy in two parts, is drawn on the last day after the cheques: (people, banks, parts).
        """
        banks, parts = min(self.banks, graph.size("bank")), 1 + (self.hardness > 0)
        days = min(self.days, len(business))
        rounds = np.arange(0, days, parts)
        first = rng.integers(0, max(1, len(business) - days + 1), len(person))
        day = business[first[:, None] + rounds]
        paid_in = np.repeat(day[:, :-1, None], banks, axis=2)
        paid_in = np.sort(times(graph, rng, person[:, None, None], paid_in, "counter"), axis=2)
        last = np.repeat(day[:, -1:], banks * (1 + parts), axis=1)
        last = np.sort(times(graph, rng, person[:, None], last, "counter"), axis=1)
        cheques = np.concatenate([paid_in, last[:, None, :banks]], axis=1)
        return cheques, last[:, banks:].reshape(len(person), parts, banks).transpose(0, 2, 1)
