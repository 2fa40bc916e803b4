"""Layers of firms: money comes in, and goes from layer to layer, fully paid onward.

Everybody in the first layer comes by money, and splits that over all of the second. From then
on each receipt is passed on as a whole: what number `i` of the first layer paid number `j` of the
second goes on to number `i + j` of the third, `i + 2j` of the fourth, and so on, counted round. So
between two layers everybody pays several, and is paid by several, as suppliers are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.chains import chained, firms, sums
from graphgen.planting.flow import kept
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["layered"]

_SPLIT = 0.72
"""How much smaller than what firms pay each other parts are at hard, as what comes in is the sum of
several, and firms take in less at once than they pay; our assumption."""
_UNEVEN = 0.4
"""Spread of the logarithm of the parts that one of the first layer pays; our assumption."""


def layered(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    layers: Array,
    roles: Sequence[str],
    *,
    days: int,
    median: float,
    keeps: float,
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield the payments through layers of firms, with their cases and members.

    Parameters
    ----------
    graph, rng, pattern
        What it is planted on, where chance comes from, and whose cases they are.
    layers
        bool (cases, layers, widest): where there is somebody; the first of each layer are there.
    roles
        What the members of each layer are called.
    days
        Within so many days a case is done.
    median
        Of what one of the first layer pays one of the second, in minor units, at easy difficulty.
    keeps
        At most this share of what somebody got stays with them.
    is_fraud
        Whether it is the crime.

    """
    count, depth, wide = layers.shape
    flat = layers.reshape(count, depth * wide)
    account = firms(graph, rng, pattern, flat).reshape(layers.shape)
    level, i, j, after = _places(depth, wide)
    here = layers[:, 0, i] & (layers[:, 1, j] | (level == 0))
    size = np.maximum(1, layers.sum(axis=2)[:, level])
    to = np.where(level < 2, np.where(level == 0, i, j), (i + (level - 1) * j) % size)  # noqa: PLR2004
    case = np.arange(count)[:, None]
    payer = np.where(level == 0, -1, account[case, level - 1, to[:, after]])
    split_up = slice(wide, wide + wide * wide)
    usual = sums(graph, rng, pattern, (count, wide, 1), median, is_fraud=is_fraud, in_trade=True)
    blends = pattern.hardness if is_fraud else 1.0
    part = _SPLIT**blends * usual * rng.lognormal(0, _UNEVEN, (count, wide, wide))
    part *= here[:, split_up].reshape(part.shape)
    share = 1 - kept(keeps) * rng.random(here.shape)
    came = np.ceil(part.sum(axis=2) / share[:, :wide])
    share[:, split_up] = (part / np.maximum(came, 1)[:, :, None]).reshape(count, wide * wide)
    named = {role: [n for n, other in enumerate(roles) if other == role] for role in roles}
    return chained(
        graph,
        rng,
        pattern,
        days=days,
        here=here,
        payer=payer,
        payee=account[case, level, to],
        after=after,
        level=level,
        last=level == depth - 1,
        in_trade=True,
        amount=np.where(level == 0, came[:, i], 0),
        share=np.where(level == 0, 0.0, share),
        roles={
            role: account[:, rows].reshape(count, len(rows) * wide) for role, rows in named.items()
        },
        is_fraud=is_fraud,
    )


def _places(depth: int, wide: int) -> tuple[Array, Array, Array, Array]:
    """Lay the payments of a case out in a line: int64, for each place four numbers.

    The layer that is paid; the members `i` of the first and `j` of the second layer that the money
    comes through (`j` is 0 in the first); and the place of the payment that it follows.
    """
    i, j = (grid.reshape(-1) for grid in np.indices((wide, wide)))
    paths, nothing = wide * wide, np.zeros(wide, np.int64)
    return (
        np.concatenate([nothing, np.repeat(np.arange(1, depth), paths)]),
        np.concatenate([np.arange(wide), np.tile(i, depth - 1)]),
        np.concatenate([nothing, np.tile(j, depth - 1)]),
        np.concatenate([nothing - 1, i, wide + np.arange(paths * (depth - 2))]),
    )
