"""The graph for networkx and igraph: nodes under their ids in text, and the edges that one can see.

Habits and errands are not in it: they are the recipe. A node has its table's name as `kind` and its
columns as attributes; an edge has its table's name as `type`. What a node refers to (its bank, its
household) is an edge too, named after the column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphgen.arrow import to_arrow
from graphgen.publish import edges, nodes
from graphgen.schema import Meaning

if TYPE_CHECKING:
    import igraph
    import networkx as nx

    from graphgen.graph import Graph
    from graphgen.table import Table

__all__ = ["to_igraph", "to_networkx"]

_Attributes = dict[str, Any]


def to_networkx(graph: Graph) -> nx.MultiDiGraph:
    """Give a networkx graph; an edge's key is its type, and of a second one between two its number.

    Somebody may come to the same place again: `lives_at`, `lives_at 2`.
    """
    import networkx as nx

    made = nx.MultiDiGraph()
    for table in nodes(graph):
        made.add_nodes_from(_nodes(table))
    for table in (*nodes(graph), *edges(graph)):
        met: Counter[tuple[str, str, str]] = Counter()
        for source, target, attributes in _edges(table):
            kind = attributes["type"]
            met[source, target, kind] += 1
            number = met[source, target, kind]
            key = kind if number == 1 else f"{kind} {number}"
            made.add_edge(source, target, key, **attributes)
    return made


def to_igraph(graph: Graph) -> igraph.Graph:
    """Give an igraph graph; a vertex has its id as `name`, and a name of its own as `label`."""
    try:
        import igraph
    except ImportError:
        raise ImportError(
            "igraph is not installed; pip install 'graphgen[igraph]' (its licence is GPL-2+)"
        ) from None

    made = igraph.Graph(directed=True)
    for table in nodes(graph):
        rows = list(_nodes(table))
        keys = list(rows[0][1]) if rows else []
        columns = {"label" if key == "name" else key: [row[key] for _, row in rows] for key in keys}
        made.add_vertices(len(rows), {**columns, "name": [name for name, _ in rows]})
    found = [edge for table in (*nodes(graph), *edges(graph)) for edge in _edges(table)]
    names = sorted({key for _, _, attributes in found for key in attributes})
    made.add_edges(
        [(source, target) for source, target, _ in found],
        {name: [attributes.get(name) for _, _, attributes in found] for name in names},
    )
    return made


def _nodes(table: Table) -> Iterator[tuple[str, _Attributes]]:
    """Yield each row's id, and what is known of it."""
    schema = table.schema
    kept = [c.name for c in schema.columns if c.meaning not in (Meaning.ID, Meaning.REF)]
    rows = to_arrow(table, "text").select([schema.key, *kept]).to_pydict()
    for values in zip(*rows.values(), strict=True):
        yield values[0], {"kind": table.name, **dict(zip(kept, values[1:], strict=True))}


def _edges(table: Table) -> Iterator[tuple[str, str, _Attributes]]:
    """Yield the edges of an edge table, or those that a node table's references are."""
    schema = table.schema
    columns = to_arrow(table, "text").to_pydict()
    references = [c.name for c in schema.columns if c.meaning is Meaning.REF]
    if schema.key:
        for name in references:
            for source, target in zip(columns[schema.key], columns[name], strict=True):
                if target is not None:
                    yield source, target, {"type": name.removesuffix("_id")}
        return
    source, target = references[:2]
    kept = [name for name in columns if name not in references]
    for values in zip(columns[source], columns[target], *(columns[n] for n in kept), strict=True):
        yield (
            values[0],
            values[1],
            {"type": table.name, **dict(zip(kept, values[2:], strict=True))},
        )
