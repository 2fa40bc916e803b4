"""Worlds that many tests look at: each is grown once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import settings

from graphgen.neo4j.browser.server import GuideServer
from graphgen.table import Table
from graphgen.world import World

Tables = Mapping[str, Table]

_MEMORY, _ENOUGH = Path("/dev/shm"), 4 << 30  # noqa: S108 - where Linux keeps files in memory
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH:
    # every file is made safe on disk before it counts: what tests write need not wait for a disk
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# what was begun in the background may have been told to let interruptions pass
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("graphgen", deadline=None)  # machines are shared, and times vary
settings.load_profile("graphgen")


@pytest.fixture(scope="session")
def tables_of() -> Callable[[World], Tables]:
    """Give a world's public tables by name, the days of an event under each other."""

    @lru_cache(maxsize=24)  # a world is some ten megabytes
    def collected(world: World) -> Tables:
        parts: dict[str, list[Table]] = {}
        for table in world.tables():
            parts.setdefault(table.name, []).append(table)
        return {name: Table.concat(some) for name, some in parts.items()}

    return collected


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Begin a Python process of its own group in an empty folder; give it code and arguments."""

    def begin(code: str, *words: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code, *words],
            cwd=tmp_path,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return begin


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what looks at one world in one process: tests of a pattern, else those of a file."""
    for item in items:
        name = getattr(item, "callspec", None)
        pattern = name.params.get("name") if name else None
        module = item.path.stem
        grouped = pattern if module in {"test_conformance", "test_leaks"} else None
        item.add_marker(pytest.mark.xdist_group(str(grouped or module)))


@pytest.fixture
def guide_server() -> Iterator[GuideServer]:
    """Give a server of the Browser's guide that serves, at a port that is free."""
    with GuideServer(0) as one:
        thread = threading.Thread(target=one.serve_forever, args=(0.01,))
        thread.start()
        yield one
        one.shutdown()
        thread.join()
