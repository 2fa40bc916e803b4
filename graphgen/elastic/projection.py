"""A dataset seen as documents: the rows of each kind, by days."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from graphgen.elastic.document import Document, Field, Type
from graphgen.elastic.layout import Layout
from graphgen.elastic.model.known import PARTED, PARTS, TABLES, TABLES_BESIDE, WORDS
from graphgen.memory import give_back
from graphgen.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from graphgen.dataset import Dataset

__all__ = ["Projection"]

_MAKING, _READING = "160MB", "64MB"
"""What DuckDB may hold: while nothing is spelled yet, and then; less is too little for lists."""
_ENTITIES = 5_000
"""Entities that lists are made for at a time."""
_EVENTS = 100_000
"""Events that are joined at a time, about."""
_EVER = -(2**62), 2**62
"""Microseconds: before and after all times."""
_IDS = 10**10
"""Ids of entities have ten digits, and are spread evenly."""


class Projection(Window):
    """The documents of a written dataset."""

    def __init__(self, dataset: Dataset, layout: Layout) -> None:
        """Open a dataset, and make what is joined to events."""
        super().__init__(dataset)
        self.layout = layout
        # on disk: tables in memory do not give way to what is read
        self.connection.execute(f"ATTACH '{self.beside.name}/known.duckdb' AS known")
        self.connection.execute("CREATE SCHEMA known.parts")
        self.connection.execute(f"SET VARIABLE start = TIMESTAMPTZ '{dataset.run['start']} 00:00Z'")
        self.connection.execute(f"SET memory_limit = '{_MAKING}'")
        for name, (column, table) in WORDS.items():
            words = f"SELECT DISTINCT {column}::VARCHAR FROM {table} WHERE {column} IS NOT NULL"
            self.connection.execute(f"CREATE TYPE {name} AS ENUM ({words})")
        known = {**TABLES, **(TABLES_BESIDE if layout.denormalise else {})}
        known |= {f"parts.{name}": query for name, query in PARTS.items()}
        for name, query in known.items():
            self.connection.execute(f"CREATE TABLE known.{name} AS {query}")
        self.connection.execute(f"SET memory_limit = '{_READING}'")
        self._show_part(0, _IDS)
        self.connection.execute("CREATE SCHEMA part")
        self.views({f'part."{name}"': query for name, query in PARTED.items()})
        self.show(range(len(dataset.days)))

    def select(self, document: Document, *, ordered: bool = False) -> str:
        """Give the query of a kind's rows: a column for each field that is no constant, in order.

        With `ordered`, rows come in the order of `_id`.
        """
        fields = [field for field in self.layout.fields(document) if not field.constant]
        columns = ", ".join(f'{_value(field)} AS "{field.name}"' for field in fields)
        joins = document.joins if self.layout.denormalise else ""
        order = " ORDER BY 1" if ordered else ""
        return f"SELECT {columns} FROM {document.rows} {joins}{order}"

    def batches(
        self, document: Document, rows: int, *, ordered: bool = False
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows that `select` asks for, at most so many at a time."""
        query = self.select(document, ordered=ordered)
        for _ in self._parts(document):
            yield from self.connection.sql(query).to_arrow_reader(rows)
            if document.parted:
                give_back()

    def show(self, days: range) -> None:
        """Let the tables of `today` be those of some days."""
        super().show(days)
        self._shown = days

    def _parts(self, document: Document) -> Iterator[None]:
        """Show a kind's rows part by part, in the order of their ids; few rows are one part."""
        if document.parted:
            parts = 1 + self.dataset.run["tables"][document.key.refers] // _ENTITIES
            for low, high in pairwise(round(_IDS * part / parts) for part in range(parts + 1)):
                self._show_part(low, high)
                yield
            return
        parts = self._rows_shown(document.name) // _EVENTS if document.daily else 0
        if not parts:
            yield
            return
        # the ids of events are in the order of their times
        view, query = f'today."{document.name}"', self.dataset.select(document.name, self._shown)
        shares = [part / (parts + 1) for part in range(1, parts + 1)]
        asked = f"SELECT approx_quantile(epoch_us(time), {shares}) FROM ({query})"
        ((between,),) = self.connection.execute(asked).fetchall()
        try:
            for low, high in pairwise((_EVER[0], *sorted(between), _EVER[1])):
                span = f"epoch_us(time) >= {low} AND epoch_us(time) < {high}"
                self.view(view, f"FROM ({query}) WHERE {span}")
                yield
        finally:
            self.view(view, query)

    def _rows_shown(self, table: str) -> int:
        """Say how many rows an event table has on the days that are shown."""
        days = {str(self.dataset.days[day]) for day in self._shown}
        return sum(
            file["rows"]
            for path, file in self.dataset.run["files"].items()
            if path.startswith(f"events/{table}/day=") and path.split("/")[2][4:] in days
        )

    def _show_part(self, low: int, high: int) -> None:
        """Let the entities of `part` be those with an id from `low` to less than `high`."""
        self.connection.execute(
            f"CREATE OR REPLACE TEMP MACRO in_part(id) AS id BETWEEN {low} AND {high - 1}"
        )


def _value(field: Field) -> str:
    """Give a field's expression; lists as JSON, times as UTC."""
    if field.many:
        return f"to_json({field.sql})::VARCHAR"
    return f"({field.sql})::TIMESTAMPTZ" if field.type is Type.DATE else field.sql
