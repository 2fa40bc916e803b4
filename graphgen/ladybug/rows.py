"""The rows of the graph as Ladybug takes them: nodes by their key, relationships by both keys."""

from __future__ import annotations

from graphgen.ladybug.spelling import KEY, SECOND, properties_of, value
from graphgen.neo4j.element import Node, Property, Relationship
from graphgen.neo4j.projection import Projection

__all__ = ["node_rows", "relationship_rows"]


def node_rows(projection: Projection, node: Node) -> str:
    """Give the query of a label's rows, with the columns of its table."""
    named = {p.name: p for p in node.properties}
    shown = [f'{value(p, f"""r."{p.name}" """)} AS "{p.name}"' for p in node.properties]
    if len(node.key) > 1:
        shown.insert(0, f"{_joined([named[k] for k in node.key], 'r')} AS {KEY}")
    if node.second:
        shown.append(f'_second AS "{SECOND}"')
    return f"SELECT {', '.join(shown)} FROM ({projection.select(node)}) AS r"


def relationship_rows(projection: Projection, each: Relationship, kinds: list[Relationship]) -> str:
    """Give the query of a kind's rows: both keys, then all that its type may have."""
    own = {p.name for p in each.properties}
    shown = []
    for name, end in (("_start", each.start), ("_end", each.end)):
        keys = range(len(projection.model.node(end.label).key))
        parts = [f"coalesce({name}_{n}::VARCHAR, '')" for n in keys]
        key = " || '|' || ".join(parts) if len(parts) > 1 else f"{name}_0"
        shown.append(f"({key})::VARCHAR AS {name}")
    for p in properties_of(kinds):
        expression = f'r."{p.name}"' if p.name in own else "NULL"
        shown.append(f'{value(p, expression)} AS "{p.name}"')
    return f"SELECT {', '.join(shown)} FROM ({projection.select(each, keys=True)}) AS r"


def _joined(keys: list[Property], row: str) -> str:
    return " || '|' || ".join(f"""coalesce({row}."{p.name}"::VARCHAR, '')""" for p in keys)
