"""Asking a cluster what a rule finds: ES|QL, in one step or two."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from graphgen.detection.alert import Alert
from graphgen.elastic.rules import Rule, load_rule, rule_names

__all__ = ["ENTITIES", "Ask", "Json", "alerts_of", "asked", "listed", "merged"]

Json = dict[str, Any]
Ask = Callable[[str, Json], Json]
"""What posts a document to a path of the cluster, and gives the answer."""
_OF = re.compile(r"\?of\(([\w.@]+)\)")
_SHOWN = ("score", "evidence", "began", "ended")


ENTITIES = {
    "account.id": "account",
    "user.id": "user",
    "device.id": "device",
    "security.id": "security",
    "source.ip": "ip",
}
"""Fields that alerts are about, and the tables whose keys they hold."""


def asked(names: Sequence[str], planted: Collection[str]) -> list[Rule]:
    """Give the rules of these names, or for patterns of these; else all that look for one planted.

    `ValueError` for a name that is neither a rule's nor a pattern's with a rule.
    """
    rules = [load_rule(name) for name in rule_names()]
    if not names:
        return [rule for rule in rules if {*rule.patterns} & {*planted}]
    chosen: dict[str, Rule] = {}
    for name in names:
        some = [rule for rule in rules if name == rule.name or name in rule.patterns]
        if not some:
            load_rule(name)  # tells which there are
        chosen |= {rule.name: rule for rule in some}
    return list(chosen.values())


def alerts_of(ask: Ask, rule: Rule, prefix: str) -> list[Alert]:
    """Run a rule; gives its alerts, one for each entity, the highest score of it."""
    rows: list[Json] = []
    for number, query in enumerate(rule.queries(prefix)):
        if number:
            if not rows:
                return []
            query = _with_found(query, rows)  # noqa: PLW2901 - the same with what was found
        answer = ask("/_query", {"query": query})
        names = [column["name"] for column in answer["columns"]]
        rows = [dict(zip(names, row, strict=True)) for row in answer["values"]]
    return merged(alert_of(rule, row) for row in rows)


def alert_of(rule: Rule, row: Json) -> Alert:
    """Give what a row says as an alert."""
    more = {k: v for k, v in row.items() if k not in (*_SHOWN, rule.entity)}
    return Alert(
        entity=str(row[rule.entity]),
        rule=rule.name,
        score=max(0, min(100, round(row["score"]))),
        evidence=tuple(sorted(map(str, listed(row.get("evidence"))))),
        began=row.get("began") or "",
        ended=row.get("ended") or "",
        facts=more,
    )


def merged(alerts: Iterable[Alert]) -> list[Alert]:
    """Keep of each entity the alert with the highest score, with the evidence of all."""
    best: dict[str, Alert] = {}
    for alert in alerts:
        best[alert.entity] = alert.merged(best[alert.entity]) if alert.entity in best else alert
    return sorted(best.values(), key=lambda alert: (-alert.score, alert.entity))


def listed(value: object) -> Sequence[object]:
    """Give a field's values, of which ES|QL shows one alone as itself, and none as null."""
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _with_found(query: str, rows: Sequence[Json]) -> str:
    """Write what the first step found into the second: its first column, and what it said of it."""
    key = next(iter(rows[0]))
    found = ", ".join(_literal(row[key]) for row in rows)

    def arms(asked: re.Match[str]) -> str:
        pairs = (f"{key} == {_literal(r[key])}, {_literal(r[asked[1]])}" for r in rows)
        return f"CASE({', '.join(pairs)})"

    return _OF.sub(arms, query).replace("?found", found)


def _literal(value: object) -> str:
    """Spell a value of an answer in ES|QL: ids, moments and numbers, nothing that anybody typed."""
    if isinstance(value, (int, float)):
        return str(value)
    quoted = '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"TO_DATETIME({quoted})" if re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", str(value)) else quoted
