"""Files for Neo4j's import tool: headers, bodies, their arguments, and how to run it.

A kind of node or relationship is a header and some bodies (in Parquet the names of the columns are
the header). Ids are numbers that only the import sees; keys are properties.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from gzip import GzipFile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from graphgen.neo4j.element import Element, Node, Property, Type
from graphgen.neo4j.projection import Projection, is_daily

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FileFormat", "ImportFiles"]

FileFormat = Literal["csv", "parquet"]
_ROWS = 800_000
"""Events that are projected at a time, unless a day has more: a body of each kind holds about so
many at most. Of 17 million nodes and relationships 3,000,000 take 552 MB at the peak, these 383."""
_BATCH = 50_000
"""Rows that are written at a time."""
_FAST = 1
"""zlib's level: a quarter larger than its own, in a third of the time; measured on transactions."""
_ISO = {Type.DATETIME: "%Y-%m-%dT%H:%M:%S.%gZ", Type.DATE: "%Y-%m-%d"}


@dataclass
class ImportFiles:
    """Writes a projection into a folder."""

    projection: Projection
    folder: Path
    form: FileFormat
    rows: Counter[str] = field(default_factory=Counter)
    """Rows of each kind that have been written."""
    _bodies: dict[str, list[str]] = field(default_factory=dict)

    def write(self, tell: Callable[[int, int, int], None] = lambda *_: None) -> None:
        """Write all there is; `tell` hears how many of the days are done, and the rows."""
        elements, days = self.projection.model.elements, len(self.projection.dataset.days)
        for element in elements:
            if not is_daily(element):
                self._body(element)
        for span in self.projection.days(_ROWS):
            self.projection.show(span)
            for element in elements:
                if is_daily(element):
                    self._body(element)
            tell(span.stop, days, self.rows.total())
        for element in elements:
            if element.name in self._bodies and self.form == "csv":
                header = ",".join(_header(element).values()) + "\n"
                (self.folder / f"{element.stem}_header.csv").write_text(header, "utf-8")
        (self.folder / "import.args").write_text(self._arguments(elements), "utf-8")

    def _body(self, element: Element) -> None:
        """Write a kind's rows, unless there is none."""
        found = self.projection.connection.sql(_query(self.projection, element))
        batches = found.to_arrow_reader(_BATCH)
        first = next(batches, None)
        if first is None or not first.num_rows:
            return
        named = self._bodies.setdefault(element.name, [])
        suffix = "csv.gz" if self.form == "csv" else "parquet"
        path = self.folder / f"{element.stem}_{len(named):03d}.{suffix}"
        named.append(path.name)
        write = _write_csv if self.form == "csv" else _write_parquet
        self.rows[element.name] += write(path, first, batches)

    def _arguments(self, elements: Sequence[Element]) -> str:
        """Give the arguments of the import tool that name the files."""
        lines = []
        if self.form == "parquet":
            lines.append("--input-type=parquet")
        for element in elements:
            if element.name not in self._bodies:
                continue
            header = [f"{element.stem}_header.csv"] if self.form == "csv" else []
            # Neo4j 2026 takes no bare name
            files = ",".join(f"./{name}" for name in (*header, *self._bodies[element.name]))
            if isinstance(element, Node):
                lines.append(f"--nodes={element.label}={files}")
            else:
                lines.append(f"--relationships={element.type}={files}")
        return "\n".join(lines) + "\n"


def _header(element: Element) -> Mapping[str, str]:
    """Say what each column of a kind's query is called in a header."""
    if isinstance(element, Node):
        ids = "" if element.id_is_key else "{id-type:long}"
        header = {"_id": f":ID({element.label}){ids}"}
        if element.second:
            header["_second"] = ":LABEL"
    else:
        start, end = element.start.label, element.end.label
        header = {"_start": f":START_ID({start})", "_end": f":END_ID({end})"}
    return header | {p.name: _typed(p) for p in element.properties}


def _typed(one: Property) -> str:
    return one.name if one.type is Type.STRING else f"{one.name}:{one.type}"


def _query(projection: Projection, element: Element) -> str:
    """Give the query whose columns are those of a body."""
    shown = []
    times = {p.name: p.type for p in element.properties}
    for name, header in _header(element).items():
        value = f'"{name}"'
        if times.get(name) in _ISO:
            value = f"strftime({value}, '{_ISO[times[name]]}')"
        shown.append(f'{value} AS "{header}"')
    return f"SELECT {', '.join(shown)} FROM ({projection.select(element)})"


def _write_csv(path: Path, first: pa.RecordBatch, rest: pa.RecordBatchReader) -> int:
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    rows = 0
    with (
        path.open("wb") as file,
        GzipFile("", "wb", _FAST, file, mtime=0) as packed,
        csv.CSVWriter(packed, first.schema, write_options=options) as writer,
    ):
        for batch in _all(first, rest):
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _write_parquet(path: Path, first: pa.RecordBatch, rest: pa.RecordBatchReader) -> int:
    from pyarrow import parquet

    rows = 0
    with parquet.ParquetWriter(path, first.schema, compression="snappy") as writer:
        for batch in _all(first, rest):
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _all(first: pa.RecordBatch, rest: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest
