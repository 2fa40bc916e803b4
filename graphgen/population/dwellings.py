"""Where households live: their addresses, in the street and on the internet, and their moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population import network
from graphgen.population.draw import chance, uniform_ms
from graphgen.population.places import YEAR_MS, Towns, addresses, moments
from graphgen.population.shops import kilometres
from graphgen.schema import NULL_NUMBER, words
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
_ON_ONE_LINE, _LINES, _LINES_SPREAD, _MOST = 0.06, 7.0, 0.7, 40
"""Share of households that bank over a line that their house shares (dormitories, blocks of flats
with one connection), the median of how many do so over one, the spread of its logarithm, and the
most; our assumption."""
_STUDENTS, _COMMUTERS = 0.3, 0.03
"""Shares of students, and of others, with a second home; our assumption."""
_WITHIN_REACH = 8
"""A second home is in the nearest of so many towns that people live in: two in three of them within
500 km; our assumption."""
_PARENT_YEARS = 19
"""Whose second home is another household's is so much younger than its head at least."""


@dataclass(frozen=True)
class Dwellings:
    """Where households live, one entry each, and where those that move go; rows of the graph.

    Some people have a second home: one of these, or one of their own.
    """

    address_table: Table
    ip_table: Table
    address: Array
    """int32: where it lives at the start."""
    new_address: Array
    """int32: where it moves to, -1 for nowhere."""
    ip: Array
    """int32: its address on the internet; those of a house with one line have the same."""
    new_ip: Array
    """int32: the one after the move, -1 for none."""
    moves_at: Array
    """int64: when it moves; the largest number for never."""
    second: Array
    """int32: people with a second home, as numbers among the people."""
    second_address: Array
    """int32: where that is."""
    lines: Array
    """int32: all new addresses on the internet."""
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
        grown = people.customer_since[self.second]
        yield Table.of(
            "lives_at",
            user_id=user[self.second],
            address_id=self.second_address,
            since=uniform_ms(rng, grown, world.start_ms, len(grown)),
        )
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
    second, elsewhere, there = _second_homes(people, here, town, rng)
    own = np.flatnonzero(elsewhere < 0)
    town = np.concatenate((town, town[moved], there[own]))
    table = addresses(world.place, here, town, rng)
    line, lines = _lines(town[:count], rng)
    address, ip = graph.new("address", len(town)), graph.new("ip", lines + len(moved))
    new_address, new_ip = np.full((2, count), -1, np.int32)
    new_address[moved], new_ip[moved] = address[count:total], ip[lines:]
    where = address[np.maximum(elsewhere, 0)]
    where[own] = address[total:]
    moves_at = np.full(count, np.iinfo(np.int64).max)
    moves_at[moved] = moments(world, here.zones, town[moved], rng)
    return Dwellings(
        address_table=table,
        ip_table=network.addresses_of(graph, "home", len(ip), rng),
        address=address[:count],
        new_address=new_address,
        ip=ip[line],
        new_ip=new_ip,
        moves_at=moves_at,
        second=second,
        second_address=where,
        lines=ip,
        postal_code=table["postal_code"][:count],
    )


def _lines(town: Array, rng: np.random.Generator) -> tuple[Array, int]:
    """Give each household its line, of lines numbered from 0 (int64), and how many these are.

    Who shares one lives in one city.
    """
    line = np.arange(len(town))
    some = np.flatnonzero(chance(rng, _ON_ONE_LINE, len(town)))
    some = some[np.argsort(town[some], kind="stable")]
    size = np.clip(_LINES * np.exp(_LINES_SPREAD * rng.standard_normal(len(some))), 2, _MOST)
    house = np.searchsorted(np.cumsum(size), np.arange(len(some)), side="right")
    is_first = (np.diff(house, prepend=-1) > 0) | (np.diff(town[some], prepend=-1) > 0)
    line[some] = some[is_first][np.cumsum(is_first) - 1]
    kept, number = np.unique(line, return_inverse=True)
    return number, len(kept)


def _second_homes(
    people: People, here: Towns, town: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Choose who has a second home (int32), which other household's, and in which town.

    It is another household's where that may be a parent's, and else -1: one of their own. `town` is
    each household's.
    """
    student = people.employment == words.EMPLOYMENT.index("student")
    who = np.flatnonzero(chance(rng, np.where(student, _STUDENTS, _COMMUTERS), people.count))
    others = rng.integers(0, len(people.sizes), (len(who), _WITHIN_REACH))
    home = town[people.household[who]][:, None]
    far = kilometres(
        here.latitude[home],
        here.longitude[home],
        here.latitude[town[others]],
        here.longitude[town[others]],
    )
    other = others[np.arange(len(who)), far.argmin(axis=1)]
    head = np.flatnonzero(people.position == 0)[other]
    parent = people.age[head] >= people.age[who] + _PARENT_YEARS
    return who.astype(np.int32), np.where(parent, other, -1), town[other]
