"""Columns of each rung: what a row says, what its accounts did before, who is tied to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.baseline.rows import RAW
from graphgen.features.by_day import GROUPS
from graphgen.features.files import scan
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.baseline.rows import Rows
    from graphgen.dataset import Dataset

__all__ = ["RUNGS", "column_names", "features_of", "matrix"]

RUNGS = ("raw", "velocity", "graph")
"""Each has the columns of those before it too."""
_TIES = ("partners", "port", "reverse_", "forward_", "chain_")
"""Features of windows, pairs and flows that tell who is tied to whom, or follow money further than
one payment: they belong to the graph."""


def features_of(rung: str) -> list[str]:
    """Name the features that a rung adds."""
    groups = GROUPS["payment"]
    plain = [f.name for name in ("windows", "pairs", "flows", "places") for f in groups[name]]
    ties = [name for name in plain if any(tie in name for tie in _TIES)]
    more = [f.name for name in ("structure", "motifs") for f in groups[name]]
    return {
        "raw": [],
        "velocity": [name for name in plain if name not in ties],
        "graph": [*ties, *more],
    }[rung]


def column_names() -> list[str]:
    """Name the columns of `matrix`, in their order."""
    return [*RAW, *(name for rung in RUNGS for name in features_of(rung))]


def matrix(dataset: Dataset, rows: Rows, chosen: Array) -> tuple[Array, dict[str, int]]:
    """Give the columns of some rows (ascending), and how many of them each rung has.

    The matrix (float32, by row and column, NaN for none) has the columns of the last rung; a rung's
    are the first ones. Features are read piece by piece.
    """
    names = column_names()[len(RAW) :]
    values = np.empty((len(chosen), len(rows.raw) + len(names)), np.float32)
    values[:, : len(rows.raw)] = rows.raw[:, chosen].T
    ids = rows.id[chosen]
    done = 0
    for of, piece in _pieces(dataset, names):
        place = np.searchsorted(ids, of)
        there = ids[np.minimum(place, len(ids) - 1)] == of
        done += int(there.sum())
        for column, name in enumerate(names, len(rows.raw)):
            values[place[there], column] = _numbers(piece[name])[there]
    if done != len(ids):
        raise ValueError(f"{dataset.path}: {len(ids) - done} payments have no features")
    ends = np.cumsum([len(rows.raw), *(len(features_of(rung)) for rung in RUNGS[1:])])
    return values, dict(zip(RUNGS, ends.tolist(), strict=True))


def _pieces(dataset: Dataset, names: list[str]) -> Iterator[tuple[Array, pa.Table]]:
    for piece in scan(dataset, "payment", ["payment_id", *names]):
        id_ = piece["payment_id"]
        if pa.types.is_string(id_.type):
            id_ = pc.cast(pc.utf8_slice_codeunits(id_, 1), pa.int64())
        yield id_.to_numpy(), piece


def _numbers(column: pa.ChunkedArray) -> Array:
    return np.asarray(pc.cast(column, pa.float32()).to_numpy(), np.float32)
