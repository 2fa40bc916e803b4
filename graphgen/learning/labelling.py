"""Labelling: what a learner is told of the truth, which is not all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from annotated_types import Interval

__all__ = ["CHANNELS", "Channel", "Labelling"]

_Share = Annotated[float, Interval(ge=0, le=1)]


@dataclass(frozen=True)
class Labelling:
    """What is told to a learner beside the truth: noise in what it trains on, nowhere else."""

    overlooked: _Share = 0.0
    """Share of the crimes' rows that are told as honest."""
    false_alarms: _Share = 0.0
    """Share of the honest rows that are told as crimes."""
    missing: _Share = 0.0
    """Share of all rows of which nothing is told."""
    neighbours: _Share = 0.0
    """Share of the honest rows of those who deal with criminals that are told as crimes."""
    unlabelled: tuple[str, ...] = ()
    """Patterns whose crimes are told as honest, all of them."""
    known_at: date | None = None
    """The day at whose beginning (UTC) one learns: crimes before it that had not been reported by
    then are told as honest; what comes later, on which one is tried, is told as it is."""
    delay: bool = True
    """Whether it takes time until a crime becomes known; else all of it is known as it happens."""


@dataclass(frozen=True)
class Channel:
    """How long it takes until a row of a crime that is known as such is confirmed to be one."""

    days: float
    """The median of the days since the row."""
    spread: float
    """The standard deviation of the logarithm of these days."""
    found: float
    """The share of a known crime's rows that are found."""


CHANNELS = {
    "card": Channel(52.0, 0.43, 0.95),
    "cash": Channel(15.0, 0.42, 0.7),
    "": Channel(15.0, 0.42, 0.9),
}
"""By rail, and of all others. Of cards, chargebacks: four fifths of them arrive 30 to 90 days after
the payment (practice as collected by systemoverflow.com; card schemes let 120 days,
http://econsumerservices.com/chargeback-time-frames/). Of the others, a suspicious activity report,
which is due 30 calendar days after detection (31 CFR 1020.320(b)(3)): nineteen in twenty are in
time. Which share is found is our assumption."""
