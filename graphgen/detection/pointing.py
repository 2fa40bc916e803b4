"""How well alerts on single entities point to what was planted.

An alert points to a case if its entity is a member and, where the alert names events, one of these
belongs to the case: somebody who was named for what they do honestly was not found out. A case is
found if one alert points to it. An alert that points to no crime is false, be it on a look-alike.
The rule is our own assumption.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from graphgen.detection.alert import Alert
from graphgen.detection.scoring import Case, Score
from graphgen.ids import letter_of
from graphgen.schema import words

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["cases_of_events", "honest_entities", "score_alerts"]


def cases_of_events(dataset: Dataset, alerts: Iterable[Alert]) -> dict[str, int]:
    """Say of the events that alerts name to which case they belong; of honest life's, nothing."""
    kinds = {letter_of(event): event for event in words.EVENTS}
    asked: dict[str, list[int]] = defaultdict(list)
    for event in {event for alert in alerts for event in alert.evidence}:
        if event[:1] in kinds:
            asked[kinds[event[0]]].append(int(event[1:]))
    cases: dict[str, int] = {}
    for kind, ids in asked.items():
        rows = dataset.connection.execute(
            "SELECT event_id, case_id FROM event_label WHERE event = ? AND case_id IS NOT NULL "
            "AND event_id IN (SELECT unnest(?::BIGINT[]))",
            [kind, ids],
        ).fetchall()
        cases |= {f"{letter_of(kind)}{event:012}": case for event, case in rows}
    return cases


def honest_entities(dataset: Dataset, entity: str, cases: Sequence[Case]) -> int:
    """Count the entities of a table that are a member of no crime: of accounts, customers'.

    Accounts of banks themselves and of the world outside cannot be investigated, and count for
    nothing.
    """
    of = " WHERE type NOT IN ('internal', 'external')" if entity == "account" else ""
    [(count,)] = dataset.sql(f'SELECT count(*) FROM "{entity}"{of}').fetchall()  # noqa: S608
    guilty = {m for case in cases if case.is_fraud for m in case.members if _is(m, entity)}
    return int(count) - len(guilty)


def score_alerts(
    patterns: Collection[str],
    entity: str,
    alerts: Sequence[Alert],
    cases: Sequence[Case],
    events: Mapping[str, int],
) -> list[Score]:
    """Score a rule's alerts, once for each pattern that it is for and each difficulty of its cases.

    `events` says to which case events belong (`cases_of_events`).
    """
    hit = {alert: _pointed(alert, near, events) for alert, near in _near(alerts, cases)}
    found = {case.id for some in hit.values() for case in some}
    named = {alert.entity for alert in alerts}
    of_crime = sum(any(case.is_fraud for case in some) for some in hit.values())
    right = sum(any(c.is_fraud and c.pattern in patterns for c in some) for some in hit.values())
    scores = []
    for pattern, difficulty in sorted({(c.pattern, c.difficulty) for c in cases}):
        if pattern not in patterns:
            continue
        here = [c for c in cases if (c.pattern, c.difficulty) == (pattern, difficulty)]
        crimes = [case for case in here if case.is_fraud]
        honest = [case for case in here if not case.is_fraud]
        members = [m for case in crimes for m in case.members if _is(m, entity)]
        scores.append(
            Score(
                pattern,
                difficulty,
                len(crimes),
                sum(case.id in found for case in crimes),
                len(honest),
                sum(case.id in found for case in honest),
                len(members),
                sum(member in named for member in members),
                len(alerts),
                right,
                of_crime,
            )
        )
    return scores


def _near(alerts: Iterable[Alert], cases: Iterable[Case]) -> list[tuple[Alert, Sequence[Case]]]:
    """Give each alert with the cases of which its entity is a member."""
    belongs: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for member in case.members:
            belongs[member].append(case)
    return [(alert, belongs.get(alert.entity, ())) for alert in alerts]


def _pointed(alert: Alert, near: Sequence[Case], events: Mapping[str, int]) -> list[Case]:
    seen = {events[event] for event in alert.evidence if event in events}
    return [case for case in near if not alert.evidence or case.id in seen]


def _is(member: str, entity: str) -> bool:
    """Say whether a key is of a table: addresses are dotted, all others have their letter."""
    return "." in member if entity == "ip" else member.startswith(letter_of(entity))
