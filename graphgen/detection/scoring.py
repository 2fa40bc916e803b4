"""How well rings that are found are those that were planted, by a truth that no store holds.

An alert is a set of entities. It hits a case if it names at least half of the case's members, and
at least half of what it names are members of the case: so neither a fragment of a ring hits it, nor
an alert on everybody. Members are accounts, customers, devices and internet addresses, by their
keys in the graph. The rule is our own assumption.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphgen.ids import letter_of

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Case", "Entities", "Score", "cases_of", "score"]

Entities = frozenset[str]
"""The keys of the entities that an alert names."""
_SHARE = 0.5
_NAMED = ("account", "user", "device", "ip")
"""Tables of the members that rings are made of."""


@dataclass(frozen=True)
class Case:
    """A planted case: a crime, or its honest look-alike."""

    id: int
    pattern: str
    difficulty: str
    is_fraud: bool
    members: frozenset[str]


@dataclass(frozen=True)
class Score:
    """What the alerts of one query found of the cases of one pattern and difficulty."""

    pattern: str
    difficulty: str
    crimes: int
    found: int
    """Crimes that an alert hits."""
    lookalikes: int
    mistaken: int
    """Look-alikes that an alert hits."""
    members: int
    named: int
    """Members of the crimes that an alert names."""
    alerts: int
    """Distinct sets of entities."""
    right: int
    """Alerts that hit a crime of the pattern, of any difficulty."""
    of_crime: int
    """Alerts that hit a crime of any pattern."""

    @property
    def recall(self) -> float | None:
        """Share of the crimes that an alert hits; None if there is none."""
        return _part(self.found, self.crimes)

    @property
    def member_recall(self) -> float | None:
        """Share of the crimes' members that an alert names; None if there is none."""
        return _part(self.named, self.members)

    @property
    def precision(self) -> float | None:
        """Share of the alerts that hit a crime of the pattern; None if there is none."""
        return _part(self.right, self.alerts)

    @property
    def fraud_precision(self) -> float | None:
        """Share of the alerts that hit a crime of any pattern; None if there is none."""
        return _part(self.of_crime, self.alerts)

    @property
    def lookalikes_hit(self) -> float | None:
        """Share of the look-alikes that an alert hits; None if there is none."""
        return _part(self.mistaken, self.lookalikes)


def cases_of(dataset: Dataset, *more: str) -> list[Case]:
    """Give a dataset's crimes and look-alikes with the members that alerts can name.

    These are accounts, customers, devices and addresses, and those of `more` tables.
    """
    named = (*_NAMED, *more)
    letters = " ".join(f"WHEN '{kind}' THEN '{letter_of(kind)}'" for kind in named if kind != "ip")
    # an address of the internet is its own key, everything else an id behind its kind's letter
    rows = dataset.sql(
        f"""SELECT case_id, pattern, difficulty, is_fraud, list(DISTINCT
CASE entity WHEN 'ip' THEN address ELSE (CASE entity {letters} END) || entity_id END)
FROM "case" JOIN member USING (case_id)
LEFT JOIN (SELECT ip_id AS entity_id, 'ip' AS entity, address FROM ip) USING (entity, entity_id)
WHERE kind <> 'event' AND entity IN {named} GROUP BY ALL ORDER BY case_id"""  # noqa: S608 - tables of the schema
    ).fetchall()
    return [
        Case(id_, pattern, difficulty, is_fraud, frozenset(members))
        for id_, pattern, difficulty, is_fraud, members in rows
    ]


def score(pattern: str, alerts: Iterable[Entities], cases: Sequence[Case]) -> list[Score]:
    """Score a pattern's alerts, once for each difficulty that its cases have."""
    told = set(alerts)
    hits = _hits(told, cases)
    named = frozenset[str]().union(*told)
    own = [case for case in cases if case.pattern == pattern]
    right = {a for a in told if any(c.is_fraud and c.pattern == pattern for c in hits[a])}
    of_crime = {a for a in told if any(c.is_fraud for c in hits[a])}
    hit = {case.id for some in hits.values() for case in some}
    scores = []
    for difficulty in sorted({case.difficulty for case in own}):
        here = [case for case in own if case.difficulty == difficulty]
        crimes = [case for case in here if case.is_fraud]
        honest = [case for case in here if not case.is_fraud]
        scores.append(
            Score(
                pattern,
                difficulty,
                len(crimes),
                sum(case.id in hit for case in crimes),
                len(honest),
                sum(case.id in hit for case in honest),
                sum(len(case.members) for case in crimes),
                sum(len(case.members & named) for case in crimes),
                len(told),
                len(right),
                len(of_crime),
            )
        )
    return scores


def _hits(alerts: Iterable[Entities], cases: Sequence[Case]) -> Mapping[Entities, list[Case]]:
    """Give the cases that each alert hits."""
    belongs: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for member in case.members:
            belongs[member].append(case)
    hits = {}
    for alert in alerts:
        near = {case.id: case for member in alert for case in belongs.get(member, ())}
        hits[alert] = [
            case
            for case in near.values()
            if len(alert & case.members) >= _SHARE * max(len(alert), len(case.members))
        ]
    return hits


def _part(some: int, whole: int) -> float | None:
    return some / whole if whole else None
