"""What a database holds beside what a dataset says: counts, money, and rows read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from graphgen.neo4j.client import Client, Row
from graphgen.neo4j.element import Element, Node
from graphgen.neo4j.note import LABEL
from graphgen.neo4j.projection import SPAN, Projection, is_daily
from graphgen.neo4j.reading import Reading
from graphgen.verify.promise import Check

__all__ = ["compare"]

_BATCH = 5_000
"""Rows that are read back at a time."""
_SAMPLE = 1_000
"""Rows of each kind that are read back, at least, where not all are."""

_PROMISES = {
    "nodes": "as many nodes of each label as the dataset has",
    "relationships": "as many relationships of each type as the dataset has",
    "money": "as much money on each day, label by label",
    "nodes read back": "each node that is looked at has its labels and properties, and no others",
    "relationships read back": "each relationship that is looked at is there once, and the same",
}


def compare(client: Client, projection: Projection, *, full: bool) -> list[Check]:
    """Compare; with `full` every node and relationship is read back, else a sample of each kind."""
    found = _Expected(projection, client, full=full)
    found.look()
    told = {
        "nodes": _first(_counted(client, found.nodes, "(n:{})")),
        "relationships": _first(_counted(client, found.relationships, "()-[n:{}]->()")),
        "money": _first(_summed(client, projection, found.money)),
        "nodes read back": found.differing["node"],
        "relationships read back": found.differing["relationship"],
    }
    told["nodes"] = told["nodes"] or _unknown(client, found)
    return [
        Check(name, promise, ok=not told[name], detail=told[name])
        for name, promise in _PROMISES.items()
    ]


@dataclass
class _Expected:
    """What a dataset says, gathered span by span."""

    projection: Projection
    client: Client
    full: bool
    nodes: Counter[str] = field(default_factory=Counter)
    """How many of each label, and of each pair of labels."""
    relationships: Counter[str] = field(default_factory=Counter)
    money: Counter[tuple[str, date]] = field(default_factory=Counter)
    """Minor units by label and day."""
    differing: dict[str, str] = field(default_factory=lambda: {"node": "", "relationship": ""})
    """The first difference in what was read back."""

    def look(self) -> None:
        """Go through the dataset, and read back what is to be read back."""
        elements = self.projection.model.elements
        for element in elements:
            if not is_daily(element):
                self._element(element, _SAMPLE)
        spans = list(self.projection.days(SPAN))
        for span in spans:
            self.projection.show(span)
            for element in elements:
                if is_daily(element):
                    self._element(element, -(-_SAMPLE // len(spans)))

    def _element(self, element: Element, sample: int) -> None:
        reading = Reading(element, self.projection)
        connection = self.projection.connection
        rows = self.projection.select(element)
        if isinstance(element, Node):
            self._count(element, rows)
        else:
            ((count,),) = connection.sql(f"SELECT count(*) FROM ({rows})").fetchall()
            self.relationships[element.type] += count
        kind = "node" if isinstance(element, Node) else "relationship"
        if self.differing[kind]:
            return
        query = reading.query()
        if not self.full:
            query = f"SELECT * FROM ({query}) USING SAMPLE reservoir({sample} ROWS) REPEATABLE (1)"
        asked = connection.execute(query)
        while batch := asked.fetchmany(_BATCH):
            self.differing[kind] = _first(reading.differences(batch, self._there(reading, batch)))
            if self.differing[kind]:
                return

    def _there(self, reading: Reading, batch: list[Row]) -> list[Row]:
        return self.client.ask(reading.text(), rows=[row[: reading.width] for row in batch])

    def _count(self, node: Node, rows: str) -> None:
        second = "_second" if node.second else "NULL"
        counts = f"SELECT {second}, count(*) FROM ({rows}) GROUP BY 1"
        for label, count in self.projection.connection.sql(counts).fetchall():
            self.nodes[node.label] += count
            if label:
                self.nodes[f"{node.label}:{label}"] += count
        if any(p.name == "amountMinor" for p in node.properties):
            sums = f'SELECT "date"::DATE, sum("amountMinor")::BIGINT FROM ({rows}) GROUP BY 1'
            for day, total in self.projection.connection.sql(sums).fetchall():
                self.money[node.label, day] += total


def _first(found: Iterator[str]) -> str:
    return next(found, "")


def _counted(client: Client, wanted: Counter[str], form: str) -> Iterator[str]:
    """Yield in what counts differ."""
    for name, count in wanted.items():
        ((there,),) = client.ask(f"MATCH {form.format(name)} RETURN count(n)")
        if there != count:
            yield f"{name}: {there:,} in the database, {count:,} in the dataset"


def _unknown(client: Client, found: _Expected) -> str:
    """Say what labels and types there are that the dataset has not."""
    labels = {name for pair in found.nodes for name in pair.split(":")} | {LABEL}
    used = client.ask("CALL db.labels() YIELD label RETURN label")
    other = sorted({label for (label,) in used} - labels)
    for label in other:
        ((there,),) = client.ask(f"MATCH (n:`{label}`) RETURN count(n)")
        if there:
            return f"{label}: {there:,} in the database, none in the dataset"
    return ""


def _summed(
    client: Client, projection: Projection, wanted: Counter[tuple[str, date]]
) -> Iterator[str]:
    for node in projection.model.nodes:
        if not any(p.name == "amountMinor" for p in node.properties):
            continue
        text = f"MATCH (n:{node.label}) RETURN toString(date(n.date)), sum(n.amountMinor)"
        there = {date.fromisoformat(day): total for day, total in client.ask(text)}
        mine = {day: total for (label, day), total in wanted.items() if label == node.label}
        for day in sorted(there.keys() | mine.keys()):
            one, other = there.get(day, 0), mine.get(day, 0)
            if one != other:
                yield (
                    f"{node.label} on {day}: {one:,} minor units in the database, {other:,} in "
                    "the dataset"
                )
