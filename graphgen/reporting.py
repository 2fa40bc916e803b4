"""Reporting: how crimes of a pattern become known, if ever, and after how long."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Reporting"]


@dataclass(frozen=True)
class Reporting:
    """How likely, and how long after it began to do harm, a case of a pattern becomes known.

    The delay is log-normal. Its defaults are our assumption: half of the cases become known, half
    of these within 30 days.
    """

    share: float = 0.5
    """The share of cases that ever become known."""
    days: float = 30.0
    """The median of the days between a case's first theft (its first event, where nobody is robbed)
    and the day on which somebody tells of it."""
    spread: float = 0.9
    """The standard deviation of the logarithm of these days."""
