"""Run the suite of queries against a database, and score what they find by the dataset's truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from graphgen.neo4j.address import Address
from graphgen.neo4j.queries import Query, load_query, query_names
from graphgen.neo4j.scoring import Alert, Score, cases_of, score

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.neo4j.client import Client

__all__ = ["Detection", "alerts_of", "detect"]

_RATIOS = ("recall", "member_recall", "precision", "fraud_precision", "lookalikes_hit")


@dataclass(frozen=True)
class Detection:
    """What a query found."""

    query: Query
    seconds: float
    """From asking to the last row."""
    alerts: int
    """Distinct sets of entities."""
    scores: tuple[Score, ...]
    """One for each difficulty that the pattern's cases have; none if it has no case."""

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it, with the ratios."""
        told = [
            asdict(each) | {name: getattr(each, name) for name in _RATIOS} for each in self.scores
        ]
        return {
            "pattern": self.query.name,
            "title": self.query.title,
            "seconds": round(self.seconds, 3),
            "alerts": self.alerts,
            "scores": told,
        }


def detect(
    url: str,
    dataset: Dataset,
    patterns: Sequence[str] = (),
    *,
    on_query: Callable[[str], None] = lambda _: None,
) -> list[Detection]:
    """Run the queries of some patterns, or of all that the dataset has cases of, and score them.

    The dataset is the one that was loaded; its truth is read from its files, never from the
    database at `url`. `on_query` hears the name of each query before it runs. `ValueError` if a
    pattern has no query, `StoreError` if the database cannot be asked.
    """
    from graphgen.neo4j.client import Client

    cases = cases_of(dataset)
    planted = {case.pattern for case in cases}
    asked = [load_query(name) for name in patterns or sorted(planted & set(query_names()))]
    found = []
    with Client(Address.parse(url)) as client:
        for query in asked:
            on_query(query.name)
            began = perf_counter()
            alerts = alerts_of(client, query)
            seconds = perf_counter() - began
            scores = tuple(score(query.name, alerts, cases))
            found.append(Detection(query, seconds, len(alerts), scores))
    return found


def alerts_of(client: Client, query: Query) -> set[Alert]:
    """Run a query, read only, and give its alerts: its first column."""
    return {frozenset(row[0]) for row in client.ask(query.text)}
