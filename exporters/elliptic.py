"""Elliptic: payments as nodes, and money that goes on as edges, in the three files of that set.

`elliptic_txs_features.csv` (no header: payment, time step from 1 to 49, then numbers),
`elliptic_txs_edgelist.csv` (a payment, and the next that its payee makes),
`elliptic_txs_classes.csv` (1 illicit, 2 licit, unknown). The time steps are 49 equal parts of the
world's time, of which the first 34 are trained on. Unknown is what nothing is told of, and each
attempt that moved nothing. PyG's `EllipticBitcoinDataset` reads the files in `raw/`. Payments have
their ids in graphgen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa

from graphgen.folder_exporter import FolderExporter
from graphgen.learning.exporter import ToldExporter
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Elliptic"]

_NODE = {"id": np.int64, "src": np.int64, "dst": np.int64, "told": np.int8}
"""What is kept of a payment until all are read."""
_STEPS = 49
_UNKNOWN = 2
_CLASSES = ("2", "1", "unknown")
"""Of what is honest, of what is not, of what nothing is told."""


@dataclass(frozen=True)
class Elliptic(FolderExporter, ToldExporter):
    """The three files of the Elliptic set."""

    mark: ClassVar[str] = "elliptic_txs_classes.csv"
    holds: ClassVar[str] = "files in Elliptic's form"

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the features span by span, then what goes on, and the classes."""
        from graphgen.learning.csv_file import put_head, put_rows
        from graphgen.learning.places import Places
        from graphgen.learning.raw import lay, payments, payments_in

        with (
            self.frame(dataset) as frame,
            (folder / "elliptic_txs_features.csv").open("wb") as file,
        ):
            count = payments_in(frame, "true")
            whole = {name: np.empty(count, kind) for name, kind in _NODE.items()}

            def written() -> Iterator[dict[str, Array]]:
                for part in payments(frame, Places(frame), "true"):
                    put_rows(file, _features(part, dataset))
                    told = {"told": self._told(part)}
                    yield {n: part[n].to_numpy() for n in ("id", "src", "dst")} | told
                    tell(1, 3, count)

            lay(written(), whole)
        ids, payer, payee, told = whole.values()
        before, after = _goes_on(payer, payee)
        with (folder / "elliptic_txs_edgelist.csv").open("wb") as file:
            put_head(file, "txId1,txId2")
            put_rows(file, [pa.array(ids[before]), pa.array(ids[after])])
        with (folder / "elliptic_txs_classes.csv").open("wb") as file:
            put_head(file, "txId,class")
            put_rows(file, [pa.array(ids), pa.array(_CLASSES).take(pa.array(told))])
        rows = {"payments": len(ids), "edges": len(before)}
        tell(3, 3, sum(rows.values()))
        return rows

    def _told(self, part: pa.Table) -> Array:
        told = part["told"].to_numpy()
        moved = part["status"].to_numpy(zero_copy_only=False) == "booked"
        return np.where(moved & (told >= 0) & (not self.blind), told, _UNKNOWN).astype(np.int8)


def _features(part: pa.Table, dataset: Dataset) -> list[pa.Array]:
    from graphgen.learning.raw import PAYMENT

    first = np.datetime64(dataset.days[0], "s").astype(np.int64)
    since = part["time"].to_numpy() - first
    step = 1 + since * _STEPS // (len(dataset.days) * 86_400)
    declined = part["status"].to_numpy(zero_copy_only=False) != "booked"
    numbers = [part[name] for name in PAYMENT]
    return [part["id"], pa.array(step), *numbers, pa.array(declined).cast(pa.int8())]


def _goes_on(payer: Array, payee: Array) -> tuple[Array, Array]:
    """Give pairs of payments: one, and the next that the account which it pays makes."""
    count = np.int64(len(payer))
    made = payer * count + np.arange(count)
    made.sort()
    wanted = payee * count + np.arange(count)
    found = np.searchsorted(made, wanted, side="right")
    there = found < count
    there[there] = made[found[there]] // count == payee[there]
    return np.flatnonzero(there), made[found[there]] % count
