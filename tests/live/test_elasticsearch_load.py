"""A world loaded into Elasticsearch is whole, and the same, whatever stopped it on the way."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphgen.dataset import Dataset
from graphgen.elastic import client as client_module
from graphgen.elastic.address import API_KEY, CA_CERTS, PASSWORD, Address
from graphgen.elastic.alerts import keep
from graphgen.elastic.client import Client
from graphgen.elastic.note import Note
from graphgen.exporter import DatasetExporter
from graphgen.generate import load
from graphgen.registry import EXPORTERS
from graphgen.stage import StoreError

Command = Callable[..., subprocess.CompletedProcess[str]]


def store(url: str, name: str = "elasticsearch", **options: object) -> DatasetExporter:
    made: DatasetExporter = EXPORTERS.load(name, DatasetExporter)(url, **options)
    return made


def broken(world: Path, url: str, **options: object) -> list[str]:
    """Compare every document; give what differs."""
    checks = store(url, **options).verify(Dataset(world), full=True)
    return [check.detail for check in checks if not check.ok]


@pytest.fixture(scope="session")
def emptied(elastic: str) -> str:
    """Give the address of a cluster without what earlier runs of these tests left there."""
    with Client(Address.parse(elastic)) as client:
        client.ask("DELETE", "/*,-.*", expand_wildcards="open,hidden")
    return elastic


@pytest.fixture
def client(emptied: str) -> Iterator[Client]:
    with Client(Address.parse(emptied)) as client:
        yield client


@pytest.fixture(scope="session")
def loaded(emptied: str, world: Path) -> str:
    """Give the prefix of a world that is loaded; tests leave it as it is."""
    load(world, store(emptied, prefix="loaded"))
    return "loaded"


def begun(world: Path, url: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "graphgen", "load", str(world), url, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(client: Client, index: str, process: subprocess.Popen[str]) -> None:
    """Wait until the first document of an index is there."""
    while True:
        client.ask("POST", f"/{index}/_refresh", allow=(404,))
        told = client.ask("GET", f"/{index}/_count", allow=(404, 503))
        if told and told["count"]:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def settings(client: Client, prefix: str) -> dict[str, tuple[object, object, object]]:
    """Give what a load changes, of each index."""
    told = client.ask("GET", f"/{prefix}-*/_settings")
    found = {name: each["settings"]["index"] for name, each in told.items()}
    keys = ("refresh_interval", "auto_expand_replicas", "number_of_replicas")
    return {name: tuple(each.get(key) for key in keys) for name, each in found.items()}


@pytest.mark.parametrize("name", ["node", "node9"])
def test_all_of_a_world_is_there_and_a_second_load_changes_nothing(
    name: str, request: pytest.FixtureRequest, world: Path, graphgen: Command
) -> None:
    url = request.getfixturevalue(name).address
    done = graphgen("load", world, url, "--prefix", "twice")
    assert (done.returncode, done.stderr) == (0, "")
    assert broken(world, url, prefix="twice") == []
    with Client(Address.parse(url)) as client:
        counts = "indices.*.total.docs.count,indices.*.total.indexing.index_total"
        before = client.ask("GET", "/twice-*/_stats/docs,indexing", filter_path=counts)
        again = graphgen("load", world, url, "--prefix", "twice")
        assert (again.returncode, again.stderr) == (0, "")
        assert "nothing to do" in again.stdout
        assert client.ask("GET", "/twice-*/_stats/docs,indexing", filter_path=counts) == before
        assert set(settings(client, "twice").values()) == {(None, "0-1", "0")}
    said = graphgen("verify", world, "--in", url, "--prefix", "twice")
    assert (said.returncode, "4 of 4 promises are kept" in said.stdout) == (0, True)
    other = graphgen("load", world, url, "--prefix", "twice", "--blind")
    assert (other.returncode, "--wipe begins anew" in other.stderr) == (2, True)


def test_a_loader_that_is_killed_again_and_again_is_gone_on_with(
    elastic: str, client: Client, world: Path, graphgen: Command
) -> None:
    words = ("--prefix", "killed")
    for index in ("killed-user", "killed-payment", "killed-session", "killed-trade"):
        process = begun(world, elastic, *words)
        wait_for(client, index, process)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    note = Note.read(client, "killed")
    assert note
    assert not note.finished
    assert ("-1", "false", "0") in set(settings(client, "killed").values())
    done = graphgen("load", world, elastic, *words)
    assert done.returncode == 0, done.stderr
    assert set(settings(client, "killed").values()) == {(None, "0-1", "0")}
    assert broken(world, elastic, prefix="killed") == []


def test_a_ctrl_c_puts_settings_back_and_the_next_run_goes_on(
    elastic: str, client: Client, world: Path, graphgen: Command
) -> None:
    process = begun(world, elastic, "--prefix", "stopped")
    wait_for(client, "stopped-account", process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, said
    assert set(settings(client, "stopped").values()) == {(None, "0-1", "0")}
    assert graphgen("load", world, elastic, "--prefix", "stopped").returncode == 0
    assert broken(world, elastic, prefix="stopped") == []


def test_a_node_that_is_killed_and_has_no_room_for_requests_loses_nothing(
    new_node: Callable[..., Any], world: Path
) -> None:
    node = new_node("8", settings=("thread_pool.write.queue_size: 1", "node.processors: 1"))
    node.start()
    with Client(Address.parse(node.address)) as client:
        process = begun(world, node.address, "--senders", "8")
        wait_for(client, "fraudgraph-user", process)
        node.stop(now=True)
        node.start()  # the same loader goes on
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
        assert broken(world, node.address) == []
    node.stop(now=True)


def test_more_requests_than_a_server_has_room_for_are_sent_again(
    new_node: Callable[..., Any], world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = new_node("8", settings=("thread_pool.write.queue_size: 1", "node.processors: 1"))
    node.start()
    from graphgen.elastic import ndjson, sending

    monkeypatch.setattr(ndjson, "_READ", 50)
    monkeypatch.setattr(sending, "_ROOM", 4_096)  # less than a request: it grows on the way
    with Client(Address.parse(node.address)) as client:
        load(world, store(node.address, senders=16))
        told = client.ask("GET", "/_nodes/stats/thread_pool")
        (stats,) = told["nodes"].values()
        assert stats["thread_pool"]["write"]["rejected"] > 0
        assert broken(world, node.address) == []
    node.stop(now=True)


def test_verify_finds_one_changed_amount_a_missing_document_and_one_too_many(
    elastic: str, client: Client, world: Path, graphgen: Command
) -> None:
    load(world, store(elastic, prefix="changed", wipe=True))
    asked = {"size": 1, "sort": [{"payment.id": "desc"}]}
    (hit,) = client.ask("POST", "/changed-payment/_search", asked)["hits"]["hits"]
    source, name = dict(hit["_source"]), hit["_id"]
    at = f"/changed-payment/_doc/{name}"
    source["payment.amount_minor"] += 1
    client.ask("PUT", at, source, refresh="true")
    found = graphgen("verify", world, "--in", elastic, "--prefix", "changed")
    assert found.returncode == 1
    said = " ".join(found.stdout.split())
    assert f"changed-payment on {source['@timestamp'][:10]}: " in said
    assert f"changed-payment: {name}: payment.amount_minor: " in said
    client.ask("DELETE", at, refresh="true")
    details = broken(world, elastic, prefix="changed")
    assert f"changed-payment: {name} is in the dataset, not in the cluster" in details
    assert any(each.startswith("changed-payment: ") and " in the cluster, " in each
               for each in details)  # fmt: skip
    client.ask("PUT", at, hit["_source"])
    user = {"user.id": "U0000000001"}
    client.ask("PUT", "/changed-user/_doc/U0000000001", user, refresh="true")
    details = broken(world, elastic, prefix="changed")
    assert "changed-user: U0000000001 is in the cluster, not in the dataset" in details
    client.ask("DELETE", "/changed-user/_doc/U0000000001", refresh="true")
    assert broken(world, elastic, prefix="changed") == []


def test_blind_leaves_no_word_of_the_truth_in_the_cluster(
    elastic: str, client: Client, world: Path, graphgen: Command
) -> None:
    rows = load(world, store(elastic, prefix="blind", blind=True, denormalise=True))
    assert not any("truth" in name for name in rows)
    assert broken(world, elastic, prefix="blind", blind=True, denormalise=True) == []
    told = json.dumps(
        [
            client.ask("GET", "/blind-*/_mapping", expand_wildcards="all"),
            client.ask("GET", "/_index_template/blind-*"),
            client.ask("GET", "/_component_template/blind-*"),
        ]
    )
    for word in ("truth", "fraud", '"case"', '"pattern"', "lookalike", "difficulty"):
        assert word not in told, word
    seeing = graphgen("load", world, elastic, "--prefix", "blind", "--wipe", "--force")
    assert seeing.returncode == 0, seeing.stderr
    details = broken(world, elastic, prefix="blind", blind=True)
    assert any("the truth was to be left out" in each for each in details)


def test_a_field_that_is_not_declared_is_refused_and_the_document_named(
    elastic: str, client: Client, world: Path, loaded: str, graphgen: Command
) -> None:
    status, told = client.request(
        "PUT", f"/{loaded}-payment/_doc/x", {"payment.id": "P1", "unknown": 1}
    )
    assert (status, told["error"]["type"]) == (400, "strict_dynamic_mapping_exception")
    assert graphgen("load", world, elastic, "--prefix", "strict").returncode == 0
    note = Note.read(client, "strict")
    assert note
    replace(note, done=1).save(client, "strict")  # as of a load that was stopped after entities
    mapping = client.ask("GET", "/strict-payment/_mapping")["strict-payment"]["mappings"]
    del mapping["properties"]["payment"]["properties"]["rail"]
    client.ask("DELETE", "/strict-payment")
    client.ask("DELETE", "/_index_template/strict-*")  # it would declare the field again
    client.ask("PUT", "/strict-payment", {"mappings": mapping})
    refused = graphgen("load", world, elastic, "--prefix", "strict")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
    assert "strict-payment: P" in refused.stderr
    assert "rail" in refused.stderr
    assert '"payment.id":"P' in refused.stderr


def test_joins_need_no_more_than_the_name_that_both_sides_have(
    client: Client, loaded: str, world: Path
) -> None:
    def rows(query: str) -> Any:  # noqa: ANN401 - JSON
        return client.ask("POST", "/_query", {"query": query})["values"]

    dataset = Dataset(world)
    for event, entity, key, field in (
        ("payment", "account", "account.id", "account.opened"),
        ("payment", "user", "user.id", "user.full_name"),
        ("payment", "merchant", "merchant.id", "merchant.name"),
        ("session", "device", "device.id", "device.type"),
        ("session", "ip", "source.ip", "ip.kind"),
        ("action", "user", "user.id", "user.employment"),
        ("order", "security", "security.id", "security.name"),
    ):
        ((wanted, found),) = rows(
            f"FROM {loaded}-{event} | WHERE {key} IS NOT NULL "
            f"| LOOKUP JOIN {loaded}-{entity} ON {key} | STATS COUNT(*), COUNT({field})"
        )
        assert wanted == found > 0, (event, entity)
    ((count,),) = rows(
        f"FROM {loaded}-payment | KEEP counterparty.account.id "
        "| RENAME counterparty.account.id AS account.id "
        f"| LOOKUP JOIN {loaded}-account ON account.id "
        '| WHERE account.holder_type == "merchant" | STATS COUNT(*)'
    )
    assert count > 0
    ((labelled,),) = rows(
        f"FROM {loaded}-payment | LOOKUP JOIN {loaded}-truth-event ON event.id "
        "| WHERE case.id IS NOT NULL | STATS COUNT_DISTINCT(event.id)"
    )
    ((wanted,),) = dataset.sql(
        "SELECT count(DISTINCT event_id) FROM event_label "
        "WHERE event = 'payment' AND case_id IS NOT NULL"
    ).fetchall()
    assert labelled == wanted > 0


def test_streams_take_each_event_once_also_when_the_loader_is_killed(
    elastic: str, client: Client, world: Path, graphgen: Command
) -> None:
    words = ("--prefix", "streams", "--data-stream")
    process = begun(world, elastic, *words)
    wait_for(client, "streams-session", process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    done = graphgen("load", world, elastic, *words)
    assert done.returncode == 0, done.stderr
    told = client.ask("GET", "/_resolve/index/streams-*")
    streams = {each["name"] for each in told["data_streams"]}
    events = ("payment", "session", "action", "trade", "order", "news", "report", "price")
    assert streams == {f"streams-{name}" for name in events}
    assert broken(world, elastic, prefix="streams") == []


@pytest.mark.parametrize("name", ["node", "node9"])
def test_files_for_bulk_requests_are_loaded_by_their_script_also_when_it_is_killed(
    name: str, request: pytest.FixtureRequest, world: Path, tmp_path: Path
) -> None:
    node = request.getfixturevalue(name)
    folder = tmp_path / "files"
    options: dict[str, Any] = {"prefix": "files", "gzip": name == "node9"}
    load(world, store(str(folder), "es_bulk", **options))
    script = [str(folder / "load.sh"), node.url]
    killed = subprocess.Popen(script, stderr=subprocess.PIPE, start_new_session=True)
    while not (folder / ".done").is_file() or not (folder / ".done").read_text("utf-8"):
        assert killed.poll() is None
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    subprocess.run(script, check=True, capture_output=True, timeout=300)
    assert broken(world, node.address, prefix="files") == []
    with Client(Address.parse(node.address)) as client:
        assert set(settings(client, "files").values()) == {(None, "0-1", "0")}


def test_wiping_deletes_what_graphgen_made_and_nothing_else(
    elastic: str, client: Client, world: Path, graphgen: Command
) -> None:
    load(world, store(elastic, prefix="wiped", blind=True))
    client.ask("PUT", "/wiped-mine/_doc/1", {"kept": True}, refresh="true")
    keep(client, "wiped", [])
    assert client.ask("GET", "/wiped-alerts/_count")["count"] == 0
    nobody = graphgen("load", world, elastic, "--prefix", "wiped", "--wipe")
    assert (nobody.returncode, "--force" in nobody.stderr) == (2, True)
    load(world, store(elastic, prefix="wiped", wipe=True))
    assert broken(world, elastic, prefix="wiped") == []
    assert client.ask("GET", "/wiped-mine/_count")["count"] == 1
    assert client.ask("GET", "/wiped-alerts/_count", allow=(404,)) is None


def test_what_is_wrong_with_a_cluster_is_one_line(
    elastic: str,
    client: Client,
    world: Path,
    server: Any,  # noqa: ANN401 - of Neo4j: another product that speaks HTTP
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = elastic.removeprefix("es://")

    def refused(url: str = elastic, **options: object) -> str:
        with pytest.raises(StoreError) as told:
            load(world, store(url, **options))
        assert "\n" not in str(told.value)
        return str(told.value)

    assert "is the server up?" in refused("es://127.0.0.1:9")
    other, end = f"es://127.0.0.1:{server.http}", time.monotonic() + 60
    while "nobody listens" in (told := refused(other)) and time.monotonic() < end:
        time.sleep(0.2)  # it is up once it speaks Bolt, and speaks HTTP a little later
    assert "somebody else answers there" in told
    assert "no encrypted connection: does it speak plain HTTP" in refused(f"ess://{host}")
    with monkeypatch.context() as patch:
        patch.setattr(client_module, "_OLDEST", (99, 0))
        assert "; 8.0 or later is needed" in refused()
    assert "no inference endpoint" in refused(prefix="semantic", semantic="nowhere")
    client.ask("PUT", "/foreign-payment", {"mappings": {"properties": {}}})
    assert "foreign-payment is there already, with a mapping" in refused(prefix="foreign")
    assert client.ask("GET", "/foreign-user", allow=(404,)) is None
    client.ask(
        "PUT",
        "/_index_template/before",
        {"index_patterns": ["before-*"], "priority": 999, "template": {}},
    )
    assert "another template" in refused(prefix="before")
    client.ask("DELETE", "/_index_template/before")
    load(world, store(elastic, prefix="full", blind=True))
    flood = {"index.blocks.read_only_allow_delete": True}
    client.ask("PUT", "/full-payment/_settings", flood)
    assert "beyond the flood stage" in refused(prefix="full")
    client.ask("PUT", "/full-payment/_settings", {"index.blocks.read_only_allow_delete": None})
    nobody = {"index.routing.allocation.require._name": "nobody"}
    client.ask("PUT", "/red", {"settings": nobody}, wait_for_active_shards="0", timeout="1s")
    assert re.search(r"is red: \d+ shards are unassigned, some of them primaries", refused())
    client.ask("DELETE", "/red")


def test_a_cluster_that_is_locked_says_which_key_is_wrong(
    new_node: Callable[..., Any], world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = new_node("8", tls=True)
    node.start()
    url = node.address.replace("elastic@", "")

    def refused(url: str) -> str:
        with pytest.raises(StoreError) as told:
            store(url).check(force=False)
        assert "\n" not in str(told.value)
        return str(told.value)

    right = os.environ["ELASTIC_PASSWORD"]
    monkeypatch.delenv(PASSWORD)
    assert f"set {CA_CERTS} to the file of who signed it" in refused(url)
    assert "is it encrypted (ess://)?" in refused(url.replace("ess://", "es://"))
    monkeypatch.setenv(CA_CERTS, str(node.certificate))
    assert "knows no such key" in refused(url)
    monkeypatch.setenv(API_KEY, "d3Jvbmc6a2V5")
    assert "knows no such key" in refused(url)
    monkeypatch.delenv(API_KEY)
    monkeypatch.setenv(PASSWORD, "wrong")
    assert "with this password (as elastic)" in refused(node.address)
    monkeypatch.setenv(PASSWORD, right)
    load(world, store(node.address, blind=True))
    assert broken(world, node.address, blind=True) == []
    with Client(Address.parse(node.address)) as client:
        reads = {"names": ["fraudgraph-*"], "privileges": ["read", "view_index_metadata"]}
        roles = {"reads": {"cluster": ["monitor"], "indices": [reads]}}
        asked = {"name": "reads", "role_descriptors": roles}
        key = client.ask("POST", "/_security/api_key", asked)
    monkeypatch.delenv(PASSWORD)
    monkeypatch.setenv(API_KEY, key["encoded"])
    assert broken(world, url, blind=True) == []
    with pytest.raises(StoreError, match="may not be done"):
        load(world, store(url, wipe=True))
    node.stop(now=True)


@pytest.mark.parametrize("name", ["node", "node9"])
def test_both_major_versions_take_a_world_and_give_it_back(
    name: str, request: pytest.FixtureRequest, world: Path, graphgen: Command
) -> None:
    url = request.getfixturevalue(name).address
    words = ("--prefix", "both", "--blind")
    done = graphgen("load", world, url, *words)
    assert done.returncode == 0, done.stderr
    done = graphgen("verify", world, "--in", url, *words)
    assert done.returncode == 0, done.stdout
