"""How well one number alone tells crimes from what is honest, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np

from graphgen.table import Array

__all__ = ["Separation", "chance", "placed", "pooled", "separation"]

_DRAWS = 1_999
"""Resamples of honest rows in a round."""
_ROUNDS = 20
"""Rounds, while there was next to nothing as far off: p-values go down to 1 / 39,981."""


@dataclass(frozen=True)
class Separation:
    """How often a crime's value is above (or below) an honest one, ties counting half."""

    above: float
    """Above .5 crimes have the larger values, below .5 the smaller."""
    error: float
    """Its standard error, with cases (not rows) as the independent observations."""
    rows: int
    cases: int


def placed(values: Array, among: Array) -> Array:
    """Say what share of `among` (sorted) each value is above, ties counting half: float64."""
    below = np.searchsorted(among, values, "left")
    return np.asarray((below + np.searchsorted(among, values, "right")) / (2 * max(1, len(among))))


def separation(place: Array, case: Array, others: tuple[Array, Array] | None = None) -> Separation:
    """Tell how far crimes' places among what they are put beside (0 to 1) are from the middle.

    `others` are the places of these among the crimes, and their cases, where they are of cases
    themselves, and so few that the error is theirs too.
    """
    cases, spread = _spread(place, case)
    if others is not None:
        spread += _spread(*others)[1]
    return Separation(float(place.mean()), min(0.5, float(np.sqrt(spread))), len(place), cases)


def _spread(place: Array, case: Array) -> tuple[int, float]:
    """Count the cases, and give the variance of the mean place with them as its observations."""
    _, number = np.unique(case, return_inverse=True)
    cases = int(number.max()) + 1
    sums = np.bincount(number, place - place.mean())
    # one case says nothing of how cases differ
    spread = cases / (cases - 1) * (sums**2).sum() if cases > 1 else np.inf
    return cases, float(spread) / len(place) ** 2


def chance(
    rng: np.random.Generator,
    scores: list[Array],
    cases: list[Array],
    honest: list[Array],
    *,
    block: bool,
) -> float:
    """Give the p-value of: the cases' mean scores are as those of honest rows.

    The three lists go along groups of like rows: the scores of crimes' rows, their cases, the
    scores of honest rows. A case is one observation, whatever its number of rows. It is put beside
    as many honest rows of the same groups, drawn again and again; with `block` they are rows next
    to each other, so that with honest rows sorted by who pays, they are as alike as a case's.
    """
    every = np.unique(np.concatenate([np.empty(0, np.int64), *cases]))
    total, rows = np.zeros(len(every)), np.zeros(len(every))
    sizes = []
    for score, case in zip(scores, cases, strict=True):
        place = np.searchsorted(every, case)
        sizes.append(np.bincount(place, minlength=len(every)))
        total += np.bincount(place, score, len(every))
        rows += sizes[-1]
    if not rows.any():
        return 1.0
    found, middle, further, draws = (total / rows).mean(), None, 0, 0
    for _ in range(_ROUNDS):
        drawn = np.zeros((_DRAWS, len(every)))
        for size, other in zip(sizes, honest, strict=True):
            drawn += _sums(rng, other, size, block=block)
        null = (drawn / rows).mean(axis=1)
        middle = null.mean() if middle is None else middle
        further += int((np.abs(null - middle) >= abs(found - middle) - 1e-12).sum())
        draws += _DRAWS
        if further > 1:
            break
    return (1 + further) / (1 + draws)


def pooled(values: list[float]) -> float:
    """Pool independent p-values of one question by Fisher's method."""
    half = -sum(log(max(value, 1e-300)) for value in values)
    term, total = 1.0, 1.0
    for number in range(1, len(values)):
        term *= half / number
        total += term
    return min(1.0, exp(-half) * total)


def _sums(rng: np.random.Generator, other: Array, size: Array, *, block: bool) -> Array:
    """Draw honest rows for each case, as many as it has: sums of scores (draws, cases)."""
    if block:
        length = np.minimum(size, len(other))
        upto = np.concatenate([[0.0], np.cumsum(other)])
        first = rng.integers(0, len(other) - length + 1, (_DRAWS, len(size)))
        found = upto[first + length] - upto[first]
        return np.asarray(found * (size / np.maximum(length, 1)))
    found = np.zeros((_DRAWS, len(size)))
    for case in np.flatnonzero(size):
        found[:, case] = rng.choice(other, (_DRAWS, size[case])).sum(axis=1)
    return found
