"""GraphML: a part of a world as one file, for networkx, igraph, yEd, Cytoscape and Gephi.

`case` cuts out a case, `ego` what lies within `hops` payments of an account; with neither all of it
is written, if it is small. Ids are text (`A1234567890`), times ISO 8601 in UTC (`start`, `end`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from graphgen.learning.subgraph_exporter import SubgraphExporter

if TYPE_CHECKING:
    from networkx import MultiDiGraph

__all__ = ["GraphMl"]


@dataclass(frozen=True)
class GraphMl(SubgraphExporter):
    """A part of a world in GraphML."""

    holds: ClassVar[str] = "a graph in GraphML"

    def put(self, graph: MultiDiGraph, file: Path) -> None:
        """Write with the standard library's XML: the same bytes whether lxml is there or not."""
        import networkx as nx

        graph.graph["id"] = "graphgen"
        nx.write_graphml_xml(graph, file)
