"""The loader of graphfaker 1.4 (PyPI), another generator that loads a live Neo4j, on our rows.

It runs in an environment of its own, which `environment` makes once: the versions that it asks for
are not graphgen's. `write_tables` gives it a dataset's nodes and relationships as its own loader
takes them: a Parquet file for each label and type, ends by an `id` of text. Second labels are left
out, as it knows none, and a type that joins several pairs of labels is a type for each pair.

`PYTHON graphfaker_load.py TABLES URL PID` loads them and prints what `neo4j_load.py` prints.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["environment", "write_tables"]

_VERSION = "1.4.0"


def environment() -> Path:
    """Give the Python of an environment with graphfaker; pip fetches it once."""
    cache = Path(os.environ.get("GRAPHGEN_CACHE", Path.home() / ".cache" / "graphgen"))
    folder = cache / f"graphfaker-{_VERSION}"
    python = folder / "bin" / "python"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        asked = [str(python), "-m", "pip", "install", "-q", f"graphfaker[neo4j]=={_VERSION}"]
        subprocess.run(asked, check=True, stdout=sys.stderr)  # noqa: S603 - our own
        (folder / "whole").touch()
    return python


def write_tables(dataset: Path, folder: Path) -> None:
    """Write a dataset's nodes and relationships as graphfaker's loader takes them."""
    import pyarrow.parquet as pq

    from graphgen.dataset import Dataset
    from graphgen.neo4j.element import Node
    from graphgen.neo4j.projection import Projection

    projection = Projection(Dataset(dataset))
    for kind in ("nodes", "edges"):
        (folder / kind).mkdir(parents=True)
    for element in projection.model.elements:
        rows = projection.select(element)
        if isinstance(element, Node):
            second = ", _second" if element.second else ""
            asked = f"'{element.label} ' || _id AS id, * EXCLUDE (_id{second})"
            place = folder / "nodes" / f"{element.label}.parquet"
        else:
            ends = (
                f"'{end.label} ' || {column} AS {name}"
                for end, column, name in (
                    (element.start, "_start", "source"),
                    (element.end, "_end", "target"),
                )
            )
            asked = f"{', '.join(ends)}, * EXCLUDE (_start, _end)"
            place = folder / "edges" / f"{element.name}.parquet"
        query = f"SELECT {asked} FROM ({rows})"  # noqa: S608 - the mapping's own
        table = projection.connection.sql(query).to_arrow_table()
        if table.num_rows:
            pq.write_table(table, place)


def main(tables: Path, url: str, pid: int) -> None:
    """Load with graphfaker's loader into an emptied database, and print what it cost."""
    from graphfaker.backends.tables import GraphTables
    from graphfaker.sinks.neo4j_live import Target, ensure_constraints, load_tables, wipe
    from neo4j_load import cpu_of

    address = urlsplit(url)
    target = Target(
        f"bolt://{address.hostname}:{address.port}", "neo4j", os.environ["NEO4J_PASSWORD"], "neo4j"
    )
    read = GraphTables.read_parquet(tables)
    with target.connect() as driver:
        wipe(driver, "neo4j", 10_000)
        _drop(driver)
        ensure_constraints(driver, "neo4j", read, truth=False)
        began, cpu, server = time.perf_counter(), sum(os.times()[:2]), cpu_of(pid)
        report = load_tables(read, target, driver=driver)
        told = {
            "rows": report.node_total + report.edge_total,
            "seconds": time.perf_counter() - began,
            "client": sum(os.times()[:2]) - cpu,
            "server": cpu_of(pid) - server,
        }
        wipe(driver, "neo4j", 10_000)
        _drop(driver)
    sys.stdout.write(json.dumps(told) + "\n")


def _drop(driver: object) -> None:
    """Take out all constraints and indexes."""
    ask = driver.execute_query  # type: ignore[attr-defined]
    for what in ("CONSTRAINT", "INDEX"):
        text = f"SHOW {what}{'S' if what == 'CONSTRAINT' else 'ES'} YIELD name, type"
        for name, kind in ask(text).records:
            if kind != "LOOKUP":
                ask(f"DROP {what} `{name}`")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
