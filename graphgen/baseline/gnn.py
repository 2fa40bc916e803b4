"""A graph neural network: principal neighbourhood aggregation with edge updates and reverse edges.

Each payment is scored from what went over its two accounts just before it, and over the accounts
at the other end of that, just before that. A message is an edge's embedding and the state of the
account at its other end; means, deviations, maxima and the logarithm of their number are what an
account takes from them (PNA, Corso et al. 2020, arXiv 2004.05718), payments that come and such that
go by weights of their own (reverse edges), and an edge's embedding is updated by the account at its
far end before it is passed on (Egressy et al. 2024, arXiv 2306.11586). Widths and numbers of
neighbours are our assumption. It imports torch: import it where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from graphgen.baseline.neighbours import Neighbours, neighbours
from graphgen.baseline.rows import RAW
from graphgen.rng import stream
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.baseline.rows import Rows

__all__ = ["network_scores"]

_NEAR, _FAR, _WIDTH = 12, 6, 24
_EPOCHS, _BATCH, _HONEST = 8, 256, 12_000
"""Rounds; rows at once; honest rows of a round, drawn anew for each."""
_COLUMNS = 2 * len(RAW) + 4
_HOUR = 3_600_000


class _Network(nn.Module):
    """Two rounds of messages, from the far edge inwards."""

    def __init__(self) -> None:
        super().__init__()
        self.edge = nn.ModuleList(nn.Linear(_COLUMNS, _WIDTH) for _ in range(2))
        self.far = nn.Sequential(nn.Linear(4 * _WIDTH, _WIDTH), nn.ReLU())
        self.update = nn.Sequential(nn.Linear(2 * _WIDTH, _WIDTH), nn.ReLU())
        self.near = nn.Sequential(nn.Linear(4 * _WIDTH, _WIDTH), nn.ReLU())
        self.own = nn.Linear(_COLUMNS, _WIDTH)
        self.out = nn.Sequential(
            nn.Linear(3 * _WIDTH, _WIDTH), nn.ReLU(), nn.Dropout(0.1), nn.Linear(_WIDTH, 1)
        )

    def _messages(self, columns: torch.Tensor, is_paid: torch.Tensor) -> torch.Tensor:
        return torch.where(is_paid[..., None], self.edge[0](columns), self.edge[1](columns))

    def forward(
        self,
        own: torch.Tensor,
        near: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
        far: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    ) -> torch.Tensor:
        """Score a batch: columns, directions and which of them there are, of each ring."""
        beyond = self.far(_taken(torch.relu(self._messages(far[0], far[1])), far[2]))
        edge = self._messages(near[0], near[1])
        edge = edge + self.update(torch.cat([edge, beyond], -1)) / 2
        state = self.near(_taken(torch.relu(edge + beyond), near[2]))
        both = torch.cat([self.own(own), state[:, 0], state[:, 1]], -1)
        found: torch.Tensor = self.out(torch.relu(both))[:, 0]
        return found


def _taken(messages: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    """Put messages (..., neighbours, width) together: mean, deviation, maximum and their number."""
    some = there[..., None].float()
    count = some.sum(-2)
    sum_, squares = (messages * some).sum(-2), (messages**2 * some).sum(-2)
    mean = sum_ / count.clamp(min=1)
    deviation = (squares / count.clamp(min=1) - mean**2).clamp(min=0).add(1e-6).sqrt()
    most = (messages * some).max(-2).values
    number = torch.log1p(count).expand_as(mean)
    return torch.cat([mean, deviation, most, number], -1)


class _Batches:
    """Gives what the network sees of payments."""

    def __init__(self, rows: Rows) -> None:
        self._around: Neighbours = neighbours(rows.payer, rows.payee)
        raw = np.nan_to_num(rows.raw.T)
        known = raw[rows.part == 0]
        self._raw = (raw - known.mean(axis=0)) / (known.std(axis=0) + 1e-6)
        self._time = rows.time / _HOUR
        self._amount = rows.raw[0].astype(np.float64)

    def of(
        self, chosen: Array
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, ...], tuple[torch.Tensor, ...]]:
        """Give a batch's own columns and those of both rings."""
        around = self._around
        place = around.place[:, chosen].T
        near = around.before(place, _NEAR)
        far = np.where(
            (near >= 0)[..., None], around.before(np.maximum(around.across(near), 0), _FAR), -1
        )
        own = self._columns(chosen, chosen)
        return (
            torch.from_numpy(own),
            self._ring(near, np.broadcast_to(chosen[:, None, None], near.shape)),
            self._ring(far, np.broadcast_to(around.event[near][..., None], far.shape)),
        )

    def _ring(self, place: Array, after: Array) -> tuple[torch.Tensor, ...]:
        event = self._around.event[place]
        columns = self._columns(event, after)
        columns[place < 0] = 0
        return (
            torch.from_numpy(columns),
            torch.from_numpy(self._around.is_paid[place]),
            torch.from_numpy(place >= 0),
        )

    def _columns(self, event: Array, after: Array) -> Array:
        """Give payments' columns, those of what follows less theirs, and its gap and ratio."""
        gap = np.log1p(np.maximum(0, self._time[after] - self._time[event])) / 3
        ratio = np.clip(self._amount[after] - self._amount[event], -4, 4)
        alike = np.exp(-((ratio + 0.04) ** 2) / 0.005)  # a sum that is passed on, less a fee
        soon = np.exp(-gap * 3)
        more = np.stack([gap, ratio, alike, soon], -1)
        raw = self._raw[event]
        return np.concatenate([raw, self._raw[after] - raw, more], -1).astype(np.float32)


def network_scores(rows: Rows, seed: int) -> Array:
    """Learn from what was known when training ended; score the rest (float64, by row)."""
    rng = stream(seed, "baseline", "gnn")
    torch.manual_seed(int(rng.integers(1 << 31)))
    batches, model = _Batches(rows), _Network()
    best = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-4)
    train = rows.of(0)
    known, other = train[rows.is_known[train]], train[~rows.is_known[train]]
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(best, _EPOCHS)
    for _ in range(_EPOCHS):
        drawn = rng.choice(other, min(_HONEST, len(other)), replace=False)
        # crimes come more often than they are, so that no batch is without; ranks stay as they are
        often = np.repeat(known, max(1, len(drawn) // (10 * len(known))))
        order = rng.permutation(np.concatenate([drawn, often]))
        for at in range(0, len(order), _BATCH):
            some = order[at : at + _BATCH]
            loss = nn.functional.binary_cross_entropy_with_logits(
                model(*batches.of(some)), torch.from_numpy(rows.is_known[some].astype(np.float32))
            )
            best.zero_grad()
            torch.autograd.backward(loss)
            best.step()
        schedule.step()
    model.eval()
    found = np.zeros(len(rows.id))
    tried = np.concatenate([rows.of(1), rows.of(2)])
    with torch.no_grad():
        for at in range(0, len(tried), 4 * _BATCH):
            some = tried[at : at + 4 * _BATCH]
            found[some] = torch.sigmoid(model(*batches.of(some))).double().numpy()
    return found
