"""What a feature is: a column declared once, as data; files and docs are made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from graphgen.table import Array

__all__ = ["DAY", "HOUR", "WINDOWS", "Feature", "Kind", "arrow_field", "by_name", "column"]

HOUR = 3_600_000
"""Milliseconds."""
DAY = 24 * HOUR
WINDOWS = {"1h": HOUR, "1d": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
"""The windows of time by the end of a feature's name: ms."""

Kind = Literal["count", "number", "flag"]
"""Whole numbers, numbers, or yes and no."""

_TYPES: dict[Kind, pa.DataType] = {
    "count": pa.int32(),
    "number": pa.float32(),
    "flag": pa.bool_(),
}


@dataclass(frozen=True)
class Feature:
    """One column of features."""

    name: str
    doc: str
    """One line: what a value says."""
    window: str
    """How far it looks back, as in "7d"; "all": to the first day; "day": at the graph as it stood
    when the day began; nothing: at no event before it."""
    unit: str
    kind: Kind = "number"
    nullable: bool = False
    """Whether it may be none; it is NaN in memory then."""


def arrow_field(feature: Feature) -> pa.Field:
    """Give a feature as a column of a file; its metadata say doc, window and unit."""
    about = {"doc": feature.doc, "window": feature.window, "unit": feature.unit}
    return pa.field(feature.name, _TYPES[feature.kind], feature.nullable, metadata=about)


def column(feature: Feature, values: Array) -> pa.Array:
    """Give a feature's values (float32) as they stand in a file."""
    if feature.kind == "number":
        data = np.ascontiguousarray(values, np.float32)
        return pa.array(data, from_pandas=feature.nullable)
    if not feature.nullable:
        return pa.array(values.astype(np.int32 if feature.kind == "count" else np.bool_))
    none = np.isnan(values)
    whole = np.where(none, 0, values)
    return pa.array(whole.astype(np.int32 if feature.kind == "count" else np.bool_), mask=none)


def by_name(features: Sequence[Feature], values: Array) -> dict[str, Array]:
    """Give rows of values by the names of the features that they are of."""
    return {feature.name: row for feature, row in zip(features, values, strict=True)}
