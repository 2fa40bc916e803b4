"""Layers of firms: money comes in, and goes from layer to layer, fully paid onward.

Everybody in the first layer comes by money, and splits that over all of the second. From then
on each receipt is passed on as a whole: what number `i` of the first layer paid number `j` of the
second goes on to number `i + j` of the third, `i + 2j` of the fourth, and so on, counted round. So
between two layers everybody pays several, and is paid by several, as suppliers are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.chains import Chain, chained, sums
from graphgen.planting.flow import kept
from graphgen.planting.hands import firms
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


@dataclass(frozen=True)
class _Places:
    """The payments of a case in a line: int64, for each place four numbers."""

    level: Array
    """The layer that is paid."""
    first: Array
    second: Array
    """The members of the first and of the second layer that the money comes through; 0 of the
    second where the first is paid."""
    after: Array
    """The place of the payment that it follows, or -1."""

    def here(self, layers: Array) -> Array:
        """Say which payments there are, by who is in the layers: bool (cases, payments)."""
        is_first = self.level == 0
        return np.asarray(layers[:, 0, self.first] & (layers[:, 1, self.second] | is_first))

    def to(self, layers: Array) -> Array:
        """Say which member of its layer each payment goes to: int64 (cases, payments)."""
        i, j, level = self.first, self.second, self.level
        size = np.maximum(1, layers.sum(axis=2)[:, level])
        onward = (i + (level - 1) * j) % size
        return np.where(level == 0, i, np.where(level == 1, j, onward))


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
    account = firms(graph, rng, pattern, layers.reshape(count, depth * wide)).reshape(layers.shape)
    places, case = _places(depth, wide), np.arange(count)[:, None]
    here, to, is_first = places.here(layers), places.to(layers), places.level == 0
    usual = sums(graph, rng, pattern, (count, wide, 1), median, is_fraud=is_fraud, in_trade=True)
    smaller = _SPLIT ** (pattern.hardness if is_fraud else 1.0)
    came, share = _split_up(rng, smaller * usual, here, keeps)
    chain = Chain(
        here=here,
        payer=np.where(is_first, -1, account[case, places.level - 1, to[:, places.after]]),
        payee=account[case, places.level, to],
        after=places.after,
        level=places.level,
        last=places.level == depth - 1,
        amount=np.where(is_first, came[:, places.first], 0),
        share=np.where(is_first, 0.0, share),
        in_trade=True,
    )
    named = _named(account, roles)
    return chained(graph, rng, pattern, chain, days=days, roles=named, is_fraud=is_fraud)


def _split_up(
    rng: np.random.Generator, usual: Array, here: Array, keeps: float
) -> tuple[Array, Array]:
    """Draw what comes to the first layer, and which share of a receipt each payment passes on.

    `usual` is about what one of the first layer pays at a time: minor units, (cases, widest, 1).
    Gives float64 (cases, widest), and a grid as `here`; who splits keeps at most the share `keeps`.
    """
    count, wide, _ = usual.shape
    split_up = slice(wide, wide + wide * wide)
    part = usual * rng.lognormal(0, _UNEVEN, (count, wide, wide))
    part *= here[:, split_up].reshape(part.shape)
    share = 1 - kept(keeps) * rng.random(here.shape)
    came = np.ceil(part.sum(axis=2) / share[:, :wide])
    share[:, split_up] = (part / np.maximum(came, 1)[:, :, None]).reshape(count, wide * wide)
    return came, share


def _named(account: Array, roles: Sequence[str]) -> dict[str, Array]:
    """Put the accounts of layers (cases, layers, widest) together by role: int32, by case."""
    count, _, wide = account.shape
    layers = {role: [n for n, other in enumerate(roles) if other == role] for role in roles}
    return {
        role: account[:, rows].reshape(count, len(rows) * wide) for role, rows in layers.items()
    }


def _places(depth: int, wide: int) -> _Places:
    """Lay the payments of a case out in a line, layer after layer."""
    i, j = (grid.reshape(-1) for grid in np.indices((wide, wide)))
    paths, nothing = wide * wide, np.zeros(wide, np.int64)
    return _Places(
        level=np.concatenate([nothing, np.repeat(np.arange(1, depth), paths)]),
        first=np.concatenate([np.arange(wide), np.tile(i, depth - 1)]),
        second=np.concatenate([nothing, np.tile(j, depth - 1)]),
        after=np.concatenate([nothing - 1, i, wide + np.arange(paths * (depth - 2))]),
    )
