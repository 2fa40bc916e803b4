"""A file of DuckDB has keys, views and comments, and is compared with its dataset."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from graphgen import Dataset
from graphgen.exporter import DatasetExporter
from graphgen.learning.frame import Frame
from graphgen.registry import EXPORTERS
from graphgen.schema import SCHEMAS
from graphgen.stage import StoreError


@pytest.fixture(scope="module")
def file(write: Any) -> Any:
    return write("duckdb")


@pytest.fixture
def ask(file: Any) -> Any:
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("SET TimeZone = 'Asia/Tokyo'")  # a user's own zone changes nothing
        yield lambda query: connection.execute(query).fetchall()


def store(target: Path) -> Any:
    return EXPORTERS.load("duckdb", DatasetExporter)(str(target))


def test_every_column_of_every_table_says_what_it_means(ask: Any, dataset: Dataset) -> None:
    said = {
        (table, column): comment
        for table, column, comment in ask(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
        )
    }
    for name in dataset.tables():
        for column in SCHEMAS[name].columns:
            assert said[name, column.name] == column.doc


def test_entities_have_primary_keys_and_edges_foreign_ones(ask: Any) -> None:
    keys = set(ask("SELECT table_name, constraint_type FROM duckdb_constraints()"))
    for name in ("user", "account", "device", "bank"):
        assert (name, "PRIMARY KEY") in keys
    for name in ("has_account", "uses_device", "card", "account"):
        assert (name, "FOREIGN KEY") in keys


def test_labelled_payments_are_those_of_the_frame(ask: Any, frame: Frame) -> None:
    query = (
        "SELECT id, payer, payee, amount_minor, is_fraud, is_lookalike, case_id, "
        "epoch(reported_at), split_time, split_inductive, split_case, split_random "
        "FROM {} ORDER BY id"
    )
    assert ask(query.format("payment_labelled")) == frame.sql(query.format("transfer")).fetchall()
    assert ask("SELECT count(*) FROM trade_labelled")[0][0] > 0


def test_what_is_known_at_a_moment_is_that_of_the_frame(ask: Any, frame: Frame) -> None:
    for macro in ("known_at", "nodes_known_at"):
        query = f"FROM {macro}(TIMESTAMPTZ '2026-02-01 00:00:00Z') ORDER BY ALL"
        assert ask(query) == frame.sql(query).fetchall() != []


def test_days_of_accounts_add_up_to_what_was_booked(ask: Any, frame: Frame) -> None:
    [(booked,)] = frame.sql("SELECT sum(amount) FROM payment WHERE status = 'booked'").fetchall()
    assert ask("SELECT sum(credited), sum(debited) FROM account_day") == [(booked, booked)]
    wanted = frame.sql(
        "SELECT count(*) FROM (SELECT DISTINCT unnest([debtor_account_id, creditor_account_id]), "
        "time::DATE FROM payment WHERE status = 'booked')"
    ).fetchall()
    assert ask("SELECT count(*) FROM account_day") == wanted


@pytest.mark.parametrize("full", [False, True])
def test_a_database_is_compared_with_its_dataset(
    file: Any, dataset: Dataset, *, full: bool
) -> None:
    checks = store(file).verify(dataset, full=full)
    assert len(checks) == 4
    assert [check.detail for check in checks if not check.ok] == []


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE payment SET amount_minor = 1 + amount_minor WHERE terminal IS NOT NULL",
         {"sums", "rows"}),
        ("DELETE FROM session WHERE session_id = (SELECT max(session_id) FROM session)",
         {"counts", "rows"}),
        ("UPDATE merchant SET name = 'other'", {"rows"}),
        ("DROP TABLE truth.member", {"tables"}),
        ("CREATE TABLE other AS SELECT 1 AS a", {"tables"}),
    ],
)  # fmt: skip
def test_what_was_changed_in_a_database_is_told(
    change: str, broken: set[str], file: Any, dataset: Dataset, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copy(file, changed)
    with duckdb.connect(str(changed)) as connection:
        connection.execute(change)
    checks = store(changed).verify(dataset, full=True)
    assert {check.name for check in checks if not check.ok} == broken


def test_what_is_no_database_of_graphgen_is_not_compared(dataset: Dataset, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE a AS SELECT 1")
    with pytest.raises(StoreError, match="is no database that graphgen wrote"):
        store(other).verify(dataset, full=False)
    with pytest.raises(StoreError, match="not a database of graphgen"):
        store(other).check(force=True)


def test_the_same_dataset_makes_the_same_tables(write: Any, dataset: Dataset) -> None:
    assert all(check.ok for check in store(write("duckdb", again=True)).verify(dataset, full=True))
