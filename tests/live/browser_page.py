"""Neo4j's Browser as a server has it, in a headless Chromium that playwright drives."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["CHROMIUM", "RUN", "has_run", "opened", "run"]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
"""Where Chromium is, if it is anywhere: `apt-get install chromium`."""
RUN = "[data-testid=editor-Run]"
"""What runs the statement that was typed."""
_FLAGS = ("--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync")
_WAITS_MS, _TRIES = 60_000, 3
_EDITOR = ".monaco-editor"
_RAN = """start => [...document.querySelectorAll('[data-testid=frameCommand]')].some(
  frame => frame.innerText.replace(/\\s+/g, ' ').trim().startsWith(start))"""
"""Whether a statement that starts so has been run, in one line as the Browser shows it."""


@contextmanager
def opened(http: int, password: str, width: int = 1400, height: int = 1000) -> Iterator[Any]:
    """Open the Browser of the server at a port of this machine, and connect it as neo4j."""
    from playwright.sync_api import sync_playwright

    root = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as driven:
        browser = driven.chromium.launch(executable_path=CHROMIUM, args=[*_FLAGS, *root])
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(_WAITS_MS)
        # the Browser lets in what comes from localhost, not from its address
        page.goto(f"http://localhost:{http}/browser/")
        page.fill("[data-testid=username]", "neo4j")
        page.fill("[data-testid=password]", password)
        page.click("[data-testid=connect]")
        # what it plays of itself once it is connected
        has_run(page, ":play start")
        yield page
        browser.close()


def run(page: Any, statement: str) -> None:  # noqa: ANN401 - playwright is not always there
    """Type a statement in one line, as the editor closes brackets at the ends of lines; run it.

    A busy Browser may lose what is typed, or the click: then it is done again.
    """
    from playwright.sync_api import TimeoutError as TooLongError

    lines = [line for line in statement.splitlines() if not line.strip().startswith("//")]
    typed = " ".join(" ".join(lines).split())
    for left in reversed(range(_TRIES)):
        page.click(_EDITOR)
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(typed)
        page.click(RUN)
        try:
            has_run(page, typed, _WAITS_MS // _TRIES)
            break
        except TooLongError:
            if not left:
                raise


def has_run(page: Any, statement: str, within: int = _WAITS_MS) -> None:  # noqa: ANN401
    """Wait until a statement has been run, for so many milliseconds."""
    page.wait_for_function(_RAN, arg=" ".join(statement.split())[:40], timeout=within)
