"""Cheque kiting: spending the credit that a bank gives before a cheque has cleared.

The kiter pays account B from A, C from B and A from C, day after day, each before the last cheque
clears, so that every bank shows a balance that no one ever deposited. The sums grow; debits about
equal credits; at last the balances are drawn in cash, the cheques in clearing bounce, and the banks
bear the loss, but for what they can take from what comes to these accounts later. The look-alike is
somebody who moves money round that is there, between accounts of their own, and fetches it in cash
in the end: on the next business day, when not all of the cheques have cleared, so that some of them
come back. Nobody meant to take a bank's money: days later as much, and what banks charge for it, is
paid in again, in cash, so that no bank is at a loss unless earlier cheques came back as well.

One of the accounts is the main one, the others lie at other banks: two in all, or as many as the
parameter says, or any number between. The harder it is to find, the smaller are the sums (at hard,
a share of the main account, as anybody's cheques are) and the fewer the days, and the more is held
in the accounts; but at easy, only every other business day has its round: some of the last round
may have cleared by then, but all cheques of one round are afloat at once. What marks the pattern by
definition, and is the same in the look-alike: many accounts, from which all is drawn, so that
balances are near nothing when cheques are settled, cheques come back, and what is paid from there
later is declined, so that less is paid from there, and nothing at last. The crime is that nobody
had the money, and that the sums grow.

Source: Bankers Online, "Steps to Prove Check Kiting"
(https://bankersonline.com/qa/steps-prove-check-kiting): accounts at several banks, several cheques
a day near the cut-off, deposits about equal to withdrawals, drawings on funds that are not
collected. Cycles of 2 to 4 accounts, 1 to 2 days of float and growth of 5 to 15 % a cycle are
common to the guidance of bank examiners; the sums are our assumption. So is how many do it: 0.5 to
2 in 10,000 checking accounts a year, by two to four accounts a case some 0.03 to 0.25 cases among
10,000 people with one account each in 90 days. The default prevalence is our assumption too, and
at least twenty times that, so that there are cases to learn from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Mirrored, cases, choose, members
from graphgen.planting.cheques import at_banks
from graphgen.planting.flow import banking, held, income_days, open_days, without
from graphgen.planting.round_about import Accounts, round_about
from graphgen.planting.rounds import rounds
from graphgen.reporting import Reporting
from graphgen.rng import stream
from graphgen.table import Array, Table
from graphgen.world import World

_OF_BALANCE, _LITTLE, _BEYOND = (0.08, 0.4), 0.3, 0.15
"""What share of the main account a usual cheque is for, what that account holds at least, and a
kiter's cheque is for, in median first cheques; our assumption."""
_OWN = 6
"""To which power of the hardness sums are as anybody's cheques; our assumption."""
_MADE_GOOD = np.array([[2, 5], [6, 20]])
"""So many business days, at least and at most, after all is drawn a look-alike pays in again what
came back, if the world has so many, at easy and at hard, when banks have some of it from what came
meanwhile; our assumption."""


@dataclass(frozen=True)
class Kiting(Mirrored):
    """Cycles of cheques between one person's accounts at different banks, till they bounce."""

    prevalence: ClassVar[float] = 5.0
    reporting: ClassVar[Reporting] = Reporting(share=0.95, days=5.0, spread=0.5)
    """The bank itself finds out as cheques come back; the days are our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "accounts", "leg", "debtor_balance_minor", "creditor_balance_minor", "lowest balance",
        "returned", "declined", "days out", "last out", "payments out",
    )  # fmt: skip

    banks: Annotated[int, Interval(ge=2, le=5)] = 4
    """At most so many accounts, and at least two, each at a bank of its own."""

    days: Annotated[int, Interval(ge=2, le=60)] = 10
    """Business days that it goes on for; at hard, six tenths of them."""

    amount: Annotated[int, Interval(ge=10_000, le=10_000_000)] = 120_000
    """Median of the first cheque, in minor units."""

    growth: Annotated[float, Interval(ge=0, le=0.5)] = 0.06
    """How much larger a day's cheques are than the last day's."""

    def longest(self, key: str, world: World) -> int | None:
        """Say how many business days one may ask for, so that the world has what it takes."""
        if key != "days":
            return super().longest(key, world)
        business = int(world.place.is_business_day(world.start, world.days).sum())
        hard = replace(self, difficulty=self.difficulty or world.difficulty).hardness
        fits = [days for days in range(1, world.days + 1) if _lasts(days, hard) <= business]
        return max(fits, default=0)

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield the accounts, the rounds of cheques through them, and the drawing out."""
        hard, count = self.hardness, count if open_days(graph).any() else 0
        person = self._kiters(graph, count if is_fraud else self.instances(graph))
        if not is_fraud:  # whoever moves money of their own has it, at any difficulty
            pool = without(graph, self._able(graph, 1.0), person)
            person = choose(rng, pool, (count,), "kiting: people")
        size = self._first(graph, rng, person, hard if is_fraud else 1.0)
        most = min(self.banks, graph.size("bank"))
        here = np.arange(most) < rng.integers(min(2, most), most + 1, (count, 1))
        low, high = (0.0, 1.5 * hard) if is_fraud else (1.0, 2.0)
        owned = size * rng.uniform(low, high, count)
        bank, account, tables = at_banks(graph, rng, person, here, owned)
        yield from tables
        life = [table for table in tables if table.name == "pays"]
        parts, soon = 1 + (hard > 0), _MADE_GOOD[0] + hard * (_MADE_GOOD[1] - _MADE_GOOD[0])
        when = rounds(
            graph, rng, person, here,
            days=_lasts(self.days, hard),
            every=parts if is_fraud else 2,
            parts=parts,
            made_good=np.rint(soon).astype(int),
            income=income_days(graph, account[np.arange(count), here.sum(axis=1) - 1], life),
            is_fraud=is_fraud,
        )  # fmt: skip
        if is_fraud:  # what little comes there by itself does not cover a cheque
            size = np.maximum(size, _BEYOND * self.amount)
        case = graph.new("case", count)
        yield from round_about(
            graph, rng, when, Accounts(here, person, account, bank),
            first=size,
            growth=self.growth * is_fraud,
            case=case,
            is_fraud=is_fraud,
        )  # fmt: skip
        span = when.spells(here, made_good=not is_fraud)
        yield cases(graph, self, case, *span, is_fraud=is_fraud)
        role = "kiter" if is_fraud else "owner"
        yield from members(case, user={role: person[:, None]}, account={"account": account})

    def _kiters(self, graph: Graph, count: int) -> Array:
        """Choose who does it: int32 rows of `user`, the same whoever asks, so that nobody is both.

        There is nobody where no counter opens.
        """
        count = count if open_days(graph).any() else 0
        rng = stream(graph.world.seed, self.name, "kiters")
        return choose(rng, self._able(graph, self.hardness), (count,), "kiting: people")

    def _able(self, graph: Graph, hard: float) -> Array:
        """Find people whose main account holds what it takes: int32 rows of `user`.

        At hard it is anybody who has something; else people who have little.
        """
        pool = banking(graph)
        has = held(graph, pool)
        least, most = _LITTLE * self.amount * hard, 4 * (1 + hard) * self.amount
        return pool[(has > least) & (has < most)]

    def _first(self, graph: Graph, rng: np.random.Generator, person: Array, hard: float) -> Array:
        """Draw people's first cheques: float64 minor units.

        At hard, each is for a share of what the main account holds, as anybody's cheques are.
        """
        count = len(person)
        own = 1.6 * self.amount * rng.lognormal(0, 0.4, count)
        usual = np.maximum(1, held(graph, person) * rng.uniform(*_OF_BALANCE, count))
        hard **= _OWN
        return own ** (1 - hard) * usual**hard


def _lasts(days: int, hardness: float) -> int:
    """Say how many business days it goes on for: the harder, the fewer."""
    return max(2, round(days * (1 - 0.4 * hardness)))
