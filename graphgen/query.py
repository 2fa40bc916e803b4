"""One question to a written dataset: SQL for DuckDB, or Cypher for Ladybug; it can only read.

SQL sees every table as a view by its name, labels (`edge_label`, `node_label`, `case_label`) and
the edges `transfer` and `dealing`. Cypher sees the graph that Neo4j gets; it is built on the first
question, and kept in the user's folder for caches until the dataset changes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphgen.dataset import Dataset, DatasetError

if TYPE_CHECKING:
    import duckdb

__all__ = ["Found", "is_cypher", "query"]

_CYPHER = re.compile(r"\s*(MATCH|OPTIONAL|UNWIND|RETURN|CALL)\b", re.IGNORECASE)
_WITH = re.compile(r"\s*WITH\b", re.IGNORECASE)
_COMMON = re.compile(
    r"\s*WITH\s+(RECURSIVE\s+)?(\w+|\"[^\"]+\")\s*(\([^)]*\))?\s*(USING\s+KEY\s*\([^)]*\)\s*)?"
    r"AS\s+(NOT\s+MATERIALIZED\s+|MATERIALIZED\s+)?\(",
    re.IGNORECASE,
)
"""What begins a query of SQL that gives names to others: Cypher's WITH is no such thing."""
_LABELS = re.compile(
    r"\b(transfer|dealing|\w+_label|\w+_part|known_at|split_\w+|world_\w+)\b", re.IGNORECASE
)
"""What only a dataset with labels has; without them a question is answered sooner."""
_KEPT = 4
"""Graphs that are kept; our assumption."""


@dataclass(frozen=True)
class Found:
    """What a question found."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    """At most as many as were asked for."""
    more: bool
    """Whether there are more."""


def is_cypher(text: str) -> bool:
    """Tell whether a query is Cypher, by how it begins."""
    bare = re.sub(r"^(\s|//[^\n]*\n|--[^\n]*\n|/\*.*?\*/)+", "", text, flags=re.DOTALL)
    if _WITH.match(bare):
        return not _COMMON.match(bare)
    return bool(_CYPHER.match(bare))


def query(
    dataset: Dataset,
    text: str,
    limit: int | None = None,
    tell: Callable[[int, int, int], None] = lambda *_: None,
) -> Found:
    """Ask a question; gives its rows, at most `limit`.

    `tell` hears how the graph is built, where it has to be. `DatasetError` in one line for what
    cannot be asked.
    """
    if is_cypher(text):
        return _cypher(dataset, text, limit, tell)
    return _sql(dataset, text, limit)


def _sql(dataset: Dataset, text: str, limit: int | None) -> Found:
    import duckdb

    from graphgen.learning.frame import Frame

    frame = Frame(dataset) if _LABELS.search(text) else None
    connection = frame.connection if frame else dataset.connection
    try:
        _refuse_writing(connection, text)
        asked = connection.execute(text)
        columns = [str(column[0]) for column in asked.description or ()]
        rows = asked.fetchall() if limit is None else asked.fetchmany(limit + 1)
    except duckdb.Error as wrong:
        raise DatasetError(_line(wrong)) from None
    finally:
        if frame:
            frame.close()
    return _found(columns, [tuple(row) for row in rows], limit)


def _refuse_writing(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """Refuse what is no single question."""
    statements = connection.extract_statements(text)
    kinds = [str(each.type).rpartition(".")[2].removesuffix("_STATEMENT") for each in statements]
    if kinds != ["SELECT"]:
        said = ", ".join(kind.lower() for kind in kinds) or "nothing"
        raise DatasetError(f"query: one SELECT or one MATCH is needed, not {said}")


def _cypher(
    dataset: Dataset, text: str, limit: int | None, tell: Callable[[int, int, int], None]
) -> Found:
    from graphgen.ladybug.dialect import differences_in
    from graphgen.ladybug.store import opened
    from graphgen.stage import StoreError

    with opened(_graph_of(dataset, tell)) as store:
        try:
            columns, rows = store.ask(text)
        except StoreError as wrong:
            names = ", ".join(each.name for each in differences_in(text))
            told = f"; what it has here is Neo4j's alone: {names}" if names else ""
            raise DatasetError(f"{wrong}{told}") from None
    return _found(columns, [tuple(row) for row in rows], limit)


def _graph_of(dataset: Dataset, tell: Callable[[int, int, int], None]) -> Path:
    """Give the folder of a dataset's graph; it is built if it is not there."""
    from graphgen.exporter import DatasetExporter
    from graphgen.learning.exporter import needed
    from graphgen.registry import EXPORTERS

    needed("ladybug", "ladybug")
    told = (dataset.path / "run.json").read_bytes() + f"\0{version('ladybug')}".encode()
    folder = _cache() / hashlib.sha256(told).hexdigest()[:24]
    kind = EXPORTERS.load("ladybug", DatasetExporter)
    if not (folder / kind.mark).is_file():
        _cache().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_cache()) as scratch:
            built = Path(scratch) / "graph"
            kind(str(built)).load(dataset, force=False, tell=tell)
            if not folder.exists():
                built.replace(folder)
        _forget_oldest(folder)
    os.utime(folder)
    return folder


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "graphgen" / "ladybug"


def _forget_oldest(but: Path) -> None:
    """Remove graphs that were not asked for longest."""
    there = sorted(_cache().iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in [each for each in there if each != but][_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _found(columns: list[str], rows: list[tuple[Any, ...]], limit: int | None) -> Found:
    more = limit is not None and len(rows) > limit
    return Found(columns, rows[:limit] if more else rows, more)


def _line(wrong: Exception) -> str:
    """Give what DuckDB says, in one line."""
    said = str(wrong).split("\n\n")[0]
    return " ".join(said.split())
