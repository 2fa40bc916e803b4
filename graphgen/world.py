"""The world: a frozen recipe that holds values and yields tables, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Interval

from graphgen.pattern import Pattern
from graphgen.registry import PATTERNS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.region import Region
    from graphgen.table import Table

__all__ = ["DAY_MS", "FRAUD", "TRANSFERS", "Fraud", "Transfers", "World", "all_patterns"]

DAY_MS = 86_400_000
"""Milliseconds in a day of UTC."""


@dataclass(frozen=True)
class Transfers:
    """The shape of the network of people's transfers to each other.

    Defaults: Saxena et al., "The Banking Transactions Dataset and its Comparative Analysis with
    Scale-free Networks", ASONAM 2021 (arXiv 2109.10703): Rabobank 2010-2020.
    """

    in_exponent: Annotated[float, Interval(gt=1.5, le=4)] = 2.4
    """Exponent of the density of how many people pay a person, in the tail."""

    out_exponent: Annotated[float, Interval(gt=1.5, le=4)] = 2.15
    """Exponent of the density of how many people a person pays, in the tail."""

    mean_degree: Annotated[float, Interval(gt=0, le=50)] = 2.36
    """How many people a person pays on average."""

    reciprocity: Annotated[float, Interval(ge=0, le=0.6)] = 0.26
    """Share of the edges whose opposite exists."""

    clustering: Annotated[float, Interval(ge=0, le=0.05)] = 0.02
    """Mean local clustering coefficient; the degrees allow little more than the most."""


TRANSFERS: Mapping[str, Transfers] = {
    "rabobank": Transfers(),
    "finbench": Transfers(in_exponent=2.32, out_exponent=1.72),
}
"""Published fits by name. `finbench`: the exponents of LDBC FinBench's data generator; what that
does not publish is as in `rabobank`."""


def all_patterns() -> dict[str, Pattern]:
    """Give every pattern there is and can be used, with its defaults."""
    return {name: pattern() for name, pattern in PATTERNS.usable(Pattern).items()}


@dataclass(frozen=True)
class Fraud:
    """How much fraud there is, of the patterns that do not say themselves how many cases."""

    rate: Annotated[float, Interval(gt=0, le=0.2)] | None = 0.0015
    """Share of the ordered payments that are a crime's; null: as many cases as are published."""

    mix: Mapping[str, Annotated[float, Interval(ge=0, le=1_000_000)]] = field(default_factory=dict)
    """By pattern, its part of the crimes' payments; by default all patterns have the same."""


FRAUD: Mapping[str, Fraud] = {
    "realistic": Fraud(rate=None),
    "training": Fraud(rate=0.015),
}
"""Settings by name. `realistic`: as many cases of each pattern as published rates give for the
people and the days; `training`: enough positives to learn from, 1.5 % of payments."""


@dataclass(frozen=True)
class World:
    """What to grow, and from which seed. The same world yields the same tables."""

    users: Annotated[int, Interval(ge=1, le=100_000_000)] = 10_000
    """How many people."""

    seed: Annotated[int, Interval(ge=0, le=2**63 - 1)] = 7
    """Where all randomness comes from."""

    start: Annotated[date, Interval(ge=date(1971, 1, 1), le=date(2199, 12, 31))] = date(2026, 1, 1)
    """The first day, UTC."""

    days: Annotated[int, Interval(ge=0, le=36_500)] = 90
    """How many days are walked."""

    region: str = "us"
    """Where: a folder of `graphgen/regions/`, or the path of another one like those."""

    patterns: Mapping[str, Pattern] = field(default_factory=all_patterns)
    """What is planted, by name; by default every pattern there is."""

    fraud: Fraud | None = None
    """How much fraud there is; null: about 0.15 % of payments, as far as the world has room."""

    decoys: Annotated[float, Interval(ge=0, le=1000)] = 1.0
    """Honest look-alikes for each crime."""

    difficulty: Literal["easy", "medium", "hard"] = "medium"
    """How well crimes hide, where a pattern does not say so itself."""

    leave_out: Literal["nothing", "crimes", "lookalikes"] = "nothing"
    """What is not done though all is there for it: the world as it would be without."""

    walks: tuple[str, ...] = ("action", "payment", "session")
    """What is walked off the graph; each brings the walks that it needs, unwritten."""

    transfers: Transfers = field(default_factory=Transfers)
    """The network of people's transfers."""

    activity: Annotated[float, Interval(gt=0, le=1000)] = 1.0
    """Factor on how often people pay; amounts shrink as it grows, so that budgets hold."""

    identities: Literal["safe", "public"] = "safe"
    """`safe`: addresses that reach nobody; `public`: ranges in which look-ups work."""

    investors: Annotated[float, Interval(ge=0, le=1)] = 0.0
    """Share of people with a brokerage account, about: 0.21 is published for the United States.
    With none nobody trades, and no abuse is planted."""

    tickers: Literal["invented", "real"] = "invented"
    """Names of what is traded: made up, or those of real firms and funds (all else is made up)."""

    def __hash__(self) -> int:
        return hash((self.seed, self.users, self.days, self.start, self.region))

    @cached_property
    def place(self) -> Region:
        """The region's data."""
        from graphgen.region import load_region

        return load_region(self.region)

    @cached_property
    def start_ms(self) -> int:
        """The first moment, in milliseconds since 1970-01-01 UTC."""
        midnight = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        return int(midnight.timestamp()) * 1000

    @property
    def end_ms(self) -> int:
        """The moment after the last."""
        return self.start_ms + self.days * DAY_MS

    def date_of(self, day: int) -> date:
        """Give the date of the day with that number; day 0 is the first."""
        return self.start + timedelta(days=day)

    def graph(self) -> Graph:
        """Grow the property graph: the population, then each pattern and look-alike on it."""
        from graphgen.grow import grow

        return grow(self)

    def tables(self) -> Iterator[Table]:
        """Yield nodes, edges, days of events with their labels, and truth, ready for a sink."""
        from graphgen.generate import tables

        return tables(self)
