"""Queries against a real server: what a test adds to the database, it takes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from neo4j import Driver, GraphDatabase, Transaction

from graphgen.config import world_from_dict
from graphgen.dataset import Dataset
from graphgen.detection.scoring import cases_of
from graphgen.exporter import DatasetExporter, FileExporter
from graphgen.generate import generate, load
from graphgen.neo4j.address import Address
from graphgen.neo4j.client import Client
from graphgen.neo4j.queries import guide_names, load_query, query_names
from graphgen.registry import EXPORTERS

RING = """
UNWIND range(0, 2) AS n CREATE (:Account:Internal {accountNumber: 'test-ring-' + n})
WITH count(*) AS made
UNWIND [[0, 1, 1000.5, 50], [1, 2, 950.25, 40], [2, 0, 900.75, 30]] AS hop
MATCH (a:Account {accountNumber: 'test-ring-' + hop[0]})
MATCH (b:Account {accountNumber: 'test-ring-' + hop[1]})
CREATE (a)-[:PERFORMS]->(:Transaction {transactionId: 'test-' + hop[3], amount: hop[2],
  date: datetime() - duration({days: $age, hours: hop[3]}), type: 'FASTER_PAYMENT'})
  -[:BENEFITS_TO]->(b)
"""
TAKEOVER = """
CREATE (c:Customer {customerId: 'test-victim'})-[:HAS_SESSION]->(s:Session {sessionId: 'test-s'}),
  (s)-[:SESSION_USES_DEVICE]->(:Device {deviceId: 'test-device'}),
  (s)-[:USES_IP]->(:IP {ipAddress: 'test-ip'}),
  (payee:Account:Internal {accountNumber: 'test-payee'}),
  (s)-[:HAS_AUTHENTICATION]->(a:Event:Authentication {eventId: 'test-1', createdAt: datetime()}),
  (s)-[:HAS_CHANGE_PHONE]->(p:Event:ChangePhone {eventId: 'test-2', createdAt: datetime()}),
  (s)-[:HAS_ADD_EXTERNAL_ACCOUNT]->(x:Event:AddExternalAccount {eventId: 'test-3',
    createdAt: datetime()}),
  (s)-[:HAS_TRANSFER]->(t:Event:Transfer {eventId: 'test-4', createdAt: datetime()}),
  (a)-[:NEXT]->(p)-[:NEXT]->(x)-[:NEXT]->(t), (x)-[:ADD_ACCOUNT]->(payee),
  (t)-[:HAS_TRANSACTION]->(:Transaction {transactionId: 'test-t', amount: 500.0})
    -[:BENEFITS_TO]->(payee)
"""
SHARING = """
CREATE (e:Email {address: 'test-email'}), (p:Phone {number: 'test-phone'}),
  (d:Device {deviceId: 'test-device'})
WITH * UNWIND range(0, 3) AS n
CREATE (c:Customer {customerId: 'test-customer-' + n}), (d)-[:USED_BY]->(c)
FOREACH (_ IN CASE WHEN n < 2 THEN [1] ELSE [] END |
  CREATE (c)-[:HAS_EMAIL]->(e), (c)-[:HAS_PHONE]->(p))
"""
PAID_ON = """
CREATE (m:Account:Internal {accountNumber: 'test-mule'}),
  (to:Account:External {accountNumber: 'test-out'})
WITH * UNWIND range(0, 5) AS n
CREATE (:Account:Internal {accountNumber: 'test-payer-' + n})-[:PERFORMS]->(:Transaction
  {transactionId: 'test-in-' + n, amount: 100.0,
   date: datetime.truncate('day', datetime() - duration({days: 2})) + duration({hours: n})})
  -[:BENEFITS_TO]->(m)
WITH m, to, count(*) AS six
CREATE (m)-[:PERFORMS]->(:Transaction {transactionId: 'test-sent', amount: 570.0,
  date: datetime.truncate('day', datetime() - duration({days: 2})) + duration({hours: 8})})
  -[:BENEFITS_TO]->(to)
"""


@pytest.fixture(scope="module")
def driver(url: str) -> Iterator[Driver]:
    """Connect to a server; what is in its database stays."""
    address = Address.parse(url)
    with GraphDatabase.driver(address.server, auth=address.login()) as connected:
        yield connected


@pytest.fixture
def work(driver: Driver) -> Iterator[Transaction]:
    """Begin a transaction that is taken back in the end."""
    with driver.session() as session, session.begin_transaction() as began:
        yield began
        began.rollback()


def found_in(work: Transaction, name: str) -> set[frozenset[str]]:
    """Run a query of the guides, and give the alerts on what a test added."""
    alerts = {frozenset(record["entities"]) for record in work.run(load_query(name).text)}
    return {alert for alert in alerts if any(key.startswith("test-") for key in alert)}


def test_the_transaction_ring_of_the_guide_is_found_where_sums_have_cents(
    work: Transaction,
) -> None:
    work.run(RING, age=1).consume()
    ring = frozenset({"test-ring-0", "test-ring-1", "test-ring-2"})
    assert found_in(work, "guide/transaction_ring") == {ring}


def test_the_transaction_ring_of_the_guide_leaves_out_what_is_older_than_30_days(
    work: Transaction,
) -> None:
    work.run(RING, age=40).consume()
    assert found_in(work, "guide/transaction_ring") == set()


def test_the_sequence_of_a_takeover_of_the_guide_is_found(work: Transaction) -> None:
    work.run(TAKEOVER).consume()
    alert = frozenset({"test-victim", "test-device", "test-payee"})
    assert found_in(work, "guide/account_takeover_sequence") == {alert}


def test_a_transfer_to_another_than_who_was_added_is_no_takeover(work: Transaction) -> None:
    work.run(TAKEOVER).consume()
    work.run("MATCH (:Event {eventId: 'test-3'})-[added:ADD_ACCOUNT]->() DELETE added").consume()
    assert found_in(work, "guide/account_takeover_sequence") == set()


def test_two_who_share_two_identifiers_are_a_pair_of_the_guide(work: Transaction) -> None:
    work.run(SHARING).consume()
    pair = frozenset({"test-customer-0", "test-customer-1"})
    assert found_in(work, "guide/shared_identifiers") == {pair}


def test_a_device_of_four_customers_is_found_by_the_guide(work: Transaction) -> None:
    work.run(SHARING).consume()
    alert = frozenset({"test-device", *(f"test-customer-{n}" for n in range(4))})
    assert found_in(work, "guide/shared_device") == {alert}


def test_a_fan_in_of_a_day_is_found_by_the_guide(work: Transaction) -> None:
    work.run(PAID_ON).consume()
    alert = frozenset({"test-mule", *(f"test-payer-{n}" for n in range(6))})
    assert found_in(work, "guide/fan_in_of_a_day") == {alert}


def test_what_passes_through_within_a_day_is_found_by_the_guide(work: Transaction) -> None:
    work.run(PAID_ON).consume()
    alert = frozenset({"test-mule", *(f"test-payer-{n}" for n in range(6))})
    assert found_in(work, "guide/pass_through") == {alert}


@pytest.mark.parametrize("name", [*query_names(), *guide_names()])
def test_a_query_is_planned_without_a_cartesian_product(driver: Driver, name: str) -> None:
    _, summary, _ = driver.execute_query("EXPLAIN " + load_query(name).text)
    assert summary.plan is not None
    operators = set(operators_of(summary.plan))
    assert operators
    assert not any("Cartesian" in operator for operator in operators)


def operators_of(plan: dict[str, object]) -> Iterator[str]:
    """Give the operators of a plan."""
    yield str(plan["operatorType"])
    children = plan.get("children", [])
    assert isinstance(children, list)
    for child in children:
        yield from operators_of(child)


def test_the_ring_of_the_guide_is_found_in_a_world_that_ends_now(
    empty: Client, url: str, tmp_path: Path
) -> None:
    start = datetime.now(UTC).date() - timedelta(days=20)
    grown = world_from_dict(
        {
            "users": 300, "days": 20, "start": str(start), "difficulty": "easy",
            "patterns": {"cycle": {"count": 4}},
        }
    )  # fmt: skip
    generate(grown, [EXPORTERS.load("parquet", FileExporter)(str(tmp_path / "world"))])
    load(tmp_path / "world", EXPORTERS.load("neo4j", DatasetExporter)(url, blind=True))
    alerts = {frozenset(row[0]) for row in empty.ask(load_query("guide/transaction_ring").text)}
    cases = [case for case in cases_of(Dataset(tmp_path / "world")) if case.is_fraud]
    accounts = [{m for m in case.members if m.startswith("A")} for case in cases]
    assert any(alert <= ring for alert in alerts for ring in accounts)
