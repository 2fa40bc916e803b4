"""Insiders: officers, directors and advisers of firms, and the family that hears of what they know.

Who they are, and how many, is our assumption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.listing import listing
from graphgen.population.draw import uniform_ms
from graphgen.population.holders import holders
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["could_be_insiders", "insiders"]

_INSIDERS, _OF_PEOPLE = 3, 0.02
"""Insiders of a firm among the people at most, and how many there are at most beside these."""
_TOLD_AT_HOME = 0.5
"""Share of those with a family of whom one hears at home what they know."""
_FAMILY = words.INSIDER_ROLES.index("family")


def could_be_insiders(graph: Graph) -> Array:
    """Say who may be an officer, a director or an adviser of a firm: bool (users,)."""
    everybody = holders(graph)
    return np.asarray((everybody.main >= 0) & (everybody.income >= np.median(everybody.income)))


def insiders(graph: Graph, rng: np.random.Generator, main: Array) -> Table:
    """Give officers, directors and advisers of firms, of those who bank the better paid.

    And of some of them the family, who hear of what they know.
    """
    here = listing(graph.world.place)
    stocks = np.flatnonzero(here.type == words.SECURITY_TYPES.index("stock"))
    pool = np.flatnonzero(could_be_insiders(graph))
    many = round(min(_INSIDERS * len(stocks), _OF_PEOPLE * len(main)))
    user = rng.choice(pool, min(many, len(pool)), replace=False) if len(pool) else pool
    issuer = graph["security"]["issuer_id"][rng.choice(stocks, len(user))]
    since = graph.world.start_ms - uniform_ms(rng, 30 * DAY_MS, 3_000 * DAY_MS, len(user))
    role = rng.integers(0, _FAMILY, len(user))
    row, kin = _families(graph, rng, main, user)
    return Table.of(
        "insider_of",
        user_id=np.append(user, kin),
        issuer_id=np.append(issuer, issuer[row]),
        role=np.append(role, np.full(len(row), _FAMILY)),
        since=np.append(since, since[row]),
    )


def _families(
    graph: Graph, rng: np.random.Generator, main: Array, user: Array
) -> tuple[Array, Array]:
    """Draw one of the family of some of these people: which of them (int64), and who (int32).

    It is somebody who banks, and is none of them.
    """
    knows = graph["knows"]
    family = knows["relation"] == words.RELATIONS.index("family")
    ends = [knows[name][family] for name in ("user_id", "other_user_id")]
    near, far = np.concatenate(ends), np.concatenate(ends[::-1])
    place = np.full(len(main), -1)
    place[user] = np.arange(len(user))
    some = np.flatnonzero((place[near] >= 0) & (place[far] < 0) & (main[far] >= 0))
    some = rng.permutation(some)
    row, first = np.unique(place[near[some]], return_index=True)
    kin, once = np.unique(far[some[first]], return_index=True)
    told = rng.random(len(kin)) < _TOLD_AT_HOME
    return row[once][told], kin[told]
