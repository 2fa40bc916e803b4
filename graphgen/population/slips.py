"""Slips: people mistype a password, several times in a row, and some of them then choose a new one.

A bank's log is full of such runs of failed attempts, from the devices that people always use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.errands import moments
from graphgen.population.holders import holders
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["slips"]

_A_DAY = 0.008
"""Runs of failed attempts a person and day: about three a year; our assumption."""
_MOST = 4
"""Failed attempts in a row at most, after which a bank locks the access; our assumption."""
_CHANGED = 0.4
"""Share of the runs after which the password is changed; our assumption."""
_FAILED, _PASSWORD = (words.ACTIONS.index(w) for w in ("sign_in_failed", "password_changed"))


def slips(graph: Graph, rng: np.random.Generator, days: range, *, users: Array) -> Table:
    """Give what these people mistype on some days, and the passwords that they change: `acts`."""
    users = users[holders(graph).main[users] >= 0]
    person = np.repeat(users, rng.poisson(_A_DAY * len(days), len(users)))
    begin = moments(graph, rng, person, "home", days)
    tries = rng.integers(1, _MOST + 1, len(person))
    changed = rng.random(len(person)) < _CHANGED
    steps = np.arange(_MOST + 1)
    wait = rng.integers(4_000, 60_000, (len(person), _MOST + 1)).cumsum(axis=1)
    here = steps < (tries + changed)[:, None]
    last = steps == tries[:, None]
    return Table.of(
        "acts",
        user_id=np.broadcast_to(person[:, None], here.shape)[here],
        type=np.where(last, _PASSWORD, _FAILED)[here],
        valid_from=(begin[:, None] + wait)[here],
    )
