"""The exponent of a discrete power law's tail, where it begins found by the data.

Source: Clauset, Shalizi and Newman, "Power-law distributions in empirical data", SIAM Review 51
(2009), section 3: maximum likelihood above a cut, and of all cuts the one whose fit is nearest to
the data by the Kolmogorov-Smirnov distance. Deluca and Corral, "Fitting and goodness-of-fit test of
non-truncated and truncated power-law distributions", Acta Geophysica 61 (2013): where values have a
largest, the law ends there; one that is fitted without it comes out too steep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphgen.table import Array

__all__ = ["Tail", "fit_tail", "hurwitz_zeta"]

_EXPONENTS = (1.01, 6.0)
_GOLDEN = (5**0.5 - 1) / 2
_STEPS = 40
"""Steps of the golden section: the exponent is then exact to 1e-8."""
_DIRECT = 12
"""Terms of zeta that are added one by one, before the rest is approximated."""


@dataclass(frozen=True)
class Tail:
    """A fitted tail."""

    exponent: float
    """Of the density: P(k) falls as k**-exponent."""
    begins: int
    """The smallest value in the tail."""
    size: int
    """How many values are in the tail."""
    distance: float
    """Kolmogorov-Smirnov distance between the tail and its fit."""


def hurwitz_zeta(exponent: float, begins: Array) -> Array:
    """Give the sum of k**-exponent over all k from each `begins` on (exponent above 1).

    Euler and Maclaurin's formula after a few terms; exact to 1e-10 for exponents up to 10.
    """
    begins = np.asarray(begins, float)
    first = np.sum((begins[..., None] + np.arange(_DIRECT)) ** -exponent, axis=-1)
    q, s = begins + _DIRECT, exponent
    rest = q ** (1 - s) / (s - 1) + 0.5 * q**-s + s / 12 * q ** (-s - 1)
    rest -= s * (s + 1) * (s + 2) / 720 * q ** (-s - 3)
    rest += s * (s + 1) * (s + 2) * (s + 3) * (s + 4) / 30_240 * q ** (-s - 5)
    return np.asarray(first + rest)


def fit_tail(values: Array, least: int = 50, most: float = np.inf) -> Tail:
    """Fit a power law, of numbers up to `most`, to the tail of positive whole numbers.

    A tail has at least `least` values (our assumption: fewer tell nothing), and two different ones.
    `ValueError` if there are not so many.
    """
    unique, counts = np.unique(values[values > 0], return_counts=True)
    above = np.cumsum(counts[::-1])[::-1]
    starts = np.flatnonzero(above >= least)
    starts = starts[starts < len(unique) - 1]
    if not len(starts):
        raise ValueError(f"{int(counts.sum())} values; a tail needs {least} and two different ones")
    fits = [_fit(unique[start:], counts[start:], most) for start in starts]
    return min(fits, key=lambda fit: fit.distance)


def _fit(unique: Array, counts: Array, most: float) -> Tail:
    size, begins = int(counts.sum()), unique[0]
    mean_log = float(counts @ np.log(unique)) / size

    def mass(exponent: float, first: Array) -> Array:
        beyond = hurwitz_zeta(exponent, np.array(most + 1)) if most < np.inf else 0.0
        return hurwitz_zeta(exponent, first) - beyond

    def cost(exponent: float) -> float:
        return float(np.log(mass(exponent, begins)) + exponent * mean_log)

    low, high = _EXPONENTS
    for _ in range(_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if cost(left) < cost(right):
            high = right
        else:
            low = left
    exponent = (low + high) / 2
    there = np.cumsum(counts) / size
    fitted = 1 - mass(exponent, unique + 1) / mass(exponent, begins)
    return Tail(exponent, int(begins), size, float(np.abs(there - fitted).max()))
