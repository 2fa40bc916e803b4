"""GEXF: a part of a world as one file that knows of time, for Gephi.

`case` cuts out a case, `ego` what lies within `hops` payments of an account; with neither all of
it is written, if it is small. Ids are text (`A1234567890`); each payment is an edge at its time,
who holds or uses what one from when to when (UTC): Gephi's timeline plays it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from graphgen.learning.subgraph_exporter import SubgraphExporter

if TYPE_CHECKING:
    from networkx import MultiDiGraph

__all__ = ["Gexf"]


@dataclass(frozen=True)
class Gexf(SubgraphExporter):
    """A part of a world in GEXF, with time."""

    holds: ClassVar[str] = "a graph in GEXF"

    def put(self, graph: MultiDiGraph, file: Path) -> None:
        """Write it as networkx does, with its maker, and without the day on which it was made."""
        from networkx.readwrite.gexf import GEXFWriter

        graph.graph["mode"] = "dynamic"
        for node, told in graph.nodes(data=True):
            told["label"] = node
        writer = GEXFWriter(version="1.2draft")
        writer.add_graph(graph)
        for meta in writer.xml.iter("meta"):
            meta.attrib.pop("lastmodifieddate", None)
            for creator in meta.iter("creator"):
                creator.text = "graphgen"
        with file.open("wb") as out:
            writer.write(out)
