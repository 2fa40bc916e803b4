"""Rounds of cheques between accounts of one person, and what is drawn of them in the end.

Everything works on grids: a row for each person, along the last axis their accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.cheques import by_cheque, cash_drawn, cash_paid_in
from graphgen.planting.flow import open_days, times
from graphgen.population.habits import habits
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.world import World

__all__ = ["Rounds", "round_about", "rounds"]

_ALL_BUT = 0.85
"""What share of what there is is drawn at least, of all but the last account; our assumption."""
_FEES = 3
"""For so many returned items' fees, beside what came back, there is cash; our assumption."""
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
    accounts, days = here.shape[1], min(days, len(business))
    turns = np.arange(0, days, every)
    later = 0 if is_fraud else 1
    reserved = days - 1 + (0 if is_fraud else later + int(made_good[0]))
    options = np.arange(max(1, len(business) - reserved))
    drawn_on = np.minimum(options + turns[-1] + later, len(business) - 1)
    due_on = np.minimum(drawn_on + _FLOAT, len(business) - 1)
    so_far = np.cumsum(np.pad(income, ((0, 0), (0, 1))), axis=1)
    comes = so_far[:, business[due_on]] > so_far[:, business[drawn_on]]
    place = (rng.random(comes.shape) - comes).argmax(axis=1)[:, None]
    day = business[place + turns]
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
    on = place + turns[-1] + later
    wait = business[np.minimum(on, len(business) - 1)] - day[:, -1:]
    drawn += wait[:, :, None] * DAY_MS
    again = on + rng.integers(made_good[0], made_good[1] + 1, here.shape)
    again = business[np.minimum(again, len(business) - 1)]
    again = times(graph, rng, person[:, None], again, "counter")
    return Rounds(cheques, drawn, np.maximum(again, drawn.max(axis=2) + 1))


def round_about(
    graph: Graph,
    rng: np.random.Generator,
    when: Rounds,
    here: Array,
    *,
    person: Array,
    account: Array,
    bank: Array,
    first: Array,
    growth: float,
    case: Array,
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield cheques from each account to the next, what is drawn of it, and what is made good.

    Parameters
    ----------
    graph, rng, when, here
        What is planted on, where chance comes from, when all of it happens, and which accounts
        there are: bool, a grid.
    person, account, bank
        int32: whose they are (people,), and the accounts and their banks, as `here`.
    first, growth
        What each person's first cheques are for, in minor units: float64; and by what share more
        those of each round are than those of the one before.
    case, is_fraud
        The rows of the cases, and whether it is the crime. Where it is not, days later as much cash
        as the last cheques to each account, and fees, is paid in on it.

    """
    place, many = np.arange(here.shape[1]), here.sum(axis=1, keepdims=True)
    payee, there = (
        np.take_along_axis(grid, (place + 1) % np.maximum(1, many), axis=1)
        for grid in (account, bank)
    )
    share, amount = _drawn(rng, when, here), _cheques(rng, when, first, growth)
    yield by_cheque(
        graph,
        when.cheques,
        case=case[:, None, None],
        here=here[:, None, :],
        payer=account[:, None, :],
        payee=payee[:, None, :],
        person=person[:, None, None],
        habit="transfer",
        stage="preparation" if is_fraud else None,
        amount=amount,
    )
    yield cash_drawn(
        graph,
        when.drawn,
        case=case[:, None, None],
        here=here[:, :, None],
        account=account[:, :, None],
        bank=bank[:, :, None],
        person=person[:, None, None],
        stage="integration" if is_fraud else None,
        amount_of="balance",
        share=share,
    )
    if not is_fraud:
        yield cash_paid_in(
            graph,
            when.made_good,
            case=case[:, None],
            here=here,
            account=payee,
            bank=there,
            person=person[:, None],
            amount_minor=_in_cash(graph.world, amount[:, -1]),
        )


def _drawn(rng: np.random.Generator, when: Rounds, here: Array) -> Array:
    """Draw what share of what is there by then each part draws: float64, as `when.drawn`.

    They are equal parts: a half, then nearly all of the rest, or all, as of the last account.
    """
    share = np.minimum(rng.uniform(_ALL_BUT, 1.15, when.drawn.shape), 1)
    np.put_along_axis(share[:, :, -1], here.sum(axis=1, keepdims=True) - 1, 1, axis=1)
    return share / np.arange(share.shape[2], 0, -1)


def _cheques(rng: np.random.Generator, when: Rounds, first: Array, growth: float) -> Array:
    """Draw what each cheque is for: int64 minor units, as `when.cheques`.

    Each is a little less than the last, so that the day's round is covered by itself.
    """
    shape = when.cheques.shape
    grown = (1 + growth) ** np.arange(shape[1])[:, None]
    less = 1 - 0.01 * np.arange(shape[2]) - 0.01 * rng.random(shape)
    return np.asarray(np.rint(first[:, None, None] * grown * less), np.int64)


def _in_cash(world: World, amount: Array) -> Array:
    """Say what is paid in for what came back, and fees: round, and no less (int64 minor units)."""
    habit, paid = habits(world.place), words.HABITS.index("cash_deposit")
    unit = int(habit.round_minor[paid])
    fee = int(world.place.toml("habits")["clearing"]["returned_item_fee_minor"])
    return -(-(amount + _FEES * fee) // unit) * unit


def _in_order(at: Array, here: Array) -> Array:
    """Sort moments along the last axis, those that are not (`here`, bool) after all others."""
    return np.sort(np.where(here, at, _NEVER), axis=-1)
