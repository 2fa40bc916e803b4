"""Fragments of an identity: phones, mailboxes and homes that people give who share them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.draw import take, uniform_ms
from graphgen.schema import NULL_NUMBER
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["fragments"]

_EDGES = {"phone": "has_phone", "email": "has_email", "address": "lives_at"}


def fragments(
    graph: Graph,
    rng: np.random.Generator,
    people: Array,
    kinds: Mapping[str, float],
    hardness: float,
) -> Iterator[Table]:
    """Yield what each but the first of a case gives to the bank that is another's: one thing each.

    Parameters
    ----------
    graph, rng
        A graph with all of them in it, and where chance comes from.
    people
        int32 users (cases, people), -1 for nobody.
    kinds
        In which shares it is a phone, an email, an address.
    hardness
        At easy it is the first's, at hard that of the one before, between these of anybody before.

    """
    place = np.arange(1, people.shape[1])
    spot = np.clip(rng.random((len(people), len(place))) + 2 * hardness - 1, 0, 0.999)
    other = np.take_along_axis(people, (spot * place).astype(np.int64), axis=1)
    kind = take(rng, list(kinds.values()), spot.size).reshape(spot.shape)
    for code, what in enumerate(kinds):
        given, column = graph[_EDGES[what]], f"{what}_id"
        now = np.flatnonzero(given["until"] == NULL_NUMBER)
        thing = np.full(graph.size("user"), -1, np.int32)
        thing[given["user_id"][now]] = given[column][now]
        some = (people[:, 1:] >= 0) & (kind == code)
        who, shared = people[:, 1:][some], thing[other[some]]
        joined = graph["user"]["customer_since"][who]
        since = uniform_ms(rng, joined, graph.world.start_ms, len(who))
        # who lives with the other at one address has given it already
        new = np.flatnonzero(shared != thing[who])
        things = {column: shared[new]}
        yield Table.of(_EDGES[what], user_id=who[new], since=since[new], **things)
