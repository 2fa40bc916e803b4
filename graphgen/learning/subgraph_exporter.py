"""What every format for drawing can be asked for: which part of a world."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_types import Interval

from graphgen.learning.exporter import LearningExporter
from graphgen.one_file_exporter import OneFileExporter
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from networkx import MultiDiGraph

    from graphgen.dataset import Dataset

__all__ = ["SubgraphExporter"]

_HEAD = 1 << 15
"""Bytes at the beginning of a file in which its maker stands."""


@dataclass(frozen=True)
class SubgraphExporter(OneFileExporter, LearningExporter):
    """A sink that takes a part of a world, to draw it."""

    case: str = ""
    """The case to cut out."""
    ego: str = ""
    """The account around which to cut."""
    hops: Annotated[int, Interval(ge=1, le=5)] = 2
    """With ego: how many payments away."""

    def check(self, *, force: bool) -> None:
        """Refuse a case with an account, and what `OneFileExporter` refuses."""
        if self.case and self.ego:
            raise StoreError(f"{self.target}: a case or an ego is cut out, not both")
        super().check(force=force)

    def is_own(self, file: Path) -> bool:
        """Tell whether graphgen stands at the beginning of a file."""
        with file.open("rb") as begun:
            return b"graphgen" in begun.read(_HEAD)

    def fill(
        self, dataset: Dataset, file: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the part."""
        from graphgen.learning.subgraph import Cut, subgraph

        with self.frame(dataset) as frame:
            graph = subgraph(frame, Cut(self.case, self.ego, self.hops), blind=self.blind)
        self.put(graph, file)
        rows = {"nodes": graph.number_of_nodes(), "edges": graph.number_of_edges()}
        tell(1, 1, sum(rows.values()))
        return rows

    @abstractmethod
    def put(self, graph: MultiDiGraph, file: Path) -> None:
        """Write a graph into a file, with graphgen's name at its beginning."""
