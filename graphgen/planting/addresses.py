"""Addresses of the internet from which patterns let people bank: theirs, others', or new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.rings import own_ways
from graphgen.population.draw import take
from graphgen.population.network import addresses_of
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["addresses", "exits", "meeting_places", "own_address"]

_EVERYBODYS = ("vpn", "hosting")
"""What nobody can make for themselves: whoever hides behind it uses what honest people use too."""


def addresses(
    graph: Graph, rng: np.random.Generator, count: int, **kinds: float
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Draw internet addresses that people have already, of kinds in these shares: int32."""
    of = graph["ip"]["kind"]
    order, codes = np.argsort(of, kind="stable"), [words.IP_KINDS.index(kind) for kind in kinds]
    kind = rng.choice(codes, count, p=[*kinds.values()])
    first, last = (np.searchsorted(of[order], kind, side) for side in ("left", "right"))
    return order[first + (rng.random(count) * (last - first)).astype(np.int64)].astype(np.int32)


def own_address(graph: Graph, person: Array) -> Array:
    """Find the first address that each of these people banks from all the time: int32."""
    found = np.full(graph.size("user"), -1, np.int32)
    if graph.blocks:
        known = graph.blocks[0].tables["signs_in"]
        stands = (known["valid_from"] <= graph.world.start_ms) & (known["valid_to"] == NULL_NUMBER)
        found[known["user_id"][stands][::-1]] = known["ip_id"][stands][::-1]
    return np.asarray(found[person])


def exits(
    graph: Graph, rng: np.random.Generator, here: Array, kinds: Mapping[str, float], known: float
) -> tuple[Array, list[Table]]:
    """Choose addresses of kinds in these shares for cases: int32 (cases, addresses), -1 for none.

    `here` (bool) says where there is one. A share `known` of them are those of honest people, and
    all that are everybody's; the others are new, and their tables come with them. No address
    belongs to two cases, or to one twice: where there are too few, it is a line of a home.
    """
    kind = take(rng, list(kinds.values()), here.size).reshape(here.shape)
    ip, made = np.full(here.shape, -1, np.int32), []
    before = rng.random(here.shape) < known
    codes = {word: code for code, word in enumerate(kinds)}
    for word in sorted(kinds, key=_EVERYBODYS.__contains__, reverse=True):
        whole = word in _EVERYBODYS
        mine = here & (kind == codes[word]) & (before | whole)
        there = np.flatnonzero(graph["ip"]["kind"] == words.IP_KINDS.index(word))
        some = rng.permutation(np.flatnonzero(mine))[: len(there)]
        ip.flat[some] = rng.permutation(there)[: len(some)]
        if whole:
            kind[(ip < 0) & (kind == codes[word])] = codes["home"]
    for word, code in codes.items():
        mine = here & (ip < 0) & (kind == code)
        made.append(addresses_of(graph, word, int(mine.sum()), rng))
        ip[mine] = graph.new("ip", len(made[-1]))
    return ip, made


def meeting_places(
    graph: Graph, rng: np.random.Generator, people: Array, own: float
) -> tuple[Array, list[Table]]:
    """Give the address from which each of a case's people banks: int32, as they; and new ones.

    A share `own` of them do from their own, all others of a case from a new one, of a home or of a
    public place. `people` are int32 users (cases, people), -1 for nobody.
    """
    ip = np.where(rng.random(people.shape) < own, own_ways(graph)[1][people], -1)
    ip = np.where(people >= 0, ip, 0)
    meet = np.flatnonzero((ip < 0).any(axis=1))
    where = np.full((len(people), 1), -1, np.int32)
    where[meet, 0] = rng.permutation(graph.new("ip", len(meet)))
    half = len(meet) // 2
    sorts = (("home", half), ("public", len(meet) - half))
    made = [addresses_of(graph, sort, many, rng) for sort, many in sorts]
    return np.where(ip < 0, where, ip), made
