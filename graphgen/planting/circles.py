"""Circles: money that comes in, goes from hand to hand, and comes back to who began.

Everything works on grids: a row for each case, along the last axis its people or payments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.chains import Chain, chained, sums
from graphgen.planting.flow import kept
from graphgen.planting.hands import acquainted_hands, firms, hands
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["circles"]


def circles(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    here: Array,
    roles: tuple[str, str],
    *,
    days: int,
    median: float,
    keeps: float,
    stays: tuple[float, float],
    in_trade: bool,
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield what comes in, its way round, the cases, and who plays which part.

    Parameters
    ----------
    graph, rng, pattern
        What is planted on, where chance comes from, and whose cases they are.
    here
        bool (cases, places): who is on the circle, each making one hop; the first are there.
    roles
        What the first is called, and the others.
    days
        Within so many days a case is done.
    median
        Of what goes round, in minor units, at easy difficulty.
    keeps
        At most this share of what somebody got stays with them.
    stays
        Between which shares of what came in stay with the first of a hard case.
    in_trade
        Whether the hands are firms', who pay as suppliers are paid; else people's, of whom the
        harder the more often each pays the next by habit anyway.
    is_fraud
        Whether it is the crime.

    """
    (count, most), size = here.shape, here.sum(axis=1, keepdims=True)
    hard = pattern.hardness if is_fraud else 1.0
    members = _links(graph, rng, pattern, here, hard, in_trade=in_trade)
    # the first payment comes to the origin, and so does what the last link pays
    hop, first = np.arange(most + 1), np.arange(most) == 0
    share = 1 - kept(keeps) * rng.random((count, most + 1))
    share[:, 1] *= 1 - hard * rng.uniform(*stays, count)
    sent = sums(graph, rng, pattern, (count, 1), median, is_fraud=is_fraud, in_trade=in_trade)
    chain = Chain(
        here=hop <= size,
        payer=np.pad(members, ((0, 0), (1, 0)), constant_values=-1),
        payee=np.take_along_axis(members, np.where(hop < size, hop, 0), axis=1),
        after=hop - 1,
        level=hop,
        last=hop == size,
        amount=np.where(hop == 0, np.ceil(sent / share[:, 1:2]), 0),
        share=np.where(hop == 0, 0.0, share),
        in_trade=in_trade,
    )
    named = {roles[0]: np.where(first, members, -1), roles[1]: np.where(first, -1, members)}
    return chained(graph, rng, pattern, chain, days=days, roles=named, is_fraud=is_fraud)


def _links(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    here: Array,
    hard: float,
    *,
    in_trade: bool,
) -> Array:
    """Choose who is on each circle: int32 users, or accounts of firms, -1 where nobody is."""
    if in_trade:
        return firms(graph, rng, pattern, here)
    all_do = np.ones(here.shape[1], bool)
    people = hands(graph, rng, pattern, here, gets=all_do, sends=all_do)
    return acquainted_hands(graph, rng, people, rng.random((len(here),)) < hard)
