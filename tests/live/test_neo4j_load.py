"""A world loaded into Neo4j is whole, and the same, whatever stopped it on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graphgen.dataset import Dataset
from graphgen.exporter import DatasetExporter
from graphgen.generate import load
from graphgen.neo4j.address import Address
from graphgen.neo4j.client import Client
from graphgen.neo4j.truth import add, remove
from graphgen.registry import EXPORTERS
from graphgen.stage import StoreError

Command = Callable[..., subprocess.CompletedProcess[str]]


def store(url: str, **options: object) -> DatasetExporter:
    made: DatasetExporter = EXPORTERS.load("neo4j", DatasetExporter)(url, **options)
    return made


def broken(world: Path, url: str, **options: object) -> list[str]:
    """Compare every row; give what differs."""
    checks = store(url, **options).verify(Dataset(world), full=True)
    return [check.detail for check in checks if not check.ok]


def begun(world: Path, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "graphgen", "load", str(world), url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(client: Client, label: str, process: subprocess.Popen[str]) -> None:
    """Wait until the first node of a label, or relationship of a type, is there."""
    text = f"MATCH (n:{label}) RETURN count(n) > 0"
    while client.ask(text) != [(True,)]:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


@pytest.mark.parametrize(("connections", "derived"), [(1, True), (2, False)])
def test_all_of_a_world_is_there_and_a_second_load_changes_nothing(
    connections: int, *, derived: bool, empty: Client, url: str, world: Path, graphgen: Command
) -> None:
    rows = load(world, store(url, connections=connections, derived=derived))
    assert rows["Transaction"] > 1000
    assert (rows.get("TRANSACTED_TO", 0) > 500) == derived
    assert broken(world, url, derived=derived) == []
    last = "MATCH (n) RETURN count(n), max(elementId(n))"
    before = empty.ask(last)
    again = graphgen("load", world, url, *["--derived"] * derived)
    assert (again.returncode, again.stderr) == (0, "")
    assert "nothing to do" in again.stdout
    assert empty.ask(last) == before


def test_a_loader_that_is_killed_again_and_again_is_gone_on_with(
    empty: Client, url: str, world: Path, graphgen: Command
) -> None:
    for label in ("Customer", "Card", "Session", "Transaction", "Order"):
        process = begun(world, url)
        wait_for(empty, label, process)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    done = graphgen("load", world, url)
    assert done.returncode == 0, done.stderr
    assert broken(world, url) == []


def test_a_server_that_is_killed_loses_nothing_and_a_read_only_one_is_left_alone(
    new_server: Callable[[], Any], world: Path, graphgen: Command
) -> None:
    server = new_server()
    server.start()
    with Client(Address.parse(server.address)) as client:
        process = begun(world, server.address)
        wait_for(client, "Transaction", process)
    server.stop(now=True)
    process.kill()
    process.communicate()
    down = graphgen("load", world, server.address)
    assert down.returncode == 2
    assert down.stderr.count("\n") == 1
    assert "is the server up?" in down.stderr
    server.start()
    done = graphgen("load", world, server.address)
    assert done.returncode == 0, done.stderr
    assert broken(world, server.address) == []
    server.stop(now=True)
    server.settings = ("server.databases.read_only=neo4j",)  # nearest to a user who may only read
    server.start()
    for words in (
        ["load", world, server.address, "--wipe", "--force"],
        ["neo4j", "truth", "remove", world, server.address],
    ):
        refused = graphgen(*words)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
        assert "the database is read-only" in refused.stderr
    assert "nothing to do" in graphgen("load", world, server.address).stdout
    server.stop(now=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of a few megabytes; skipped where none can be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = ["-t", "tmpfs", "-o", "size=6m", "tmpfs"]
    made = subprocess.run(["mount", *size, str(folder)], check=False, capture_output=True)  # noqa: S607
    if made.returncode:
        pytest.skip("a small disk is made by root alone")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


def test_a_server_whose_disk_is_full_is_one_line_and_the_load_goes_on_when_there_is_room(
    new_server: Callable[[], Any], small_disk: Path, world: Path, graphgen: Command
) -> None:
    server = new_server()
    server.home = small_disk / "neo4j"
    server.settings = ("db.tx_log.preallocate=false", "db.tx_log.rotation.size=1m")
    server.start()
    for said in ("cannot write to its disk: is it full?", "start it anew"):
        full = graphgen("load", world, server.address)
        assert (full.returncode, full.stderr.count("\n")) == (2, 1), full.stderr
        assert said in full.stderr
    server.stop(now=True)
    more = ["mount", "-o", "remount,size=400m", str(small_disk)]
    subprocess.run(more, check=True)
    server.start()
    done = graphgen("load", world, server.address)
    assert done.returncode == 0, done.stderr
    assert broken(world, server.address) == []
    server.stop(now=True)


def test_verify_finds_one_changed_amount_and_one_missing_relationship(
    empty: Client, url: str, world: Path, graphgen: Command
) -> None:
    load(world, store(url))
    key = "MATCH (n:Transaction) WITH n ORDER BY n.transactionId DESC LIMIT 1"
    ((name, day),) = empty.ask(f"{key} RETURN n.transactionId, toString(date(n.date))")
    empty.do(f"{key} SET n.amountMinor = n.amountMinor + 1")
    found = graphgen("verify", world, "--in", url, "--full")
    assert found.returncode == 1
    assert f"Transaction on {day}" in " ".join(found.stdout.split())
    assert f"Transaction {name}: amountMinor is" in " ".join(found.stdout.split())
    empty.do(f"{key} SET n.amountMinor = n.amountMinor - 1")
    empty.do(f"{key} MATCH (n)-[r:BENEFITS_TO]->() DELETE r")
    details = broken(world, url)
    assert any(told.startswith("BENEFITS_TO: ") for told in details)
    assert any(told.startswith(f"BENEFITS_TO {name}") for told in details)
    assert graphgen("verify", world, "--in", url).returncode == 1


def names(client: Client) -> dict[str, set[str]]:
    """Say what names the database uses."""
    asked = {
        "labels": "CALL db.labels() YIELD label RETURN label",
        "types": "CALL db.relationshipTypes() YIELD relationshipType AS t RETURN t",
        "constraints": "SHOW CONSTRAINTS YIELD name",
        "properties": "MATCH (n) UNWIND keys(n) AS k RETURN DISTINCT k",
        "of relationships": "MATCH ()-[n]->() UNWIND keys(n) AS k RETURN DISTINCT k",
    }
    return {what: {name for (name,) in client.ask(text)} for what, text in asked.items()}


def test_the_truth_is_added_and_removed_without_a_trace(
    new_server: Callable[[], Any], world: Path
) -> None:
    server = new_server()  # of its own: a database never forgets a name that it has seen
    server.start()
    with Client(Address.parse(server.address)) as client:
        load(world, store(server.address, blind=True))
        blind = names(client)
        tokens = client.ask("CALL db.propertyKeys() YIELD propertyKey AS k RETURN k")
        telling = {"isFraud", "pattern", "difficulty", "loss", "recovered", "caseId", "kind"}
        assert {k for (k,) in tokens} & (telling - {"kind"}) == set()
        assert not {"GroundTruth", "MEMBER_OF"} & (blind["labels"] | blind["types"])
        assert not any("truth" in name for name in blind["constraints"])
        added = add(world, server.address)
        assert added["GroundTruth"] > 1
        assert broken(world, server.address) == []
        assert add(world, server.address) == {}
        assert remove(world, server.address) == added["GroundTruth"]
        assert names(client) == blind
        assert broken(world, server.address, blind=True) == []
    server.stop(now=True)


def test_a_database_with_something_else_is_refused_and_wiping_leaves_that_alone(
    empty: Client, url: str, world: Path, graphgen: Command
) -> None:
    empty.do("CREATE (:Mine {name: 'kept'})-[:KNOWS]->(:Mine)")
    with pytest.raises(StoreError, match=r"is not empty \(2 nodes\)"):
        load(world, store(url))
    with pytest.raises(StoreError, match="2 nodes that graphgen did not load"):
        load(world, store(url, wipe=True))
    load(world, store(url, merge=True))
    nobody = graphgen("load", world, url, "--wipe")
    assert (nobody.returncode, "--force" in nobody.stderr) == (2, True)
    load(world, store(url, merge=True, wipe=True, blind=True))
    assert empty.ask("MATCH (n:GroundTruth) RETURN count(n)") == [(0,)]
    assert empty.ask("MATCH (:Mine {name: 'kept'})-[:KNOWS]->(n:Mine) RETURN count(n)") == [(1,)]
    empty.do("MATCH (n:Mine) DETACH DELETE n")
    assert broken(world, url, blind=True) == []


def test_whose_truth_is_there_is_not_loaded_blind_nor_the_other_way_round(
    empty: Client, url: str, world: Path
) -> None:
    load(world, store(url, blind=True))
    with pytest.raises(StoreError, match="without its truth"):
        load(world, store(url))
    add(world, url)
    with pytest.raises(StoreError, match="with its truth"):
        load(world, store(url, blind=True))
    assert load(world, store(url)) == {}
    assert empty.ask("MATCH (n:GraphgenLoad) RETURN count(n)") == [(1,)]


def test_what_is_wrong_with_a_server_is_one_line(
    server: Any,  # noqa: ANN401
    world: Path,
    graphgen: Command,
    tmp_path: Path,
) -> None:
    bolt, http = f"127.0.0.1:{server.bolt}", f"127.0.0.1:{server.http}"
    cases = {
        f"bolt://neo4j@{bolt}/nowhere": "no such database",
        f"neo4j://neo4j@{http}": "over HTTP",
        f"neo4j+s://neo4j@{bolt}": "encrypted connection",
        "bolt://neo4j@127.0.0.1:9": "is the server up?",
        f"bolt://somebody:secretly@{bolt}": "holds a password",
        f"bolt://{bolt}/a/b": "no address of a server",
    }
    for url, said in cases.items():
        found = graphgen("load", world, url)
        assert (found.returncode, found.stderr.count("\n")) == (2, 1), found.stderr
        assert said in found.stderr
        assert "secretly" not in found.stderr + found.stdout
    with Client(Address.parse(server.address)) as client:
        client.run("CREATE USER newcomer IF NOT EXISTS SET PASSWORD 'still-to-change'")
    may_not = (
        f"bolt://newcomer@{bolt}"  # nobody else is there whom Community lets in and holds back
    )
    refused = graphgen("load", world, may_not, NEO4J_PASSWORD="still-to-change")  # noqa: S106
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
    assert "the password has to be changed first" in refused.stderr
    wrong = graphgen("load", world, server.address, NEO4J_PASSWORD="wrong-password")  # noqa: S106
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert "no such user with this password (as neo4j)" in wrong.stderr
    assert "wrong-password" not in wrong.stderr
    grown = tmp_path / "grown"
    to = ["--to", f"parquet:{grown}", "--to", f"bolt://a:secretly@{bolt}"]
    refused = graphgen("generate", "--users", "50", "--days", "1", *to)
    assert refused.returncode == 2
    assert not grown.exists()
