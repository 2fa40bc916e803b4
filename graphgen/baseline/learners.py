"""Gradient boosting on the columns of a rung."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.boosting import booster
from graphgen.learning.exporter import needed
from graphgen.rng import stream
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.baseline.rows import Rows

__all__ = ["boosted", "sample"]

MOST = 50_000
"""So many honest rows are learnt from; each then stands for several."""


def sample(rows: Rows, seed: int, name: str, most: int = MOST) -> tuple[Array, Array]:
    """Give the training rows that a seed learns from, ascending, and how many each stands for.

    All that is known as a crime is among them, and some of what is not.
    """
    train = rows.of(0)
    known, other = train[rows.is_known[train]], train[~rows.is_known[train]]
    weight = 1.0
    if len(other) > most:
        weight = len(other) / most
        other = stream(seed, "baseline", name).choice(other, most, replace=False)
    chosen = np.sort(np.concatenate([known, other]))
    return chosen, np.where(rows.is_known[chosen], 1.0, weight).astype(np.float32)


def boosted(values: Array, is_known: Array, weight: Array, tried: Array, seed: int) -> Array:
    """Learn from rows and columns (NaN for none), and score others: float64, 0 to 1."""
    needed("sklearn", "ml")
    from threadpoolctl import threadpool_limits

    model = booster(seed, learning_rate=0.1, trees=100)
    # its threads wait for each other all the time: on a busy machine one is faster than two
    with threadpool_limits(1):
        model.fit(values, is_known, sample_weight=weight)
        return np.asarray(model.predict_proba(tried)[:, 1], np.float64)
