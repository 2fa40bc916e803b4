"""The steps of a load: what one statement makes, over and over, of the rows of some days.

A step makes a kind of node, with the relationships that every one of them has from the start (a
transaction, who pays and who is paid), or a kind of relationship.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from graphgen.neo4j.element import Element, End, Model, Node, Property, Relationship, Type
from graphgen.neo4j.parting import place
from graphgen.neo4j.projection import Projection, is_daily

__all__ = ["Step", "cell", "found", "other", "plan", "steps"]

_TIMES = (Type.DATE, Type.DATETIME)
_READS = {
    Type.LONG: "toInteger",
    Type.DOUBLE: "toFloat",
    Type.BOOLEAN: "toBoolean",
    Type.DATE: "date",
    Type.DATETIME: "datetime",
}
"""What makes a value of text; of none, none."""


@dataclass(frozen=True)
class Step:
    """A kind of node with some of its relationships, or a kind of relationship."""

    element: Element
    model: Model
    """Where the nodes at the ends of relationships are described."""
    carried: tuple[Relationship, ...] = ()
    """Of a node: kinds of relationships that each has one of, to nodes that are there before."""
    days: range | None = None
    """The days whose rows they are; none: what is there from the start."""
    text: bool = False
    """Whether values come as text, as in a file of CSV: times as ISO 8601."""

    @property
    def daily(self) -> bool:
        """Whether its rows come with days."""
        return is_daily(self.element)

    @property
    def ends(self) -> tuple[End, ...]:
        """The nodes that have to be there before, of each row."""
        if isinstance(self.element, Relationship):
            return self.element.start, self.element.end
        return tuple(other(self.element, each)[0] for each in self.carried)

    def query(self, projection: Projection, connections: int = 1) -> str:
        """Give the query of its rows; times are milliseconds since 1970, or text.

        Of a node the columns are its properties, of each relationship carried the other end's key
        and its own properties; of a relationship its ends' keys and its properties. Before them
        stand `_place` (`graphgen.neo4j.parting`) and `_second`, a node's second label.
        """
        if isinstance(self.element, Relationship):
            rows = projection.select(self.element, keys=True)
            where = self._place(["_start_0", "_end_0"], connections)
            shown = [where, "NULL AS _second", *self._keys("_start", self.element.start)]
            shown += self._keys("_end", self.element.end)
            named = {f'"{p.name}"': p for p in self.element.properties}
            shown += [f"{self._sent(p, name)} AS {name}" for name, p in named.items()]
            return f"SELECT {', '.join(shown)} FROM ({rows})"
        second = self.element.second or "NULL"
        inner = [f"{second} AS _second", f"{self.element.id} AS _id"]
        inner += [f'{self._sent(p, p.sql)} AS "{p.name}"' for p in self.element.properties]
        ends = [f"_end_{number}" for number in range(len(self.carried))]
        outer = [self._place(ends, connections), "_second"]
        outer += [f'"{p.name}"' for p in self.element.properties]
        joins = []
        for number, each in enumerate(self.carried):
            end, name = other(self.element, each)[0], f"_end_{number}"
            inner.append(f"{end.id} AS {name}")
            join, keys = projection.found(name, end)
            joins += join
            outer += [f"{key} AS {name}_{n}" for n, key in enumerate(keys)]
            for p in each.properties:
                inner.append(f'{self._sent(p, p.sql)} AS "{name} {p.name}"')
                outer.append(f'"{name} {p.name}"')
        return (
            f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {self.element.rows}) "
            + " ".join(joins)
        )

    def _sent(self, one: Property, sql: str) -> str:
        """Give the expression of a value as it goes to the server."""
        if one.type not in _TIMES:
            return sql
        if self.text:
            form = "%Y-%m-%d" if one.type is Type.DATE else "%Y-%m-%dT%H:%M:%S.%gZ"
            return f"strftime(({sql})::TIMESTAMPTZ, '{form}')"
        return f"epoch_ms(({sql})::TIMESTAMPTZ)"

    def _at(self, column: int) -> str:
        """Give the expression of a row's value: of a file's row, or of columns that were sent."""
        return f"r[{column}]" if self.text else f"$c{column}[i]"

    def _cell(self, one: Property, column: int) -> str:
        return cell(one, self._at(column), text=self.text)

    def _map(self, properties: Sequence[Property], column: int) -> str:
        cells = (f"{p.name}: {self._cell(p, column + n)}" for n, p in enumerate(properties))
        return f" {{{', '.join(cells)}}}" if properties else ""

    def _place(self, columns: Sequence[str], connections: int) -> str:
        """Give the column that says which rows may be made at the same time."""
        labels = [end.label for end in self.ends]
        return f"{place(labels, columns, connections)} AS _place"

    def _keys(self, name: str, end: End) -> list[str]:
        return [f"{name}_{n}" for n in range(len(self.model.node(end.label).key))]

    def statement(self, second: str | None, *, merge: bool) -> str:
        """Give the text that makes the nodes and relationships of rows; with `merge` those missing.

        `$c0`, `$c1`, ... are the columns after `_place` and `_second`, with `$count` values each;
        `$load` is what marks nodes as loaded. Rows of text stand in `r`, as LOAD CSV has them.
        """
        head = [] if self.text else ["UNWIND range(0, $count - 1) AS i"]
        if isinstance(self.element, Relationship):
            lines = self._relate(self.element, merge=merge)
        else:
            lines = self._make(self.element, second, merge=merge)
        return "\n".join([*head, *lines])

    def _make(self, node: Node, second: str | None, *, merge: bool) -> list[str]:
        labels = f":{node.label}" + (f":{second}" if second else "")
        cells = {p.name: self._cell(p, n) for n, p in enumerate(node.properties)}
        finds, makes = [], []
        column = len(node.properties)
        for number, each in enumerate(self.carried):
            end, starts = other(node, each)
            find, column = found(self.model, f"e{number}", end, column, self._at)
            finds.append(find)
            verb = "MERGE" if merge else "CREATE"
            own = self._map(each.properties, column)
            column += len(each.properties)
            pair = (f"(e{number})", "(n)") if starts else ("(n)", f"(e{number})")
            makes.append(f"{verb} {pair[0]}-[:{each.type}{own}]->{pair[1]}")
        if merge:
            key = ", ".join(f"{k}: {cells[k]}" for k in node.key)
            rest = [f"n.{name} = {cell}" for name, cell in cells.items() if name not in node.key]
            rest += [f"n:{second}"] if second else []
            made = f"MERGE (n:{node.label} {{{key}}}) ON CREATE SET n.loadId = $load"
            made += f" SET {', '.join(rest)}" if rest else ""
        else:
            everything = ", ".join(f"{name}: {cell}" for name, cell in cells.items())
            everything += "" if self.text else ", loadId: $load"
            made = f"CREATE (n{labels} {{{everything}}})"
        return [*finds, made, *makes]

    def _relate(self, each: Relationship, *, merge: bool) -> list[str]:
        start, column = found(self.model, "a", each.start, 0, self._at)
        end, column = found(self.model, "b", each.end, column, self._at)
        cells = {p.name: self._cell(p, column + n) for n, p in enumerate(each.properties)}
        if merge:
            key = ", ".join(f"{name}: {cells[name]}" for name in each.key)
            rest = [f"x.{name} = {cell}" for name, cell in cells.items() if name not in each.key]
            made = f"MERGE (a)-[x:{each.type}{f' {{{key}}}' if key else ''}]->(b)"
            made += f" SET {', '.join(rest)}" if rest else ""
        else:
            made = f"CREATE (a)-[:{each.type}{self._map(each.properties, column)}]->(b)"
        return [start, end, made]


def found(
    model: Model, name: str, end: End, column: int, at: Callable[[int], str]
) -> tuple[str, int]:
    """Give the clause that finds an end by its key, and the next column of a row.

    The key stands from `column` on; `at` gives the expression of a column's value.
    """
    key = model.node(end.label).key
    by = ", ".join(f"{k}: {at(column + n)}" for n, k in enumerate(key))
    return f"MATCH ({name}:{end.label} {{{by}}})", column + len(key)


def other(node: Node, each: Relationship) -> tuple[End, bool]:
    """Give a relationship's end that is not this node, and whether it begins there."""
    if (each.end.label, each.end.id) == (node.label, node.id):
        return each.start, True
    return each.end, False


def steps(model: Model, among: Model) -> Iterator[Step]:
    """Yield the steps that make a model's nodes and relationships, in an order that works.

    `among` describes all nodes that relationships may lead to.
    """
    known = {node.label for node in among.nodes} - {node.label for node in model.nodes}
    # what comes with days comes after all that is there from the start
    static = {node.label for node in model.nodes if not is_daily(node)}
    left = list(model.relationships)
    for node in model.nodes:
        there = known | (static if is_daily(node) else set())
        mine = tuple(each for each in left if _is_carried(node, each, there))
        left = [each for each in left if each not in mine]
        known.add(node.label)
        yield Step(node, among, mine)
    for each in left:
        yield Step(each, among)


def _is_carried(node: Node, each: Relationship, there: set[str]) -> bool:
    if each.rows != node.rows:
        return False
    here = [(end.label, end.id) == (node.label, node.id) for end in (each.start, each.end)]
    return sum(here) == 1 and other(node, each)[0].label in there


def plan(projection: Projection, model: Model, rows: int) -> Sequence[Step]:
    """Give all steps in order: what is there from the start, then spans of about so many rows."""
    every = list(steps(model, projection.model))
    made = [step for step in every if not step.daily and isinstance(step.element, Node)]
    made += [step for step in every if not step.daily and isinstance(step.element, Relationship)]
    for span in projection.days(rows):
        made += [Step(step.element, step.model, step.carried, span) for step in every if step.daily]
    return _after_their_ends(made)


def _after_their_ends(some: list[Step]) -> list[Step]:
    """Put last what is there from the start and leads to what comes with days: the truth."""
    daily = {s.element.label for s in some if s.daily and isinstance(s.element, Node)}
    late = [s for s in some if not s.daily and {end.label for end in s.ends} & daily]
    return [step for step in some if step not in late] + late


def cell(one: Property, place: str, *, text: bool = False) -> str:
    """Give the expression of a value as the server keeps it, of one as it was sent."""
    if text:
        reads = _READS.get(one.type)
        return f"{reads}({place})" if reads else place
    if one.type not in _TIMES:
        return place
    time = f"datetime({{epochMillis: {place}}})"
    kept = f"date({time})" if one.type is Type.DATE else time
    return f"CASE WHEN {place} IS NULL THEN null ELSE {kept} END"
