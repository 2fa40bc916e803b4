"""How the mapping of `graphgen.neo4j.model` is spelled in Ladybug, which has tables.

Each label is a table of nodes, each type a table of relationships between one or more pairs of
labels. A node has one label: its second one, if it has one, stands in `secondLabel`. A node is
found by one property; where Neo4j's key has several, `key` holds them, with bars between.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphgen.neo4j.element import Model, Node, Property, Relationship, Type

__all__ = [
    "KEY",
    "SECOND",
    "key_of",
    "node_table",
    "properties_of",
    "relationship_table",
    "types",
    "value",
]

KEY = "key"
SECOND = "secondLabel"
_TYPES = {
    Type.STRING: "STRING",
    Type.LONG: "INT64",
    Type.DOUBLE: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.DATE: "DATE",
    Type.DATETIME: "TIMESTAMP",
}
"""Times are UTC."""
_SQL = {
    Type.STRING: "VARCHAR",
    Type.LONG: "BIGINT",
    Type.DOUBLE: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
}


def key_of(node: Node) -> str:
    """Name the property by which a node is found."""
    return node.key[0] if len(node.key) == 1 else KEY


def node_table(node: Node) -> str:
    """Give the statement that makes the table of a label."""
    columns = [f"`{p.name}` {_TYPES[p.type]}" for p in node.properties]
    if len(node.key) > 1:
        columns.insert(0, f"`{KEY}` STRING")
    if node.second:
        columns.append(f"`{SECOND}` STRING")
    return f"CREATE NODE TABLE `{node.label}`({', '.join(columns)}, PRIMARY KEY(`{key_of(node)}`))"


def types(model: Model) -> dict[str, list[Relationship]]:
    """Give the kinds of relationships of each type."""
    found: dict[str, list[Relationship]] = {}
    for each in model.relationships:
        found.setdefault(each.type, []).append(each)
    return found


def properties_of(kinds: Sequence[Relationship]) -> list[Property]:
    """Give the properties that a type has: those of all its kinds."""
    return list({p.name: p for each in kinds for p in each.properties}.values())


def relationship_table(type_: str, kinds: Sequence[Relationship]) -> str:
    """Give the statement that makes the table of a type."""
    pairs = dict.fromkeys(f"FROM `{each.start.label}` TO `{each.end.label}`" for each in kinds)
    columns = [f"`{p.name}` {_TYPES[p.type]}" for p in properties_of(kinds)]
    return f"CREATE REL TABLE `{type_}`({', '.join([*pairs, *columns])})"


def value(one: Property, expression: str) -> str:
    """Give the expression of a property's value in DuckDB, as Ladybug takes it."""
    if one.type is Type.DATE:
        return f"timezone('UTC', ({expression})::TIMESTAMPTZ)::DATE"
    if one.type is Type.DATETIME:
        return f"timezone('UTC', ({expression})::TIMESTAMPTZ)::TIMESTAMP"
    return f"({expression})::{_SQL[one.type]}"
