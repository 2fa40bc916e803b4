"""A dataset seen as a property graph: the rows of each kind of node and relationship, by days."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphgen.neo4j.element import Element, End, Model, Node, Property, Relationship, Type
from graphgen.neo4j.model import DERIVED, MODEL, TRUTH, payments, sequence, truth
from graphgen.schema import SCHEMAS, Kind
from graphgen.window import Window

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["SPAN", "Projection", "is_daily"]

_CLEARS_IN = 10
"""Days within which what was ordered has cleared: a cheque takes two business days at most, and no
weekend with holidays is that long; our assumption."""
SPAN = 120_000
"""Events to show at a time, where there are more: so many at most are read once and held, as every
kind of node and relationship is asked of them, and to open many small files costs more than to read
them. Twice as many gain a tenth at most, and take 40 MB."""
_VIEWS = {**payments.VIEWS, **sequence.VIEWS}
_ASKED = [
    name
    for name, schema in SCHEMAS.items()
    if schema.kind is Kind.EVENT
    and re.search(
        rf'today\."?{name}\b', " ".join([*(e.rows for e in MODEL.elements), *_VIEWS.values()])
    )
]
"""The tables of events that there is something of in the graph."""


class Projection(Window):
    """The property graph of a written dataset."""

    def __init__(
        self,
        dataset: Dataset,
        *,
        home_bank: int | None = None,
        blind: bool = False,
        derived: bool = False,
    ) -> None:
        """Open a dataset; if `blind` without its truth, if `derived` with what can be counted.

        Accounts of people are `Internal`: all of them, or those of the bank with the id
        `home_bank`.
        """
        super().__init__(dataset)
        self.home_bank = home_bank
        self.blind = blind
        self.observed: Model = MODEL + DERIVED if derived else MODEL
        self.model: Model = self.observed if blind else self.observed + TRUTH
        self._shown: range | None = None
        self.connection.execute("SET VARIABLE home_bank = ?", [home_bank])
        if not blind:
            self.connection.execute("CREATE SCHEMA planted")
            for name, query in truth.TABLES.items():
                self._make(name, query, held=True)
        self.show(range(len(dataset.days)))

    def show(self, days: range) -> None:
        """Let the tables of `today` be those of some days."""
        if days == self._shown:
            return
        self._shown = None
        for schema in ("today", "soon"):
            self.connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            self.connection.execute(f"CREATE SCHEMA {schema}")
        held = sum(self.events[day] for day in days) <= SPAN
        soon = range(days.start, min(days.stop + _CLEARS_IN, len(self.dataset.days)))
        for name in _ASKED:
            self._make(f'today."{name}"', self.dataset.select(name, days), held=held)
        self._make("soon.payment", self.dataset.select("payment", soon), held=False)
        for name, query in _VIEWS.items():
            self._make(name, query, held=held)
        self._shown = days

    def _make(self, name: str, query: str, *, held: bool) -> None:
        self.connection.execute(f"CREATE {'TABLE' if held else 'VIEW'} {name} AS {query}")

    def select(self, element: Element, *, keys: bool = False) -> str:
        """Give the query of an element's rows.

        A node's columns are `_id`, `_second` (if it has second labels), and its properties; a
        relationship's `_start`, `_end` and its properties. With `keys`, ends are not ids but the
        properties by which they are found, `_start_0`, `_start_1`, ...
        """
        shown = [f'{_value(p)} AS "{p.name}"' for p in element.properties]
        if isinstance(element, Node):
            second = [f"{element.second} AS _second"] if element.second else []
            return _query([f"{element.id} AS _id", *second, *shown], element.rows)
        ends = {"_start": element.start, "_end": element.end}
        if not keys:
            return _query([*(f"{e.id} AS {n}" for n, e in ends.items()), *shown], element.rows)
        return self._by_keys(element, ends, shown)

    def _by_keys(self, element: Relationship, ends: dict[str, End], shown: list[str]) -> str:
        columns, joins = [], []
        for name, end in ends.items():
            join, keys = self.found(name, end)
            joins += join
            columns += [f"{key} AS {name}_{n}" for n, key in enumerate(keys)]
        inner = _query([*(f"{e.id} AS {n}" for n, e in ends.items()), *shown], element.rows)
        names = [f'"{p.name}"' for p in element.properties]
        return _query([*columns, *names], f"({inner}) {' '.join(joins)}")

    def found(self, name: str, end: End) -> tuple[list[str], list[str]]:
        """Say how the key of an end is known whose id stands in a column: joins, expressions."""
        node = self.model.node(end.label)
        if node.id_is_key:
            return [], [name]
        if node.letter:
            return [], [f"'{node.letter}' || {name}"]
        properties = {p.name: p for p in node.properties}
        keys = [f"{properties[key].sql} AS {name}_{n}" for n, key in enumerate(node.key)]
        join = (
            f"JOIN (SELECT {node.id} AS {name}, {', '.join(keys)} FROM {node.rows}) USING ({name})"
        )
        return [join], [f"{name}_{n}" for n in range(len(node.key))]


def is_daily(element: Element) -> bool:
    """Say whether an element's rows come with days: all others are there from the start."""
    return "today." in element.rows


def _query(columns: list[str], rows: str) -> str:
    return f"SELECT {', '.join(columns)} FROM {rows}"


def _value(one: Property) -> str:
    """Give a property's expression; times as UTC."""
    return f"({one.sql})::TIMESTAMPTZ" if one.type in (Type.DATE, Type.DATETIME) else one.sql
