"""Cheque kiting: spending the credit that a bank gives before a cheque has cleared.

The kiter pays account B from A, C from B and A from C, day after day, each before the last cheque
clears, so that every bank shows a balance that no one ever deposited. The sums grow; debits about
equal credits; at last the balances are drawn in cash, the cheques in clearing bounce, and the banks
bear the loss. It looks like somebody who moves money between accounts of their own.

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

from graphgen.graph import Graph
from graphgen.pattern import Pattern, cases, choose, errands, members
from graphgen.population import open_checking, with_life
from graphgen.population.errands import at_hours
from graphgen.table import Array, Table


@dataclass(frozen=True)
class Kiting(Pattern):
    """Cycles of cheques between one person's accounts at different banks, till they bounce."""

    prevalence: ClassVar[float] = 5.0

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
        kiter = self._people(graph, rng, self.instances(graph))
        account, tables = self._accounts(graph, rng, kiter, least=0)
        yield from tables
        parts = 1 + round(6 * self.hardness)
        at, drawn = self._moments(graph, rng, kiter, account.shape[1], parts)
        # the harder it is to be, the smaller are the sums, and the more parts they are drawn in
        median = self.amount * (1.6 - 1.2 * self.hardness)
        first = median * rng.lognormal(0, 0.4, (len(kiter), 1, 1))
        size = first * (1 + self.growth) ** np.arange(at.shape[1])[:, None]
        # each cheque is a little less than the last, so that the day's round is covered by itself
        size = size * (1 - 0.01 * np.arange(at.shape[2]) - 0.01 * rng.random(at.shape))
        case = graph.new("case", len(kiter))
        yield _cheques(graph, kiter, account, at, size, case, is_fraud=True)
        yield _drawn(graph, rng, kiter, account, drawn, case)
        yield cases(graph, self, case, at.min(axis=(1, 2)), drawn.max(axis=(1, 2)), is_fraud=True)
        yield from members(case, user={"kiter": kiter[:, None]}, account={"account": account})

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield people who move their own money round by cheque, and never more than they have."""
        mover = self._people(graph, rng, self.lookalikes(graph))
        amount = self.amount * rng.lognormal(0, 0.4, (len(mover), 1))
        account, tables = self._accounts(graph, rng, mover, least=amount * self.days)
        yield from tables
        at, _ = self._moments(graph, rng, mover, account.shape[1], 0)
        size = amount[:, :, None] * (1 - 0.05 * rng.random(at.shape))
        case = graph.new("case", len(mover))
        yield _cheques(graph, mover, account, at, size, case, is_fraud=False)
        first, last = at.min(axis=(1, 2)), at.max(axis=(1, 2))
        yield cases(graph, self, case, first, last, is_fraud=False)
        yield from members(case, user={"owner": mover[:, None]}, account={"account": account})

    def _people(self, graph: Graph, rng: np.random.Generator, count: int) -> Array:
        """Choose who does it; nobody, where the window has no business day."""
        if not len(_business_days(graph)):
            count = 0
        everybody = np.arange(graph.size("user"), dtype=np.int32)
        return choose(rng, everybody, (count,), "kiting: people")

    def _accounts(
        self, graph: Graph, rng: np.random.Generator, person: Array, *, least: Array | int
    ) -> tuple[Array, list[Table]]:
        """Open accounts at different banks: int32 (people, banks), with an honest life."""
        bank = np.tile(np.arange(graph.size("bank"), dtype=np.int32), (len(person), 1))
        bank = rng.permuted(bank, axis=1)[:, : self.banks]
        user = np.repeat(person, bank.shape[1])
        least = np.broadcast_to(least, bank.shape).reshape(-1)
        account, tables = open_checking(graph, user, bank.reshape(-1), rng, least=least)
        return account.reshape(bank.shape), with_life(graph, rng, tables, accounts=account)

    def _moments(
        self, graph: Graph, rng: np.random.Generator, person: Array, banks: int, parts: int
    ) -> tuple[Array, Array]:
        """Draw when cheques are paid in, and when the balances are drawn out at the end: int64 ms.

        Cheques go in on so many business days in a row, one after the other while the counters are
        open: (people, days, banks), ascending. What is drawn, in so many parts of each account, is
        drawn on the last day after the cheques: (people, banks, parts).
        """
        business = _business_days(graph)
        days = min(self.days, max(1, len(business)))
        first = rng.integers(0, max(1, len(business) - days), len(person))
        day = (
            business[first[:, None] + np.arange(days)] if len(person) else np.empty((0, days), int)
        )
        visits = np.full(days, banks)
        visits[-1] += banks * parts
        at = at_hours(
            graph,
            rng,
            np.repeat(person, visits.sum()),
            np.repeat(day, visits, axis=1).reshape(-1),
            "counter",
        ).reshape(len(person), visits.sum())
        paid_in = np.sort(at[:, : banks * (days - 1)].reshape(len(person), days - 1, banks), axis=2)
        last = np.sort(at[:, banks * (days - 1) :], axis=1)
        cheques = np.concatenate([paid_in, last[:, None, :banks]], axis=1)
        return cheques, last[:, banks:].reshape(len(person), parts, banks).transpose(0, 2, 1)


def _business_days(graph: Graph) -> Array:
    world = graph.world
    return np.flatnonzero(world.place.is_business_day(world.start, world.days))


def _cheques(
    graph: Graph,
    person: Array,
    account: Array,
    at: Array,
    size: Array,
    case: Array,
    *,
    is_fraud: bool,
) -> Table:
    """Pay each account from the one before it, round and round."""
    return errands(
        graph,
        at,
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
    )


def _drawn(
    graph: Graph, rng: np.random.Generator, person: Array, account: Array, at: Array, case: Array
) -> Table:
    """Draw nearly all of each balance in cash, before the last cheques are settled."""
    vaults = graph["bank"]["vault_account_id"]
    return errands(
        graph,
        at,
        case=case[:, None, None],
        hours="counter",
        debtor_account_id=account[:, :, None],
        creditor_account_id=vaults[rng.integers(0, len(vaults), at.shape)],
        user_id=person[:, None, None],
        habit="cash_withdrawal",
        rail="cash",
        channel="branch",
        stage="theft",
        amount_of="balance",
        # equal parts of what there is: a half, then all of the rest
        share=1 / np.arange(at.shape[2], 0, -1) * rng.uniform(0.85, 0.98, at.shape),
    )
