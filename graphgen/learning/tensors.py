"""A graph of arrays as PyTorch Geometric's; it imports torch: import it where it is used, and last.

Torch alone takes as much memory as millions of payments: what gathers these is done by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch_geometric.data import HeteroData, TemporalData

from graphgen.learning.graph_arrays import NODES, PAYS, GraphArrays
from graphgen.learning.raw import ACCOUNT, PAYMENT
from graphgen.table import Array

__all__ = ["write_graphs"]

_README = """\
# Graphs for PyTorch Geometric

Written by graphgen. Both load with PyTorch Geometric alone:

```python
from torch_geometric.data import HeteroData, InMemoryDataset, TemporalData


class Graph(InMemoryDataset):
    def __init__(self, root, kind):
        super().__init__(root)
        self.load(self.processed_paths[0], data_cls=kind)

    processed_file_names = "data.pt"


hetero = Graph("hetero", HeteroData)[0]
temporal = Graph("temporal", TemporalData)[0]
```

`edge_attr` and `msg` of a payment: {payment}.

`x` of an account: {account}. What flowed is counted in the days of training alone.
{others}"""


def write_graphs(graph: GraphArrays, folder: Path) -> dict[str, int]:
    """Write both graphs; gives how many nodes and edges of each kind there are."""
    hetero = HeteroData()
    for kind, arrays in (*graph.nodes.items(), *graph.edges.items()):
        for name, tensor in _tensors(arrays).items():
            hetero[kind][name] = tensor
    hetero.validate(raise_on_error=True)
    _save(hetero, folder / "hetero")
    _save(_temporal(_tensors(graph.edges[PAYS])), folder / "temporal")
    others = "".join(
        f"\n`x` of a {kind}: {', '.join(numbers)}.\n" for kind, numbers in NODES.items()
    )
    told = _README.format(payment=", ".join(PAYMENT), account=", ".join(ACCOUNT), others=others)
    (folder / "README.md").write_text(told, "utf-8")
    rows: dict[str, int] = {kind: hetero[kind].num_nodes for kind in hetero.node_types}
    return rows | {kind[1]: hetero[kind].num_edges for kind in hetero.edge_types}


def _tensors(arrays: Mapping[str, Array]) -> dict[str, torch.Tensor]:
    """Give arrays as tensors, which share their memory."""
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def _temporal(pays: Mapping[str, torch.Tensor]) -> TemporalData:
    src, dst = pays["edge_index"]
    told = {name: pays[name] for name in ("id", "y", "reported_at") if name in pays}
    return TemporalData(src=src, dst=dst, t=pays["time"], msg=pays["edge_attr"], **told)


def _save(data: HeteroData | TemporalData, folder: Path) -> None:
    """Write what `InMemoryDataset.save` does of one graph, but straight to the file.

    That lays the whole of it in memory before: of nine million payments 0.8 GB more.
    """
    place = folder / "processed"
    place.mkdir(parents=True)
    torch.save((data.to_dict(), None, type(data)), place / "data.pt")
