"""A dataset is asked in SQL and in Cypher, and never changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from graphgen import Dataset
from graphgen.cli import main
from graphgen.dataset import DatasetError
from graphgen.learning.frame import Frame
from graphgen.query import is_cypher, query


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "graphgen" / "ladybug"


@pytest.mark.parametrize(
    ("text", "cypher"),
    [
        ("MATCH (n) RETURN n", True),
        (" match (n) return n", True),
        ("// who\nMATCH (n) RETURN n", True),
        ("OPTIONAL MATCH (n) RETURN n", True),
        ("UNWIND [1] AS x RETURN x", True),
        ("WITH {days: 3} AS p MATCH (n) RETURN n", True),
        ("WITH 1 AS x RETURN x", True),
        ("CALL show_tables() RETURN *", True),
        ("SELECT 1", False),
        ("FROM payment", False),
        ("-- who\nSELECT 1", False),
        ("WITH a AS (SELECT 1) SELECT * FROM a", False),
        ("WITH RECURSIVE a(n) AS (SELECT 1) FROM a", False),
        ('WITH "a b" AS MATERIALIZED (SELECT 1) FROM "a b"', False),
    ],
)
def test_a_language_is_known_by_how_a_query_begins(text: str, *, cypher: bool) -> None:
    assert is_cypher(text) == cypher


def test_sql_sees_tables_and_labels(dataset: Dataset, frame: Frame) -> None:
    text = "SELECT count(*), sum(amount) FROM payment"
    assert query(dataset, text).rows == frame.sql(text).fetchall()
    text = "SELECT pattern, count(*) FROM transfer WHERE is_fraud GROUP BY 1 ORDER BY 1"
    assert query(dataset, text).rows == frame.sql(text).fetchall()


def test_no_more_rows_are_given_than_were_asked_for(dataset: Dataset) -> None:
    found = query(dataset, "SELECT payment_id FROM payment", 3)
    assert (found.columns, len(found.rows), found.more) == (["payment_id"], 3, True)
    assert not query(dataset, "SELECT 1 UNION ALL SELECT 2", 2).more


@pytest.mark.parametrize(
    "text",
    [
        "DROP VIEW payment",
        "CREATE TABLE a AS SELECT 1",
        "COPY (SELECT 1) TO 'stolen.csv'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO 'stolen.csv'",
        "SELECT 1; SELECT 2",
        "",
        "SELECT nothing FROM payment",
        "SELEC 1",
    ],
)
def test_what_is_no_question_is_refused_in_one_line(
    text: str, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatasetError) as told:
        query(dataset, text)
    assert "\n" not in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_cypher_is_answered_from_a_graph_that_is_kept(dataset: Dataset, cache: Path) -> None:
    pytest.importorskip("ladybug", reason="ladybug is not installed")
    text = "MATCH (a:Account) RETURN count(*) AS accounts"
    built: list[int] = []
    for _ in range(2):
        found = query(dataset, text, tell=lambda done, *_: built.append(done))
        assert found.columns == ["accounts"]
        assert found.rows == dataset.sql("SELECT count(*) FROM account").fetchall()
    assert built.count(1) == 1
    assert len(list(cache.iterdir())) == 1
    for wrong in ("MATCH (n) DETACH DELETE n", "MATCH (a:Nobody) RETURN a", "MATCH (a RETURN a"):
        with pytest.raises(DatasetError) as told:
            query(dataset, wrong)
        assert "\n" not in str(told.value)
    with pytest.raises(
        DatasetError, match=r"what it has here is Neo4j's alone: a second label, `d"
    ):
        query(dataset, "MATCH (a:Internal) WHERE a.openedDate < datetime() RETURN count(*)")


def test_the_command_prints_a_table_json_or_csv(
    dataset: Dataset, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = "SELECT rail, count(*) AS n, sum(amount) AS amount FROM payment GROUP BY 1 ORDER BY n"
    wanted = dataset.sql(text).fetchall()

    def said(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["graphgen", "query", str(dataset.path), text, *options])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return capsys.readouterr().out

    lines = said("--limit", "2").splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["rail", "n", "amount"]
    assert lines[-1] == "and more; only 2 are shown (--limit)"
    assert [(row["rail"], row["n"]) for row in json.loads(said("--json"))] == [
        row[:2] for row in wanted
    ]
    assert said("--csv") == "rail,n,amount\n" + "".join(f"{a},{b},{c}\n" for a, b, c in wanted)
