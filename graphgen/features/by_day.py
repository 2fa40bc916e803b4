"""Features of days of payments, one day after the other: what is kept is state, not rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graphgen.features import account_day, flows, known, motifs, pairs, places, structure, windows
from graphgen.features.account_day import AccountDays
from graphgen.features.feature import DAY, Feature, by_name
from graphgen.features.flows import Flows
from graphgen.features.known import Known, Reports
from graphgen.features.motifs import Motifs
from graphgen.features.pairs import Pairs
from graphgen.features.places import Places
from graphgen.features.reading import Day, Facts
from graphgen.features.receipts import Receipts
from graphgen.features.structure import Structure
from graphgen.features.windows import Windows
from graphgen.table import Array

__all__ = ["GROUPS", "Found", "PointInTime", "compute", "features_of"]

GROUPS: dict[str, dict[str, tuple[Feature, ...]]] = {
    "payment": {
        "windows": windows.FEATURES,
        "pairs": pairs.FEATURES,
        "flows": flows.FEATURES,
        "places": places.FEATURES,
        "structure": structure.FEATURES,
        "motifs": motifs.FEATURES,
        "known": known.FEATURES,
    },
    "account_day": {"account_day": account_day.FEATURES, "known": known.OF_ACCOUNTS},
}
"""Every feature of each table, by the module that gives it, in the order of columns."""


_ROWS = 1 << 17
"""Rows that are computed at once: memory does not grow with the day."""


@dataclass(frozen=True)
class Found:
    """Features of some rows of a table."""

    table: str
    """`payment` or `account_day`."""
    day: Day
    """The rows, or the day whose accounts they are of."""
    account: Array
    """Of `account_day`: rows of `account`, ascending; else nothing."""
    values: Array
    """By feature and row: float32, NaN for none."""


def features_of(table: str, *, known: bool = False) -> tuple[Feature, ...]:
    """Give a table's features, in the order of columns, with or without those of reports."""
    groups = GROUPS[table].items()
    return tuple(each for name, some in groups if known or name != "known" for each in some)


def compute(facts: Facts, days: Iterable[Day], reports: Reports | None = None) -> Iterator[Found]:
    """Yield the features of each day's payments, some rows at a time, and then of its accounts.

    Days follow each other, from the first on. With `reports` there are the features that know what
    had been reported by then.
    """
    state = PointInTime(facts, reports)
    for day in days:
        yield from state.of(day)


class PointInTime:
    """All that is kept of what came before: give it every day once, in order."""

    def __init__(self, facts: Facts, reports: Reports | None = None) -> None:
        self._accounts = len(facts.account)
        self._pairs = Pairs(self._accounts)
        self._windows = Windows(self._accounts)
        self._flows = Flows(facts, Receipts(self._accounts))
        self._places = Places(facts)
        self._motifs = Motifs(self._accounts)
        self._account_days = AccountDays(self._pairs, self._windows, self._flows)
        self._known = None if reports is None else Known(facts, reports)
        self._structure = self._snapshot(facts.begin)

    def _snapshot(self, midnight: int) -> Structure:
        self._windows.pass_time(midnight)
        return Structure(self._accounts, *self._windows.transfers(self._pairs.room))

    def of(self, day: Day) -> Iterator[Found]:
        """Yield the features of a day's payments, then those of its accounts."""
        yield from self._payments(day)
        yield from self._ended(day)

    def _payments(self, day: Day) -> Iterator[Found]:
        """Yield the features of a day's payments."""
        self._structure = self._snapshot(day.begin)
        sights = np.empty((len(places.FEATURES), len(day)), np.float32)
        self._places.walk(day, sights)
        heights = [len(some) for name, some in GROUPS["payment"].items() if self._has(name)]
        ends = np.cumsum([0, *heights]).tolist()
        for first in range(0, len(day), _ROWS):
            rows = slice(first, first + _ROWS)
            part = day.part(rows)
            found = np.empty((ends[-1], len(part)), np.float32)
            groups = [found[start:end] for start, end in pairwise(ends)]
            pair = self._pairs.walk(part, groups[1])
            self._windows.walk(part, pair, self._pairs.room, groups[0])
            recent = by_name(windows.FEATURES, groups[0])
            self._flows.walk(part, recent, groups[2])
            groups[3][:] = sights[:, rows]
            self._structure.write(part.payer, part.payee, groups[4])
            self._motifs.walk(part, recent, groups[5])
            if self._known:
                self._known.walk(part, groups[6])
            yield Found("payment", part, np.empty(0, np.int64), found)

    def _ended(self, day: Day) -> Iterator[Found]:
        """Yield the features of accounts at the end of a day."""
        end = day.begin + DAY
        self._windows.pass_time(end)
        every, declined = self._account_days.of(day)
        for first in range(0, len(every), _ROWS):
            rows = slice(first, first + _ROWS)
            account = every[rows]
            found = self._account_days.walk(account, declined[rows], end, self._structure)
            if self._known:
                late = np.empty((len(known.OF_ACCOUNTS), len(account)), np.float32)
                self._known.told(account, end, late)
                found = np.concatenate([found, late])
            yield Found("account_day", day, account, found)

    def _has(self, group: str) -> bool:
        return group != "known" or self._known is not None
