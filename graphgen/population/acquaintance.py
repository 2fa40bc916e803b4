"""Who knows whom: family, colleagues and neighbours. Friends come with the transfers.

Of people who share a name, a workplace or a street it is known that they know each other. Of
friends it is only where an investigator would see it: in address books that both gave, or in a
lease. So many who pay each other are not known to know each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.population.draw import chance
from graphgen.population.places import YEAR_MS
from graphgen.rng import stream
from graphgen.schema import words
from graphgen.table import Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphgen.graph import Graph
    from graphgen.population.people import People
    from graphgen.table import Array
    from graphgen.world import World

__all__ = ["Circles", "friendships", "knows"]

_ROW_BITS = 30
_RELATIVES, _COLLEAGUES, _NEIGHBOURS = (0.45,), (0.7, 0.5), (0.6, 0.35)
"""Chance of knowing the next in line (and the next but one) among namesakes in other households, at
work, and in a neighbourhood; our assumption."""
_SOON = 1.0, 3.0
"""When, between the day from which both are there and the world's start, colleagues and neighbours
get to know each other: a beta distribution's parameters; our assumption."""
_COUPLES_FROM_MS, _FLATMATES_MS = 16 * YEAR_MS, 6 * YEAR_MS
"""Couples meet from the younger's sixteenth birthday on, flatmates at most so long before they
share a home; our assumption."""
_FRIENDS_MS = 9.5 * YEAR_MS
"""For how long friends have known each other at most; our assumption."""


@dataclass(frozen=True)
class Circles:
    """What newcomers have in common with others, one entry each."""

    employer: Array
    """int32: row of the employer, -1 for none."""
    hired: Array
    """int64: since when they have worked there."""
    family_name: pa.Array
    born: Array
    """int64."""
    postal_code: pa.Array
    moved_in: Array
    """int64: since when they have lived where they do at the world's start."""


def knows(
    graph: Graph, people: People, user: Array, circles: Circles, rng: np.random.Generator
) -> Table:
    """Acquaint newcomers with each other, and with those who are there already.

    Relatives have known each other since the younger was born, colleagues and neighbours from some
    day on that both had come, people who share a home since before they did.
    """
    known, start = graph.size("user"), graph.world.start_ms
    parts = [_household_pairs(people, user, circles, rng)]
    for key, came, chances, relation in _lines(graph, circles):
        code = words.RELATIONS.index(relation)
        for one, other in _next_in_line(key, known, chances, rng):
            both = np.maximum(came[one], came[other])
            late = rng.beta(*_SOON, len(one)) * (start - both)
            if relation == "family":  # on the day of the birth
                late = rng.random(len(one)) * DAY_MS
            since = both + late.astype(np.int64)
            parts.append((one, other, np.full(len(one), code, np.int8), since))
    one, other, relation_code, since = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    first, last = np.minimum(one, other).astype(np.int64), np.maximum(one, other)
    packed = (first << _ROW_BITS | last) << 2 | relation_code
    order = np.argsort(packed, kind="stable")
    # of two relations the first counts
    row = order[np.diff(packed[order] >> 2, prepend=-1) != 0]
    return Table.of(
        "knows",
        user_id=first[row],
        other_user_id=last[row],
        relation=relation_code[row],
        since=since[row],
    )


def friendships(world: World, one: Array, other: Array) -> Table:
    """Give those of some pairs of friends who are known to know each other: `knows`.

    The region says how many are (`people.friends_known`). Whether a pair is, and since when, is a
    function of the world's seed and of the pair (int32 users, in either order) alone: who meets in
    two ways is known in both or in neither.
    """
    keys = stream(world.seed, "friendships").integers(1 << 63, size=2, dtype=np.uint64)
    low, high = np.minimum(one, other).astype(np.uint64), np.maximum(one, other).astype(np.uint64)
    seen, long = (_luck((low << np.uint64(32) | high) + key) for key in keys)
    known = seen < world.place.settings("people")["friends_known"]
    return Table.of(
        "knows",
        user_id=one[known],
        other_user_id=other[known],
        relation="friend",
        since=world.start_ms - (long[known] * _FRIENDS_MS).astype(np.int64),
    )


def _luck(x: Array) -> Array:
    """Hash numbers (uint64) to others between 0 and 1: float64. The constants are SplitMix64's."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(((x ^ (x >> np.uint64(31))) >> np.uint64(11)) / float(1 << 53))


def _household_pairs(
    people: People, user: Array, circles: Circles, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    """Pair everyone with those of the household who come before: who, whom, how, since when."""
    nobody = np.zeros(0, np.int32)
    parts = [(nobody, nobody, nobody.astype(np.int8), nobody.astype(np.int64))]
    for step in range(1, int(people.position.max(initial=0)) + 1):
        row = np.flatnonzero(people.position >= step)
        other = row - step
        couple = people.is_partner[row]
        family = people.is_family[row] & (people.is_family[other] | (people.position[other] == 0))
        together = circles.moved_in[row]
        younger = np.maximum(circles.born[row], circles.born[other])
        met = np.where(couple, younger + _COUPLES_FROM_MS, together - _FLATMATES_MS)
        met = np.clip(met, younger, together)
        met += (rng.random(len(row)) * (together - met)).astype(np.int64)
        how = np.where(family, words.RELATIONS.index("family"), words.RELATIONS.index("friend"))
        born = np.minimum(younger + rng.integers(0, DAY_MS, len(row)), together)
        since = np.where(family & ~couple, born, met)
        parts.append((user[row], user[other], how.astype(np.int8), since))
    one, other, relation, since = (np.concatenate(column) for column in zip(*parts, strict=True))
    return one, other, relation, since


def _lines(graph: Graph, circles: Circles) -> Iterator[tuple[Array, Array, tuple[float, ...], str]]:
    """Give what people have in common, of all who are there and the newcomers, and since when.

    For each an int32 (-1 for nothing) and an int64; then the chances and the relation.
    """
    old, start = graph.size("user"), graph.world.start_ms
    works = graph["employed_by"]
    yield (
        np.concatenate((_of_users(old, works, "employer_id"), circles.employer)),
        np.concatenate((_of_users(old, works, "since"), circles.hired)),
        *(_COLLEAGUES, "colleague"),
    )
    yield (
        _codes(graph["user"]["family_name"], circles.family_name),
        np.concatenate((graph["user"]["birth_date"], circles.born)),
        *(_RELATIVES, "family"),
    )
    lives_at = graph["lives_at"]
    lives_at = lives_at.take(lives_at["since"] < start)  # where they move to, they know nobody yet
    codes = _codes(graph["address"]["postal_code"], circles.postal_code)
    near = len(graph["address"])
    home = _of_users(old, lives_at, "address_id")
    yield (
        np.concatenate((codes[:near][home], codes[near:])),
        np.concatenate((_of_users(old, lives_at, "since"), circles.moved_in)),
        *(_NEIGHBOURS, "neighbour"),
    )


def _of_users(users: int, edges: Table, column: str) -> Array:
    """Give each user what an edge of theirs says, -1 without one."""
    found = np.full(users, -1, edges[column].dtype)
    found[edges["user_id"]] = edges[column]
    return found


def _codes(old: pa.Array, new: pa.Array) -> Array:
    """Give the words of two columns numbers that they share."""
    both = [a if pa.types.is_dictionary(a.type) else a.dictionary_encode() for a in (old, new)]
    joined = pa.chunked_array([b for b in both if len(b)] or both[:1]).unify_dictionaries()
    return np.concatenate([np.asarray(pc.cast(c.indices, pa.int32())) for c in joined.chunks])


def _next_in_line(
    key: Array, known: int, chances: tuple[float, ...], rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """Line up those who have something in common in random order; pair the next with each other.

    Only pairs with a newcomer (a row from `known` on) count: the others know each other already.
    """
    common = np.zeros(int(key.max(initial=-1)) + 2, bool)
    common[key[known:]] = True
    common[-1] = False
    row = np.flatnonzero(common[key])
    # One sort of (what is common, a random number, the row), packed into one number.
    free = 62 - _ROW_BITS - int(key.max(initial=1)).bit_length()
    luck = rng.integers(1 << free, size=len(row))
    packed = np.sort((key[row].astype(np.int64) << free | luck) << _ROW_BITS | row)
    line = (packed & ((1 << _ROW_BITS) - 1)).astype(np.int32)
    for step, share in enumerate(chances, 1):
        one, other = line[:-step], line[step:]
        meet = (key[one] == key[other]) & chance(rng, share, len(one))
        meet &= (one >= known) | (other >= known)
        yield one[meet], other[meet]
