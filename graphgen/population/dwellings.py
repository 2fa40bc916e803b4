"""Where households live: their addresses, in the street and on the internet, and their moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population import network
from graphgen.population.draw import chance
from graphgen.population.places import YEAR_MS, Towns, addresses, moments
from graphgen.schema import NULL_NUMBER
from graphgen.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from graphgen.graph import Graph
    from graphgen.population.people import People
    from graphgen.table import Array
    from graphgen.world import World

__all__ = ["Dwellings", "draw_dwellings"]

_STAY_YEARS = 7.0
"""Median of how long a household has lived where it lives; our assumption."""


@dataclass(frozen=True)
class Dwellings:
    """Where households live, one entry each, and where those that move go; rows of the graph."""

    address_table: Table
    ip_table: Table
    address: Array
    """int32: where it lives at the start."""
    new_address: Array
    """int32: where it moves to, -1 for nowhere."""
    ip: Array
    """int32: its address on the internet."""
    new_ip: Array
    """int32: the one after the move, -1 for none."""
    moves_at: Array
    """int64: when it moves; the largest number for never."""
    postal_code: pa.Array
    """Postal codes at the start."""

    def tables(
        self, world: World, people: People, user: Array, rng: np.random.Generator
    ) -> Iterator[Table]:
        """Give addresses of both sorts, households, and who lives where from when to when."""
        yield self.address_table
        yield self.ip_table
        yield Table.of("household", address_id=self.address, size=people.sizes)
        years = _STAY_YEARS * np.exp(0.9 * rng.standard_normal(len(people.sizes)))
        # A household has not lived anywhere for longer than its youngest member has lived.
        youngest = np.minimum.reduceat(people.age, np.flatnonzero(people.position == 0))
        ago = (np.minimum(years, youngest) * YEAR_MS).astype(np.int64)
        since = (world.start_ms - 1 - ago)[people.household]
        home = people.household
        moves = self.new_address[home] >= 0
        until = np.where(moves, self.moves_at[home], NULL_NUMBER)
        yield Table.of(
            "lives_at", user_id=user, address_id=self.address[home], since=since, until=until
        )
        yield Table.of(
            "lives_at",
            user_id=user[moves],
            address_id=self.new_address[home[moves]],
            since=self.moves_at[home[moves]],
        )


def draw_dwellings(
    graph: Graph, people: People, here: Towns, rng: np.random.Generator
) -> Dwellings:
    """Draw where households live; a move stays within the city."""
    world = graph.world
    count = len(people.sizes)
    town = people.town[np.flatnonzero(people.position == 0)]
    yearly = world.place.settings("places")["moves"]
    moved = np.flatnonzero(chance(rng, -np.expm1(-yearly * world.days / 365.25), count))
    total = count + len(moved)
    table = addresses(world.place, here, np.concatenate((town, town[moved])), rng)
    address, ip = graph.new("address", total), graph.new("ip", total)
    new_address, new_ip = np.full((2, count), -1, np.int32)
    new_address[moved], new_ip[moved] = address[count:], ip[count:]
    moves_at = np.full(count, np.iinfo(np.int64).max)
    moves_at[moved] = moments(world, here.zones, town[moved], rng)
    return Dwellings(
        address_table=table,
        ip_table=network.addresses_of(graph, "home", total, rng),
        address=address[:count],
        new_address=new_address,
        ip=ip[:count],
        new_ip=new_ip,
        moves_at=moves_at,
        postal_code=table["postal_code"][:count],
    )
