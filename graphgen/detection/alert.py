"""An alert: an entity that a rule points to, how surely, and on what evidence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

__all__ = ["Alert"]


@dataclass(frozen=True)
class Alert:
    """What a rule says of one entity."""

    entity: str
    """The entity's key, as stores have it: `A1234567890`, or an internet address."""
    rule: str
    score: int
    """From 0 to 100: how much of what the rule looks for there is."""
    evidence: tuple[str, ...] = ()
    """Ids of the events that it rests on, in order; of many, some."""
    began: str = ""
    """When what was seen began, ISO 8601 in UTC; nothing where the rule does not say."""
    ended: str = ""
    facts: dict[str, Any] = field(default_factory=dict, compare=False)
    """What else the rule tells, by column."""

    def merged(self, other: Alert) -> Alert:
        """Give one alert for two of the same entity and rule."""
        best, rest = (self, other) if self.score >= other.score else (other, self)
        return replace(
            best,
            evidence=tuple(sorted({*best.evidence, *rest.evidence})),
            began=min(filter(None, (best.began, rest.began)), default=""),
            ended=max(best.ended, rest.ended),
        )
