"""What a database of Ladybug holds beside what a dataset says: counts, money, rows read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphgen.ladybug.rows import node_rows, relationship_rows
from graphgen.ladybug.spelling import key_of, properties_of, types
from graphgen.ladybug.store import Ladybug
from graphgen.neo4j.element import Element, Node, Relationship
from graphgen.neo4j.projection import Projection, is_daily
from graphgen.verify.promise import Check

__all__ = ["compare"]

_SPAN = 400_000
"""Events that are compared at a time, about."""
_SAMPLE = 10
"""Rows of each kind and span that are looked up, where not all are laid beside each other."""
_AT_ONCE = 1_000_000
"""Rows that are laid beside each other at once; of more, those whose keys end in one digit."""
_DIGITS = "0123456789"
Row = tuple[Any, ...]
_PROMISES = {
    "nodes": "as many nodes of each label as the dataset has, and no other label",
    "relationships": "as many relationships of each type as the dataset has, and no other type",
    "money": "as much money in each label, to the minor unit",
    "rows": "each node and relationship that is looked at is there, and the same",
}


def compare(store: Ladybug, projection: Projection, *, full: bool) -> list[Check]:
    """Compare; with `full` every node and relationship is read back, else some of each kind."""
    found = _Expected(store, projection, full=full)
    found.look()
    told = {
        "nodes": next(_counted(store, found.nodes, "NODE", "(n:`{}`)"), ""),
        "relationships": next(_counted(store, found.relationships, "REL", "()-[n:`{}`]->()"), ""),
        "money": next(_summed(store, found.money), ""),
        "rows": found.differing,
    }
    return [Check(name, _PROMISES[name], ok=not said, detail=said) for name, said in told.items()]


@dataclass(frozen=True)
class _Look:
    """How the rows of a kind are found in the database."""

    element: Element
    query: str
    """Its rows in the dataset."""
    table: str
    match: str
    keys: dict[str, str]
    """The columns by which a row is found, and what they are in the database."""
    shown: str
    """What is returned of a row, with the names of the dataset's columns."""


@dataclass
class _Expected:
    """What a dataset says, gathered span by span."""

    store: Ladybug
    projection: Projection
    full: bool
    nodes: Counter[str] = field(default_factory=Counter)
    relationships: Counter[str] = field(default_factory=Counter)
    money: Counter[str] = field(default_factory=Counter)
    differing: str = ""
    """The first row that is not there as it should be."""
    there: set[str] = field(default_factory=set)
    """The tables that the database has."""

    def look(self) -> None:
        """Go through the dataset, and read back what is to be read back."""
        self.there = {name for name, _ in _tables(self.store)}
        model = self.projection.model
        kinds = types(model)
        days = list(self.projection.days(_SPAN))
        whole = range(len(self.projection.dataset.days))
        for node in model.nodes:
            self.nodes[node.label] = 0
        for type_ in kinds:
            self.relationships[type_] = 0
        for element in model.elements:
            for span in days if is_daily(element) and not self.full else [whole]:
                self.projection.show(span)
                if isinstance(element, Node):
                    self._node(element)
                else:
                    self._relationship(element, kinds[element.type])

    def _node(self, node: Node) -> None:
        query = node_rows(self.projection, node)
        money = any(p.name == "amountMinor" for p in node.properties)
        total = 'coalesce(sum("amountMinor"), 0)::BIGINT' if money else "0"
        ((count, minor),) = self._asked(f"SELECT count(*), {total} FROM ({query})")
        self.nodes[node.label] += count
        if money:
            self.money[node.label] += minor
        names = [str(row[0]) for row in self._asked(f"DESCRIBE {query}")]
        key = key_of(node)
        shown = ", ".join(f"n.`{name}` AS `{name}`" for name in names)
        look = _Look(node, query, node.label, f"(n:`{node.label}`)", {key: f"n.`{key}`"}, shown)
        self._read_back(look, count)

    def _relationship(self, each: Relationship, kinds: list[Relationship]) -> None:
        query = relationship_rows(self.projection, each, kinds)
        ((count,),) = self._asked(f"SELECT count(*) FROM ({query})")
        self.relationships[each.type] += count
        model = self.projection.model
        start, end = (key_of(model.node(side.label)) for side in (each.start, each.end))
        match = f"(a:`{each.start.label}`)-[n:`{each.type}`]->(b:`{each.end.label}`)"
        keys = {"_start": f"a.`{start}`", "_end": f"b.`{end}`"}
        values = [f"{place} AS `{name}`" for name, place in keys.items()]
        values += [f"n.`{p.name}` AS `{p.name}`" for p in properties_of(kinds)]
        self._read_back(_Look(each, query, each.type, match, keys, ", ".join(values)), count)

    def _read_back(self, look: _Look, count: int) -> None:
        """Look for rows in the database, until one is not there as it should be."""
        if self.differing or not count or look.table not in self.there:
            return
        row = self._whole(look, count) if self.full else self._some(look)
        if row is not None:
            told = " ".join(str(value) for value in row[: len(look.keys)])
            self.differing = f"{look.element.name} {told}: not in the database as here"

    def _some(self, look: _Look) -> Row | None:
        """Look up some rows, one by one; gives the first that is not there."""
        names = [str(row[0]) for row in self._asked(f"DESCRIBE {look.query}")]
        places = {name: names.index(name) for name in look.keys}
        where = " AND ".join(f"{place} = $k{n}" for n, place in enumerate(look.keys.values()))
        text = f"MATCH {look.match} WHERE {where} RETURN {look.shown}"
        some = f"SELECT * FROM ({look.query}) USING SAMPLE reservoir({_SAMPLE} ROWS) REPEATABLE (1)"
        for row in self._asked(some):
            wanted = {f"k{n}": row[place] for n, place in enumerate(places.values())}
            _, there = self.store.ask(text, **wanted)
            if list(row) not in there:
                return row
        return None

    def _whole(self, look: _Look, count: int) -> Row | None:
        """Lay all rows beside the database's; gives the first that is here or there alone."""
        key, place = next(iter(look.keys.items()))
        for digit in _DIGITS if count > _AT_ONCE else ("",):
            there = f" WHERE right({place}, 1) = '{digit}'" if digit else ""
            here = f" WHERE right(\"{key}\", 1) = '{digit}'" if digit else ""
            held = self.store.arrow(f"MATCH {look.match}{there} RETURN {look.shown}")
            connection = self.projection.connection
            connection.register("held", held)
            ways = f"(SELECT * FROM ({look.query}){here})", "(SELECT * FROM held)"
            for one, other in (ways, ways[::-1]):
                asked = connection.execute(f"SELECT * FROM ({one} EXCEPT ALL {other}) LIMIT 1")
                row = asked.fetchone()
                if row is not None:
                    return row
        return None

    def _asked(self, query: str) -> list[Row]:
        return self.projection.connection.execute(query).fetchall()


def _tables(store: Ladybug) -> list[list[str]]:
    """Give the names of all tables, and their types: NODE, REL."""
    return store.ask("CALL show_tables() RETURN name, type")[1]


def _counted(store: Ladybug, wanted: Counter[str], kind: str, form: str) -> Iterator[str]:
    """Yield in what counts differ, and what there is beside."""
    there = {name for name, type_ in _tables(store) if type_ == kind}
    for name in sorted(there ^ wanted.keys()):
        where = "dataset" if name in there else "database"
        yield f"{name}: not in the {where}"
    for name, count in wanted.items():
        _, [[found]] = store.ask(f"MATCH {form.format(name)} RETURN count(*)")
        if found != count:
            yield f"{name}: {found:,} in the database, {count:,} in the dataset"


def _summed(store: Ladybug, wanted: Counter[str]) -> Iterator[str]:
    for name, total in wanted.items():
        _, [[found]] = store.ask(f"MATCH (n:`{name}`) RETURN coalesce(sum(n.amountMinor), 0)")
        if int(found) != total:
            yield f"{name}: {int(found):,} minor units in the database, {total:,} in the dataset"
