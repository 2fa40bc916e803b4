"""Rounds: when cheques go round between accounts of one person, and when these are drawn.

Everything works on grids: a row for each person, along the last axis their accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.flow import open_days, times
from graphgen.table import Array
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["Rounds", "rounds"]

_FLOAT = 2
"""Business days in which a cheque is due."""
_NEVER = 2**62


@dataclass(frozen=True)
class Rounds:
    """When cheques go round between accounts, and what happens after: int64 ms."""

    cheques: Array
    """(people, rounds, accounts): when each is paid in, ascending where there is one."""

    drawn: Array
    """(people, accounts, parts): when each account is drawn, after all of the cheques."""

    made_good: Array
    """(people, accounts): when what has come back of it is paid in again."""

    def spells(self, here: Array, *, made_good: bool) -> tuple[Array, Array]:
        """Say when each person's rounds begin and end, with what is made good or without it."""
        ends = self.made_good if made_good else self.drawn.max(axis=2)
        begin = self.cheques.min(axis=(1, 2), where=here[:, None, :], initial=_NEVER)
        return begin, ends.max(axis=1, where=here, initial=0)


def rounds(
    graph: Graph,
    rng: np.random.Generator,
    person: Array,
    here: Array,
    *,
    days: int,
    every: int,
    parts: int,
    made_good: Sequence[int] | Array,
    income: Array,
    is_fraud: bool,
) -> Rounds:
    """Draw when cheques go round between people's accounts, and when these are drawn.

    Parameters
    ----------
    graph, rng
        What is planted on, and where chance comes from.
    person, here
        int32 users (people,), and which accounts there are: bool (people, accounts).
    days, every
        They go round for so many business days, on one of so many; one cheque after the other while
        the counters are open.
    parts
        In how many parts each account is drawn after that.
    made_good
        How many business days later, at least and at most, it is paid in again; where the world has
        no more of them, on its last.
    income
        On which days something is due to come to an account of theirs: bool (people, days). They
        end when none of it comes before the last cheques are due, if ever there is such a day.
    is_fraud
        Whether it is the crime, of which all is drawn on the day of the last cheques, and nothing
        is made good; else it is so on the next business day.

    """
    business = np.flatnonzero(open_days(graph))
    business = business if len(business) else np.zeros(1, np.int64)
    days, later = min(days, len(business)), 0 if is_fraud else 1
    turns = np.arange(0, days, every)
    drawn_after = turns[-1] + later
    reserved = days - 1 + (0 if is_fraud else later + int(made_good[0]))
    options = np.arange(max(1, len(business) - reserved))
    place = _starts(rng, business, options, drawn_after, income)
    day = business[place + turns]
    cheques, drawn = _at_counters(graph, rng, person, here, day, parts)
    on = place + drawn_after
    wait = business[np.minimum(on, len(business) - 1)] - day[:, -1:]
    drawn += wait[:, :, None] * DAY_MS
    again = on + rng.integers(made_good[0], made_good[1] + 1, here.shape)
    again = business[np.minimum(again, len(business) - 1)]
    again = times(graph, rng, person[:, None], again, "counter")
    return Rounds(cheques, drawn, np.maximum(again, drawn.max(axis=2) + 1))


def _starts(
    rng: np.random.Generator, business: Array, options: Array, drawn_after: int, income: Array
) -> Array:
    """Draw on which business day each person's rounds begin: int64 (people, 1), of the `options`.

    So many business days after that the accounts are drawn; where it can be, none of the `income`
    comes from then until the last cheques are due.
    """
    drawn_on = np.minimum(options + drawn_after, len(business) - 1)
    due_on = np.minimum(drawn_on + _FLOAT, len(business) - 1)
    so_far = np.cumsum(np.pad(income, ((0, 0), (0, 1))), axis=1)
    comes = so_far[:, business[due_on]] > so_far[:, business[drawn_on]]
    return np.asarray((rng.random(comes.shape) - comes).argmax(axis=1)[:, None])


def _at_counters(
    graph: Graph, rng: np.random.Generator, person: Array, here: Array, day: Array, parts: int
) -> tuple[Array, Array]:
    """Draw when people go to the counters on their days (people, rounds): int64 ms.

    Gives when cheques are paid in, and when each account would be drawn on the day of the last, in
    so many parts: as in `Rounds`.
    """
    accounts = here.shape[1]
    paid_in = np.repeat(day[:, :-1, None], accounts, axis=2)
    paid_in = times(graph, rng, person[:, None, None], paid_in, "counter")
    paid_in = _in_order(paid_in, here[:, None])
    final = np.repeat(day[:, -1:], accounts * (1 + parts), axis=1)
    final = times(graph, rng, person[:, None], final, "counter")
    final = _in_order(final, np.tile(here, 1 + parts))
    cheques = np.concatenate([paid_in, final[:, None, :accounts]], axis=1)
    # after as many cheques as there are, the first part of each account, and then the second
    turn = here.sum(axis=1)[:, None, None] * (1 + np.arange(parts)) + np.arange(accounts)[:, None]
    drawn = np.take_along_axis(final[:, None], np.minimum(turn, final.shape[1] - 1), axis=2)
    return cheques, drawn


def _in_order(at: Array, here: Array) -> Array:
    """Sort moments along the last axis, those that are not (`here`, bool) after all others."""
    return np.sort(np.where(here, at, _NEVER), axis=-1)
