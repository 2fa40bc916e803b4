"""Where people spend: merchants by category and place, the popular ones first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.compiled import compiled
from graphgen.population.holders import place_of
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.region import Region

__all__ = ["Shops", "kilometres", "shops"]

_POPULARITY = 2.2
"""A shop's share of its category's visits falls with its rank: the rank is drawn as the count times
a uniform number to this power; our assumption."""
_REACH_KM = 80.0
"""How far people go for what their own town does not have, before they order it; our assumption.
Beyond 50 miles the United States' statistics of travel count a trip."""
_DIAMETER_KM = 12_742.0
"""Of the earth, in the mean."""


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
    at_a_distance: Array
    """float64: how much of each category is sold at a distance."""
    serves: Array
    """int32 (categories, places): the place whose local shops people of a place go to, -1 where
    they order online instead."""

    def category(self, code: str | int) -> int:
        """Give the number of a category."""
        return self.codes.index(f"{int(code):04d}")

    def remote(self, rng: np.random.Generator, category: Array) -> Array:
        """Draw whether each is bought at a distance, as often as its category is: bool."""
        return np.asarray(rng.random(len(category)) < self.at_a_distance[category])

    def pick(self, rng: np.random.Generator, category: Array, place: Array, online: Array) -> Array:
        """Draw a merchant of each category, local or online as asked: int32.

        If there is none in the place then one of the nearest place that has any, within a short
        drive; farther only if nobody sells it online. If none sells online then a local one.
        """
        u = rng.random(len(category))
        return _picked(self.start, self.serves, self.merchant, category, place, online, u)


@compiled
def _picked(
    start: Array,
    serves: Array,
    merchant: Array,
    category: Array,
    place: Array,
    online: Array,
    u: Array,
) -> Array:
    """Pick merchants: of each stretch of like ones the first are the most popular."""
    places = start.shape[2] - 1
    picked = np.empty(len(category), np.int32)
    for i in range(len(category)):
        which = category[i]
        low, high = start[which, 1, 0], start[which, 1, places]
        near = serves[which, place[i]]
        if near >= 0 and (low == high or not online[i]):
            low, high = start[which, 0, near], start[which, 0, near + 1]
        rank = low + int((high - low) * u[i] ** _POPULARITY)
        picked[i] = merchant[min(rank, len(merchant) - 1)]
    return picked


def shops(graph: Graph) -> Shops:
    """Sort the merchants of a graph."""
    return graph.once("shops", lambda: _shops(graph))


def _shops(graph: Graph) -> Shops:
    table, region = graph["merchant"], graph.world.place
    codes = tuple(sorted({f"{int(c):04d}" for c in region.csv("merchants")["mcc"]}))
    plain = table["mcc"]
    plain = plain.dictionary_decode() if pa.types.is_dictionary(plain.type) else plain
    category = np.asarray(pc.index_in(plain, pa.array(codes, pa.string())), np.int64)
    place = place_of(graph, "merchant").astype(np.int64)
    places = len(region.csv("cities")["city"])
    online = table["online"].astype(np.int64)
    key = (category * 2 + online) * places + np.where(online == 1, 0, place)
    order = np.argsort(key, kind="stable")
    every = np.arange(len(codes) * 2 * places + 1)
    edges = np.searchsorted(key[order], every)
    start = np.empty((len(codes), 2, places + 1), np.int64)
    start[..., :-1] = edges[:-1].reshape(len(codes), 2, places)
    start[..., -1] = edges[places::places].reshape(len(codes), 2)
    return Shops(
        codes,
        order.astype(np.int32),
        table["account_id"],
        table["online"],
        start,
        _at_a_distance(region, codes),
        _serves(start, _apart(region)),
    )


def _at_a_distance(region: Region, codes: tuple[str, ...]) -> Array:
    kinds = region.csv("merchants")
    share = dict(zip((f"{int(c):04d}" for c in kinds["mcc"]), kinds["online"], strict=True))
    return np.array([share[code] for code in codes], np.float64)


def _serves(start: Array, apart: Array) -> Array:
    """Say of each category where people of each place go: int32, -1 for nowhere."""
    count, _, places = start.shape
    has = np.diff(start[:, 0]) > 0
    sold_online = start[:, 1, -1] > start[:, 1, 0]
    serves = np.where(has, np.arange(places - 1), -1).astype(np.int32)
    for category in range(count):
        there, without = np.flatnonzero(has[category]), np.flatnonzero(~has[category])
        if not len(there):
            continue
        far = apart[np.ix_(without, there)]
        best = far.argmin(axis=1)
        near = far[np.arange(len(without)), best] <= _REACH_KM
        serves[category, without] = np.where(near | ~sold_online[category], there[best], -1)
    return serves


@lru_cache(maxsize=4)
def _apart(region: Region) -> Array:
    """Say how far each of the region's cities is from each: float32 (places, places), km."""
    cities = region.csv("cities")
    latitude, longitude = (np.asarray(cities[name], float) for name in ("latitude", "longitude"))
    here, there = (latitude[:, None], longitude[:, None]), (latitude, longitude)
    return kilometres(*here, *there).astype(np.float32)


def kilometres(latitude: Array, longitude: Array, of_other: Array, east_of_other: Array) -> Array:
    """Measure how far points are from others, all in degrees: float64, great circles."""
    one, other = np.radians(latitude), np.radians(of_other)
    turned = np.sin(np.radians(longitude - east_of_other) / 2) ** 2
    half = np.sin((one - other) / 2) ** 2 + np.cos(one) * np.cos(other) * turned
    return np.asarray(_DIAMETER_KM * np.arcsin(np.sqrt(half)))
