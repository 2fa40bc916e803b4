"""The report: how hard a dataset's crimes are to find, and for what reason, from its files alone.

`report` measures leaks (what one column or one count gives away), difficulty (what models find),
coverage (what was planted, beside its look-alikes), prevalence by day, and realism.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import Any

from graphgen.dataset import Dataset
from graphgen.realism import Metric, realism
from graphgen.report import entities, leaks
from graphgen.report.coverage import MOST_SPAN, Prevalence, Side, prevalence, sides
from graphgen.report.difficulty import Difficulty, Level, difficulty, difficulty_of_orders
from graphgen.report.features import features
from graphgen.report.leaks import Alone, Leak, Mute
from graphgen.report.reading import read
from graphgen.report.separation import pooled

__all__ = [
    "Alone",
    "Difficulty",
    "Leak",
    "Level",
    "Metric",
    "Mute",
    "Prevalence",
    "Report",
    "Side",
    "pooled",
    "report",
]

MUTE = 0.05
"""What must say nothing says something if chance would do as much less often than this, all that
is asked of it taken together."""


@dataclass(frozen=True)
class Report:
    """All that was measured of a dataset."""

    path: str
    world: dict[str, Any]
    """The world file."""
    tables: dict[str, int]
    """Rows by table."""
    raw: list[Leak]
    """Columns of events, the worst first."""
    features: list[Leak]
    """Features of accounts, people, devices and addresses, and what the graph says of the two ends
    of a payment, the worst first."""
    mute: list[Mute]
    """What must say nothing, the least likely first."""
    alone: list[Alone]
    """Words and nulls that only crimes have."""
    difficulty: Difficulty
    """Of payments."""
    difficulty_of_orders: Difficulty
    """Of orders for securities."""
    sides: list[Side]
    """What is in no case, then each pattern's crimes and look-alikes."""
    prevalence: Prevalence | None
    realism: list[Metric]

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {**asdict(self), "findings": list(self.findings())}

    def findings(self) -> Iterator[str]:
        """Say, line by line, what is not as it should be."""
        for each in (*self.raw, *self.features):
            if not each.ok:
                yield (
                    f"{each.pattern or 'all patterns'}: {each.feature} ({each.where}) separates "
                    f"{each.area:.3f} from {each.against}, over {each.limit:g}"
                )
        for lone in self.alone:
            yield f"{lone.pattern}: only crimes have {lone.column} ({lone.where}), {lone.rows} rows"
        for one in self.mute:
            if one.p * len(self.mute) <= MUTE:
                yield f"{one.pattern}: {one.what} ({one.where}) must say nothing, p = {one.p:.2g}"
        yield from self.difficulty.findings()
        if self.prevalence is not None and not self.prevalence.ok:
            yield (
                f"prevalence: the largest of spans of {self.prevalence.days} days is "
                f"{self.prevalence.most:.1f} times the median one, over {MOST_SPAN:g}"
            )
        for metric in self.realism:
            if not metric.ok:
                yield (
                    f"realism: {metric.name} is {metric.value:.3g}, "
                    f"not within {metric.low:g} to {metric.high:g}"
                )


def report(path: str | Path) -> Report:
    """Measure a dataset, from its files alone.

    Raises `DatasetError` for a folder that is no dataset, or not a finished one.
    """
    dataset = Dataset(path)
    facts = read(dataset)
    found = features(facts)
    events = facts.events.values()
    mute = [*(m for each in events for m in leaks.mute_rows(facts, each))]
    mute += entities.mute_ids(facts, found)
    return Report(
        str(path),
        dict(dataset.run["world"]),
        dict(dataset.run["tables"]),
        _worst(leak for each in events for leak in leaks.raw(facts, each)),
        _worst(
            chain(
                entities.leaks(facts, found),
                (leak for each in events for leak in leaks.linked(facts, each)),
            )
        ),
        sorted(mute, key=lambda one: one.p),
        [one for each in events for one in leaks.alone(facts, each)],
        difficulty(facts, found.get("user", {})),
        difficulty_of_orders(facts, found.get("user", {})),
        sides(facts),
        prevalence(facts),
        [metric for metric in realism(path) if isfinite(metric.value)],
    )


def _worst(found: Iterator[Leak]) -> list[Leak]:
    return sorted(found, key=lambda leak: -leak.area)
