"""The table of `run.py --live elasticsearch`: ways to load one dataset into one real node.

The node is put together by `tests/live/elasticsearch_server.py`, of version 9 as its client is,
with one gigabyte of heap. It is warmed by a load that is not counted. Each way runs in a process of
its own, into indices made anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from elastic_load import WAYS
from measure import Cost, cost_of

__all__ = ["HEADER", "lines"]

HEADER = (
    "way",
    "documents / s",
    "x plain",
    "documents / client CPU s",
    "client CPU, us a document",
    "node CPU, us a document",
    "wall s",
    "peak MB",
)
_HERE = Path(__file__).parent
_SERVER = _HERE.parent / "tests" / "live" / "elasticsearch_server.py"


def lines(folder: Path, users: int, days: int) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each line as it is measured."""
    world, home = folder / "world", folder / "elasticsearch"
    folder.chmod(0o755)  # the node may run as another user
    walks = "walks=[session,action,payment,price,trade,news]"
    words = ["--users", str(users), "--days", str(days), "--set", walks, "--to", f"parquet:{world}"]
    cost_of([sys.executable, "-m", "graphgen", "generate", *words])
    url, _, pid = _server("start", home, "--version", "9", "--heap", "1g").split()
    try:
        _load("2 senders", world, url, pid)
        plain = 0.0
        for name in WAYS:
            cost = _load(name, world, url, pid)
            told = json.loads(cost.output)
            rows, client = told["rows"], told["client"]
            speed = rows / told["seconds"]
            plain = plain or speed
            yield (
                name,
                f"{speed:,.0f}",
                f"{speed / plain:.2f}",
                f"{rows / client:,.0f}",
                f"{client / rows * 1e6:.1f}",
                f"{told['server'] / rows * 1e6:.1f}" if told["server"] else "-",
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
    return cost_of([sys.executable, str(_HERE / "elastic_load.py"), name, str(world), url, pid])
