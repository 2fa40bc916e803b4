"""All that the Browser and Bloom open, as files by name."""

from __future__ import annotations

from pathlib import Path

from graphgen.neo4j.browser import PORT
from graphgen.neo4j.browser.favourites import favourites
from graphgen.neo4j.browser.guide import guide
from graphgen.neo4j.browser.perspective import perspective
from graphgen.neo4j.browser.style import style
from graphgen.stage import StoreError

__all__ = ["NAMES", "assets", "write_assets"]

NAMES = ("style.grass", "guide.html", "favourites.zip", "perspective.json")
"""The files that there are."""


def assets(port: int = PORT) -> dict[str, bytes]:
    """Give every file's content; the guide looks for the style at a port of this machine."""
    contents = (
        style().encode(),
        guide(f"http://localhost:{port}/style.grass").encode(),
        favourites(),
        perspective().encode(),
    )
    return dict(zip(NAMES, contents, strict=True))


def write_assets(folder: Path, *, force: bool = False) -> list[Path]:
    """Write the files into a folder, and give their paths.

    `StoreError` for a file, for a folder with anything else in it, and, without `force`, for one
    that has such files already.
    """
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder}: is a file; a folder is needed")
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if there - set(NAMES):
        raise StoreError(
            f"{folder}: holds {min(there - set(NAMES))}, which is not of graphgen; "
            "choose another folder"
        )
    if there and not force:
        raise StoreError(f"{folder}: holds {min(there)}; replace what is there with --force")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in assets().items():
        (folder / name).write_bytes(content)
    return [folder / name for name in NAMES]
