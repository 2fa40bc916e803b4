"""Acquaintances: who knows whom, and chains of people each of whom knows the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.order import among
from graphgen.population.acquaintance import friendships
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from graphgen.graph import Graph

__all__ = ["accomplices", "acquainted", "chain_to", "pairs"]

_CHECKING = words.ACCOUNT_TYPES.index("checking")
_OWNER = words.ACCOUNT_ROLES.index("owner")
_COLLEAGUE = words.RELATIONS.index("colleague")
_USER = words.ENTITIES.index("user")
_TRIES = 24
"""How often another chain is drawn for who would be reached from somebody that may not begin it."""


def accomplices(
    graph: Graph, tables: Sequence[Table], *, strangers: Collection[str], before: Array
) -> Table:
    """Give who knows whom of what a pattern has planted: `knows`, each pair once.

    Beside whom it has acquainted itself these are people who pay each other in a case, as often as
    other people who pay each other are known to know each other.

    Parameters
    ----------
    graph, tables
        What was planted on, and what was planted.
    strangers
        Roles of those who neither know whom they pay in the case, nor who pays them.
    before
        int64: pairs of whom it has been said already (`pairs`); they are left out.

    """
    own = [table for table in tables if table.name == "knows"]
    one, other = _payers(graph, tables, strangers)
    known = graph.once("pairs", lambda: np.sort(pairs(graph["knows"])))
    friends = friendships(graph.world, one, other)
    friends = friends.take(~among(pairs(friends), known))
    every = Table.concat([*own, friends])
    pair = pairs(every)
    first = np.sort(np.unique(pair, return_index=True)[1])
    return every.take(first[~among(pair[first], before)])


def pairs(knows: Table) -> Array:
    """Give each pair of people a number: int64, the same in either order."""
    one, other = knows["user_id"], knows["other_user_id"]
    return np.asarray(np.minimum(one, other).astype(np.int64) << 32 | np.maximum(one, other))


def _payers(
    graph: Graph, tables: Sequence[Table], strangers: Collection[str]
) -> tuple[Array, Array]:
    """Find who pays whom from person to person in cases, but strangers: int32 users."""
    held, account, pays, member = (
        Table.concat([Table.empty(name), *(table for table in tables if table.name == name)])
        for name in ("has_account", "account", "pays", "member")
    )
    kind = np.concatenate([graph["account"]["type"], account["type"]])
    owner = np.full(len(kind), -1, np.int32)
    for table in (graph["has_account"], held):
        owns = table["role"] == _OWNER
        owner[table["account_id"][owns]] = table["user_id"][owns]
    owner[kind != _CHECKING] = -1
    pays = pays.take(pays["case_id"] >= 0)
    one, other = (owner[pays[f"{end}_account_id"]] for end in ("debtor", "creditor"))
    is_user = member["entity"] == _USER
    alone = is_user & np.asarray(pc.is_in(member["role"], pa.array([*strangers], pa.string())))
    strange = member["case_id"][alone].astype(np.int64) << 32 | member["entity_id"][alone]
    some = (one >= 0) & (other >= 0) & (one != other)
    for end in (one, other):
        some &= ~among(pays["case_id"].astype(np.int64) << 32 | np.maximum(end, 0), strange)
    return one[some], other[some]


def acquainted(graph: Graph, one: Array, other: Array, *, relation: int, since: Array) -> Table:
    """Let people know each other, as far as they do not: `knows`, of int32 users and int64 ms.

    Colleagues do at most for as long as both have had their jobs.
    """
    if relation == _COLLEAGUE:
        hired, works = np.zeros(graph.size("user"), np.int64), graph["employed_by"]
        np.maximum.at(hired, works["user_id"], works["since"])
        since = np.maximum(since, np.maximum(hired[one], hired[other]))
    knows = Table.of("knows", user_id=one, other_user_id=other, relation=relation, since=since)
    return knows.take(~among(pairs(knows), pairs(graph["knows"])))


def chain_to(
    graph: Graph, rng: np.random.Generator, person: Array, links: Array, begins: Array
) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Draw chains of people who know each other, which lead to a person over so many links.

    Gives int32 users (chains, most links): who begins each chain, then those in between, -1 where
    there is nobody; the person is not in it. Whoever knows nobody begins a chain alone. Who may
    begin one, bool (users,), does as far as there is such a chain: of as many links or fewer, or
    else of no more than the longest.
    """
    most = int(links.max(initial=1))
    path = _drawn(graph, rng, person, links, most)
    for tried in range(2 * _TRIES):
        wrong = np.flatnonzero(~begins[path[:, 0]])
        if not len(wrong):
            break
        longest = links[wrong] if tried < _TRIES else most
        path[wrong] = _drawn(
            graph, rng, person[wrong], rng.integers(1, longest + 1, len(wrong)), most
        )
    return path


def _drawn(
    graph: Graph, rng: np.random.Generator, person: Array, links: Array, most: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Draw chains, whoever begins them: int32 users (chains, most)."""
    first, other = graph.once("acquaintances", lambda: _acquaintances(graph))
    path = np.full((len(person), most), -1, np.int32)
    here = person.astype(np.int64)
    for step in range(most):
        low, high = first[here], first[here + 1]
        goes = (step < links) & (low < high)
        drawn = low + (rng.random(len(here)) * (high - low)).astype(np.int64)
        following = np.where(goes, other[np.minimum(drawn, max(0, len(other) - 1))], here)
        known = (path == following[:, None]).any(axis=1) | (following == person)
        goes &= ~known
        # the one who is reached last begins the chain: the others move on
        path[goes, 1:] = np.where(goes[:, None], path[:, :-1], path[:, 1:])[goes]
        path[goes, 0] = following[goes]
        here = np.where(goes, following, here)
    alone = path[:, 0] < 0
    path[alone, 0] = person[alone]
    return path


def _acquaintances(graph: Graph) -> tuple[Array, Array]:
    knows = graph["knows"]
    one = np.concatenate([knows["user_id"], knows["other_user_id"]])
    other = np.concatenate([knows["other_user_id"], knows["user_id"]])
    order = np.argsort(one, kind="stable")
    first = np.searchsorted(one[order], np.arange(graph.size("user") + 1))
    return first, other[order].astype(np.int32)
