"""Reading a kind of node or relationship back from a database, to lay beside a dataset's rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphgen.neo4j.client import Row
from graphgen.neo4j.element import Element, Node, Property, Relationship, Type
from graphgen.neo4j.projection import Projection
from graphgen.neo4j.step import Step, cell, found

__all__ = ["Reading"]

_MARK = "loadId"
"""A property that the loader adds."""


@dataclass(frozen=True)
class Reading:
    """How rows of a kind are looked up, and compared."""

    element: Element
    projection: Projection

    @property
    def width(self) -> int:
        """How many columns of a row say which one it is."""
        if isinstance(self.element, Node):
            return len(self.element.key)
        ends = (self.element.start, self.element.end)
        keys = [len(self.projection.model.node(end.label).key) for end in ends]
        return sum(keys) + len(self.element.key)

    @property
    def _shown(self) -> Sequence[Property]:
        """The properties, those first that say which one it is."""
        key = self.element.key
        named = {p.name: p for p in self.element.properties}
        return [*(named[k] for k in key), *(p for p in named.values() if p.name not in key)]

    def query(self) -> str:
        """Give the query of the rows: what says which one it is, and all other values.

        Times are milliseconds; of a node the last value is its second label.
        """
        step = Step(self.element, self.projection.model)
        columns = [f'"{p.name}"' for p in self._shown]
        if isinstance(self.element, Node):
            return f"SELECT {', '.join(columns)}, _second FROM ({step.query(self.projection)})"
        ends = [
            f"{name}_{n}"
            for name, end in (("_start", self.element.start), ("_end", self.element.end))
            for n in range(len(self.projection.model.node(end.label).key))
        ]
        return f"SELECT {', '.join([*ends, *columns])} FROM ({step.query(self.projection)})"

    def text(self) -> str:
        """Give the text that finds `$rows` and returns each one's number, and its values.

        These are the properties in the same order, how many others there are, and the labels.
        """
        values = ", ".join(_kept(p, f"n.{p.name}") for p in self._shown)
        others = (
            f"size([k IN keys(n) WHERE k <> '{_MARK}' AND NOT k IN "
            f"{[p.name for p in self._shown]}])"
        )
        returned = f"RETURN i, [{values}] AS kept, {others} AS others"
        head = "UNWIND range(0, size($rows) - 1) AS i\nWITH i, $rows[i] AS r\n"
        if isinstance(self.element, Node):
            key = ", ".join(f"{k}: r[{n}]" for n, k in enumerate(self.element.key))
            match = f"MATCH (n:{self.element.label} {{{key}}})"
            return f"{head}{match}\n{returned}, labels(n) AS labels"
        model = self.projection.model
        start, place = found(model, "a", self.element.start, 0, _at)
        end, place = found(model, "b", self.element.end, place, _at)
        keyed = [p for p in self._shown if p.name in self.element.key]
        key = ", ".join(f"{p.name}: {cell(p, _at(place + n))}" for n, p in enumerate(keyed))
        match = f"MATCH (a)-[n:{self.element.type}{f' {{{key}}}' if key else ''}]->(b)"
        return f"{head}{start}\n{end}\n{match}\n{returned}, [] AS labels"

    def differences(self, rows: Sequence[Row], there: Sequence[Row]) -> Iterator[str]:
        """Yield in what the database's answer differs from the rows."""
        answers: dict[int, Row] = {}
        for number, *answer in there:
            if number in answers:
                yield f"{self._name(rows[number])}: there more than once"
            answers[number] = tuple(answer)
        names = [p.name for p in self._shown]
        for number, row in enumerate(rows):
            if number not in answers:
                yield f"{self._name(row)}: not in the database"
                continue
            values, others, labels = answers[number]
            wanted = row[len(row) - len(names) - self._tail : len(row) - self._tail]
            if tuple(values) != wanted:
                yield from self._values(row, names, values, wanted)
            if others:
                yield f"{self._name(row)}: has {others} properties more"
            if isinstance(self.element, Node):
                right = {self.element.label, row[-1]} - {None}
                if set(labels) != right:
                    told = ":".join(sorted(labels))
                    yield f"{self._name(row)}: labelled {told}, not {':'.join(sorted(right))}"

    @property
    def _tail(self) -> int:
        return 1 if isinstance(self.element, Node) else 0

    def _values(
        self, row: Row, names: Sequence[str], values: Sequence[object], wanted: Sequence[object]
    ) -> Iterator[str]:
        for name, one, other in zip(names, values, wanted, strict=True):
            if one != other:
                yield f"{self._name(row)}: {name} is {one} in the database, {other} in the dataset"

    def _name(self, row: Row) -> str:
        """Name a row: label or type, and what says which one it is."""
        kind = self.element.type if isinstance(self.element, Relationship) else self.element.label
        return f"{kind} {' '.join(str(value) for value in row[: self.width])}"


def _at(column: int) -> str:
    return f"r[{column}]"


def _kept(one: Property, place: str) -> str:
    """Give the expression of a kept value as the dataset's rows have it."""
    if one.type is Type.DATETIME:
        return f"{place}.epochMillis"
    if one.type is Type.DATE:
        return (
            f"CASE WHEN {place} IS NULL THEN null ELSE datetime({{date: {place}}}).epochMillis END"
        )
    return place
