"""A frame as the graphs of PyTorch Geometric; it imports torch: import it where used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import torch
from torch_geometric.data import HeteroData, InMemoryDataset, TemporalData

from graphgen.learning.known import first_known
from graphgen.learning.places import Places
from graphgen.learning.raw import ACCOUNT, NOTHING, PAYMENT, accounts, matrix, payments
from graphgen.learning.splits import PARTS
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.learning.frame import Frame

__all__ = ["write_graphs"]

_MASKS = dict(zip(("train_mask", "val_mask", "test_mask"), range(len(PARTS)), strict=True))
_NODES = {
    "user": {
        "log_income": "ln(1 + greatest(coalesce(income, 0), 0))",
        "birth_year": "(year(birth_date) - 1970) / 30",
        "is_employed": "employment = 'employed'",
    },
    "device": {"is_phone": "type = 'phone'", "is_tablet": "type = 'tablet'"},
    "ip": {word: f"kind = '{word}'" for word in ("home", "mobile", "office", "public", "vpn")},
    "merchant": {"is_online": "online", "log_mcc": "ln(1 + mcc::INTEGER)"},
}
"""Kinds of nodes beside accounts, and their numbers."""
_EDGES = {
    ("user", "holds", "account"): ("has_account", "user_id", "account_id"),
    ("user", "uses", "device"): ("uses_device", "user_id", "device_id"),
    ("user", "banks_from", "ip"): ("uses_ip", "user_id", "ip_id"),
    ("user", "knows", "user"): ("knows", "user_id", "other_user_id"),
    ("merchant", "is_paid_on", "account"): ("merchant", "merchant_id", "account_id"),
}
"""Edges beside payments: their table, and its columns of both ends."""

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


def write_graphs(frame: Frame, folder: Path, *, blind: bool) -> dict[str, int]:
    """Write both graphs; gives how many nodes and edges of each kind there are."""
    places = Places(frame)
    edges = _payments(frame, places)
    nodes = accounts(frame, places)
    hetero = HeteroData()
    hetero["account"].x = torch.from_numpy(matrix(nodes, ACCOUNT))
    hetero["account"].id = _tensor(nodes["id"])
    hetero["account"].time = _seconds(nodes["since"])
    part = nodes["part"].fill_null(NOTHING).to_numpy()
    for mask, number in _MASKS.items():
        hetero["account"][mask] = torch.from_numpy(part == number)
    if not blind:
        hetero["account"].y = _tensor(nodes["told"].cast(pa.int64()).fill_null(NOTHING))
        hetero["account"].reported_at = _seconds(nodes["reported_at"])
    for kind, numbers in _NODES.items():
        _add_nodes(hetero, frame, places, kind, numbers)
    pays = hetero["account", "pays", "account"]
    pays.edge_index = torch.from_numpy(np.stack([edges["src"], edges["dst"]]))
    pays.edge_attr = torch.from_numpy(edges["msg"])
    for name in ("time", "id", "split_inductive"):
        pays[name] = torch.from_numpy(edges[name])
    for mask, number in _MASKS.items():
        pays[mask] = torch.from_numpy(edges["split_time"] == number)
    if not blind:
        pays.y = torch.from_numpy(edges["y"])
        pays.reported_at = torch.from_numpy(edges["reported_at"])
    for ends, source in _EDGES.items():
        _add_edges(hetero, frame, places, ends, source)
    hetero.validate(raise_on_error=True)
    _save(hetero, folder / "hetero")
    rows = {kind: hetero[kind].num_nodes for kind in hetero.node_types}
    rows |= {kind[1]: hetero[kind].num_edges for kind in hetero.edge_types}
    _save(_temporal(pays, blind=blind), folder / "temporal")
    others = "".join(
        f"\n`x` of a {kind}: {', '.join(numbers)}.\n" for kind, numbers in _NODES.items()
    )
    told = _README.format(payment=", ".join(PAYMENT), account=", ".join(ACCOUNT), others=others)
    (folder / "README.md").write_text(told, "utf-8")
    return rows


def _payments(frame: Frame, places: Places) -> dict[str, Array]:
    """Give what is said of payments, each as one array."""
    parts: dict[str, list[Array]] = {}
    names = {"told": "y"}
    for part in payments(frame, places):
        parts.setdefault("msg", []).append(matrix(part, PAYMENT))
        for name in ("id", "time", "src", "dst", "told", "reported_at"):
            values = part[name].cast(pa.int64()).to_numpy()
            parts.setdefault(names.get(name, name), []).append(values)
        for name in ("split_time", "split_inductive"):
            parts.setdefault(name, []).append(part[name].to_numpy())
    whole = {}
    for name in list(parts):
        whole[name] = np.concatenate(parts.pop(name))
    return whole


def _add_nodes(
    hetero: HeteroData, frame: Frame, places: Places, kind: str, numbers: dict[str, str]
) -> None:
    shown = ", ".join(f'coalesce(({sql})::FLOAT, 0) AS "{n}"' for n, sql in numbers.items())
    rows = frame.sql(
        f"SELECT {kind}_id AS id, known_from, {shown} FROM ({first_known(kind)}) "
        f"ORDER BY known_from, {kind}_id"
    ).to_arrow_table()
    hetero[kind].x = torch.from_numpy(matrix(rows, numbers))
    hetero[kind].id = _tensor(rows["id"])
    hetero[kind].time = _seconds(rows["known_from"])
    if not np.array_equal(rows["id"].to_numpy(), places.ids(kind)):
        raise ValueError(f"{kind}: is not in the order of its places")


def _add_edges(
    hetero: HeteroData,
    frame: Frame,
    places: Places,
    kind: tuple[str, str, str],
    source: tuple[str, str, str],
) -> None:
    table, start, end = source
    rows = frame.sql(
        f'SELECT "{start}" AS src, "{end}" AS dst, known_from FROM ({first_known(table)}) '
        f"ORDER BY known_from, src, dst"
    ).to_arrow_table()
    src, dst = places.of(kind[0], rows["src"]), places.of(kind[2], rows["dst"])
    there = ~(src.is_null().to_numpy(False) | dst.is_null().to_numpy(False))
    ends = [each.fill_null(0).to_numpy()[there] for each in (src, dst)]
    hetero[kind].edge_index = torch.from_numpy(np.stack(ends))
    hetero[kind].time = _seconds(rows["known_from"])[torch.from_numpy(there)]


def _temporal(pays: Any, *, blind: bool) -> TemporalData:  # noqa: ANN401 - PyG's storage
    told = {} if blind else {"y": pays.y, "reported_at": pays.reported_at}
    return TemporalData(
        src=pays.edge_index[0],
        dst=pays.edge_index[1],
        t=pays.time,
        msg=pays.edge_attr,
        id=pays.id,
        **told,
    )


def _save(data: HeteroData | TemporalData, folder: Path) -> None:
    place = folder / "processed"
    place.mkdir(parents=True)
    InMemoryDataset.save([data], str(place / "data.pt"))


def _tensor(column: pa.ChunkedArray) -> torch.Tensor:
    return torch.from_numpy(column.to_numpy().copy())


def _seconds(column: pa.ChunkedArray) -> torch.Tensor:
    """Give times as seconds since 1970; `NOTHING` where there is none."""
    seconds = column.cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.int64())
    return torch.from_numpy(seconds.fill_null(NOTHING).to_numpy().copy())
