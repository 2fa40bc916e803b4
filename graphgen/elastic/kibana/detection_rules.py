"""Rules as Kibana's detection engine imports them: disabled, and with the row's own score."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphgen.elastic.kibana.saved_object import Json
from graphgen.elastic.rules import Rule, load_rule, rule_names

__all__ = ["detection_rules"]

_RISK = {"low": 21, "medium": 47, "high": 73, "critical": 99}
"""Risk scores, as Elastic's own rules have them by severity."""
_MITRE = {
    "T1078": ("Valid Accounts", "TA0001", "Initial Access"),
    "T1090": ("Proxy", "TA0011", "Command and Control"),
    "T1098": ("Account Manipulation", "TA0003", "Persistence"),
    "T1110": ("Brute Force", "TA0006", "Credential Access"),
    "T1657": ("Financial Theft", "TA0040", "Impact"),
}
"""Techniques that rules refer to: name, and a tactic that they serve."""
_PARTS = {
    "T1090.002": "External Proxy",
    "T1090.003": "Multi-hop Proxy",
    "T1110.004": "Credential Stuffing",
}
_SITE = "https://attack.mitre.org"


def detection_rules(prefix: str) -> Iterator[Json]:
    """Yield the rules that are one query, for indices with a prefix.

    One of two steps cannot be a rule there: `graphgen detect --write` runs it, and its alerts lie
    in the index of alerts.
    """
    for name in rule_names():
        rule = load_rule(name)
        if len(rule.steps) == 1:
            yield _detection_rule(rule, prefix)


def _detection_rule(rule: Rule, prefix: str) -> Json:
    title, _, gist = rule.title.partition(": ")
    return {
        "rule_id": f"{prefix}-{rule.name}",
        "type": "esql",
        "language": "esql",
        "name": f"Fraud graph: {title.lower()}",
        "description": f"{gist[:1].upper()}{gist[1:]}. Looks for {rule.about['Looks for']}",
        "query": rule.queries(prefix)[0],
        "severity": rule.severity,
        "risk_score": _RISK[rule.severity],
        "risk_score_mapping": [
            {"field": "score", "operator": "equals", "value": ""},
        ],
        "severity_mapping": [],
        "enabled": False,
        "interval": "1h",
        "from": "now-90d",
        "to": "now",
        "max_signals": 1000,
        "author": ["graphgen"],
        "license": "Apache-2.0",
        "tags": ["Fraud graph", *dict.fromkeys((rule.about["Family"], *rule.patterns))],
        "false_positives": [rule.about["Look-alike"]],
        "references": [],
        "note": f"Misses {rule.about['Misses']}\n\nSee {'; '.join(rule.references)}.",
        "threat": list(_threats(rule)),
        "exceptions_list": [],
        "actions": [],
        "version": 1,
    }


def _threats(rule: Rule) -> Iterator[Json]:
    """Yield what MITRE calls it, where a rule refers to a technique."""
    for reference in rule.references:
        found = re.match(r"MITRE ATT&CK (T\d+)(\.\d+)?", reference)
        if not found:
            continue
        technique, part = found[1], found[0].rpartition(" ")[2]
        name, tactic, tactic_name = _MITRE[technique]
        place = f"{_SITE}/techniques/{technique}/"
        told: Json = {"id": technique, "name": name, "reference": place, "subtechnique": []}
        if found[2]:
            under = f"{place}{found[2][1:]}/"
            told["subtechnique"] = [{"id": part, "name": _PARTS[part], "reference": under}]
        site = f"{_SITE}/tactics/{tactic}/"
        yield {
            "framework": "MITRE ATT&CK",
            "tactic": {"id": tactic, "name": tactic_name, "reference": site},
            "technique": [told],
        }
