"""What an account's day looks like when it is over, of every account that ordered or was paid."""

from __future__ import annotations

import numpy as np

from graphgen.features.feature import WINDOWS, Feature, by_name
from graphgen.features.flows import PASSED, Flows, passed_through, write_passed
from graphgen.features.pairs import Pairs
from graphgen.features.reading import Day
from graphgen.features.structure import COLUMNS, Structure, of_structure
from graphgen.features.windows import Windows, of_windows
from graphgen.table import Array

__all__ = ["FEATURES", "AccountDays"]

_WINDOWS = tuple(WINDOWS)[1:]
_DAYS, _HOURS = 1 / 86_400_000, 1 / 3_600_000
_NEVER = -(1 << 62)
_OWN = {"": "the account"}

_RECENT = of_windows(_OWN, _WINDOWS)
FEATURES = (
    *_RECENT,
    *passed_through(_OWN),
    *of_structure(_OWN),
    Feature("age", "Since the account was opened.", "", "days"),
    Feature("balance", "What is on the account when the day ends.", "all", "minor units"),
    Feature(
        "out_gap",
        "Time from when it last paid to the day's end; none: never.",
        "all",
        "hours",
        nullable=True,
    ),
    Feature(
        "in_gap",
        "Time from when it was last paid to the day's end; none: never.",
        "all",
        "hours",
        nullable=True,
    ),
    Feature("payees", "Accounts that it has ever paid.", "all", "accounts", "count"),
    Feature("payers", "Accounts that have ever paid it.", "all", "accounts", "count"),
    Feature(
        "new_payees",
        "Accounts that it first paid that day.",
        "1d",
        "accounts",
        "count",
    ),
    Feature(
        "new_payers",
        "Accounts that first paid it that day.",
        "1d",
        "accounts",
        "count",
    ),
    Feature("declined_count", "Its orders that were declined that day.", "1d", "payments", "count"),
)
"""The features, in the order in which they are written."""


class AccountDays:
    """Gives the features of accounts at the end of each day."""

    def __init__(self, pairs: Pairs, windows: Windows, state: Flows) -> None:
        self._pairs, self._windows, self._flows = pairs, windows, state
        self._partners = pairs.partners.copy()

    def of(self, day: Day) -> tuple[Array, Array]:
        """Give the accounts of a day (rows, ascending), and how often each was declined."""
        ordered = np.zeros(len(self._pairs.last), bool)
        ordered[day.payer[day.is_order]] = True
        ordered[day.payee[day.is_order]] = True
        account = np.flatnonzero(ordered)
        refused = day.payer[day.is_order & ~day.is_move]
        return account, np.bincount(refused, minlength=len(ordered))[account]

    def walk(self, account: Array, declined: Array, end: int, structure: Structure) -> Array:
        """Give the features of some accounts when their day is over, at `end` (ms)."""
        found = np.empty((len(FEATURES), len(account)), np.float32)
        many = len(_RECENT)
        self._windows.told(account, found[:many])
        write_passed(by_name(_RECENT, found[:many]), tuple(_OWN), found[many:])
        at = many + len(PASSED)
        found[at : at + len(COLUMNS)] = structure.columns[:, account]
        rest = found[at + len(COLUMNS) :]
        rest[0] = (end - self._flows.opened[account]) * _DAYS
        rest[1] = self._flows.balance[account]
        last, partners = self._pairs.last[account], self._pairs.partners[account]
        rest[2:4] = np.where(last > _NEVER, (end - last) * _HOURS, np.nan).T
        rest[4:6] = partners.T
        rest[6:8] = (partners - self._partners[account]).T
        rest[8] = declined
        self._partners[account] = partners
        return found
