"""Ways to load a dataset into Neo4j, from the plain one to graphgen's, on the same server and data.

`python benchmarks/neo4j_load.py WAY DATASET URL PID` empties the database, makes the constraints,
loads, and prints rows, seconds, and CPU seconds of the client and of the server, whose process PID
is, as JSON. Only loading is measured.

The plain way is what one writes first: the driver without its extension, batches of dicts with
Python's datetimes, MERGE, one connection. Each way after it changes one thing more. The last is
`graphgen load` itself, with its notes of what is done.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["WAYS", "cpu_of"]

_BATCH = 10_000


@dataclass(frozen=True)
class Way:
    """What is done how."""

    extension: bool = True
    """Whether the driver packs in compiled code."""
    numbers: bool = True
    """Whether times are sent as numbers, not as datetimes."""
    create: bool = True
    """Whether rows are made, not looked for first."""
    columns: bool = True
    """Whether columns of values are sent, not a dict a row."""
    wide: bool = True
    """Whether a transaction is made with who pays and who is paid by one statement."""
    connections: int = 1
    batch: int = _BATCH
    whole: bool = False
    """Whether it is what a user gets: opening the dataset and taking notes are measured too."""


WAYS = {
    "plain": Way(extension=False, numbers=False, create=False, columns=False, wide=False),
    "extension": Way(numbers=False, create=False, columns=False, wide=False),
    "numbers": Way(create=False, columns=False, wide=False),
    "create": Way(columns=False, wide=False),
    "columns": Way(wide=False),
    "wide": Way(),
    "batches of 2,000": Way(batch=2_000),
    "batches of 4,000": Way(batch=4_000),
    "batches of 30,000": Way(batch=30_000),
    "2 connections": Way(connections=2),
    "4 connections": Way(connections=4),
    "graphgen": Way(whole=True),
}
"""Each differs from the one before in one thing; those after `wide` from that."""


def main(name: str, dataset: Path, url: str, pid: int) -> None:
    """Load one way, and print what it cost."""
    way = WAYS[name]
    if not way.extension:
        sys.modules["neo4j._rust"] = None  # type: ignore[assignment]
    elif not find_spec("neo4j._rust"):
        raise SystemExit("the driver's extension is not installed: pip install neo4j-rust-ext")
    from graphgen.dataset import Dataset
    from graphgen.neo4j.address import Address
    from graphgen.neo4j.client import Client
    from graphgen.neo4j.constraints import constraints, indexes
    from graphgen.neo4j.projection import Projection

    projection = Projection(Dataset(dataset))
    with Client(Address.parse(url), way.connections) as client:
        # a hub with all that leads to it is more than a transaction holds
        client.run("MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 10000 ROWS")
        client.run("MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS OF 10000 ROWS")
        client.define([*constraints(projection.model, "community"), *indexes()])
        began, cpu, server = time.perf_counter(), sum(os.times()[:2]), cpu_of(pid)
        if way.whole:
            rows = _whole(dataset, url)
        else:
            load = _ours if way.columns else _dicts
            rows = load(client, projection, way)
        told = {
            "rows": rows,
            "seconds": time.perf_counter() - began,
            "client": sum(os.times()[:2]) - cpu,
            "server": cpu_of(pid) - server,
            "there": _there(client),
        }
    sys.stdout.write(json.dumps(told) + "\n")


def cpu_of(pid: int) -> float:
    """Give the CPU seconds that a process has used."""
    stat = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def _there(client: Any) -> int:  # noqa: ANN401 - imported late
    ((nodes,),) = client.ask("MATCH (n) RETURN count(n)")
    ((relationships,),) = client.ask("MATCH ()-[r]->() RETURN count(r)")
    return int(nodes + relationships)


def _plan(projection: Any, *, wide: bool) -> Iterator[Any]:  # noqa: ANN401
    from graphgen.neo4j.element import Node
    from graphgen.neo4j.projection import SPAN
    from graphgen.neo4j.step import Step, plan

    shown = None
    for step in plan(projection, projection.model, SPAN):
        if step.days is not None and step.days != shown:
            projection.show(step.days)
            shown = step.days
        if wide or not isinstance(step.element, Node):
            yield step
            continue
        yield Step(step.element, step.model, (), step.days)
        for each in step.carried:
            yield Step(each, step.model, (), step.days)


def _ours(client: Any, projection: Any, way: Way) -> int:  # noqa: ANN401
    from graphgen.neo4j.loading import Loader

    if way.wide:
        from graphgen.neo4j.projection import SPAN
        from graphgen.neo4j.step import plan

        steps = plan(projection, projection.model, SPAN)
    else:
        steps = list(_plan(projection, wide=False))
    loader = Loader(client, projection, "benchmark", way.connections, way.batch)
    loader.run(steps, 0, lambda _: None, lambda *_: None, merge=False, begun=False)
    return loader.rows.total()


def _whole(dataset: Path, url: str) -> int:
    from graphgen.exporter import DatasetExporter
    from graphgen.generate import load
    from graphgen.registry import EXPORTERS

    return sum(load(dataset, EXPORTERS.load("neo4j", DatasetExporter)(url)).values())


def _dicts(client: Any, projection: Any, way: Way) -> int:  # noqa: ANN401
    """Load with a dict a row, under the names of its properties."""
    from graphgen.neo4j.element import Type

    rows = 0
    for step in _plan(projection, wide=False):
        text, names = _by_name(step, way)
        times = {p.name for p in step.element.properties if p.type in (Type.DATE, Type.DATETIME)}
        convert = [name in times and not way.numbers for name in names]
        asked = projection.connection.execute(step.query(projection))
        while batch := asked.fetchmany(way.batch):
            sent = [_row(names, values[2:], convert) for values in batch]
            client.do(text, rows=sent)
            rows += len(sent)
    return rows


def _row(names: list[str], values: tuple[Any, ...], convert: list[bool]) -> dict[str, Any]:
    return {
        name: datetime.fromtimestamp(value / 1000, UTC) if is_time and value is not None else value
        for name, value, is_time in zip(names, values, convert, strict=True)
    }


def _by_name(step: Any, way: Way) -> tuple[str, list[str]]:  # noqa: ANN401
    """Give the statement of a step over dicts, and the names of its columns."""
    from graphgen.neo4j.element import Node, Type

    element = step.element
    value: Callable[[Any], str] = lambda p: (  # noqa: E731 - one expression
        f"CASE WHEN r.{p.name} IS NULL THEN null ELSE datetime({{epochMillis: r.{p.name}}}) END"
        if way.numbers and p.type in (Type.DATE, Type.DATETIME)
        else f"r.{p.name}"
    )
    if isinstance(element, Node):
        names = [p.name for p in element.properties]
        cells = {p.name: value(p) for p in element.properties}
        everything = ", ".join(f"{name}: {cell}" for name, cell in cells.items())
        if way.create:
            return f"UNWIND $rows AS r CREATE (n:{element.label} {{{everything}}})", names
        key = ", ".join(f"{name}: {cells[name]}" for name in element.key)
        text = f"UNWIND $rows AS r MERGE (n:{element.label} {{{key}}}) SET n += {{{everything}}}"
        return text, names
    names, finds = [], []
    for end, variable in ((element.start, "a"), (element.end, "b")):
        key = step.model.node(end.label).key
        columns = [f"{variable}_{name}" for name in key]
        found = ", ".join(f"{k}: r.{c}" for k, c in zip(key, columns, strict=True))
        finds.append(f"MATCH ({variable}:{end.label} {{{found}}})")
        names += columns
    cells = {p.name: value(p) for p in element.properties}
    names += list(cells)
    kept = {n: c for n, c in cells.items() if way.create or n in element.key}
    own = ", ".join(f"{name}: {cell}" for name, cell in kept.items())
    text = f"UNWIND $rows AS r {' '.join(finds)} {'CREATE' if way.create else 'MERGE'} "
    text += f"(a)-[x:{element.type}{f' {{{own}}}' if own else ''}]->(b)"
    rest = [f"x.{name} = {cell}" for name, cell in cells.items() if name not in kept]
    return text + (f" SET {', '.join(rest)}" if rest else ""), names


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
