"""Placing: a dataset's news and reports with other texts, and nothing else of them changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from graphgen import replacing
from graphgen.arrow import from_arrow
from graphgen.rewrite.texts import COLUMNS, Text, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphgen.dataset import Dataset
    from graphgen.stage import Staged, Stager

__all__ = ["place"]


def place(
    dataset: Dataset,
    texts: Mapping[tuple[str, int], Text],
    about: Mapping[str, Any],
    record: Mapping[str, str],
    told: Callable[[], None],
) -> None:
    """Put texts into a dataset: its files, run.json (`texts`: `about`) and README.md.

    `record` are more files of its folder, by name, with what they say; `told` is called after each
    file. Raises `StoreError` for a folder that cannot be written.
    """
    stager = replacing.stager(dataset)
    files = dict(dataset.run["files"])
    for name in tables(dataset):
        for day in range(dataset.run["days"]):
            staged = _staged(dataset, stager, name, day, texts)
            if staged is not None:
                files[staged.path] = replacing.told(staged)
            told()
    replacing.put(dataset, {**dataset.run, "files": files, "texts": dict(about)}, record)


def _staged(
    dataset: Dataset, stager: Stager, name: str, day: int, texts: Mapping[tuple[str, int], Text]
) -> Staged | None:
    """Write a day's file with its new texts beside its place; none if it has none."""
    read = dataset.day(name, dataset.days[day])
    ids = read[f"{name}_id"].to_pylist()
    if not any((name, key) in texts for key in ids):
        return None
    changed = {}
    for column in COLUMNS:
        old = read[column].to_pylist()
        new = [
            getattr(texts[name, key], column) if (name, key) in texts else was
            for key, was in zip(ids, old, strict=True)
        ]
        changed[column] = pa.array(new, pa.string())
    return stager.stage(from_arrow(read, dataset.schema(name)).with_columns(**changed), day)
