"""Hops: how a crime's money passes through people's accounts, and how it leaves them.

Everything works on grids: a row for each case, along the last axis its people or payments. How long
money lies, and all shares, are our assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.flow import dwell, open_days, times, within
from graphgen.table import Array
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["Hops", "planned"]

_LIES_MS, _LIES_SPREAD, _LONGER = 20 * 60_000, 1.2, 10
"""For how long mules let money lie when it is easy to see: the median, and the spread of its
logarithm; and how many times longer still at hard."""


@dataclass(frozen=True)
class Hops:
    """Payments of cases and the hops that pass them on: grids (cases, payments)."""

    at: Array
    """When each is made: int64 ms."""
    here: Array
    """Which there are: bool."""
    payer: Array
    payee: Array
    """int32 users. Where the payer is -1, money comes from the world outside; where the payee is,
    it leaves."""
    follows: Array
    """int64 (payments,): the earlier place whose receipt a place passes on, or -1."""
    cash: Array
    """Which are drawn in cash, of those that leave: bool."""
    at_machine: Array
    """Which of these at a machine, others at a counter: bool."""
    amount: Array
    """What is paid first, int64 minor units; 0 for hops."""
    share: Array
    """Of what a place refers to: its receipt, or a balance; float64."""

    @property
    def first(self) -> Array:
        """The first moment of each case, int64 ms."""
        return np.asarray(self.at.min(axis=1, where=self.here, initial=np.iinfo(np.int64).max))

    @property
    def last(self) -> Array:
        """The last moment of each case, int64 ms."""
        return np.asarray(self.at.max(axis=1, where=self.here, initial=0))


def planned(
    graph: Graph,
    rng: np.random.Generator,
    at: Array,
    here: Array,
    *,
    payer: Array,
    payee: Array,
    follows: Array,
    amount: Array | int = 0,
    share: Array | float = 0.0,
    weight: Array | float = 1.0,
    passed: tuple[float, float],
    drawn: Array,
    hardness: float,
    longer: float = 1.0,
) -> Hops:
    """Draw what is passed on of each receipt, how, and when.

    Parameters
    ----------
    graph, rng
        What is planted on, and where chance comes from.
    at, here, payer, payee, follows, amount, share
        As in `Hops`, hops last: of them only who pays whom, where they do not draw it in cash.
    weight
        How much of a receipt a hop passes on, beside the others that follow the same.
    passed
        Between which shares of a receipt are passed on in all.
    drawn
        How much of what is passed on at each place is drawn in cash, by number: float64. Nobody
        draws less than people like to, and the harder it is, the fewer draw more; more is drawn at
        a counter, and so is what nobody knows before it comes; where none is open, it is sent.
    hardness
        The harder, the longer money lies: easy, 20 minutes at the median; never more than a day.
        And the more often it waits for an hour at which people pay, or for one at the counter.
    longer
        How many times as long it lies.

    """
    split = _split_up(rng, here * weight, follows, passed)
    share = np.where(follows < 0, _wide(share, here), split)
    sums = _brought(_wide(amount, here), share, follows)
    cash, at_machine = _in_cash(graph, rng, sums, drawn, hardness)
    first = _wide(at, here).astype(np.int64)
    moments, cash = _moments(graph, rng, first, follows, payer, cash, at_machine, hardness, longer)
    return Hops(
        within(graph, moments, here),
        here,
        payer,
        np.where(cash, -1, payee),
        follows,
        cash,
        at_machine,
        np.where(follows < 0, sums, 0).astype(np.int64),
        share,
    )


def _split_up(
    rng: np.random.Generator, weight: Array, follows: Array, passed: tuple[float, float]
) -> Array:
    """Draw the share of a receipt that each hop passes on, by weight: float64 (cases, payments)."""
    part = weight * rng.uniform(0.7, 1.3, weight.shape)
    total = np.zeros(part.shape)
    np.add.at(total.T, follows, part.T)
    in_all = rng.uniform(*passed, part.shape)[:, follows]
    return np.asarray(part / np.maximum(1e-9, total[:, follows]) * in_all)


def _brought(sums: Array, share: Array, follows: Array) -> Array:
    """Say how much each place brings, hops what they pass on: float64 minor units, as `share`.

    0 where it is part of a balance, which nobody knows before.
    """
    sums = sums.copy()
    for hop in np.flatnonzero(follows >= 0):
        sums[:, hop] = sums[:, follows[hop]] * share[:, hop]
    return sums


def _in_cash(
    graph: Graph, rng: np.random.Generator, sums: Array, drawn: Array, hardness: float
) -> tuple[Array, Array]:
    """Draw which hops are to be drawn in cash, and which of them at a machine: bool, as `sums`."""
    least, most = (graph.world.place.amount(name) for name in ("drawn_least", "drawn_most"))
    is_usual = (sums <= 0) | ((sums >= least) & (sums <= most))
    cash = (rng.random(sums.shape) < drawn) & (is_usual | (rng.random(sums.shape) >= hardness))
    cash &= (sums <= 0) | (sums >= least)
    return cash, cash & (sums > 0) & (sums <= most)


def _moments(
    graph: Graph,
    rng: np.random.Generator,
    first: Array,
    follows: Array,
    person: Array,
    cash: Array,
    at_machine: Array,
    hardness: float,
    longer: float,
) -> tuple[Array, Array]:
    """Draw when hops are made, at `first` where nothing is followed: int64 ms.

    And which are drawn in cash (bool): of those at a counter, those that find it open.
    """
    at, shape, cash = first.copy(), first.shape, cash.copy()
    is_open = np.append(open_days(graph), False)
    lies = _LIES_MS * (1 + _LONGER * hardness) * longer
    # no two hops wait for just as long
    most = (DAY_MS * rng.uniform(0.7, 1, shape)).astype(np.int64)
    wait = np.minimum(dwell(rng, shape, lies, _LIES_SPREAD), most)
    asleep = rng.random(shape) < hardness
    for hop in np.flatnonzero(follows >= 0):
        before, late = at[:, follows[hop]], asleep[:, hop]
        on = before + wait[:, hop]
        day = (on - graph.world.start_ms) // DAY_MS
        visit, awake = (times(graph, rng, person[:, hop], day, w) for w in ("counter", "people"))
        visit = np.where(visit <= on, visit + DAY_MS, visit)
        day = (visit - graph.world.start_ms) // DAY_MS
        cash[:, hop] &= at_machine[:, hop] | is_open[np.minimum(day, len(is_open) - 1)]
        on = np.where(late & (awake > on), np.minimum(awake, before + most[:, hop]), on)
        at[:, hop] = np.where(cash[:, hop], visit, on)
    return at, cash


def _wide(values: Array | float, here: Array) -> Array:
    """Lay values of the first places out over all of a grid, 0 at the others: float64."""
    grid, some = np.zeros(here.shape), np.atleast_2d(values)
    grid[:, : some.shape[1]] = some
    return grid
