from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from graphgen import request
from graphgen.describe import find
from graphgen.detection.alert import Alert
from graphgen.detection.pointing import score_alerts
from graphgen.detection.scoring import Case
from graphgen.elastic.alerts import merged_score
from graphgen.elastic.asking import ENTITIES, asked, merged
from graphgen.elastic.model import MODEL
from graphgen.elastic.rules import HEADINGS, SEVERITIES, load_rule, parse_rule, rule_names
from graphgen.pattern import named
from graphgen.stage import StoreError

FAMILIES = {
    "volume spikes",
    "price manipulation",
    "trading behaviour",
    "coordination",
    "high frequency and cancel ratios",
    "insider timing",
    "geography",
    "velocity",
    "fan-in and fan-out",
    "pass-through",
    "structuring",
    "shared identifiers",
}
NOT_IN_8 = re.compile(r"\b(INLINE\s*STATS|FORK|CHANGE_POINT|ENRICH|FUSE|RERANK|TS)\b")
FIELDS = {field.name for document in MODEL for field in document.fields}
INDICES = {f"fraudgraph-{document.name}" for document in MODEL}
RULES = [load_rule(name) for name in rule_names()]
NAMES = rule_names()
CRIMES = {*named("crime", market=False), *named("crime", market=True)}
TWINS = [rule for rule in RULES if rule.twin]
RING = Case(1, "cycle", "easy", is_fraud=True, members=frozenset({"A1", "A2", "U1"}))
HONEST = Case(2, "cycle", "easy", is_fraud=False, members=frozenset({"A7"}))
TWO_STEPS = """// A title: with more
// Looks for: something that
//   takes two lines.
FROM fraudgraph-payment | STATS n = COUNT(*) BY account.id
//then
FROM fraudgraph-payment | WHERE account.id IN (?found)
"""


def test_every_family_of_the_suite_has_a_rule() -> None:
    assert {rule.about["Family"] for rule in RULES} == FAMILIES


def test_every_crime_has_a_rule_that_is_scored_on_it() -> None:
    assert {pattern for rule in RULES for pattern in rule.patterns} == CRIMES


def test_a_pattern_names_the_rules_that_are_scored_on_it() -> None:
    (entry,) = find("ip_recycling")
    named_files = {
        Path(each).stem for each in entry.facts["Found by"].split(", ") if "esql" in each
    }
    assert named_files == {"country_mismatch", "impossible_travel", "shared_address"}


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_tells_all_of_itself(rule: object) -> None:
    assert rule.title.count(": ") == 1
    assert tuple(rule.about) == HEADINGS
    assert rule.severity in SEVERITIES
    assert rule.entity in ENTITIES
    assert rule.references
    assert {*rule.patterns} <= CRIMES


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_is_in_the_grammar_of_8_and_gives_what_an_alert_needs(rule: object) -> None:
    for step in rule.steps:
        assert not NOT_IN_8.search(step)
        assert re.findall(r"FROM (\S+)", step)
        assert {*re.findall(r"fraudgraph-[a-z-]+", step)} <= INDICES
        assert "| LIMIT " in step
    kept = re.split(r",\s*", rule.steps[-1].rpartition("| KEEP ")[2].strip())
    assert kept[:2] == [rule.entity, "score"]
    assert all("?found" in step or "?of(" in step for step in rule.steps[1:])


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_asks_for_fields_that_the_mapping_has(rule: object) -> None:
    for step in rule.steps:
        code = re.sub(r'"[^"]*"|//.*|fraudgraph-\S+', "", step)
        dotted = {*re.findall(r"(?<![\w.?(])[a-z_]+(?:\.[a-z_]+)+", code)}
        assert dotted <= FIELDS, dotted - FIELDS


@pytest.mark.parametrize("rule", TWINS, ids=[rule.name for rule in TWINS])
def test_a_twin_asks_for_fields_that_the_mapping_has(rule: object) -> None:
    assert f"fraudgraph-{rule.twin['index']}" in INDICES
    fields = {*re.findall(r'"field": "([^"]+)"', json.dumps(rule.twin))}
    assert fields | {*rule.twin["by"].values()} <= FIELDS


def test_a_rule_is_asked_of_indices_with_another_prefix() -> None:
    assert "FROM mine-payment" in load_rule("fan_in").queries("mine")[0]


def test_steps_and_headings_are_taken_apart() -> None:
    rule = parse_rule("two", TWO_STEPS)
    assert rule.about == {"Looks for": "something that takes two lines."}
    assert [step.split()[1] for step in rule.steps] == ["fraudgraph-payment"] * 2


def test_rules_are_chosen_by_their_own_name_or_a_pattern() -> None:
    assert [rule.name for rule in asked(["structuring"], ())] == ["structuring"]
    assert {rule.name for rule in asked(["ip_recycling"], ())} == {
        "country_mismatch", "impossible_travel", "shared_address",
    }  # fmt: skip
    assert asked((), {"kiting"}) == [load_rule("kiting")]
    with pytest.raises(ValueError, match=r"^no rule called 'kitting'; there is: .*kiting"):
        asked(["kitting"], ())


def test_one_entity_has_one_alert_of_a_rule_with_the_evidence_of_all() -> None:
    low = Alert("A1", "r", 20, ("P2",), "2026-01-02", "2026-01-03")
    high = Alert("A1", "r", 70, ("P1",), "2026-01-05", "2026-01-06")
    (one,) = merged([low, high])
    assert (one.score, one.evidence, one.began, one.ended) == (
        70, ("P1", "P2"), "2026-01-02", "2026-01-06",
    )  # fmt: skip


def test_scores_of_several_rules_add_up_and_stay_below_a_hundred() -> None:
    assert merged_score([50, 50]) == 75
    assert merged_score([40]) == 40
    assert merged_score([100, 30]) == 100


def test_an_alert_points_to_a_case_by_a_member_and_an_event_of_it() -> None:
    alerts = [Alert("A1", "r", 50, ("P1",)), Alert("A2", "r", 50, ("P9",)), Alert("A7", "r", 50)]
    (score,) = score_alerts(("cycle",), "account", alerts, [RING, HONEST], {"P1": 1})
    assert (score.found, score.mistaken, score.right, score.alerts) == (1, 1, 1, 3)
    assert (score.named, score.members) == (2, 2)


def test_a_member_who_is_named_for_what_is_honest_is_not_found() -> None:
    alerts = [Alert("A1", "r", 50, ("P9",))]
    (score,) = score_alerts(("cycle",), "account", alerts, [RING, HONEST], {"P9": 2})
    assert (score.found, score.of_crime) == (0, 0)


def test_files_for_a_store_cannot_be_asked_what_they_hold(tmp_path: Path) -> None:
    store = request.store(f"neo4j-admin:{tmp_path / 'files'}", {})
    with pytest.raises(StoreError, match="cannot be asked what it finds"):
        store.detect((), (), print)
    with pytest.raises(StoreError, match="keeps no alerts"):
        store.keep_alerts(())
