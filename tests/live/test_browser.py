"""The real Browser plays the guide, applies the style, runs a query; needs Chromium, playwright.

Where they are not there, it is skipped: `apt-get install chromium`, `pip install playwright`;
`CHROMIUM` names another Chromium, `GRAPHGEN_SCREENSHOTS` a folder for what it looks like.
"""

from __future__ import annotations

import base64
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from neo4j import GraphDatabase

from graphgen.exporter import DatasetExporter
from graphgen.generate import load
from graphgen.neo4j.address import PASSWORD, Address
from graphgen.neo4j.browser.drawing import drawn
from graphgen.neo4j.browser.favourites import favourites
from graphgen.neo4j.browser.looks import LABELS
from graphgen.neo4j.browser.server import GuideServer
from graphgen.neo4j.client import Client
from graphgen.neo4j.queries import browser_names, load_query, query_names
from graphgen.registry import EXPORTERS

NEXT = "[data-testid=nextSlide]"
"""What turns a guide's page."""
DROPS = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), each => each.charCodeAt(0))
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File([bytes], name))
  document.querySelector('.filedrop').dispatchEvent(
    new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true}))
}"""
"""Drops a file on the Browser."""
RING = """
UNWIND range(0, 2) AS n CREATE (:Account:Internal {accountNumber: 'test-ring-' + n})
WITH count(*) AS made
UNWIND [[0, 1, 1000.5, 50], [1, 2, 950.25, 40], [2, 0, 900.75, 30]] AS hop
MATCH (a:Account {accountNumber: 'test-ring-' + hop[0]})
MATCH (b:Account {accountNumber: 'test-ring-' + hop[1]})
CREATE (a)-[:PERFORMS]->(:Transaction {transactionId: 'test-' + hop[3], amount: hop[2],
  date: datetime() - duration({days: 1, hours: hop[3]}), type: 'FASTER_PAYMENT'})
  -[:BENEFITS_TO]->(b)
"""


@pytest.fixture(scope="module")
def filled(server: Any, world: Path) -> Any:  # noqa: ANN401 - a class that is found by its path
    """Give a server with a world in it, and whatever else tests left there."""
    exporter: DatasetExporter = EXPORTERS.load("neo4j", DatasetExporter)(server.address, merge=True)
    load(world, exporter)
    return server


@pytest.fixture
def client(filled: Any) -> Iterator[Client]:  # noqa: ANN401
    """Connect to it."""
    with Client(Address.parse(filled.address)) as connected:
        yield connected


@pytest.fixture
def page(filled: Any, browser: ModuleType) -> Iterator[Any]:  # noqa: ANN401
    """Open the server's Browser in Chromium, and connect it."""
    with browser.opened(filled.http, os.environ[PASSWORD]) as one:
        yield one
        picture(one, "last")


def picture(page: Any, name: str) -> None:  # noqa: ANN401
    """Keep what a page looks like, where somebody wants to look at it."""
    if folder := os.environ.get("GRAPHGEN_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_the_style_colours_a_query_and_the_guide_is_played(
    page: Any,  # noqa: ANN401
    browser: ModuleType,
    guide_server: GuideServer,
) -> None:
    run, has_run = browser.run, browser.has_run
    run(page, f":style {guide_server.url}/style.grass")
    colour = LABELS["Account"].colour
    page.wait_for_function(
        "colour => (localStorage.getItem('neo4j.grass') || '').includes(colour)", arg=colour
    )
    run(page, load_query("browser/payments").text)
    page.wait_for_selector(f"svg circle[fill='{colour}']")
    picture(page, "payments")
    run(page, f":play {guide_server.url}/guide.html")
    page.wait_for_selector("text=A world with fraud in it")
    assert page.locator("pre.runnable").first.inner_text().strip().endswith("/style.grass")
    picture(page, "guide")
    page.click(NEXT)
    page.locator("pre.runnable:visible").first.click()
    page.click(browser.RUN)
    has_run(page, load_query("browser/nodes").text)
    page.wait_for_selector("text=GroundTruth")
    picture(page, "nodes")


KEEPS = """sent => {
    const kept = JSON.parse(localStorage.getItem('neo4j.documents') ?? '[]');
    return sent.every(text => kept.some(each => each.content === text));
}"""
"""The Browser writes down what it shows a moment later."""


def test_favourites_that_are_dropped_on_the_browser_lie_there_in_folders(
    page: Any,  # noqa: ANN401
) -> None:
    page.evaluate(DROPS, ["favourites.zip", base64.b64encode(favourites()).decode()])
    page.click("[data-testid=navigationFavorites]")
    for folder in ("patterns", "guide", "browser"):
        page.wait_for_selector(f"[data-testid=savedScriptsFolder-{folder}]")
    page.click("[data-testid=expandFolder-patterns]")
    for name in query_names():
        page.wait_for_selector(f"text={load_query(name).title}")
    picture(page, "favourites")
    with zipfile.ZipFile(io.BytesIO(favourites())) as archive:
        sent = [archive.read(name).decode() for name in archive.namelist()]
    page.wait_for_function(KEEPS, arg=sent)


@pytest.mark.parametrize("name", browser_names())
def test_every_statement_of_the_guide_shows_something(client: Client, name: str) -> None:
    found = client.ask(load_query(name).text)
    # the keys at the top of a ring are an example: of whom, every world has another
    assert found or name == "browser/ring"


@pytest.mark.parametrize("name", query_names())
def test_a_picture_is_drawn_where_a_query_finds_something(client: Client, name: str) -> None:
    query = load_query(name)
    assert bool(client.ask(query.text)) == bool(client.ask(drawn(query)))


def test_a_picture_has_the_entities_of_one_alert(filled: Any) -> None:  # noqa: ANN401
    address, query = Address.parse(filled.address), load_query("guide/transaction_ring")
    with (
        GraphDatabase.driver(address.server, auth=address.login()) as driver,
        driver.session() as session,
        session.begin_transaction() as work,
    ):
        work.run(RING).consume()
        alerts = [set(record["entities"]) for record in work.run(query.text)]
        paths = [record["path"] for record in work.run(drawn(query))]
        work.rollback()
    keys = {n["accountNumber"] for path in paths for n in path.nodes if "Account" in n.labels}
    assert keys in alerts
    assert sum("Transaction" in n.labels for path in paths for n in path.nodes) >= len(keys)
