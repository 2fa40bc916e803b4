"""Instalments: large sums that people are asked for, and pay in parts, as far as they can.

Everything works on grids: a row for each case, along the last axis its payments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.flow import blend, held, times
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["instalments", "who_affords"]

_AFFORDED = 0.8
"""All payments together are at most this share of the payer's balance at the world's start; our
assumption."""
_LEAST = 500
"""The least that anybody is asked for, in minor units; our assumption."""
_OWN = 6
"""How much longer sums stay those of the story than all else does as it gets harder, as a power of
the hardness: at medium they hardly come near to what people usually pay; our assumption."""
_UNEVEN = 0.25
"""Spread of the logarithm of the parts; our assumption."""
_NEVER = 1 << 24
"""A day after all others, for payments that are not made."""


def who_affords(graph: Graph, asked: Array, payer: Array) -> Array:
    """Give each sum to whom it is asked of: the same users (int32), who has more is asked for more.

    `asked` is minor units (cases,), the payers a grid of users (cases, 1).
    """
    told = np.empty_like(payer)
    told[np.argsort(asked)] = payer[np.argsort(held(graph, payer[:, 0]), kind="stable")]
    return told


def instalments(
    graph: Graph,
    rng: np.random.Generator,
    payer: Array,
    here: Array,
    *,
    days: Array,
    asked: Array,
    growth: Array,
    hardness: float,
) -> tuple[Array, Array]:
    """Draw when each part of a sum is paid, and what it is: int64 ms, and minor units, grids.

    Parameters
    ----------
    graph, rng
        What is planted on, and where chance comes from.
    payer
        int32 users (cases, 1): nobody is asked for more than most of what is on their account.
    here
        bool (cases, payments): which there are, the first of each line.
    days, asked
        float64 (cases,): over how many days they are paid, and what they come to in minor units at
        easy; the harder, the nearer each comes to what people pay each other.
    growth
        float64 (cases,): how many times as much as the one before each is.
    hardness
        From 0 for easy to 1 for hard.

    """
    days = np.minimum(days, graph.world.days)
    begin = rng.random(len(days)) * (graph.world.days - days)
    day = (begin[:, None] + rng.random(here.shape) * days[:, None]).astype(np.int64)
    at = np.sort(times(graph, rng, payer, np.where(here, day, _NEVER), "people"), axis=1)
    affords = _AFFORDED * held(graph, payer[:, 0])
    whole = np.clip(asked, _LEAST * here.sum(axis=1), affords)
    part = here * rng.lognormal(0, _UNEVEN, here.shape)
    part *= growth[:, None] ** np.arange(here.shape[1])
    own = whole[:, None] * part / part.sum(axis=1, keepdims=True)
    usual = {"habit": "transfer", "rail": "instant", "channel": "online"}
    sums = blend(graph, rng, own, hardness**_OWN, **usual)
    sums = np.where(sums < _LEAST, rng.integers(_LEAST, 3 * _LEAST, sums.shape), sums)
    return at, np.minimum(sums, affords[:, None].astype(np.int64))
