"""Placing: files of a written dataset are replaced together, or none of them is.

New files are written beside their places, in `.graphgen/beside/`; once all are on the disk, that
folder is called `.graphgen/whole/`, and everything in it moves to its place, run.json last. A run
that ends before that changes nothing; after it, whoever comes next moves the rest.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from graphgen.arrow import from_arrow
from graphgen.dataset import Dataset, DatasetError
from graphgen.folder import OWN, put_whole, sync_tree
from graphgen.rewrite.texts import COLUMNS, Text, tables
from graphgen.run_record import readme
from graphgen.stage import Staged, Stager, explained

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["check_digests", "place"]


def check_digests(dataset: Dataset) -> None:
    """Raise `DatasetError` for a file of texts that is not as run.json tells.

    Its new digest would hide that it had been changed.
    """
    for path, place in _files(dataset):
        told = dataset.run["files"][place]
        if not path.is_file() or _digest(path) != told["sha256"]:
            raise DatasetError(f"{path}: is not as run.json tells; graphgen verify says more")


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
    root = dataset.path
    beside = root / OWN / "beside"
    shutil.rmtree(beside, ignore_errors=True)
    with explained(root):
        beside.mkdir()
    stager = Stager(root, beside, dataset.exporter, date.fromisoformat(dataset.run["start"]))
    files = dict(dataset.run["files"])
    for name in tables(dataset):
        for day in range(dataset.run["days"]):
            staged = _staged(dataset, stager, name, day, texts)
            if staged is not None:
                files[staged.path] = {
                    "rows": staged.rows, "bytes": staged.bytes, "sha256": staged.sha256,
                }  # fmt: skip
            told()
    content = {**dataset.run, "files": files, "texts": dict(about)}
    run = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    with explained(root):
        for name, said in {**record, "README.md": readme(content), "run.json": run}.items():
            (beside / name).write_text(said, "utf-8")
        sync_tree(beside)
        beside.rename(root / OWN / "whole")
        put_whole(root)


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


def _files(dataset: Dataset) -> Iterator[tuple[Path, str]]:
    for name in tables(dataset):
        for path in dataset.files(name):
            yield path, path.relative_to(dataset.path).as_posix()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
