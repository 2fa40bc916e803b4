"""Volatility: returns whose spread clusters in time, by the GJR-GARCH(1,1) recursion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphgen.compiled import compiled
from graphgen.table import Array

__all__ = ["Garch", "shocks"]


@dataclass(frozen=True)
class Garch:
    """A process: the next variance is `omega + (alpha + gamma if it fell) r**2 + beta h`."""

    alpha: float
    gamma: float
    beta: float
    freedom: float
    """Degrees of freedom of Student's t, whose shocks are scaled to a variance of 1."""

    def walked(self, shock: Array, volatility: Array) -> tuple[Array, Array]:
        """Give returns, and their standard deviation as it was expected: float64 (series, steps).

        `shock` (series, steps) has variance 1; `volatility` (series,) is the long run's of a step.
        """
        return _walked(shock, volatility, self.alpha, self.gamma, self.beta)


def shocks(rng: np.random.Generator, freedom: float, count: int) -> Array:
    """Draw Student's t of variance 1: float64."""
    scale = np.sqrt((freedom - 2) / freedom)
    return np.asarray(rng.standard_t(freedom, count) * scale)


@compiled
def _walked(
    shock: Array, volatility: Array, alpha: float, gamma: float, beta: float
) -> tuple[Array, Array]:
    series, steps = shock.shape
    value, expected = np.empty((series, steps)), np.empty((series, steps))
    for i in range(series):
        long_run = volatility[i] * volatility[i]
        omega = long_run * (1 - alpha - gamma / 2 - beta)
        h = long_run
        for t in range(steps):
            spread = np.sqrt(h)
            r = spread * shock[i, t]
            value[i, t] = r
            expected[i, t] = spread
            h = omega + (alpha + (gamma if r < 0 else 0.0)) * r * r + beta * h
    return value, expected
