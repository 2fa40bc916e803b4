"""A dataset seen as documents: the rows of each kind, by days."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from graphgen.elastic.document import Document, Field, Type
from graphgen.elastic.layout import Layout
from graphgen.elastic.model.known import PARTED, TABLES, TABLES_BESIDE
from graphgen.window import Window

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Projection"]

_MEMORY = "80MB"
"""What DuckDB may hold: with one thread that reads, and the processes that send, a load stays
below 400 MB."""
_ENTITIES = 5_000
"""Entities that lists are made for at a time."""
_IDS = 10**10
"""Ids of entities have ten digits, and are spread evenly."""


class Projection(Window):
    """The documents of a written dataset."""

    def __init__(self, dataset: Dataset, layout: Layout) -> None:
        """Open a dataset, and make what is joined to events."""
        super().__init__(dataset)
        self.layout = layout
        self.connection.execute(f"SET memory_limit = '{_MEMORY}'")
        self.connection.execute("SET threads = 1")
        self.connection.execute("CREATE SCHEMA known")
        self.connection.execute(f"SET VARIABLE start = TIMESTAMPTZ '{dataset.run['start']} 00:00Z'")
        known = {**TABLES, **(TABLES_BESIDE if layout.denormalise else {})}
        for name, query in known.items():
            self.connection.execute(f'CREATE TABLE known."{name}" AS {query}')
        for name, (key, query) in PARTED.items():
            self._make_parted(name, key, query)
        self.show(range(len(dataset.days)))

    def _make_parted(self, name: str, key: str, query: str) -> None:
        """Make a table of entities in parts of about as many, by ranges of their ids."""
        table = key.removesuffix("_id")
        parts = 1 + self.dataset.run["tables"].get(table, 0) // _ENTITIES
        bounds = [round(_IDS * part / parts) for part in range(parts + 1)]
        begin = f'CREATE TABLE known."{name}" AS '
        for low, high in pairwise(bounds):
            self.connection.execute(
                f"CREATE OR REPLACE TEMP MACRO in_part(id) AS id BETWEEN {low} AND {high - 1}"
            )
            self.connection.execute(begin + query)
            begin = f'INSERT INTO known."{name}" '

    def select(self, document: Document, *, ordered: bool = False) -> str:
        """Give the query of a kind's rows: a column for each field that is no constant, in order.

        With `ordered`, rows come in the order of `_id`.
        """
        fields = [field for field in self.layout.fields(document) if not field.constant]
        columns = ", ".join(f'{_value(field)} AS "{field.name}"' for field in fields)
        joins = document.joins if self.layout.denormalise else ""
        order = " ORDER BY 1" if ordered else ""
        return f"SELECT {columns} FROM {document.rows} {joins}{order}"


def _value(field: Field) -> str:
    """Give a field's expression; lists as JSON, times as UTC."""
    if field.many:
        return f"to_json({field.sql})::VARCHAR"
    return f"({field.sql})::TIMESTAMPTZ" if field.type is Type.DATE else field.sql
