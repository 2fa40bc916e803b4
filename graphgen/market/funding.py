"""Funding: the money that goes from investors' main accounts to their brokerage accounts, and back.

Some pay in every month, some now and then, and all take something out again; our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.population.draw import uniform_ms
from graphgen.population.holders import holders
from graphgen.schedule import BY_RATE, FOLLOWING
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["funding"]

_SAVES, _SAVED = 0.45, 0.06
"""Share of investors who pay in every month, and how much of the month's income."""
_ADDS, _ADDED_A_DAY, _ADDED, _ADDED_SPREAD = 0.45, 0.12, 3_000, 0.9
"""Share of investors who pay in some money now and then, how often, the median, and its spread."""
_TAKES_A_DAY, _TAKEN = 0.004, (0.05, 0.6)
"""How often something is taken out again, and what share of the cash that there is."""
_BOOK, _INSTANT = words.RAILS.index("book"), words.RAILS.index("instant")


def funding(
    graph: Graph,
    rng: np.random.Generator,
    user: Array,
    account: Array,
    bank: Array,
    opened: Array,
) -> Iterator[Table]:
    """Yield what goes from the main account to the brokerage account, and back: rows of `pays`.

    `user` owns the brokerage account `account` at the bank `bank` since `opened` (int64, ms).
    """
    main = holders(graph).main[user]
    same = graph["account"]["bank_id"][main] == bank
    since = uniform_ms(rng, opened, graph.world.start_ms, len(user))
    both = {
        "debtor_account_id": main,
        "creditor_account_id": account,
        "user_id": user,
        "rail": np.where(same, _BOOK, _INSTANT),
        "valid_from": since,
    }
    common = {
        "habit": "own_transfer",
        "channel": "online",
        "spread": 0.0,
        "hours": graph.world.place.profiles.index("people"),
    }
    saves = np.flatnonzero(rng.random(len(user)) < _SAVES)
    of_saving = _saved(rng, holders(graph).income[user[saves]])
    yield Table.of("pays", **_of(both, saves), **(common | of_saving))
    adds = np.flatnonzero(rng.random(len(user)) < _ADDS)
    yield Table.of("pays", **_of(both, adds), **(common | _added(rng, len(adds))))
    back = both | {"debtor_account_id": account, "creditor_account_id": main}
    yield Table.of("pays", **back, **(common | _taken(rng, len(user))))


def _of(columns: dict[str, Array], rows: Array) -> dict[str, Array]:
    return {name: values[rows] for name, values in columns.items()}


def _saved(rng: np.random.Generator, income: Array) -> dict[str, Any]:
    """Say how much is paid in each month, and on which day of it."""
    sums = income * _SAVED * rng.lognormal(0, 0.7, len(income))
    return {
        "amount_minor": np.maximum(2_500, np.rint(sums / 2_500) * 2_500),
        "amount_of": "sum",
        "share": 0.0,
        "rate": 0.0,
        "schedule": FOLLOWING + rng.integers(1, 29, len(income)),
    }


def _added(rng: np.random.Generator, count: int) -> dict[str, Any]:
    """Say how much is paid in now and then, and how often."""
    some = _ADDED * rng.lognormal(0, 0.3, count)
    return {
        "amount_minor": np.maximum(100, np.rint(some)),
        "amount_of": "sum",
        "share": 0.0,
        "rate": _ADDED_A_DAY * rng.standard_exponential(count),
        "schedule": BY_RATE,
        "spread": _ADDED_SPREAD,
        "habit": "transfer",
    }


def _taken(rng: np.random.Generator, count: int) -> dict[str, Any]:
    """Say which share of the cash is taken out again, and how often."""
    return {
        "amount_minor": 0,
        "amount_of": "balance",
        "share": rng.uniform(*_TAKEN, count),
        "rate": _TAKES_A_DAY * rng.standard_exponential(count),
        "schedule": BY_RATE,
    }
