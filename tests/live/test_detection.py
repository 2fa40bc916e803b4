from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphgen.config import world_from_dict
from graphgen.dataset import Dataset
from graphgen.elastic.address import Address
from graphgen.elastic.alerts import index_of
from graphgen.elastic.client import Client
from graphgen.elastic.finding import find
from graphgen.elastic.rules import Rule, load_rule, rule_names
from graphgen.elastic.twin import twin_alerts
from graphgen.exporter import DatasetExporter, FileExporter
from graphgen.generate import generate
from graphgen.registry import EXPORTERS

PREFIX = "detect"
TWINS = [name for name in rule_names() if load_rule(name).twin]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
# found by what it does alone, at easy, in so small a world
FOUND = ("structuring", "shared_device", "spoofing", "wash_trading")


@pytest.fixture(scope="module")
def crimes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a world with crimes that a few days show."""
    grown = world_from_dict(
        {
            "users": 700,
            "days": 24,
            "investors": 0.3,
            "difficulty": "easy",
            "walks": ["session", "action", "payment", "price", "trade", "news"],
            "patterns": {name: {"count": 2} for name in FOUND},
        }
    )
    folder = tmp_path_factory.mktemp("crimes") / "world"
    generate(grown, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return folder


def filled(url: str, crimes: Path, prefix: str = PREFIX) -> Client:
    """Load the world, without its truth; give a connection."""
    sink = EXPORTERS.load("elasticsearch", DatasetExporter)(
        url, prefix=prefix, blind=True, wipe=True
    )
    sink.load(Dataset(crimes), force=False, tell=lambda *_: None)
    return Client(Address.parse(url))


@pytest.fixture(scope="module")
def store(elastic: str, crimes: Path) -> Iterator[tuple[str, Client]]:
    """Give a server with ES|QL that holds the world."""
    with filled(elastic, crimes) as client:
        yield elastic, client


def posting(client: Client) -> Callable[[str, Any], Any]:
    return lambda path, body: client.ask("POST", path, body)


def entities(client: Client, rule: Rule) -> set[str]:
    """Run a rule as the server can; give the entities with an alert."""
    (found,) = find(client, [rule], PREFIX, lambda _: None)
    return {alert.entity for alert in found.alerts}


@pytest.mark.parametrize("name", rule_names())
def test_a_rule_runs_and_scores_from_0_to_100(store: tuple[str, Client], name: str) -> None:
    _, client = store
    (found,) = find(client, [load_rule(name)], PREFIX, lambda _: None)
    assert all(0 <= alert.score <= 100 for alert in found.alerts)
    assert len({alert.entity for alert in found.alerts}) == len(found.alerts)


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_finds_what_its_rule_finds(store: tuple[str, Client], name: str) -> None:
    _, client = store
    rule = load_rule(name)
    told = {alert.entity for alert in twin_alerts(posting(client), rule, PREFIX)}
    assert told == entities(client, rule)


def test_what_was_planted_is_found_and_the_cluster_holds_no_truth(
    store: tuple[str, Client], crimes: Path, graphgen: Run
) -> None:
    url, client = store
    asked = ("detect", url, *FOUND, "--prefix", PREFIX, "--truth", crimes, "--json")
    done = graphgen(*asked)
    assert done.returncode == 0, done.stderr
    scores = {
        score["pattern"]: score["recall"]
        for each in json.loads(done.stdout)
        for score in each["scores"]
        if score["pattern"] == each["pattern"]
    }
    assert scores == dict.fromkeys(FOUND, 1.0)
    assert client.ask("GET", f"/_cat/indices/{PREFIX}-truth*", format="json") == []


def test_alerts_are_written_once_merged_by_entity_and_taken_back(
    store: tuple[str, Client], crimes: Path, graphgen: Run
) -> None:
    url, client = store
    client.ask("DELETE", f"/{index_of(PREFIX)}", ignore_unavailable="true")

    def write(*rules: str) -> str:
        words = ("detect", url, *rules, "--prefix", PREFIX, "--truth", crimes, "--write")
        done = graphgen(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    first = write("spoofing", "cancel_ratio")
    assert " 0 changed, 0 the same, 0 gone" in first
    assert write("spoofing", "cancel_ratio").startswith("alerts: 0 new, 0 changed, ")
    hits = client.ask("POST", f"/{index_of(PREFIX)}/_search", {"size": 1000})["hits"]["hits"]
    spoofers = [h["_source"] for h in hits if "spoofing" in h["_source"]["alert"]["rules"]]
    assert spoofers
    for told in spoofers:
        alone = [each["score"] for each in told["alert"]["said"].values()]
        assert max(alone) <= told["alert"]["score"] <= 100
        assert told["account"]["id"] == told["entity"]["id"]
        assert told["alert"]["evidence"]
    # what a rule no longer says is taken back
    client.ask("DELETE", f"/{PREFIX}-order")
    client.ask("PUT", f"/{PREFIX}-order")
    assert f"{len(hits)} gone" in write("spoofing", "cancel_ratio")
    filled(url, crimes)


def test_version_9_without_es_ql_is_asked_by_twins(node9: Any, crimes: Path) -> None:  # noqa: ANN401
    with filled(node9.address, crimes) as client:
        told = []
        found = list(find(client, [load_rule(n) for n in rule_names()], PREFIX, told.append))
        assert told == TWINS
        assert {each.name for each in found if each.alerts} >= {"structuring", "shared_device"}


def test_a_store_is_moved_by_loading_it_again(
    store: tuple[str, Client], crimes: Path, graphgen: Run, tmp_path: Path
) -> None:
    url, client = store
    world = tmp_path / "world"
    subprocess.run(["cp", "-r", crimes, world], check=True)  # noqa: S607
    words = ("shift", url, "--end", "2026-11-29", "--prefix", "moved", "--blind")
    nothing = graphgen(*words, "--force")
    assert nothing.returncode == 2
    assert "--dataset names what was loaded there" in nothing.stderr
    filled(url, crimes, "moved")
    done = graphgen(*words, "--dataset", world, "--force")
    assert done.returncode == 0, done.stderr
    assert "loaded again" in done.stdout
    last = {"size": 0, "aggs": {"last": {"max": {"field": "@timestamp"}}}}
    told = client.ask("POST", "/moved-payment/_search", last)["aggregations"]["last"]
    assert date(2026, 11, 21) <= date.fromisoformat(told["value_as_string"][:10])
    again = graphgen(*words, "--dataset", world, "--force")
    assert "nothing to do: all of it is in" in again.stdout, again.stderr
    told = graphgen("verify", world, "--in", url, "--prefix", "moved", "--blind")
    assert told.returncode == 0, told.stdout
