"""Real servers for the live tests, and a small world to put into them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from graphgen.config import world_from_dict
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.neo4j.address import PASSWORD, Address
from graphgen.neo4j.client import Client
from graphgen.registry import EXPORTERS


def _beside(name: str) -> ModuleType:
    """Import a module that lies here: tests are no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as in need of a server."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("live")


@pytest.fixture(scope="session")
def new_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Any]]:
    """Give what begins nothing, but makes servers of one's own: each has an empty folder."""
    if os.environ.get("NEO4J_TEST_URI"):
        pytest.skip("NEO4J_TEST_URI names a server; this needs one of its own")
    module = _beside("neo4j_server")
    os.environ.setdefault(PASSWORD, module.PASSWORD)
    made: list[Any] = []

    def make() -> Any:  # noqa: ANN401 - a class of a module that is found by its path
        home = tmp_path_factory.mktemp("neo4j")
        made.append(module.Server(home, heap="512m", page_cache="128m", hurry=True))
        return made[-1]

    yield make
    for server in made:
        server.stop(now=True)


@pytest.fixture(scope="session")
def browser() -> ModuleType:
    """Give what opens a server's Browser; skipped where there is no Chromium or no playwright."""
    pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    module = _beside("browser_page")
    if not module.CHROMIUM:
        pytest.skip("no Chromium: apt-get install chromium, or set CHROMIUM to one")
    return module


@pytest.fixture(scope="session")
def server(new_server: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Give a server that runs."""
    one = new_server()
    one.start()
    return one


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest) -> str:
    """Give the address of a database that tests may do with as they like."""
    named = os.environ.get("NEO4J_TEST_URI")
    return named or str(request.getfixturevalue("server").address)


@pytest.fixture
def empty(url: str) -> Iterator[Client]:
    """Give a connection to a database that has nothing in it."""
    with Client(Address.parse(url)) as client:
        client.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
        for (name,) in client.ask("SHOW CONSTRAINTS YIELD name"):
            client.run(f"DROP CONSTRAINT `{name}`")
        yield client


@pytest.fixture(scope="session")
def new_node() -> Iterator[Callable[..., Any]]:
    """Give what begins nothing, but makes nodes of Elasticsearch of one's own, each empty."""
    if os.environ.get("ES_TEST_URL"):
        pytest.skip("ES_TEST_URL names a server; this needs one of its own")
    module = _beside("elasticsearch_server")
    os.environ.setdefault("ELASTIC_PASSWORD", module.PASSWORD)
    made: list[Any] = []

    def make(version: str = module.VERSION, **how: Any) -> Any:  # noqa: ANN401 - as `new_server`
        home = Path(tempfile.mkdtemp(prefix="graphgen-elasticsearch-"))
        home.chmod(0o755)  # the node may run as another user
        made.append(module.Server(home, version=version, hurry=True, **how))
        return made[-1]

    yield make
    for node in made:
        node.stop(now=True)
        shutil.rmtree(node.home)


@pytest.fixture(scope="session")
def node(new_node: Callable[..., Any]) -> Any:  # noqa: ANN401
    """Give a node of Elasticsearch that runs, with ES|QL."""
    one = new_node("8")
    one.start()
    return one


@pytest.fixture(scope="session")
def node9(new_node: Callable[..., Any]) -> Any:  # noqa: ANN401
    """Give a node of the newest version that runs, without ES|QL."""
    one = new_node("9")
    one.start()
    return one


@pytest.fixture(scope="session")
def elastic(request: pytest.FixtureRequest) -> str:
    """Give the address of an Elasticsearch that tests may do with as they like."""
    named = os.environ.get("ES_TEST_URL")
    return named or str(request.getfixturevalue("node").address)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a dataset with every kind of event, and some truth."""
    grown = world_from_dict(
        {
            "users": 100,
            "days": 6,
            "investors": 0.5,
            "walks": ["session", "action", "payment", "price", "trade", "news"],
            "patterns": {"kiting": {"count": 2}, "wash_trading": {"count": 1}},
        }
    )
    folder = tmp_path_factory.mktemp("world") / "world"
    generate(grown, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return folder


@pytest.fixture
def graphgen(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command; give what it said and its exit code."""

    def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "graphgen", *map(str, words)],
            check=False,
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=300,
        )

    return run
