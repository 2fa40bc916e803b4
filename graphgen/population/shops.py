"""Where people spend: merchants by category and place, the popular ones first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.compiled import compiled
from graphgen.population.holders import place_of
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["Shops", "shops"]

_POPULARITY = 2.2
"""A shop's share of its category's visits falls with its rank: the rank is drawn as the count times
a uniform number to this power; our assumption."""


@dataclass(frozen=True)
class Shops:
    """The merchants of a graph, sorted by category, online or local, and place."""

    codes: tuple[str, ...]
    """The merchant category codes, by category number."""
    merchant: Array
    """int32: merchants in order."""
    account: Array
    """int32: the account of each merchant row."""
    online: Array
    """bool: whether each merchant row sells at a distance only."""
    start: Array
    """int64 (categories, 2, places + 1): where local (0) and online (1) shops of a place begin."""

    def category(self, code: str | int) -> int:
        """Give the number of a category."""
        return self.codes.index(f"{int(code):04d}")

    def pick(self, rng: np.random.Generator, category: Array, place: Array, online: Array) -> Array:
        """Draw a merchant of each category, local or online as asked: int32.

        If there is none in the place then one from anywhere, if none of that sort of the other.
        """
        return _picked(
            self.start, self.merchant, category, place, online, rng.random(len(category))
        )


@compiled
def _picked(
    start: Array, merchant: Array, category: Array, place: Array, online: Array, u: Array
) -> Array:
    """Pick merchants: of each stretch of like ones the first are the most popular."""
    places = start.shape[2] - 1
    picked = np.empty(len(category), np.int32)
    for i in range(len(category)):
        which, side = category[i], 1 if online[i] else 0
        low = start[which, side, 0 if side else place[i]]
        high = start[which, side, places if side else place[i] + 1]
        for other in (side, 1 - side):
            if low == high:
                low, high = start[which, other, 0], start[which, other, places]
        rank = low + int((high - low) * u[i] ** _POPULARITY)
        picked[i] = merchant[min(rank, len(merchant) - 1)]
    return picked


def shops(graph: Graph) -> Shops:
    """Sort the merchants of a graph."""
    table = graph["merchant"]
    codes = tuple(sorted({f"{int(c):04d}" for c in graph.world.place.csv("merchants")["mcc"]}))
    plain = table["mcc"]
    plain = plain.dictionary_decode() if pa.types.is_dictionary(plain.type) else plain
    category = np.asarray(pc.index_in(plain, pa.array(codes, pa.string())), np.int64)
    place = place_of(graph, "merchant").astype(np.int64)
    places = len(graph.world.place.csv("cities")["city"])
    online = table["online"].astype(np.int64)
    key = (category * 2 + online) * places + np.where(online == 1, 0, place)
    order = np.argsort(key, kind="stable")
    every = np.arange(len(codes) * 2 * places + 1)
    edges = np.searchsorted(key[order], every)
    start = np.empty((len(codes), 2, places + 1), np.int64)
    start[..., :-1] = edges[:-1].reshape(len(codes), 2, places)
    start[..., -1] = edges[places::places].reshape(len(codes), 2)
    return Shops(codes, order.astype(np.int32), table["account_id"], table["online"], start)
