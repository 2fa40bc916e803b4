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
from graphgen.pattern import Mirrored
from graphgen.planting.deposits import collected
from graphgen.planting.flow import kept
from graphgen.table import Table

_MOST, _TAKINGS, _TO_SUPPLIERS = 0.99, (0.84, 0.995), (0.6, 1.0)
"""A structured deposit is at most this share of the threshold; a shop's takings are such shares of
it, and of them the supplier gets such shares; our assumption."""


@dataclass(frozen=True)
class Structuring(Mirrored):
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

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield deposits that stay under the threshold; or takings that are below it anyway."""
        least = _MOST - 0.04 - (_MOST - 0.04 - self.least) * self.hardness
        stays = self.keeps * (0.25 + 0.75 * self.hardness)
        most = self.most - round(0.75 * self.hardness * (self.most - self.fewest))
        return collected(
            graph,
            rng,
            self,
            np.arange(most) < rng.integers(self.fewest, most + 1, (count, 1)),
            days=round(self.days * (0.3 + 0.7 * self.hardness)),
            threshold=self.threshold,
            shares=(least, _MOST) if is_fraud else _TAKINGS,
            wired=(1 - kept(stays), 1.0) if is_fraud else _TO_SUPPLIERS,
            roles=("depositor", "collecting"),
            is_fraud=is_fraud,
        )
