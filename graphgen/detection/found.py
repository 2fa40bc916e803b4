"""What a store's query found, before anybody looks at the truth."""

from __future__ import annotations

from dataclasses import dataclass

from graphgen.detection.alert import Alert
from graphgen.detection.scoring import Entities

__all__ = ["Found"]


@dataclass(frozen=True)
class Found:
    """What one query found: rings where it sees them whole, else alerts on one entity each."""

    name: str
    """The query's: a pattern's, or a rule's of its own."""
    title: str
    patterns: tuple[str, ...]
    """The patterns that it looks for."""
    seconds: float
    """From asking to the last row."""
    rings: frozenset[Entities] = frozenset()
    alerts: tuple[Alert, ...] = ()
    entity: str = ""
    """The table of what alerts name (`account`); nothing where it gives rings."""
