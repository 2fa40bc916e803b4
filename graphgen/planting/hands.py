"""Hands: the people, or firms, through whom money goes from one to the next.

Everything works on grids: a row for each case, along the last axis its hands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.pattern import choose
from graphgen.planting.flow import banking, firing
from graphgen.planting.rings import recruits
from graphgen.population.holders import holders
from graphgen.schedule import BY_RATE, ONCE, stands_for
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["acquainted_hands", "firms", "hands"]

_QUIETEST = 0.35
"""Share of all people, those who deal with the fewest, among whom hard cases have their hands; our
assumption."""
_BATCH, _INSTANT = words.RAILS.index("batch"), words.RAILS.index("instant")
_SENT, _ONLINE = words.HABITS.index("transfer"), words.CHANNELS.index("online")
_BUSINESS = words.ACCOUNT_TYPES.index("business")


def hands(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    here: Array,
    *,
    gets: Array,
    sends: Array,
) -> Array:
    """Choose whose hands the money goes through: int32 users, -1 where `here` says nobody is.

    Nobody twice. The harder, the fewer others pay those who get hops and the fewer new payees have
    those who send them (`gets` and `sends`, bool, one for each column), so that in all they deal
    with hardly more people than others do.
    """
    payers, payees = graph.once("dealings of hands", lambda: _dealings(graph))
    free = np.zeros(graph.size("user"), bool)
    free[banking(graph)] = True
    share = 1 - (1 - _QUIETEST) * pattern.hardness
    grid = np.full(here.shape, -1, np.int32)
    for got, sent in np.unique(np.stack([gets, sends]), axis=1).T:
        columns = here & (gets == got) & (sends == sent)
        need, pool = int(columns.sum()), np.flatnonzero(free)
        quiet = pool[np.argsort((got * payers + sent * payees)[pool], kind="stable")]
        quiet = quiet[: max(need, round(share * len(pool)))]
        grid[columns] = choose(rng, quiet, (need,), f"{pattern.name}: members")
        free[grid[columns]] = False
    return grid


def _dealings(graph: Graph) -> tuple[Array, Array]:
    """Count who else deals with each person in the window: float64 (users,), as is to be expected.

    Those who send money to their main account, and those whom they send it to only once.
    """
    pays, main = graph["pays"], holders(graph).main
    sent = np.flatnonzero((pays["rail"] == _INSTANT) | (pays["rail"] == _BATCH))
    size = graph.size("account")
    payers = np.bincount(pays["creditor_account_id"][sent], firing(graph, sent), size)
    once = sent[(pays["schedule"][sent] == ONCE) & (pays["channel"][sent] == _ONLINE)]
    payees = np.bincount(pays["debtor_account_id"][once], minlength=size)
    return payers[main], payees[main] * stands_for(graph.world)


def acquainted_hands(
    graph: Graph, rng: np.random.Generator, people: Array, some: Array
) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Let the hands of some cases (bool) be people each of whom pays the next by habit.

    Gives `people` (int32, cases by places, -1 for nobody) with whoever can be put in; where nobody
    whom the last one pays is left, there stays who was there.
    """
    first, other = graph.once("habitual payees", lambda: _payees(graph))
    grid = people.copy()
    for place in range(1, grid.shape[1]):
        before = grid[:, place - 1]
        low, high = first[before], first[before + 1]
        drawn = low + (rng.random(len(grid)) * (high - low)).astype(np.int64)
        goes = some & (grid[:, place] >= 0) & (low < high)
        friend = other[np.minimum(drawn, max(0, len(other) - 1))] if len(other) else before
        goes &= ~(grid == friend[:, None]).any(axis=1)
        grid[goes, place] = friend[goes]
    return grid


def _payees(graph: Graph) -> tuple[Array, Array]:
    """Look up whom each person pays online by habit: where they begin, who they are."""
    pays, main = graph["pays"], holders(graph).main
    owner = np.full(graph.size("account"), -1, np.int32)
    people = banking(graph)
    owner[main[people]] = people
    usual = (pays["habit"] == _SENT) & (pays["schedule"] == BY_RATE)
    usual &= pays["channel"] == _ONLINE
    one, other = (owner[pays[f"{end}_account_id"][usual]] for end in ("debtor", "creditor"))
    known = (one >= 0) & (other >= 0) & (one != other)
    one, other = one[known], other[known]
    order = np.argsort(one, kind="stable")
    # nobody, -1, is the last and pays nobody
    first = np.searchsorted(one[order], np.arange(graph.size("user") + 2))
    return np.append(first[:-1], [first[-1]] * 2), other[order]


def firms(graph: Graph, rng: np.random.Generator, pattern: Pattern, here: Array) -> Array:
    """Choose firms whose hands the money goes through: int32 business accounts, -1 for nobody.

    No firm is in a case twice.
    """
    pool = np.flatnonzero(graph["account"]["type"] == _BUSINESS).astype(np.int32)
    return recruits(rng, pool, here, f"{pattern.name}: firms")
