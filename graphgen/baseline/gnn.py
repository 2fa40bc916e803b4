"""A graph neural network: principal neighbourhood aggregation with edge updates and reverse edges.

Each payment is scored from its own columns, those of the rung `graph`, and from what went over its
two accounts just before it, and over the accounts at the other end of that, just before that. A
message is an edge's embedding and the state of the account at its other end; means, deviations,
maxima and the logarithm of their number are what an account takes from them (PNA, Corso et al.
2020, arXiv 2004.05718), payments that come and such that go by weights of their own (reverse
edges), and an edge's embedding is updated by the account at its far end before it is passed on
(Egressy et al. 2024, arXiv 2306.11586). Widths, rounds and dropout are our assumption. It imports
torch: import it where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import nn

from graphgen.baseline.surroundings import Ring, Surroundings
from graphgen.rng import stream
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.baseline.rows import Rows

__all__ = ["PARTS", "WHOLE", "Parts", "network_scores"]

_WIDTH = 24
_EPOCHS, _BATCH, _HONEST = 4, 256, 12_000
"""Rounds; rows at once; honest rows of a round, drawn anew for each."""
_CRIMES = 10
"""Honest rows for each crime of a round: no batch is without, and ranks stay as they are."""


@dataclass(frozen=True)
class Parts:
    """What the network is given; each can be taken away, to show what it is worth."""

    past: bool = True
    """What the payment's own accounts did before, as columns: those of `velocity` and `graph`."""
    rings: bool = True
    """The payments around it."""


WHOLE = Parts()
PARTS = {"no past": Parts(past=False), "no rings": Parts(rings=False)}


class _Network(nn.Module):
    """Two rounds of messages, from the far edge inwards."""

    def __init__(self, edge: int, past: int) -> None:
        super().__init__()
        self.edge = nn.ModuleList(nn.Linear(edge, _WIDTH) for _ in range(2))
        self.far = nn.Sequential(nn.Linear(4 * _WIDTH, _WIDTH), nn.ReLU())
        self.update = nn.Sequential(nn.Linear(2 * _WIDTH, _WIDTH), nn.ReLU())
        self.near = nn.Sequential(nn.Linear(4 * _WIDTH, _WIDTH), nn.ReLU())
        self.own = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(edge + past, 2 * _WIDTH), nn.ReLU(),
            nn.Dropout(0.3), nn.Linear(2 * _WIDTH, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, 1),
        )  # fmt: skip
        self.out = nn.Sequential(
            nn.Dropout(0.5), nn.Linear(2 * _WIDTH, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, 1)
        )

    def forward(self, own: Array, near: Ring, far: Ring) -> torch.Tensor:
        """Score a batch: its columns, and both rings around it."""
        beyond = self.far(_taken(torch.relu(self._messages(far)), far))
        edge = self._messages(near)
        edge = edge + self.update(torch.cat([edge, beyond], -1)) / 2
        state = self.near(_taken(torch.relu(edge + beyond), near))
        around = self.out(torch.cat([state[:, 0], state[:, 1]], -1))
        found: torch.Tensor = (self.own(torch.from_numpy(own)) + around)[:, 0]
        return found

    def _messages(self, ring: Ring) -> torch.Tensor:
        columns, is_paid = torch.from_numpy(ring.columns), torch.from_numpy(ring.is_paid)
        return torch.where(is_paid[..., None], self.edge[0](columns), self.edge[1](columns))


def _taken(messages: torch.Tensor, ring: Ring) -> torch.Tensor:
    """Put messages (..., neighbours, width) together: mean, deviation, maximum and their number."""
    some = torch.from_numpy(ring.is_there)[..., None].float()
    count = some.sum(-2)
    sum_, squares = (messages * some).sum(-2), (messages**2 * some).sum(-2)
    mean = sum_ / count.clamp(min=1)
    deviation = (squares / count.clamp(min=1) - mean**2).clamp(min=0).add(1e-6).sqrt()
    most = (messages * some).max(-2).values
    number = torch.log1p(count).expand_as(mean)
    return torch.cat([mean, deviation, most, number], -1)


class _Model:
    """The network with what it sees."""

    def __init__(self, rows: Rows, values: Array, parts: Parts) -> None:
        self._parts = parts
        self._around = Surroundings(rows, values)
        self.network = _Network(self._around.edge, self._around.past)

    def __call__(self, chosen: Array) -> torch.Tensor:
        own, past, *rings = self._around.of(chosen)
        if not self._parts.rings:
            rings = [ring._replace(is_there=np.zeros_like(ring.is_there)) for ring in rings]
        if not self._parts.past:
            past = np.zeros_like(past)
        found: torch.Tensor = self.network(np.concatenate([own, past], 1), *rings)
        return found


def network_scores(rows: Rows, values: Array, seed: int, parts: Parts = WHOLE) -> Array:
    """Learn from what was known when training ended; score the rest (float64, by row).

    `values` are the columns of every row (`columns.matrix`).
    """
    rng = stream(seed, "baseline", "gnn")
    torch.manual_seed(int(rng.integers(1 << 31)))
    model = _Model(rows, values, parts)
    # one thread: sums then hang on no machine's number of cores, and none waits for another
    with threadpool_limits(1):
        _learn(model, rows, rng)
        return _scores(model, rows)


def _scores(model: _Model, rows: Rows) -> Array:
    model.network.eval()
    found = np.zeros(len(rows.id))
    tried = np.concatenate([rows.of(1), rows.of(2)])
    with torch.no_grad():
        for at in range(0, len(tried), 4 * _BATCH):
            some = tried[at : at + 4 * _BATCH]
            found[some] = torch.sigmoid(model(some)).double().numpy()
    return found


def _learn(model: _Model, rows: Rows, rng: np.random.Generator) -> None:
    best = torch.optim.AdamW(model.network.parameters(), lr=3e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(best, _EPOCHS)
    train = rows.of(0)
    known, other = train[rows.is_known[train]], train[~rows.is_known[train]]
    for _ in range(_EPOCHS):
        drawn = rng.choice(other, min(_HONEST, len(other)), replace=False)
        often = np.repeat(known, max(1, len(drawn) // (_CRIMES * len(known))))
        order = rng.permutation(np.concatenate([drawn, often]))
        for at in range(0, len(order), _BATCH):
            some = order[at : at + _BATCH]
            loss = nn.functional.binary_cross_entropy_with_logits(
                model(some), torch.from_numpy(rows.is_known[some].astype(np.float32))
            )
            best.zero_grad()
            torch.autograd.backward(loss)
            best.step()
        schedule.step()
