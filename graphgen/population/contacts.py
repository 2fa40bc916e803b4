"""How the bank reaches people: their e-mail address and telephone number, and changes of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.population import identity
from graphgen.population.draw import chance, uniform_ms
from graphgen.population.places import moments
from graphgen.schema import NULL_NUMBER
from graphgen.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphgen.graph import Graph
    from graphgen.population.people import People
    from graphgen.population.places import Towns
    from graphgen.table import Array

__all__ = ["contacts"]

_SECOND = {"email": 0.12, "phone": 0.08}
"""Shares of people who have given the bank a second one, for work or abroad; our assumption."""


def contacts(
    graph: Graph, people: People, here: Towns, user: Array, rng: np.random.Generator
) -> Iterator[Table]:
    """Give everyone an e-mail address and a telephone number: some couples one, some people two."""
    for kind, section in (("email", "emails"), ("phone", "phones")):
        spec = graph.world.place.settings(section)
        own = ~(people.is_partner & chance(rng, spec["shared"], people.count))
        yearly = -np.expm1(-spec["change"] * graph.world.days / 365.25)
        changes = np.flatnonzero(own & chance(rng, yearly, people.count))
        second = np.flatnonzero(chance(rng, _SECOND[kind], people.count))
        owner = np.concatenate((np.flatnonzero(own), changes, second))
        number = graph.new(kind, len(owner))
        if kind == "email":
            yield identity.emails(graph, people.given[owner], people.family[owner], rng)
        else:
            yield identity.phones(graph, len(owner), rng)
        row = np.cumsum(own) - 1
        row = number[np.where(own, row, row[people.head])]
        at = moments(graph.world, here.zones, people.town[changes], rng)
        until = np.full(people.count, NULL_NUMBER)
        until[changes] = at
        begin = people.customer_since
        since = uniform_ms(rng, begin, begin + (graph.world.start_ms - begin) // 3, people.count)
        edge, column = f"has_{kind}", f"{kind}_id"
        yield Table.of(edge, user_id=user, since=since, until=until, **{column: row})
        new, further = number[own.sum() :][: len(changes)], number[len(owner) - len(second) :]
        yield Table.of(edge, user_id=user[changes], since=at, **{column: new})
        since = uniform_ms(rng, begin[second], graph.world.start_ms, len(second))
        yield Table.of(edge, user_id=user[second], since=since, **{column: further})
