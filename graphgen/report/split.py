"""Which orders a model learns from and which it is tried on: by time, whole cases on one side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphgen.report.moves import Moves
from graphgen.report.reading import Facts
from graphgen.rng import stream
from graphgen.table import Array

__all__ = ["Split", "split"]

_BORDERS = np.linspace(0.5, 0.7, 41)
_VALIDATED = 0.25
"""The part of the first period's cases, and of its accounts, that the threshold is chosen on."""
_MOST = {"train": 120_000, "validation": 60_000, "test": 240_000}
"""Honest orders of each part that are kept; each then stands for several."""


@dataclass(frozen=True)
class Split:
    """Rows of the moves, part by part, and how many orders each stands for."""

    border: int
    """When the second period begins: ms."""
    purged: int
    """Cases that are on both sides of the border, and so on none."""
    train: Array
    validation: Array
    test: Array
    weight: Array
    """By row of the moves: float32."""


def split(facts: Facts, moves: Moves) -> Split:
    """Cut time in two, near three fifths of the orders, where the fewest crimes lie across."""
    events = facts.events[moves.event]
    case, is_crime = events.case[moves.row], events.is_crime[moves.row]
    borders = np.quantile(moves.time, _BORDERS).astype(np.int64)
    first, last, size = _spans(case, moves.time, len(facts.cases))
    across = (first < borders[:, None]) & (last >= borders[:, None])
    lost = (across * size * facts.cases.is_fraud).sum(axis=1)
    # of those that lose the fewest, the one that lies most in the middle
    best = np.flatnonzero(lost == lost.min())
    chosen = int(best[np.argmin(np.abs(best - len(borders) // 2))])
    border = int(borders[chosen])
    rng = stream(facts.seed, "report", "split")
    own = np.append(across[chosen], False)[case]
    for_trial = np.append(rng.random(len(facts.cases)) < _VALIDATED, False)[case]
    accounts = rng.random(len(moves.first)) < _VALIDATED
    for_trial = np.where(case >= 0, for_trial, accounts[moves.payer])
    early = moves.time < border
    weight = np.ones(len(moves), np.float32)
    parts = {}
    for name, some in (
        ("train", early & ~for_trial & ~own),
        ("validation", early & for_trial & ~own),
        ("test", ~early & ~own),
    ):
        kept = np.flatnonzero(some & (is_crime | (case >= 0)))
        honest = np.flatnonzero(some & (case < 0))
        if len(honest) > _MOST[name]:
            weight[honest] = len(honest) / _MOST[name]
            honest = rng.choice(honest, _MOST[name], replace=False)
        parts[name] = np.sort(np.concatenate([kept, honest]))
    return Split(border, int(across[chosen].sum()), **parts, weight=weight)


def _spans(case: Array, time: Array, count: int) -> tuple[Array, Array, Array]:
    """Give each case's first and last order's time, and how many orders it has."""
    some = case >= 0
    first = np.full(count, np.iinfo(np.int64).max)
    last = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(first, case[some], time[some])
    np.maximum.at(last, case[some], time[some])
    return first, last, np.bincount(case[some], minlength=count)
