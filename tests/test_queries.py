from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphgen.dataset import Dataset
from graphgen.describe import find
from graphgen.detection.scoring import Case, cases_of, score
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.neo4j.model import MODEL, TRUTH
from graphgen.neo4j.projection import Projection
from graphgen.neo4j.queries import HEADINGS, guide_names, load_query, query_names
from graphgen.pattern import Pattern, named
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.world import World

CRIMES = [*named("crime", market=False), *named("crime", market=True)]
EVENTS = [*named("event", market=False), *named("event", market=True)]
ALL = [*query_names(), *guide_names()]
PLUGIN = re.compile(r"\b(apoc|gds|algo)\.", re.IGNORECASE)
LABELS = {label for node in MODEL.nodes for label in (node.label, *node.seconds)}
TYPES = {each.type for each in MODEL.relationships}
HIDDEN = {node.label for node in TRUTH.nodes} | {each.type for each in TRUTH.relationships}
A_CASE = Case(1, "cycle", "easy", is_fraud=True, members=frozenset({"A1", "A2", "A3", "U1"}))
HONEST = Case(2, "cycle", "easy", is_fraud=False, members=frozenset({"A7", "A8"}))


@pytest.mark.parametrize("pattern", CRIMES)
def test_every_crime_has_a_query(pattern: str) -> None:
    assert pattern in query_names()
    (entry,) = find(pattern)
    assert f"cypher/{pattern}.cypher" in entry.facts["Found by"].split(", ")


def test_every_query_has_a_pattern_which_is_no_event_as_nobody_is_to_be_found_in_one() -> None:
    assert set(query_names()) <= set(PATTERNS.names()) - set(EVENTS)


@pytest.mark.parametrize("name", ALL)
def test_a_query_says_what_it_looks_for_what_it_misses_and_who_looks_alike(name: str) -> None:
    query = load_query(name)
    assert query.title
    assert tuple(query.about) == HEADINGS
    assert all(len(said) > 20 for said in query.about.values())


@pytest.mark.parametrize("name", ALL)
def test_a_query_is_one_statement_with_its_parameters_at_the_top(name: str) -> None:
    text = load_query(name).text
    assert text.startswith("WITH {")
    assert ";" not in text
    assert "$" not in text
    assert " AS entities" in text


@pytest.mark.parametrize("name", ALL)
def test_a_query_needs_no_plugin_and_no_truth(name: str) -> None:
    text = load_query(name).text
    assert not PLUGIN.search(text)
    assert not any(word in text for word in HIDDEN)


@pytest.mark.parametrize("name", ALL)
def test_a_query_asks_for_labels_and_types_that_the_model_has(name: str) -> None:
    code = re.sub(r"//.*|'[^']*'", "", load_query(name).text)
    asked = {
        each
        for some in re.findall(r"\(\w*:([A-Z][\w|]*)", code)
        + re.findall(r"\b\w+:([A-Z][A-Za-z]+)\b", code)
        for each in some.split("|")
    }
    assert asked
    assert asked <= LABELS
    types = {t for some in re.findall(r"\[\w*:([A-Z_|]+)", code) for t in some.split("|")}
    assert types <= TYPES


def test_a_query_that_is_not_there_is_one_line_that_names_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"^no query called 'kitting'; there is: .*kiting"):
        load_query("kitting")


def test_an_alert_hits_a_case_of_which_it_names_half_and_little_else() -> None:
    (found,) = score("cycle", [frozenset({"A1", "A2"})], [A_CASE, HONEST])
    assert (found.found, found.mistaken, found.named, found.right) == (1, 0, 2, 1)


def test_an_alert_on_a_fragment_of_a_case_does_not_hit_it() -> None:
    (found,) = score("cycle", [frozenset({"A1"})], [A_CASE, HONEST])
    assert (found.found, found.named, found.right, found.alerts) == (0, 1, 0, 1)


def test_an_alert_on_everybody_hits_nobody() -> None:
    everybody = frozenset({f"A{n}" for n in range(100)}) | {"U1"}
    (found,) = score("cycle", [everybody], [A_CASE, HONEST])
    assert (found.found, found.mistaken, found.recall, found.precision) == (0, 0, 0.0, 0.0)


def test_the_same_set_of_entities_is_one_alert() -> None:
    twice = [frozenset({"A7", "A8"}), frozenset({"A8", "A7"})]
    (found,) = score("cycle", twice, [A_CASE, HONEST])
    assert (found.alerts, found.mistaken, found.lookalikes_hit) == (1, 1, 1.0)


def test_an_alert_that_hits_a_crime_of_another_pattern_is_told_apart() -> None:
    (found,) = score("cycle", [frozenset({"A9"})], [
        A_CASE, Case(3, "stack", "easy", is_fraud=True, members=frozenset({"A9"})),
    ])  # fmt: skip
    assert (found.right, found.of_crime, found.fraud_precision) == (0, 1, 1.0)


def test_the_members_of_cases_are_spelled_as_the_keys_of_nodes(tmp_path: Path) -> None:
    patterns = {
        name: PATTERNS.load(name, Pattern)(count=1) for name in ("mule_network", "ip_recycling")
    }
    world = World(users=400, days=3, patterns=patterns, walks=("session",))
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(tmp_path / "world"))])
    dataset = Dataset(tmp_path / "world")
    projection = Projection(dataset)
    keys = {
        key
        for label in ("Account", "Customer", "Device", "IP")
        for (key,) in projection.connection.sql(
            f"SELECT {MODEL.node(label).key[0]} FROM ({projection.select(MODEL.node(label))})"
        ).fetchall()
    }
    cases = cases_of(dataset)
    assert {(case.pattern, case.is_fraud) for case in cases} == {
        (pattern, is_fraud) for pattern in patterns for is_fraud in (True, False)
    }
    assert all(case.members and case.members <= keys for case in cases)
