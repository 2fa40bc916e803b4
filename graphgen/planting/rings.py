"""Rings: groups of people for patterns, and the ways to bank that they have already.

Everything works on grids: a row for each case, along the last axis its people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.pattern import TooFewError
from graphgen.planting.flow import standing
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["in_grid", "loner_first", "own_ways", "quietest", "recruits", "sizes", "ways"]

_CASES_EACH = 4
"""Cases that a person is in at most; our assumption."""


def sizes(rng: np.random.Generator, count: int, fewest: int, most: int, bend: float = 1.0) -> Array:
    """Draw how many belong to each case: bool (count, most), where there is somebody.

    Sizes are spread along the logarithm; the more `bend` is above 1, the more of them are small.
    """
    drawn = fewest * (most / fewest) ** (rng.random((count, 1)) ** bend)
    return np.asarray(np.arange(most) < np.clip(np.rint(drawn), fewest, most))


def in_grid(here: Array, rows: Array) -> Array:
    """Lay rows out where somebody is: int32, -1 elsewhere."""
    grid = np.full(here.shape, -1, np.int32)
    grid[here] = rows
    return grid


def recruits(rng: np.random.Generator, pool: Array, here: Array, what: str) -> Array:
    """Draw somebody for each place of a grid: int32, -1 where nobody is.

    Nobody is in a case twice, nobody in two cases as long as the pool lasts, and nobody in more
    than four; `TooFewError`, naming `what`, if there are too few for that.
    """
    largest = int(here.sum(axis=1).max(initial=0))
    need = max(largest, -(-int(here.sum()) // _CASES_EACH))
    if need > len(pool):
        raise TooFewError(f"{what}: {need:,} are needed, the world has {len(pool):,}")
    order = rng.permutation(pool)
    return in_grid(
        here, order[np.arange(here.sum()) % max(1, len(order))] if largest else order[:0]
    )


def loner_first(graph: Graph, people: Array, some: Array) -> Array:
    """Put who knows the fewest others first, in some cases (bool): int32, as `people`.

    Recruits who pay the first know the first as often as others know whom they pay.
    """
    knows, size = graph["knows"], graph.size("user")
    known = sum(np.bincount(knows[end], minlength=size) for end in ("user_id", "other_user_id"))
    fewest = np.where(people >= 0, np.asarray(known)[people], size).argmin(axis=1)
    place = np.where(some, fewest, 0)[:, None]
    people = people.copy()
    first = people[:, :1].copy()
    people[:, :1] = np.take_along_axis(people, place, axis=1)
    np.put_along_axis(people, place, np.where(place > 0, first, people[:, :1]), axis=1)
    return people


def own_ways(graph: Graph) -> tuple[Array, Array]:
    """Give the device and the address that each person of the population banks from most.

    int32 (users,) each: of the busiest way that stands all through the window, -1 for none.
    """
    return graph.once("own ways", lambda: _own_ways(graph))


def _own_ways(graph: Graph) -> tuple[Array, Array]:
    device, ip = np.full((2, graph.size("user")), -1, np.int32)
    ways = standing(graph)
    rows = np.argsort(ways["rate"], kind="stable")
    device[ways["user_id"][rows]] = ways["device_id"][rows]
    ip[ways["user_id"][rows]] = ways["ip_id"][rows]
    return device, ip


def quietest(graph: Graph, people: Array, share: float) -> Array:
    """Keep a share of these people, at least: those who bank from the fewest addresses."""
    ways = graph["uses_ip"]
    known = np.bincount(ways["user_id"], minlength=graph.size("user"))[people]
    if not len(people):
        return people
    return people[known <= np.quantile(known, share)]


def ways(graph: Graph, here: Array, *, is_fraud: bool, **columns: Array) -> tuple[Array, Table]:
    """Give ways by which people bank for a case: their rows (int32, -1 elsewhere), and `signs_in`.

    Columns broadcast against the grid `here` (bool), which says where there is a way.
    """
    rows = in_grid(here, graph.new("signs_in", int(here.sum())))
    table = Table.of(
        "signs_in",
        hours=graph.world.place.profiles.index("home"),
        stage="preparation" if is_fraud else None,
        **{name: np.broadcast_to(grid, here.shape)[here] for name, grid in columns.items()},
    )
    return rows, table
