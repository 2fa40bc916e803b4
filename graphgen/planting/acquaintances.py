"""Acquaintances: who knows whom, and chains of people each of whom knows the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.order import among
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["acquainted", "chain_to"]


def acquainted(graph: Graph, one: Array, other: Array, *, relation: int, since: Array) -> Table:
    """Let people know each other, as far as they do not: `knows`, of int32 users and int64 ms."""
    knows = graph["knows"]
    known, new = (
        np.minimum(a, b).astype(np.int64) << 32 | np.maximum(a, b)
        for a, b in ((knows["user_id"], knows["other_user_id"]), (one, other))
    )
    some = np.flatnonzero(~among(new, known))
    return Table.of(
        "knows",
        user_id=one[some],
        other_user_id=other[some],
        relation=relation,
        since=since[some],
    )


def chain_to(
    graph: Graph, rng: np.random.Generator, person: Array, links: Array
) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Draw chains of people who know each other, which lead to a person over so many links.

    Gives int32 users (chains, most links): who begins each chain, then those in between, -1 where
    there is nobody; the person is not in it. Whoever knows nobody begins a chain alone.
    """
    first, other = graph.once("acquaintances", lambda: _acquaintances(graph))
    most = int(links.max(initial=1))
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
