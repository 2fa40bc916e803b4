"""An identity ring: invented people who share fragments, and the credit that they were given.

One organiser makes up 5 to 50 people. Names and birthdays differ, but there are only so many
phones, mailboxes and flats to be had: each identity shares one of these with the organiser or with
another identity, since before day 0. There is little to know of them: they became customers in the
last years, are young more often than others, buy little, and most work for themselves, which no
employer could confirm. Each has opened a credit card, shops a little with it and pays what is due;
then, within four weeks, all cards are drawn nearly to the limit, and hardly anything comes back.
The look-alike is a flat share or a family: as many newcomers, as new to the bank, who share phones,
mailboxes and homes with the main tenant or with each other, and furnish: by card, well below the
limit, and go on paying for it, some of them only the least that is due.

The harder it is to find, the fewer identities there are, the longer the drawing goes on, the more
of it is small purchases as people make every day, in shops where they buy anyway, the less of each
limit is drawn (at hard about a half, as newcomers spend too), the more of either kind pay the least
that is due, and no more, all the time, and the thinner is what is shared: at easy all share the
organiser's, at hard each shares with one other identity, in a chain. What marks the pattern by
definition, and is the same in the look-alike: that two people give one phone, mailbox or home, and
some of them two, that they are new to the bank, and that each has opened a card for which little is
paid. How much of its limit is spent marks a drawn card. Nothing is recovered: there is nobody to
collect from; our assumption.

Sources: 5 to 50 identities that share fragments and the four weeks are our assumption; credit that
is nursed and drawn, and losses of 20 billion dollars in 2020: Federal Reserve
(https://www.bostonfed.org/news-and-events/news/2022/08/synthetic-identity-fraud-is-not-a-victimless-crime-costs-billions-damages-lives.aspx),
and its scenarios (https://fedpaymentsimprovement.org/?p=30563).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Mirrored, cases, choose, members
from graphgen.planting.credit import open_for_newcomers
from graphgen.planting.flow import banking, first_day, times, within
from graphgen.planting.fragments import fragments
from graphgen.planting.rings import in_grid, sizes
from graphgen.planting.spree import everyday, spells, spree
from graphgen.planting.unpaid import thin, unpaid
from graphgen.reporting import Reporting
from graphgen.table import Array, Table

_SHARED = {"phone": 0.4, "email": 0.25, "address": 0.35}
"""How often it is which that is shared; our assumption."""
_BEND = 2.0
"""Most rings are small: sizes have a median of 9 and a mean of 14; our assumption."""
_NURSED, _NURSED_WITH = 3, (0.01, 0.06)
"""Small purchases of each identity before the drawing, and what share of the limit they come to;
our assumption, as are the shares drawn."""
_BOUGHT = 0.5
"""How much such newcomers buy by their other cards, beside what others buy; our assumption."""


@dataclass(frozen=True)
class IdentityRing(Mirrored):
    """Identities that share phones, mailboxes and homes, whose credit is nursed and drawn."""

    prevalence: ClassVar[float] = 3.0
    reporting: ClassVar[Reporting] = Reporting(share=0.6, days=90.0, spread=0.6)
    """Nobody misses the money but the bank, which takes it for a debt that is not paid; our
    assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "debtor_balance_minor", "most users behind a phone", "most users behind a email",
        "most users behind a address", "phones", "emails", "addresses", "accounts",
        "customer since", "opened", "sum in", "transferred in", "largest in", "pass-through",
    )  # fmt: skip

    counterparts: ClassVar[Mapping[str, str]] = {"organiser": "tenant", "identity": "newcomer"}

    fewest: Annotated[int, Interval(ge=2, le=500)] = 5
    """At least so many identities."""

    most: Annotated[int, Interval(ge=2, le=500)] = 50
    """At most so many."""

    nursing: Annotated[int, Interval(ge=0, le=365)] = 60
    """Days of small purchases before the drawing, if the world has so many."""

    years: Annotated[int, Interval(ge=1, le=20)] = 4
    """So many years before the world, at most, they became customers."""

    days: Annotated[int, Interval(ge=1, le=90)] = 28
    """All is drawn within at most so many days."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield newcomers, what they share, their credit, and its drawing; or their furnishing."""
        hard = self.hardness
        organiser = choose(rng, banking(graph), (count, 1), "identity_ring: organisers")
        here = sizes(rng, count, self.fewest, self.most, _BEND + hard)
        user, cards, tables = open_for_newcomers(graph, rng, here, self.years)
        people = in_grid(here, user)
        ring = np.concatenate([organiser, people], axis=1)
        yield from fragments(cards.seen, rng, ring, _SHARED, hard)
        at = self._moments(cards.seen, rng, people, 6 + round(16 * hard))
        lived = thin(tables, cards, _BOUGHT)
        begins = at[:, :, _NURSED] if is_fraud else None
        yield from unpaid(rng, lived, cards, hard, since=begins)
        small = np.where(
            rng.random(at.shape) < 0.4 + 0.25 * hard, everyday(graph, rng, at.shape), 0
        )
        small[:, :, :_NURSED] = 1
        share = (0.8 - 0.3 * hard, 1.05 - 0.45 * hard) if is_fraud else (0.2, 0.48)
        case = graph.new("case", count)
        for part, stage, shares in (
            (slice(_NURSED), "preparation", _NURSED_WITH),
            (slice(_NURSED, None), "theft", share),
        ):
            yield spree(
                graph, rng, cards, at[:, :, part],
                total=cards.limit * rng.uniform(*shares, here.shape),
                small=small[:, :, part],
                person=people,
                case=case[:, None],
                here=here,
                hardness=hard,
                stage=stage if is_fraud else None,
            )  # fmt: skip
        yield cases(graph, self, case, *spells(at, here), is_fraud=is_fraud)
        roles = self.called({"organiser": organiser, "identity": people}, is_fraud=is_fraud)
        yield from members(case, user=roles, account={"card": cards.account})

    def _moments(self, graph: Graph, rng: np.random.Generator, people: Array, parts: int) -> Array:
        """Draw when each shops a little, and then draws: int64 ms (cases, people, moments)."""
        days = max(1, graph.world.days)
        lasts = max(1, round(min(self.days, days) * (0.25 + 0.75 * self.hardness)))
        nursing = min(self.nursing, days - lasts)
        first = first_day(graph, rng, len(people), nursing + lasts)[:, None, None]
        u = rng.random((*people.shape, _NURSED + parts))
        drawn = np.arange(_NURSED + parts) >= _NURSED
        day = first + np.where(drawn, nursing + u * lasts, u * nursing).astype(np.int64)
        at = np.sort(times(graph, rng, people[:, :, None], day, "shopping"), axis=2)
        return within(graph, at, (people >= 0)[:, :, None])
