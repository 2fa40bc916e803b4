"""A frame as a relational database of dense keys, in which no row tells of later than its time.

Keys are 0 to n - 1 in the order in which rows became known, so that the rows up to a moment are the
first ones of each table. What of a row is known only later (`known`) stands in a table of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from graphgen.learning.known import ENDS, LATER, first_known
from graphgen.learning.parquet_file import spans, write_parquet
from graphgen.learning.places import Places
from graphgen.schema import SCHEMAS, Column, Kind, Meaning, Schema

if TYPE_CHECKING:
    from graphgen.learning.frame import Frame

__all__ = ["HIDDEN", "PUBLIC", "Relational", "Relations"]

_OF_EVENT = ("is_fraud", "is_lookalike", "case_id", "pattern", "stage")
_OF_ENTITY = ("is_fraud", "is_victim", "is_lookalike")
HIDDEN = {
    **dict.fromkeys(("payment", "trade"), _OF_EVENT),
    **dict.fromkeys(("account", "user", "device", "ip"), _OF_ENTITY),
}
"""The columns of each table that tell of the truth: no task may see them."""
PUBLIC = "public_id"
"""The column that holds the id of a row in graphgen."""


@dataclass
class Relations:
    """What a table's columns are to others."""

    key: str = ""
    time: str = ""
    foreign: dict[str, str] = field(default_factory=dict)
    """The table that each foreign key refers to."""


class Relational:
    """Writes a frame's tables as Parquet files with dense keys."""

    def __init__(self, frame: Frame, folder: Path, *, blind: bool) -> None:
        self._frame = frame
        self._folder = folder
        self._blind = blind
        self._places = Places(frame)
        self.relations: dict[str, Relations] = {}
        """Of each table that has been written."""
        self.rows: dict[str, int] = {}

    def write(self, tell: Callable[[str, int], None]) -> None:
        """Write all tables that have rows; `tell` hears the table and how many rows came."""
        there = [
            schema
            for schema in SCHEMAS.values()
            if schema.folder != "truth" and not schema.recipe and self._count(schema.name)
        ]
        for schema in there:
            self._table(schema, tell)
        if not self._blind:
            self._reports(tell)
        for each in self.relations.values():
            each.foreign = {c: t for c, t in each.foreign.items() if t in self.relations}

    def _count(self, table: str) -> int:
        if not self._frame.dataset.run["tables"].get(table):
            return 0
        ((count,),) = self._frame.sql(f'SELECT count(*) FROM "{table}"').fetchall()
        return int(count)

    def _table(self, schema: Schema, tell: Callable[[str, int], None]) -> None:
        name = schema.name
        later = {ENDS.get(name), *LATER.get(name, ())}
        columns = [c for c in schema.columns if c.name not in later]
        shown = [
            f'r."{c.name}" AS {PUBLIC}' if c.name == schema.key else _shown(c, f'r."{c.name}"')
            for c in columns
        ]
        hidden = () if self._blind else HIDDEN.get(name, ())
        join, told = _labels(schema) if hidden else ("", [])
        of_event = schema.kind is Kind.EVENT
        key = schema.key or f"{name}_id"
        ends = ENDS.get(name)
        if not of_event:
            told = [*told, _utc("r.known_from", "known_from")]
        if ends:
            told = [*told, *(f'r."{c}" AS "{c}"' for c in LATER.get(name, ()))]
            told = [*told, f'r."{ends}" AS _ended']
        rows = f'"{name}"' if of_event else f"({first_known(name)})"
        order = f'r."{schema.key}"' if of_event else self._order(schema)
        query = f"SELECT {', '.join([*shown, *told])} FROM {rows} AS r {join} ORDER BY {order}"
        parts = spans(self._frame, query) if of_event else iter([self._arrow(query)])
        refers = {c.name: c.refers for c in columns if c.meaning is Meaning.REF}
        self.relations[name] = Relations(key, "time" if of_event else "known_from", dict(refers))
        ended: list[pa.Table] = []
        done = write_parquet(
            self._folder / f"{name}.parquet",
            self._dense(parts, key, refers, ended),
            lambda count: tell(name, count),
        )
        self.rows[name] = done
        if ended:
            self._ends(name, key, pa.concat_tables(ended), tell)

    def _arrow(self, query: str) -> pa.Table:
        return self._frame.sql(query).to_arrow_table()

    @staticmethod
    def _order(schema: Schema) -> str:
        """Give the order of entities or edges: as they became known, then by what they are."""
        keys = [schema.key] if schema.key else [c.name for c in schema.columns]
        return ", ".join(["r.known_from", *(f'r."{name}"' for name in keys)])

    def _dense(
        self,
        parts: Iterator[pa.Table],
        key: str,
        refers: dict[str, str],
        ended: list[pa.Table],
    ) -> Iterator[pa.Table]:
        """Yield parts with dense keys; what is known only at the end of rows goes to `ended`."""
        first = 0
        for part in parts:
            dense = pa.array(np.arange(first, first + len(part)))
            first += len(part)
            for column, table in refers.items():
                number = part.column_names.index(column)
                part = part.set_column(  # noqa: PLW2901 - column by column
                    number, column, self._places.of(table, part[column])
                )
            if "_ended" in part.column_names:
                later = ["_ended", *(c for c in LATER.get(key.removesuffix("_id"), ()))]
                ended.append(part.select(later).add_column(0, key, dense))
                part = part.drop_columns(later)  # noqa: PLW2901 - the same rows
            yield part.add_column(0, key, dense)

    def _ends(self, name: str, key: str, ended: pa.Table, tell: Callable[[str, int], None]) -> None:
        """Write when rows of a table ended, as far as the world knows."""
        self._frame.connection.register("ended", ended)
        also = "".join(f', "{column}"' for column in LATER.get(name, ()))
        found = self._arrow(
            f"SELECT {key}, {_utc('greatest(_ended, world_start())', 'time')}{also} FROM ended "
            f"WHERE _ended < world_end() ORDER BY greatest(_ended, world_start()), {key}"
        )
        self._frame.connection.unregister("ended")
        if len(found):
            self._small(f"{name}_end", found, Relations("", "time", {key: name}), tell)

    def _reports(self, tell: Callable[[str, int], None]) -> None:
        """Write which payments and trades were reported as crimes, and when."""
        found = self._arrow(
            f"SELECT event, event_id, {_utc('reported_at', 'reported_at')} "
            "FROM known_at(world_end()) WHERE event = 'trade' OR event_id IN "
            "(SELECT payment_id FROM payment WHERE leg = 'original') ORDER BY reported_at, event_id"
        )
        if not len(found):
            return
        event = found["event"].to_numpy(zero_copy_only=False)
        columns = {"fraud_report_id": pa.array(np.arange(len(found)))}
        relations = Relations("fraud_report_id", "reported_at")
        for table in ("payment", "trade"):
            if table in self.relations:
                ids = pa.array(found["event_id"].to_numpy(), pa.int64(), mask=event != table)
                columns[f"{table}_id"] = self._places.of(table, ids)
                relations.foreign[f"{table}_id"] = table
        columns["reported_at"] = found["reported_at"]
        self._small("fraud_report", pa.table(columns), relations, tell)

    def _small(
        self, name: str, rows: pa.Table, relations: Relations, tell: Callable[[str, int], None]
    ) -> None:
        self.relations[name] = relations
        path = self._folder / f"{name}.parquet"
        self.rows[name] = write_parquet(path, [rows], lambda count: tell(name, count))


def _utc(expression: str, name: str) -> str:
    """Give a time as tools want it: in UTC, without saying so."""
    return f"timezone('UTC', {expression})::TIMESTAMP_MS AS \"{name}\""


def _shown(column: Column, expression: str) -> str:
    if column.meaning is Meaning.TIME:
        return _utc(expression, column.name)
    return f'{expression} AS "{column.name}"'


def _labels(schema: Schema) -> tuple[str, list[str]]:
    """Give the join that labels a table's rows, and the columns that it brings."""
    name, key = schema.name, schema.key
    told = "CASE WHEN {0} IS NULL THEN false ELSE l.told END AS is_fraud"
    if schema.kind is Kind.EVENT:
        return (
            f"LEFT JOIN edge_label AS l ON l.event = '{name}' AND l.event_id = r.{key}",
            [
                told.format("l.event_id"),
                "coalesce(l.case_id IS NOT NULL AND NOT l.is_fraud, false) AS is_lookalike",
                "l.case_id",
                "l.pattern",
                "l.stage",
            ],
        )
    return (
        f"LEFT JOIN node_label AS l ON l.entity = '{name}' AND l.entity_id = r.{key}",
        [
            told.format("l.entity_id"),
            "coalesce(l.is_victim, false) AS is_victim",
            "coalesce(l.is_lookalike, false) AS is_lookalike",
        ],
    )
