"""Funding: one of a ring sends money to the others, and these to their brokers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.pattern import errands
from graphgen.planting.flow import held, times
from graphgen.planting.payees import payees_of_old, usual_sums
from graphgen.population.holders import holders
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.planting.desk import Desk

__all__ = ["can_fund", "funding"]

_HOUR, _DAY = 3_600_000, 86_400_000
_FUNDED = (0.3, 0.7)
"""Share of the organiser's balance that goes to the ring; our assumption."""
_SOMETHING = 30_000
"""What an organiser has at the world's start, at least, so that there is something to send later;
our assumption."""


def can_fund(graph: Graph, crew: Array) -> Array:
    """Say of the people of rings (-1 for nobody) who has something to send: bool."""
    return np.asarray((crew >= 0) & (held(graph, crew) >= _SOMETHING))


def funding(
    graph: Graph,
    rng: np.random.Generator,
    desk: Desk,
    case: Array,
    crew: Array,
    start: Array,
    here: Array | bool = True,  # noqa: FBT001, FBT002 - a grid
) -> Iterator[Table]:
    """Let one of each ring send money to the others, who pass it on to their brokers.

    It is one who has something to send (`can_fund`): the first, or at hard any but the richest, who
    needs nobody's money either. The harder, the more of them have been sent something for years.
    """
    main = holders(graph).main
    crew = _needy(graph, rng, crew, desk.pattern.hardness)
    others = crew[:, 1:]
    day = (start - graph.world.start_ms)[:, None] // _DAY - rng.integers(1, 3, others.shape)
    first = times(graph, rng, np.broadcast_to(crew[:, :1], others.shape), day, "people")
    first = np.clip(first, graph.world.start_ms + _HOUR, start[:, None] - _HOUR)
    # passed on when people pay, that day if it is early enough
    soon = first + (rng.uniform(0.5, 4, others.shape) * _HOUR).astype(np.int64)
    day = (first - graph.world.start_ms) // _DAY
    later = times(graph, rng, others, day, "people")
    at = np.stack([first, np.where(later > first + _HOUR // 2, later, soon)], axis=2)
    there = ((others >= 0) & np.reshape(here, (-1, 1)))[:, :, None]
    part = rng.uniform(*_FUNDED, (len(case), 1)) / np.maximum(1, (others >= 0).sum(1))[:, None]
    much = np.broadcast_to(np.maximum(1.0, part * held(graph, crew[:, :1])), others.shape)
    # the harder, the more it is like what people send each other
    hard, usual = desk.pattern.hardness, rng.choice(usual_sums(graph), others.shape)
    sent = np.maximum(1, np.rint(much ** (1 - hard) * usual**hard))
    payer = np.stack([np.broadcast_to(main[crew[:, :1]], others.shape), main[others]], axis=2)
    payee = np.stack([main[others], desk.account[others]], axis=2)
    sender = np.stack([np.broadcast_to(crew[:, :1], others.shape), others], axis=2)
    known = np.broadcast_to(there & (rng.random(there.shape) < hard), payer.shape)
    yield payees_of_old(graph, rng, payer[known], payee[known], sender[known])
    yield errands(
        graph,
        at,
        case=case[:, None, None],
        here=there,
        follows=np.array([-1, 0]),
        debtor_account_id=payer,
        creditor_account_id=payee,
        user_id=sender,
        habit="transfer",
        rail="instant",
        channel="online",
        amount_minor=np.stack([sent, np.zeros(others.shape)], axis=2),
        # the harder, the more of it
        share=np.array([0, 0.97 + 0.03 * hard]),
        stage="preparation",
    )


def _needy(graph: Graph, rng: np.random.Generator, crew: Array, hard: float) -> Array:
    """Put who sends first, and leave out (-1), at hard, the richest of three and more.

    People who invest have more than others who send and are sent something.
    """
    balance, able = held(graph, crew).astype(np.float64), can_fund(graph, crew)
    richest = np.argmax(np.where(crew >= 0, balance, -np.inf), axis=1)
    rest = np.arange(crew.shape[1]) != richest[:, None]
    out = (able & rest).any(axis=1) & ((crew >= 0).sum(axis=1) > 2)  # noqa: PLR2004 - a pair is two
    out &= rng.random(len(crew)) < hard
    crew = np.where(out[:, None] & ~rest, -1, crew)
    is_any = rng.random((len(crew), 1)) < hard
    turn = np.where(is_any, rng.random(crew.shape), np.arange(crew.shape[1]))
    turn = np.where(can_fund(graph, crew), turn, np.inf)
    return np.take_along_axis(crew, np.argsort(turn, axis=1, kind="stable"), 1)
