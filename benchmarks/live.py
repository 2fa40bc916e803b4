"""The table of `run.py --live`: ways to load one dataset into one real Neo4j, side by side.

The server is put together by `tests/live/neo4j_server.py`, with two gigabytes of heap: graphfaker's
loader fails in one. It is warmed by loads that are not counted. Each way runs in a process of its
own, on an empty database. graphfaker's loader has the same rows, in an environment of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from graphfaker_load import environment, write_tables
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
Cells = tuple[str, ...]
_HERE = Path(__file__).parent
_SERVER = _HERE.parent / "tests" / "live" / "neo4j_server.py"
_WARM = ("plain", "wide")


def lines(folder: Path, sizes: tuple[int, int], bulk: tuple[int, int]) -> Iterator[Cells]:
    """Yield the cells of each line as it is measured.

    `sizes` are the people and days of the world that is loaded live, `bulk` those of the one that
    Neo4j's import tool takes, if they are not 0.
    """
    world, home, tables = folder / "world", folder / "neo4j", folder / "tables"
    _grow(world, *sizes)
    write_tables(world, tables)
    os.environ.setdefault("NEO4J_PASSWORD", "only-for-benchmarks")
    url, _, pid = _server("start", home, "--heap", "2g").split()
    graphfaker = [str(environment()), str(_HERE / "graphfaker_load.py"), str(tables), url, pid]
    try:
        for name in _WARM:
            _load(name, world, url, pid)
        plain = 0.0
        for name in WAYS:
            cost = _load(name, world, url, pid)
            plain = plain or _speed(cost)
            yield _cells(name, cost, plain)
            if name == "plain":
                yield _cells("graphfaker 1.4", cost_of(graphfaker), plain)
    finally:
        _server("stop", home, "--now")
    if all(bulk):
        large = folder / "large"
        _grow(large, *bulk)
        for form in ("csv", "parquet"):
            yield _imported(form, large, folder / form, plain)


def _grow(world: Path, users: int, days: int) -> None:
    walks = "walks=[session,action,payment,price,trade,news]"
    words = ["--users", str(users), "--days", str(days), "--set", walks, "--to", f"parquet:{world}"]
    cost_of([sys.executable, "-m", "graphgen", "generate", *words])


def _speed(cost: Cost) -> float:
    told = json.loads(cost.output)
    return float(told["rows"] / told["seconds"])


def _cells(name: str, cost: Cost, plain: float) -> Cells:
    told = json.loads(cost.output)
    return (
        name,
        f"{_speed(cost):,.0f}",
        f"{_speed(cost) / plain:.2f}",
        f"{told['client']:.1f}",
        f"{told['server']:.1f}",
        f"{told['client'] / told['server']:.2f}",
        f"{told['seconds']:.1f}",
        f"{cost.peak:,.0f}",
    )


def _imported(form: str, world: Path, folder: Path, plain: float) -> Cells:
    """Write a world's files, and let Neo4j's tool take them; the peak is the tool's."""
    files, home = folder / "files", folder / "neo4j"
    words = ["load", str(world), f"neo4j-admin:{files}", "--format", form, "--json"]
    written = cost_of([sys.executable, "-m", "graphgen", *words])
    rows = json.loads(written.output)["rows"]
    total = sum(rows.values()) if isinstance(rows, dict) else int(rows)
    asked = ["database", "import", "full", "neo4j", "--overwrite-destination=true"]
    server = [sys.executable, str(_SERVER), "admin", str(home), *asked, "@import.args"]
    tool = cost_of(["env", "-C", str(files), *server])
    return (
        f"import tool, {form}, {total / 1e6:.1f} M",
        f"{total / tool.wall:,.0f}",
        f"{total / tool.wall / plain:.2f}",
        f"{written.cpu:.1f}",
        f"{tool.cpu:.1f}",
        f"{written.cpu / tool.cpu:.2f}",
        f"{tool.wall:.1f}",
        f"{tool.peak:,.0f}",
    )


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
