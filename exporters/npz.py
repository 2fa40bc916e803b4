"""NPZ with the keys of DGraph-Fin: accounts as nodes, payments as edges, in one file of numpy.

`dgraphfin.npz` holds `x` (17 numbers of each account), `y` (0 honest, 1 criminal, 2 a person of
whom nothing is told, 3 no person: a shop, a firm, a bank), `edge_index` (payments by two),
`edge_type` (the rail, from 1), `edge_timestamp` (days, from 1), and `train_mask`, `valid_mask` and
`test_mask`: which people's accounts belong to which part (those of the test are in no payment of
training). `node_id` and `edge_id` are the ids in graphgen. PyG's `DGraphFin` reads the file, packed
as `raw/DGraphFin.zip`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from graphgen.folder_exporter import FolderExporter
from graphgen.learning.exporter import ToldExporter
from graphgen.schema import words

if TYPE_CHECKING:
    import pyarrow as pa

    from graphgen.dataset import Dataset
    from graphgen.table import Array

__all__ = ["Npz"]

_FILE = "dgraphfin.npz"
_UNKNOWN, _NO_PERSON = 2, 3


@dataclass(frozen=True)
class Npz(FolderExporter, ToldExporter):
    """A file of numpy with DGraph-Fin's keys."""

    mark: ClassVar[str] = _FILE
    holds: ClassVar[str] = "a file with DGraph-Fin's keys"

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the file."""
        from graphgen.learning.places import Places
        from graphgen.learning.raw import ACCOUNT, accounts, lay, matrix, payments, payments_in

        with self.frame(dataset) as frame:
            places = Places(frame)
            nodes = accounts(frame, places)
            count = payments_in(frame)
            whole = {name: np.empty((count, *shape), np.int64) for name, shape in _EDGE.items()}
            lay((_edge(part, dataset) for part in payments(frame, places)), whole)
        part = nodes["part"].fill_null(_NO_PERSON).to_numpy()
        masks = ("train_mask", "valid_mask", "test_mask")
        arrays: dict[str, Any] = {
            "x": matrix(nodes, ACCOUNT),
            "y": _labels(nodes, part, blind=self.blind),
            **whole,
            **{name: np.flatnonzero(part == number) for number, name in enumerate(masks)},
            "node_id": nodes["id"].to_numpy(),
        }
        np.savez_compressed(folder / _FILE, **arrays)
        rows = {"nodes": len(nodes), "edges": len(whole["edge_id"])}
        tell(1, 1, sum(rows.values()))
        return rows


_EDGE = {"edge_index": (2,), "edge_type": (), "edge_timestamp": (), "edge_id": ()}
"""What a payment has, each of this shape."""


def _edge(part: pa.Table, dataset: Dataset) -> dict[str, Array]:
    """Give a span's payments as DGraph-Fin has edges."""
    first = np.datetime64(dataset.days[0], "s").astype(np.int64)
    rails = {rail: number for number, rail in enumerate(words.RAILS, 1)}
    coded = part["rail"].combine_chunks().dictionary_encode()
    of_word = np.array([rails[word] for word in coded.dictionary.to_pylist()], np.int64)
    ends = [part["src"].to_numpy(), part["dst"].to_numpy()]
    return {
        "edge_index": np.stack(ends, axis=1),
        "edge_type": of_word[coded.indices.to_numpy()] if len(part) else np.empty(0, np.int64),
        "edge_timestamp": (part["time"].to_numpy() - first) // 86_400 + 1,
        "edge_id": part["id"].to_numpy(),
    }


def _labels(nodes: pa.Table, part: Array, *, blind: bool) -> Array:
    told = nodes["told"].cast("int8").fill_null(_UNKNOWN).to_numpy()
    if blind:
        told = np.full(len(nodes), _UNKNOWN)
    return np.where(part == _NO_PERSON, _NO_PERSON, told).astype(np.int64)
