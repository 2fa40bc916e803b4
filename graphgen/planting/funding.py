"""Funding: one of a ring sends money to the others, and these to their brokers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.pattern import errands
from graphgen.planting.flow import held, times
from graphgen.population.holders import holders

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.planting.desk import Desk
    from graphgen.table import Array, Table

__all__ = ["can_fund", "funding"]

_HOUR, _DAY = 3_600_000, 86_400_000
_FUNDED = (0.3, 0.7)
"""Share of the organiser's balance that goes to the ring; our assumption."""
_SOMETHING = 100_000
"""What an organiser has at the world's start, at least, so that there is something to send later;
our assumption."""
_LESS = 0.85
"""How much less it is at hard."""


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

    It is the first who has something to send (`can_fund`).
    """
    main = holders(graph).main
    crew = np.take_along_axis(crew, np.argsort(~can_fund(graph, crew), axis=1, kind="stable"), 1)
    others = crew[:, 1:]
    day = (start - graph.world.start_ms)[:, None] // _DAY - rng.integers(1, 3, others.shape)
    first = times(graph, rng, np.broadcast_to(crew[:, :1], others.shape), day, "people")
    first = np.clip(first, graph.world.start_ms + _HOUR, start[:, None] - _HOUR)
    at = np.stack([first, first + (rng.uniform(0.5, 20, others.shape) * _HOUR).astype(int)], axis=2)
    there = ((others >= 0) & np.reshape(here, (-1, 1)))[:, :, None]
    # the harder, the less: it is to look like what friends send each other
    much = 1 - _LESS * desk.pattern.hardness
    part = (
        much * rng.uniform(*_FUNDED, (len(case), 1)) / np.maximum(1, (others >= 0).sum(1))[:, None]
    )
    sent = np.maximum(1, np.rint(part * held(graph, crew[:, :1])))
    payer = np.stack([np.broadcast_to(main[crew[:, :1]], others.shape), main[others]], axis=2)
    payee = np.stack([main[others], desk.account[others]], axis=2)
    yield errands(
        graph,
        at,
        case=case[:, None, None],
        here=there,
        follows=np.array([-1, 0]),
        debtor_account_id=payer,
        creditor_account_id=payee,
        user_id=np.stack([np.broadcast_to(crew[:, :1], others.shape), others], axis=2),
        habit="transfer",
        rail="instant",
        channel="online",
        amount_minor=np.stack(
            [np.broadcast_to(sent, others.shape), np.zeros(others.shape)], axis=2
        ),
        share=np.array([0, 0.97]),
        stage="preparation",
    )
