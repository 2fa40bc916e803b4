"""A frame as a graph of arrays: what its nodes and edges have, by kind, with no tool's classes.

Arrays of payments are as long as all of them from the start, and filled span by span: nothing
large is there twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from graphgen.learning.known import first_known
from graphgen.learning.places import Places
from graphgen.learning.raw import (
    ACCOUNT,
    NOTHING,
    PAYMENT,
    accounts,
    lay,
    matrix,
    payments,
    payments_in,
)
from graphgen.learning.splits import PARTS
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.learning.frame import Frame

__all__ = ["NODES", "PAYS", "GraphArrays", "graph_arrays"]

PAYS = ("account", "pays", "account")
_MASKS = dict(zip(("train_mask", "val_mask", "test_mask"), range(len(PARTS)), strict=True))
NODES = {
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


@dataclass(frozen=True)
class GraphArrays:
    """What nodes and edges have: arrays, by kind and name, a row for each node or edge."""

    nodes: dict[str, dict[str, Array]]
    edges: dict[tuple[str, str, str], dict[str, Array]]
    """By the kind of their start, what they are, and the kind of their end; `edge_index` has the
    places of starts and of ends, int64."""


def graph_arrays(frame: Frame, *, blind: bool) -> GraphArrays:
    """Gather a frame's graph; with `blind` without labels. Times are seconds since 1970."""
    places = Places(frame)
    pays = _payments(frame, places, blind=blind)
    nodes = {"account": _accounts(frame, places, blind=blind)}
    nodes |= {kind: _others(frame, places, kind) for kind in NODES}
    return GraphArrays(nodes, {PAYS: pays, **{kind: _ties(frame, places, kind) for kind in _EDGES}})


def _payments(frame: Frame, places: Places, *, blind: bool) -> dict[str, Array]:
    count = payments_in(frame)
    ends = np.empty((2, count), np.int64)
    found: dict[str, Array] = {
        "edge_attr": np.empty((count, len(PAYMENT)), np.float32),
        "time": np.empty(count, np.int64),
        "id": np.empty(count, np.int64),
        "split_inductive": np.empty(count, np.int8),
    }
    if not blind:
        found |= {name: np.empty(count, np.int64) for name in ("y", "reported_at")}
    part = np.empty(count, np.int8)
    lay(_spans(frame, places), {**found, "src": ends[0], "dst": ends[1], "split_time": part})
    masks = {mask: part == number for mask, number in _MASKS.items()}
    return {"edge_index": ends, **found, **masks}


def _spans(frame: Frame, places: Places) -> Iterator[dict[str, Array]]:
    for part in payments(frame, places):
        names = ("time", "id", "src", "dst", "reported_at", "split_time", "split_inductive")
        told = {name: part[name].to_numpy() for name in names}
        yield {**told, "y": part["told"].to_numpy(), "edge_attr": matrix(part, PAYMENT)}


def _accounts(frame: Frame, places: Places, *, blind: bool) -> dict[str, Array]:
    rows = accounts(frame, places)
    part = rows["part"].fill_null(NOTHING).to_numpy()
    found = {"x": matrix(rows, ACCOUNT), "id": _whole(rows["id"]), "time": _seconds(rows["since"])}
    found |= {mask: part == number for mask, number in _MASKS.items()}
    if not blind:
        found["y"] = _whole(rows["told"].cast(pa.int64()).fill_null(NOTHING))
        found["reported_at"] = _seconds(rows["reported_at"])
    return found


def _others(frame: Frame, places: Places, kind: str) -> dict[str, Array]:
    numbers = NODES[kind]
    shown = ", ".join(f'coalesce(({sql})::FLOAT, 0) AS "{n}"' for n, sql in numbers.items())
    rows = frame.sql(
        f"SELECT {kind}_id AS id, known_from, {shown} FROM ({first_known(kind)}) "
        f"ORDER BY known_from, {kind}_id"
    ).to_arrow_table()
    if not np.array_equal(rows["id"].to_numpy(), places.ids(kind)):
        raise ValueError(f"{kind}: is not in the order of its places")
    time = _seconds(rows["known_from"])
    return {"x": matrix(rows, numbers), "id": _whole(rows["id"]), "time": time}


def _ties(frame: Frame, places: Places, kind: tuple[str, str, str]) -> dict[str, Array]:
    table, start, end = _EDGES[kind]
    rows = frame.sql(
        f'SELECT "{start}" AS src, "{end}" AS dst, known_from FROM ({first_known(table)}) '
        f"ORDER BY known_from, src, dst"
    ).to_arrow_table()
    src, dst = places.of(kind[0], rows["src"]), places.of(kind[2], rows["dst"])
    there = ~(src.is_null().to_numpy(False) | dst.is_null().to_numpy(False))
    ends = [each.fill_null(0).to_numpy()[there] for each in (src, dst)]
    return {"edge_index": np.stack(ends), "time": _seconds(rows["known_from"])[there]}


def _whole(column: pa.ChunkedArray) -> Array:
    return np.array(column.to_numpy())


def _seconds(column: pa.ChunkedArray) -> Array:
    """Give times as seconds since 1970; `NOTHING` where there is none."""
    seconds = column.cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.int64())
    return _whole(seconds.fill_null(NOTHING))
