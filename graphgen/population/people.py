"""People: households, ages, names, occupations and incomes that hang together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.draw import Urns, chance, take, uniform_ms
from graphgen.population.places import YEAR_MS, towns
from graphgen.schema import words
from graphgen.table import Table, text
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.region import Region
    from graphgen.table import Array

__all__ = ["People", "draw_people", "users"]

_OLDEST = 111
_ADULT = 18
_PARENT = 40
"""From this age on, further adults of a household can be its head's children; our assumption."""
_RECENT_MS = 150 * DAY_MS
_YOUTH = 25.0
"""Newcomers of an age are by the factor e fewer for each so many years; our assumption."""
_ON_THEIR_OWN = 0.6
"""Share of newcomers who say that they work for themselves, of those who would be employed; our
assumption."""


@dataclass(frozen=True)
class People:
    """People drawn, one entry each; households lie together, the head first."""

    count: int
    household: Array
    """int32: the number of the household among those drawn."""
    sizes: Array
    """int32, one for each household: how many people."""
    head: Array
    """int32: the head of the household, as a number among the people."""
    companion: Array
    """int32: another member of the household (of a couple: the partner), -1 for none."""
    position: Array
    """int32: 0 for the head, then 1, 2, ..."""
    is_partner: Array
    """bool: the head's partner."""
    is_family: Array
    """bool: partner or child of the head."""
    town: Array
    """int32: the city, of `places.towns`."""
    age: Array
    """float64: years at the start of the world."""
    given: Array
    """int32: the given name, women's names first."""
    family: Array
    """int32: the family name."""
    occupation: Array
    """int32: the row of occupations.csv."""
    employment: Array
    """int8: code of `words.EMPLOYMENT`."""
    income: Array
    """float64: net income a year, minor units."""
    customer_since: Array
    """int64: when the first account was opened."""


@dataclass(frozen=True)
class _Homes:
    household: Array
    sizes: Array
    head: Array
    position: Array
    is_partner: Array
    is_child: Array
    age: Array


def draw_people(
    graph: Graph, count: int, rng: np.random.Generator, *, arrived: float = 0.0
) -> People:
    """Draw `count` adults in households; `arrived` is as of `graphgen.population.settle`."""
    region = graph.world.place
    homes = _homes(region, count, rng, young=arrived > 0)
    here = towns(region, graph.world.users)
    town = take(rng, here.share, len(homes.sizes))[homes.household]
    occupation, employment, income = _work(
        region, homes.age, here.income_index[town], rng, alone=_ON_THEIR_OWN * (arrived > 0)
    )
    given, family = _names(region, homes, rng)
    grown = graph.world.start_ms - ((homes.age - _ADULT) * YEAR_MS).astype(np.int64)
    return People(
        count=count,
        household=homes.household,
        sizes=homes.sizes,
        head=homes.head,
        companion=_companions(homes),
        position=homes.position,
        is_partner=homes.is_partner,
        is_family=homes.is_partner | homes.is_child,
        town=town,
        age=homes.age,
        given=given,
        family=family,
        occupation=occupation,
        employment=employment,
        income=income,
        customer_since=_customer_since(grown, graph.world.start_ms, rng, arrived),
    )


def users(graph: Graph, people: People, household: Array) -> Table:
    """Give the table of people whose households have these row numbers."""
    region = graph.world.place
    (women, _), (men, _) = region.given_names
    born = graph.world.start_ms - (people.age * YEAR_MS).astype(np.int64)
    return Table.of(
        "user",
        given_name=text([*women, *men], people.given),
        family_name=text(region.family_names[0], people.family),
        birth_date=born // DAY_MS * DAY_MS,
        employment=people.employment,
        occupation=text(region.csv("occupations")["title"], people.occupation),
        income_minor=np.round(people.income),
        customer_since=people.customer_since,
        household_id=household,
    )


def _homes(region: Region, count: int, rng: np.random.Generator, *, young: bool) -> _Homes:
    """Fill households with heads, partners, grown children and flatmates, and draw their ages."""
    spec = region.settings("people")
    sizes = 1 + take(rng, spec["adults"], count)
    ends = np.cumsum(sizes)
    homes = int(np.searchsorted(ends, count)) + 1
    sizes = sizes[:homes].astype(np.int32)
    sizes[-1] -= ends[homes - 1] - count
    household = np.repeat(np.arange(homes, dtype=np.int32), sizes)
    starts = (np.cumsum(sizes) - sizes).astype(np.int32)
    head = starts[household]
    position = np.arange(count, dtype=np.int32) - head
    couple = chance(rng, spec["couple"], homes)[household]
    drawn = _ages(region, count, rng, young=young)
    of_head = drawn[head]
    is_partner = (position == 1) & couple
    may_be_child = (position > 0) & ~is_partner & (of_head >= _PARENT)
    is_child = may_be_child & (couple | chance(rng, 0.45, count))
    spread = rng.standard_normal(count)
    child = np.minimum(_ADULT + 14 * rng.beta(1, 2, count), of_head - 19)
    age = np.where(is_child, child, of_head + np.where(is_partner, 4.5, 6.0) * spread)
    age = np.where(position == 0, drawn, np.clip(age, _ADULT + 0.01, 99.0))
    return _Homes(household, sizes, head, position, is_partner, is_child, age)


def _companions(homes: _Homes) -> Array:
    """Give each head the second member of the household, and everyone else the head."""
    alone = np.where(homes.sizes > 1, 1, -1)[homes.household]
    second = np.where(alone > 0, homes.head + 1, -1)
    return np.where(homes.position > 0, homes.head, second).astype(np.int32)


def _ages(region: Region, count: int, rng: np.random.Generator, *, young: bool) -> Array:
    bands = region.settings("people")["ages"]
    edge = np.array([band["from"] for band in bands], np.float64)
    share = np.array([band["share"] for band in bands[:-1]])
    if young:
        share *= np.exp(-(edge[:-1] + edge[1:]) / (2 * _YOUTH))
    band = take(rng, share, count)
    age: Array = edge[band] + 0.01 + (edge[band + 1] - edge[band] - 0.02) * rng.random(count)
    return age


def _names(region: Region, homes: _Homes, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw given names by sex, and family names that run in the family."""
    spec = region.settings("people")
    count = len(homes.age)
    (women, by_women), (_, by_men) = region.given_names
    male = chance(rng, spec["male"], count)
    same_sex = chance(rng, spec["same_sex"], count)
    male = np.where(homes.is_partner, male[homes.head] ^ ~same_sex, male)
    given = np.where(male, len(women) + take(rng, by_men, count), take(rng, by_women, count))
    family = take(rng, region.family_names[1], count)
    shares = homes.is_child | (homes.is_partner & chance(rng, spec["shared_family_name"], count))
    return given.astype(np.int32), np.where(shares, family[homes.head], family)


@lru_cache(maxsize=16)
def _occupations(region: Region) -> tuple[Array, Urns]:
    """Give the shares of employment by age, and occupations to draw by employment and age."""
    bands = region.settings("people")["ages"]
    band = np.searchsorted([b["from"] for b in bands], np.arange(_OLDEST), side="right") - 1
    others = [word for word in words.EMPLOYMENT if word != "employed"]
    table = np.array([[b.get(word, 0.0) for word in words.EMPLOYMENT] for b in bands])
    table[:, words.EMPLOYMENT.index("employed")] = 1 - sum(
        table[:, words.EMPLOYMENT.index(word)] for word in others
    )
    jobs = region.csv("occupations")
    status = np.array([words.EMPLOYMENT.index(word) for word in jobs["status"]])
    age = np.arange(_OLDEST)[:, None]
    fits = (jobs["min_age"] <= age) & (age <= jobs["max_age"])
    group = status * _OLDEST + age
    weight = np.where(fits, jobs["weight"], 0.0)
    urns = Urns.of(group.ravel(), weight.ravel(), len(words.EMPLOYMENT) * _OLDEST)
    return np.cumsum(table[np.clip(band, 0, len(bands) - 2)], axis=1), urns


def _work(
    region: Region, age: Array, price: Array, rng: np.random.Generator, *, alone: float
) -> tuple[Array, Array, Array]:
    """Draw occupations by age, and incomes by occupation, age and place."""
    shares, urns = _occupations(region)
    jobs = region.csv("occupations")
    years = age.astype(np.int64)
    employment = (rng.random(len(age))[:, None] >= shares[years, :-1]).sum(axis=1)
    if alone:
        moves = (employment == words.EMPLOYMENT.index("employed")) & chance(rng, alone, len(age))
        employment[moves] = words.EMPLOYMENT.index("self_employed")
    drawn = urns.draw(rng, employment * _OLDEST + years)
    anyone = np.flatnonzero(drawn < 0)
    if len(anyone):  # nobody of that age does such work: retired, or else out of work
        old = urns.draw(rng, words.EMPLOYMENT.index("retired") * _OLDEST + years[anyone])
        seeking = words.EMPLOYMENT.index("unemployed") * _OLDEST + np.minimum(years[anyone], 60)
        none_seek = np.diff(shares, axis=1, prepend=0.0)[
            years[anyone], words.EMPLOYMENT.index("unemployed")
        ]
        drawn[anyone] = np.where((none_seek <= 0) & (old >= 0), old, urns.draw(rng, seeking))
    row = drawn % len(jobs["title"])
    code = np.array([words.EMPLOYMENT.index(word) for word in jobs["status"]], np.int8)
    # Earnings rise by two fifths from 20 to the mid-forties and then hardly fall; our assumption,
    # after the age profile of BLS's weekly earnings.
    career = 1.04 - 0.38 * np.clip((45 - age) / 25, 0, 1) ** 1.5
    career = np.where(code[row] == words.EMPLOYMENT.index("employed"), career, 1.0)
    noise = jobs["spread"][row] * rng.standard_normal(len(age))
    income = jobs["income"][row] * np.exp(noise) * career * price * region.minor_units
    return row.astype(np.int32), code[row], income


def _customer_since(grown: Array, start_ms: int, rng: np.random.Generator, arrived: float) -> Array:
    """Draw when people opened their first account: as grown-ups, and one in forty only lately."""
    count = len(grown)
    if arrived:
        first = np.maximum(grown, start_ms - int(arrived * YEAR_MS))
        return uniform_ms(rng, np.minimum(first, start_ms - 1), start_ms, count)
    long_ago = start_ms - ((start_ms - grown) * rng.beta(1.6, 1.2, count)).astype(np.int64)
    lately = uniform_ms(rng, np.maximum(grown, start_ms - _RECENT_MS), start_ms, count)
    since = np.where(chance(rng, 0.025, count), lately, long_ago)
    return np.clip(since, grown, start_ms - 1)
