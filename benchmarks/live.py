"""The table of `run.py --live`: ways to load one dataset into one real Neo4j, side by side.

The server is put together by `tests/live/neo4j_server.py`, with one gigabyte of heap. It is warmed
by loads that are not counted. Each way runs in a process of its own, on an empty database.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import Cost, cost_of
from neo4j_load import WAYS

__all__ = ["HEADER", "lines"]

HEADER = (
    "way",
    "rows / s",
    "x plain",
    "client CPU s",
    "server CPU s",
    "client / server",
    "wall s",
    "peak MB",
)
_HERE = Path(__file__).parent
_SERVER = _HERE.parent / "tests" / "live" / "neo4j_server.py"
_WARM = ("plain", "wide")


def lines(folder: Path, users: int, days: int) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each line as it is measured."""
    world, home = folder / "world", folder / "neo4j"
    walks = "walks=[session,action,payment,price,trade,news]"
    words = ["--users", str(users), "--days", str(days), "--set", walks, "--to", f"parquet:{world}"]
    cost_of([sys.executable, "-m", "graphgen", "generate", *words])
    os.environ.setdefault("NEO4J_PASSWORD", "only-for-benchmarks")
    url, _, pid = _server("start", home).split()
    try:
        for name in _WARM:
            _load(name, world, url, pid)
        plain = 0.0
        for name in WAYS:
            cost = _load(name, world, url, pid)
            told = json.loads(cost.output)
            speed = told["rows"] / told["seconds"]
            plain = plain or speed
            yield (
                name,
                f"{speed:,.0f}",
                f"{speed / plain:.2f}",
                f"{told['client']:.1f}",
                f"{told['server']:.1f}",
                f"{told['client'] / told['server']:.2f}",
                f"{told['seconds']:.1f}",
                f"{cost.peak:,.0f}",
            )
    finally:
        _server("stop", home, "--now")


def _server(what: str, home: Path, *more: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, str(_SERVER), what, str(home), *more],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def _load(name: str, world: Path, url: str, pid: str) -> Cost:
    return cost_of([sys.executable, str(_HERE / "neo4j_load.py"), name, str(world), url, pid])
