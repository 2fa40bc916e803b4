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

__all__ = ["GROUPS", "Found", "compute", "features_of"]

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


@dataclass(frozen=True)
class Found:
    """The features of one day."""

    day: Day
    payment: Array
    """By feature and row of the day: float32, NaN for none."""
    account: Array
    """The accounts that have a row of `account_day`: rows of `account`, ascending."""
    account_day: Array
    """By feature and account: float32, NaN for none."""


def features_of(table: str, *, known: bool = False) -> tuple[Feature, ...]:
    """Give a table's features, in the order of columns, with or without those of reports."""
    groups = GROUPS[table].items()
    return tuple(each for name, some in groups if known or name != "known" for each in some)


def compute(facts: Facts, days: Iterable[Day], reports: Reports | None = None) -> Iterator[Found]:
    """Yield the features of each day: days follow each other, from the first on.

    With `reports` there are those that know what had been reported by then.
    """
    accounts = len(facts.account)
    past = Pairs(accounts)
    recent = Windows(accounts)
    money = Flows(facts, Receipts(accounts))
    seen = Places(facts)
    shapes = Motifs(accounts)
    over = AccountDays(past, recent, money)
    told = None if reports is None else Known(facts, reports)
    ends = np.cumsum([0, *(len(some) for some in GROUPS["payment"].values())]).tolist()
    height = ends[-1] if told else ends[-2]
    for day in days:
        recent.pass_time(day.begin)
        snapshot = Structure(accounts, *recent.transfers(past.room))
        found = np.empty((height, len(day)), np.float32)
        parts = [found[first:end] for first, end in pairwise(ends)]
        pair = past.walk(day, parts[1])
        recent.walk(day, pair, past.room, parts[0])
        last = by_name(windows.FEATURES, parts[0])
        money.walk(day, last, parts[2])
        seen.walk(day, parts[3])
        snapshot.write(day.payer, day.payee, parts[4])
        shapes.walk(day, last, parts[5])
        if told:
            told.walk(day, parts[6])
        end = day.begin + DAY
        recent.pass_time(end)
        account, of_accounts = over.walk(day, end, snapshot)
        if told:
            late = np.empty((len(known.OF_ACCOUNTS), len(account)), np.float32)
            told.told(account, end, late)
            of_accounts = np.concatenate([of_accounts, late])
        yield Found(day, found, account, of_accounts)
