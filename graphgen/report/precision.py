"""Average precision and F1 of scores, with weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphgen.table import Array

__all__ = ["Curve", "best_threshold", "curve", "f1", "spread"]


@dataclass(frozen=True)
class Curve:
    """Precision and recall at every threshold, from the highest score down."""

    threshold: Array
    precision: Array
    recall: Array

    @property
    def average_precision(self) -> float:
        """The precision at each threshold, weighted by the recall that is gained there."""
        return float((np.diff(self.recall, prepend=0.0) * self.precision).sum())

    def points(self, count: int) -> list[tuple[float, float]]:
        """Give some points (recall, precision), precision as the best from there on."""
        best = np.maximum.accumulate(self.precision[::-1])[::-1]
        at = np.linspace(0, 1, count)
        place = np.minimum(np.searchsorted(self.recall, at), len(best) - 1)
        return [
            (round(float(x), 4), round(float(y), 4)) for x, y in zip(at, best[place], strict=True)
        ]


def curve(score: Array, is_crime: Array, weight: Array) -> Curve:
    """Sort by score, and count what is found and what is falsely alarmed."""
    order = np.argsort(-score, kind="stable")
    score, is_crime, weight = score[order], is_crime[order], weight[order].astype(np.float64)
    found, alarms = np.cumsum(weight * is_crime), np.cumsum(weight)
    last = np.append(np.diff(score) < 0, True)
    return Curve(score[last], found[last] / alarms[last], found[last] / max(found[-1], 1e-12))


def best_threshold(found: Curve) -> float:
    """Give the threshold with the best F1."""
    both = found.precision + found.recall
    harmonic = 2 * found.precision * found.recall / np.maximum(both, 1e-12)
    return float(found.threshold[np.argmax(harmonic)])


def f1(
    score: Array, is_crime: Array, weight: Array, threshold: float
) -> tuple[float, float, float]:
    """Give precision, recall and F1 at a threshold."""
    alarm = score >= threshold
    hit = float(weight[alarm & is_crime].sum())
    precision = hit / max(float(weight[alarm].sum()), 1e-12)
    recall = hit / max(float(weight[is_crime].sum()), 1e-12)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def spread(
    rng: np.random.Generator, score: Array, case: Array, is_crime: Array, weight: Array, draws: int
) -> float:
    """Give the standard error of the average precision: crimes' cases are drawn anew."""
    order = np.argsort(-score, kind="stable")
    score, case, is_crime, weight = (
        score[order],
        case[order],
        is_crime[order],
        weight[order].astype(np.float64),
    )
    last = np.append(np.diff(score) < 0, True)
    known, number = np.unique(case[is_crime], return_inverse=True)
    found = []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, len(known), len(known)), minlength=len(known))
        drawn = weight.copy()
        drawn[is_crime] *= times[number]
        hits, alarms = np.cumsum(drawn * is_crime)[last], np.cumsum(drawn)[last]
        gain = np.diff(hits, prepend=0.0) / max(hits[-1], 1e-12)
        found.append(float((gain * hits / np.maximum(alarms, 1e-12)).sum()))
    return float(np.std(found))
