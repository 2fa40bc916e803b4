"""Draw docs/img/browser.png: a ring as Neo4j's Browser shows it, with graphgen's style.

A small world is grown and loaded into a real Neo4j, put together as for the live tests; the query
of a pattern finds a ring in it, and Chromium draws that. It needs Java, Maven, Chromium and
playwright.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from threading import Thread

from graphgen.config import world_from_dict
from graphgen.exporter import DatasetExporter, FileExporter
from graphgen.generate import generate, load
from graphgen.neo4j.address import PASSWORD
from graphgen.neo4j.browser.drawing import drawn
from graphgen.neo4j.browser.looks import LABELS
from graphgen.neo4j.browser.server import GuideServer
from graphgen.neo4j.queries import load_query
from graphgen.registry import EXPORTERS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "live"))

import browser_page  # noqa: E402 - it lies beside the tests, which are no package
import neo4j_server  # noqa: E402

PICTURE = ROOT / "docs" / "img" / "browser.png"
PATTERN = "mule_network"
WORLD = {"users": 500, "days": 30, "difficulty": "easy", "patterns": {PATTERN: {"count": 1}}}
WIDTH, HEIGHT = 1280, 720
SETTLES_MS = 10_000
"""How long the nodes are given to find their places."""


def main(path: Path) -> None:
    """Grow, load, find and draw."""
    os.environ.setdefault(PASSWORD, neo4j_server.PASSWORD)
    with tempfile.TemporaryDirectory() as folder:
        world, home = Path(folder, "world"), Path(folder, "neo4j")
        generate(world_from_dict(WORLD), [EXPORTERS.load("parquet", FileExporter)(str(world))])
        server = neo4j_server.Server(home, hurry=True)
        server.start()
        try:
            load(world, EXPORTERS.load("neo4j", DatasetExporter)(server.address, blind=True))
            draw(server.http, path)
        finally:
            server.stop(now=True)


def draw(http: int, path: Path) -> None:
    """Draw the first ring that the pattern's query finds, in the Browser at a port."""
    with (
        GuideServer(0) as guide,
        browser_page.opened(http, os.environ[PASSWORD], WIDTH, HEIGHT) as page,
    ):
        Thread(target=guide.serve_forever, daemon=True).start()
        browser_page.run(page, f":style {guide.url}/style.grass")
        browser_page.run(page, drawn(load_query(PATTERN)))
        page.wait_for_selector(f"svg circle[fill='{LABELS['Account'].colour}']")
        page.locator("[title=Fullscreen]").first.click()
        page.wait_for_timeout(SETTLES_MS)
        page.click("[aria-label=zoom-to-fit]")
        page.wait_for_timeout(1_000)
        page.screenshot(path=path)
        guide.shutdown()


if __name__ == "__main__":
    main(PICTURE)
