"""PyTorch Geometric: a `HeteroData` and a `TemporalData`, each as `InMemoryDataset` loads it.

`hetero/processed/data.pt` has accounts, people, devices, internet addresses and merchants as
nodes, payments (`pays`) and who holds and uses what as edges; `temporal/processed/data.pt` the
payments alone, in order of time. Of each payment there are its numbers (`edge_attr`, `msg`; the
names are in `README.md`), `time` (seconds since 1970, UTC), `y` (1 crime, 0 none, -1 nothing
told), `reported_at` (-1: never), masks of the split by time, `split_inductive`, and `id`, its id
in graphgen; of each node `id` and, where it is known only from some day on, `time`. Accounts have
`y` and masks by account.

Reverse edges are not stored: `ToUndirected()` adds them. Needs `pip install 'graphgen[gnn]'`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from graphgen.folder_exporter import FolderExporter
from graphgen.learning.exporter import ToldExporter, needed

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["PyG"]


@dataclass(frozen=True)
class PyG(FolderExporter, ToldExporter):
    """Graphs for PyTorch Geometric."""

    mark: ClassVar[str] = "hetero/processed/data.pt"
    holds: ClassVar[str] = "graphs for PyTorch Geometric"

    def check(self, *, force: bool) -> None:
        """Refuse where PyTorch Geometric is not installed, and what `FolderExporter` refuses."""
        for package in ("torch_geometric", "torch"):
            needed(package, "gnn")
        super().check(force=force)

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write both graphs, and how they are loaded."""
        from graphgen.learning.graph_arrays import graph_arrays
        from graphgen.memory import give_back

        with self.frame(dataset) as frame:
            graph = graph_arrays(frame, blind=self.blind)
        give_back()
        from graphgen.learning.tensors import write_graphs

        rows = write_graphs(graph, folder)
        tell(1, 1, sum(rows.values()))
        return rows
