"""The embedded graph holds what Neo4j would, and is compared with its dataset."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from graphgen import Dataset
from graphgen.exporter import DatasetExporter
from graphgen.ladybug.dialect import DIFFERENCES, Difference, differences_in
from graphgen.ladybug.store import opened
from graphgen.learning.frame import Frame
from graphgen.neo4j.queries import browser_names, guide_names, load_query, query_names
from graphgen.registry import EXPORTERS
from graphgen.stage import StoreError

pytest.importorskip("ladybug", reason="ladybug is not installed")


@pytest.fixture(scope="module")
def folder(write: Any) -> Any:
    return write("ladybug")


def store(target: Path, **options: object) -> Any:
    return EXPORTERS.load("ladybug", DatasetExporter)(str(target), **options)


def test_payments_are_asked_in_cypher(folder: Any, frame: Frame) -> None:
    with opened(folder) as graph:
        _, rows = graph.ask(
            "MATCH (a:Account)-[:PERFORMS]->(t:Transaction)-[:BENEFITS_TO]->(b:Account) "
            "RETURN t.transactionId, a.accountNumber, b.accountNumber, t.amountMinor"
        )
    wanted = frame.sql(
        "SELECT 'P' || id, 'A' || payer, 'A' || payee, amount_minor FROM transfer "
        "WHERE status = 'booked'"
    ).fetchall()
    assert {tuple(row) for row in rows if row[3]} >= set(wanted)


def test_a_second_label_is_a_property(folder: Any, frame: Frame) -> None:
    with opened(folder) as graph:
        _, rows = graph.ask("MATCH (a:Account {secondLabel: 'Internal'}) RETURN count(*)")
    [(people,)] = frame.sql("SELECT count(DISTINCT account_id) FROM has_account").fetchall()
    assert rows == [[people]]


@pytest.mark.parametrize("full", [False, True])
def test_a_graph_is_compared_with_its_dataset(folder: Any, dataset: Dataset, *, full: bool) -> None:
    checks = store(folder).verify(dataset, full=full)
    assert len(checks) == 4
    assert [check.detail for check in checks if not check.ok] == []


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("MATCH (t:Transaction) WITH t LIMIT 1 SET t.amountMinor = t.amountMinor + 1",
         {"money", "rows"}),
        ("MATCH (:Customer)-[r:HAS_SESSION]->(:Session) WITH r LIMIT 1 DELETE r",
         {"relationships", "rows"}),
        ("MATCH (c:Counterparty) SET c.name = 'other'", {"rows"}),
        ("CREATE NODE TABLE Other(a STRING PRIMARY KEY)", {"nodes"}),
    ],
)  # fmt: skip
def test_what_was_changed_in_a_graph_is_told(
    change: str, broken: set[str], folder: Any, dataset: Dataset, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(folder, changed)
    with opened(changed, write=True) as graph:
        graph.ask(change)
    checks = store(changed).verify(dataset, full=True)
    assert {check.name for check in checks if not check.ok} == broken


def test_a_blind_graph_tells_nothing_of_the_truth(write: Any, dataset: Dataset) -> None:
    blind = write("ladybug", blind=True)
    with opened(blind) as graph:
        _, tables = graph.ask("CALL show_tables() RETURN name")
    assert not {"GroundTruth", "MEMBER_OF"} & {name for (name,) in tables}
    assert all(check.ok for check in store(blind, blind=True).verify(dataset, full=False))
    assert not all(check.ok for check in store(blind).verify(dataset, full=False))


def test_what_is_opened_to_be_asked_cannot_be_changed(folder: Any) -> None:
    with opened(folder) as graph, pytest.raises(StoreError, match="read-only"):
        graph.ask("MATCH (n) DETACH DELETE n")


@pytest.mark.parametrize("each", DIFFERENCES, ids=lambda each: each.name)
def test_what_is_neo4j_s_alone_is_refused_and_said_otherwise(folder: Any, each: Difference) -> None:
    assert each in differences_in(each.refused)
    with opened(folder) as graph:
        with pytest.raises(StoreError):
            graph.ask(each.refused)
        if each.instead:
            assert differences_in(each.instead) == []
            assert graph.ask(each.instead)[1]


def test_a_query_runs_where_nothing_of_it_is_neo4j_s_alone_and_nowhere_else(folder: Any) -> None:
    with opened(folder) as graph:
        for name in (*query_names(), *guide_names(), *browser_names()):
            text = load_query(name).text
            if differences_in(text):
                with pytest.raises(StoreError):
                    graph.ask(text)
            else:
                graph.ask(text)
