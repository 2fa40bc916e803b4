"""Onward: where hops of a crime's money lie, from one payer through payees or through a tree.

Both plans give `graphgen.planting.hops.Hops`, on grids: a row for each case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.flow import times
from graphgen.planting.hops import Hops, planned
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["arrivals", "cascade", "onward", "ordered_over", "tree"]


def onward(
    graph: Graph,
    rng: np.random.Generator,
    at: Array,
    pays: Array,
    passes: Array,
    *,
    payer: Array,
    payee: Array,
    further: Array | int = -1,
    back: Array,
    amount: Array | int = 0,
    share: Array | float = 0.0,
    passed: tuple[float, float],
    cash: float,
    hardness: float,
) -> Hops:
    """Plan what one payer a case pays, what payees pass on of each receipt, and what goes back.

    Parameters
    ----------
    graph, rng
        What is planted on, and where chance comes from.
    at
        When each payment is made: int64 ms (cases, payments).
    pays, passes
        Which payments there are, and of which the payee passes something on: bool, as `at`.
    payer, payee
        int32 users: (cases, 1), and of each payment (cases, payments).
    further
        int32 users (cases, 1) whom payees pay, where they draw no cash; -1: the world outside.
    back
        float64 (cases,): what of the first receipt goes back to the payer, by weight beside what is
        passed on of it, which has 1; 0 where nothing does.
    amount, share, passed, hardness
        As of `planned`.
    cash
        How much of what is passed on is drawn in cash, by number.

    """
    count, most = at.shape
    weight = np.ones((count, 2 * most + 1))
    weight[:, -1] = back
    onto = np.broadcast_to(further, (count, 1)).astype(payee.dtype)
    return planned(
        graph,
        rng,
        at,
        np.concatenate([pays, passes, back[:, None] > 0], axis=1),
        payer=np.concatenate([payer.repeat(most, axis=1), payee, payee[:, :1]], axis=1),
        payee=np.concatenate([payee, onto.repeat(most, axis=1), payer], axis=1),
        follows=np.concatenate([np.full(most, -1), np.arange(most), [0]]),
        amount=amount,
        share=share,
        weight=weight,
        passed=passed,
        drawn=np.repeat([0, cash, 0], [most, most, 1]),
        hardness=hardness,
    )


def tree(layers: int, fan: int, width: int) -> tuple[Array, Array, Array]:
    """Lay accounts out, layer by layer, each paying at most `fan` of the next: int64 (accounts,).

    Gives the layer of each, the place of the one that pays it (-1 for the first), and the place of
    the one of the second layer through whom that comes (of those before their own).
    """
    size = [min(width, fan**place) for place in range(layers)]
    first = np.cumsum([0, *size])
    parent = [
        first[place - 1] + np.arange(size[place]) * size[place - 1] // size[place]
        for place in range(1, layers)
    ]
    payer = np.concatenate([[-1], *parent])
    branch = np.arange(len(payer))
    for place in range(sum(size[:2]), len(payer)):
        branch[place] = branch[payer[place]]
    return np.repeat(np.arange(layers), size), payer, branch


def arrivals(
    graph: Graph,
    rng: np.random.Generator,
    person: Array,
    *,
    most: int,
    days: int,
    hardness: float,
) -> tuple[Array, Array]:
    """Draw when money comes to somebody in each case, `most` times or fewer, within so many days.

    Gives int64 ms (cases, most), ascending, and whether it does: bool, the first of each line.
    `person` is int32 users (cases, 1). The harder, the fewer times, and over more of the days.
    """
    count, lasts = len(person), min(days, max(1, graph.world.days))
    more = rng.binomial(most - 1, 0.8 - 0.5 * hardness, (count, 1))
    begin = rng.random((count, 1)) * max(0, graph.world.days - lasts - 2)
    spread = rng.random((count, most)) * (0.3 + 0.7 * hardness)
    day = np.minimum(begin + 1 + (lasts - 1) * spread, graph.world.days - 1).astype(np.int64)
    at = np.sort(times(graph, rng, person, day, "people"), axis=1)
    return at, np.arange(most) <= more


def cascade(
    graph: Graph,
    rng: np.random.Generator,
    at: Array,
    here: Array,
    *,
    people: Array,
    parent: Array,
    leaves: Array,
    amount: Array,
    passed: tuple[float, float],
    cash: float,
    hardness: float,
    longer: float = 1.0,
) -> Hops:
    """Plan how money that comes in at the first of a tree runs down it, each time it comes.

    All deposits of a case lie side by side, of each the hops into accounts, then out of them.

    Parameters
    ----------
    graph, rng
        What is planted on, and where chance comes from.
    at, here, amount
        When money comes in from the world outside: int64 ms (cases, deposits), and whether and how
        much does, in minor units.
    people, parent
        int32 users (cases, places), -1 for nobody, and the place of who pays each, as of `tree`.
    leaves
        Where what comes goes out of the world: bool, as `people`.
    passed, hardness, longer
        As of `planned`.
    cash
        How much of what goes out is drawn in cash, by number.

    """
    nodes, deposits = people.shape[1], at.shape[1]
    lane = np.arange(deposits).repeat(2 * nodes)
    before = np.tile(np.append(parent, np.arange(nodes)), deposits)
    payer = np.append(np.where(parent < 0, -1, people[:, parent]), people, axis=1)
    payee = np.append(people, np.full_like(people, -1), axis=1)
    return planned(
        graph,
        rng,
        at[:, lane],
        here[:, lane] & np.tile(np.append(people >= 0, leaves, axis=1), deposits),
        payer=np.tile(payer, deposits),
        payee=np.tile(payee, deposits),
        follows=np.where(before < 0, -1, before + lane * 2 * nodes),
        amount=amount[:, lane],
        passed=passed,
        drawn=np.tile([0, cash], deposits).repeat(nodes),
        hardness=hardness,
        longer=longer,
    )


def ordered_over(way: Array, parent: Array, hops: Hops) -> Array:
    """Lay the ways (int32, as people in a tree) over which they pay out on hops of a `cascade`.

    What is drawn in cash is ordered over none: -1.
    """
    both = np.concatenate([np.where(parent < 0, -1, way[:, parent]), way], axis=1)
    return np.where(hops.cash, -1, np.tile(both, hops.at.shape[1] // both.shape[1]))
