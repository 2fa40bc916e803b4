"""The rules that look for crimes in Elasticsearch: files of ES|QL that describe themselves.

A file begins with a comment: the title, then headings, each from a line of its own. What follows is
the query. Its rows are alerts: the entity's field, `score` (0 to 100), `began`, `ended`, and as far
as there are any `evidence` (ids of events), then whatever else tells an investigator more.

A query of two steps has `?found` in the second, which stands for the entities that the first gave,
and `?of(COLUMN)`, which stands for what the first said of each of them; a line `//then` parts them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from graphgen.headed import headed

__all__ = ["HEADINGS", "PREFIX", "SEVERITIES", "Rule", "load_rule", "parse_rule", "rule_names"]

HEADINGS = (
    "Looks for",
    "Misses",
    "Look-alike",
    "Family",
    "Severity",
    "Reference",
    "Scored on",
    "Entity",
    "Score",
)
"""What the comment at the top of a rule tells, in this order, each from a line of its own."""
SEVERITIES = ("low", "medium", "high", "critical")
"""As Elastic's detection rules have them."""
PREFIX = "fraudgraph-"
"""What the names of indices begin with in a rule's text."""
_THEN = "//then"
_FOLDER = "graphgen.exporters"


@dataclass(frozen=True)
class Rule:
    """A rule: what it looks for, and how it is asked."""

    name: str
    """The stem of its file."""
    title: str
    about: dict[str, str]
    """What it tells of itself, by heading."""
    steps: tuple[str, ...]
    """Queries in ES|QL that 8.19 understands; the last one's rows are alerts."""
    twin: dict[str, Any] | None
    """The same in Query DSL (`graphgen.elastic.twin`), where that can say it."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns that it is scored on."""
        return tuple(self.about["Scored on"].split(", "))

    @property
    def entity(self) -> str:
        """The field that an alert is about, as `account.id`."""
        return self.about["Entity"]

    @property
    def severity(self) -> str:
        """One of `SEVERITIES`."""
        return self.about["Severity"]

    @property
    def references(self) -> tuple[str, ...]:
        """Where it is described: MITRE ATT&CK, FATF, a regulator; none is empty."""
        return tuple(each for each in self.about["Reference"].split("; ") if each != "none")

    def queries(self, prefix: str) -> tuple[str, ...]:
        """Give its steps for indices whose names begin with another prefix and a hyphen."""
        return tuple(step.replace(PREFIX, f"{prefix}-") for step in self.steps)


@cache
def rule_names() -> list[str]:
    """Name the rules, in the order of the alphabet."""
    found = (each.name for each in files(_FOLDER).joinpath("esql").iterdir())
    return sorted(name.removesuffix(".esql") for name in found if name.endswith(".esql"))


@cache
def load_rule(name: str) -> Rule:
    """Read a rule; `ValueError` if there is none of the name."""
    folder = files(_FOLDER).joinpath("esql")
    file, twin = folder.joinpath(f"{name}.esql"), folder.joinpath(f"{name}.json")
    if not file.is_file():
        raise ValueError(f"no rule called {name!r}; there is: {', '.join(rule_names())}")
    told = json.loads(twin.read_text("utf-8")) if twin.is_file() else None
    return parse_rule(name, file.read_text("utf-8"), told)


def parse_rule(name: str, text: str, twin: dict[str, Any] | None = None) -> Rule:
    """Take a file of ES|QL apart: its title, its headings, its steps."""
    title, about, rest = headed(text, HEADINGS)
    steps = rest.split(f"\n{_THEN}\n")
    return Rule(name, title, about, tuple(s.strip() for s in steps), twin)
