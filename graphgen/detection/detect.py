"""Ask a store what its queries find, and score that by the dataset's truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from graphgen.detection.found import Found
from graphgen.detection.pointing import cases_of_events, honest_entities, score_alerts
from graphgen.detection.scoring import Case, Score, cases_of, score

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.exporter import DatasetExporter

__all__ = ["Detection", "detect"]

_RATIOS = ("recall", "member_recall", "precision", "fraud_precision", "lookalikes_hit")


@dataclass(frozen=True)
class Detection:
    """What a query found, and how well."""

    found: Found
    scores: tuple[Score, ...]
    """One for each pattern that it is for and each difficulty of its cases; none without a case."""
    days: int
    """Days of the dataset."""
    honest: int
    """Honest entities of the kind that alerts name; 0 where the query gives rings."""
    false: int
    """Alerts that point to no crime."""

    @property
    def alerts(self) -> int:
        """Distinct rings, or entities with an alert."""
        return len(self.found.rings) + len(self.found.alerts)

    @property
    def alerts_a_day(self) -> float | None:
        """How many an investigator gets a day, on average; None for a dataset without days."""
        return self.alerts / self.days if self.days else None

    @property
    def false_share(self) -> float | None:
        """Share of the honest entities with an alert; None where the query gives rings."""
        return self.false / self.honest if self.honest else None

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it, with the ratios."""
        told = [
            asdict(each) | {name: getattr(each, name) for name in _RATIOS} for each in self.scores
        ]
        found = self.found
        return {
            "pattern": found.name,
            "title": found.title,
            "seconds": round(found.seconds, 3),
            "alerts": self.alerts,
            "alerts_a_day": self.alerts_a_day,
            "false_alerts": self.false,
            "false_share": self.false_share,
            "scores": told,
        }


def detect(
    store: DatasetExporter,
    dataset: Dataset,
    names: Sequence[str] = (),
    *,
    on_query: Callable[[str], None] = lambda _: None,
) -> list[Detection]:
    """Run a store's queries of some names, or all for patterns that the dataset has; score them.

    The dataset is the one that was loaded; its truth is read from its files, never from the store.
    `on_query` hears the name of each query before it runs. `ValueError` if a store has no query of
    a name, `StoreError` if it cannot be asked.
    """
    cases = cases_of(dataset)
    planted = {case.pattern for case in cases}
    found = store.detect(names, planted, on_query)
    wider = cases_of(dataset, "security") if any(each.entity for each in found) else []
    return [_scored(dataset, each, wider if each.entity else cases) for each in found]


def _scored(dataset: Dataset, found: Found, cases: Sequence[Case]) -> Detection:
    days = int(dataset.run["days"])
    if not found.entity:
        scores = tuple(score(found.name, found.rings, cases))
        false = len(found.rings) - (scores[0].of_crime if scores else 0)
        return Detection(found, scores, days, 0, false)
    events = cases_of_events(dataset, found.alerts)
    scores = tuple(score_alerts(found.patterns, found.entity, found.alerts, cases, events))
    # of all crimes, whether or not the dataset has cases of the patterns that it is for
    all_ = score_alerts({c.pattern for c in cases}, found.entity, found.alerts, cases, events)
    false = len(found.alerts) - (all_[0].of_crime if all_ else 0)
    return Detection(found, scores, days, honest_entities(dataset, found.entity, cases), false)
