"""Settling people: everything that a person has, from an address to the people they know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.population.acquaintance import Circles, knows
from graphgen.population.banking import accounts_of_people
from graphgen.population.commerce import employer_weights
from graphgen.population.contacts import contacts
from graphgen.population.devices import draw_devices
from graphgen.population.draw import Urns
from graphgen.population.dwellings import draw_dwellings
from graphgen.population.people import draw_people, users
from graphgen.population.places import YEAR_MS, towns
from graphgen.population.sign_ins import sign_ins
from graphgen.schema import words
from graphgen.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphgen.graph import Graph
    from graphgen.population.people import People
    from graphgen.population.places import Towns
    from graphgen.table import Array

__all__ = ["settle"]


def settle(
    graph: Graph, count: int, rng: np.random.Generator, *, arrived: float = 0.0
) -> Iterator[Table]:
    """Settle `count` more people in a graph that `found` has filled, with everything they have.

    It yields their addresses, households, identities, jobs, accounts, cards, devices, internet
    addresses, habits of signing in and acquaintances. It may be called again for a few people more:
    they look like everybody, work where others work, and know people who were there before. With
    `arrived` they are newcomers, who became customers within so many years before the start: young
    more often than others, and more often at work for themselves.

    The i-th person is the i-th new row of `user`; the i-th new row of `account` is the checking
    account that this person owns.
    """
    if not count:
        return
    world = graph.world
    here = towns(world.place, world.users)
    people = draw_people(graph, count, rng, arrived=arrived)
    user = graph.new("user", count)
    household = graph.new("household", len(people.sizes))
    homes = draw_dwellings(graph, people, here, rng)
    lives = [*homes.tables(world, people, user, rng)]
    yield from lives
    moved_in = _moved_in(lives, user, world.start_ms)
    person = users(graph, people, household[people.household])
    yield person
    yield from contacts(graph, people, here, user, rng)
    employer = _employers(graph, people, here, rng)
    works = np.flatnonzero(employer >= 0)
    hired = np.full(count, world.start_ms)
    hired[works] = _hired(graph, people, works, rng)
    yield Table.of(
        "employed_by",
        user_id=user[works],
        employer_id=employer[works],
        since=hired[works],
    )
    yield from accounts_of_people(graph, people, user, rng)
    devices = draw_devices(graph, people, here, rng)
    yield devices.table
    ways = sign_ins(graph, people, user, employer, devices, homes, here, rng)
    graph.new("signs_in", len(ways))
    yield ways
    postal_code = homes.postal_code.take(pa.array(people.household))
    circles = Circles(
        employer, hired, person["family_name"], person["birth_date"], postal_code, moved_in
    )
    yield knows(graph, people, user, circles, rng)


def _employers(graph: Graph, people: People, here: Towns, rng: np.random.Generator) -> Array:
    """Draw employers: of the industry, in the same city if there is one; int32, -1 for none."""
    region, table = graph.world.place, graph["employer"]
    industries = region.csv("employers")["industry"]
    of_employer = _number(table["industry"], industries)
    city = [f"{name}|{state}" for name, state in zip(here.names, here.states, strict=True)]
    town = _number(_pairs(table["city"], table["state"]), city)
    rank = np.arange(len(table)) - np.searchsorted(of_employer, of_employer)
    weight = employer_weights(rank)
    number = {name: code for code, name in enumerate(industries)}
    of_job = np.array([number.get(name, -1) for name in region.csv("occupations")["industry"]])
    wanted = of_job[people.occupation]
    is_employed = people.employment == words.EMPLOYMENT.index("employed")
    who = np.flatnonzero(is_employed & (wanted >= 0))
    places = len(here.names)
    nearby = Urns.of(of_employer * places + town, weight, len(industries) * places)
    anywhere = Urns.of(of_employer, weight, len(industries))
    drawn = nearby.draw(rng, wanted[who] * places + people.town[who])
    far = np.flatnonzero(drawn < 0)
    drawn[far] = anywhere.draw(rng, wanted[who[far]])
    employer = np.full(people.count, -1, np.int32)
    employer[who] = drawn
    return employer


def _moved_in(lives: list[Table], user: Array, start: int) -> Array:
    """Say since when people have lived where they do at the start: int64; last comes their home."""
    moved_in = np.full(len(user), start)
    for table in lives:
        if table.name == "lives_at":
            before = table["since"] < start
            moved_in[table["user_id"][before] - user[0]] = table["since"][before]
    return moved_in


def _hired(graph: Graph, people: People, who: Array, rng: np.random.Generator) -> Array:
    """Draw when people were hired: half of them in the last four years (BLS, tenure, 2024)."""
    years = np.minimum(4 * np.exp(1.1 * rng.standard_normal(len(who))), people.age[who] - 17.9)
    since: Array = graph.world.start_ms - 1 - (years * YEAR_MS).astype(np.int64)
    return since


def _pairs(one: pa.Array, other: pa.Array) -> pa.Array:
    plain = [c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in (one, other)]
    return pc.binary_join_element_wise(*plain, "|")


def _number(column: pa.Array, words: list[str]) -> Array:
    """Give each row's word its place in a list; 0 for a word that is not there."""
    found = pc.index_in(column, pa.array(words, pa.string()))
    return np.asarray(pc.fill_null(found, 0), np.int64)
