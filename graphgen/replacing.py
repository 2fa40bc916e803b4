"""Replacing: files of a written dataset change together, or none of them does.

New files are written beside their places, in `.graphgen/beside/`; once all are on the disk, that
folder is called `.graphgen/whole/`, and everything in it moves to its place, run.json last. A run
that ends before that changes nothing; after it, whoever comes next moves the rest.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from graphgen.dataset import Dataset, DatasetError
from graphgen.folder import OWN, put_whole, release, sync_tree
from graphgen.lock import FolderLock
from graphgen.run_record import readme
from graphgen.stage import Staged, Stager, StoreError, explained

__all__ = ["check_digests", "opened", "put", "stager", "told"]


@contextmanager
def opened(path: str | Path) -> Iterator[Dataset]:
    """Open a complete dataset that nobody else writes; what another run began to move is moved.

    `DatasetError` for a folder that is none, `StoreError` for one that cannot be written.
    """
    root = Path(path)
    Dataset(root).files("user")  # an unfinished one says so
    with explained(root):
        try:
            lock = FolderLock(root / OWN / "lock")
        except BlockingIOError as error:
            raise StoreError(f"{root}: is being written by another process") from error
    try:
        with explained(root):
            put_whole(root)
        yield Dataset(root)
    finally:
        with explained(root):
            release(root, lock)


def check_digests(dataset: Dataset, tables: Iterable[str]) -> None:
    """Raise `DatasetError` for a file of these tables that is not as run.json tells.

    Its new digest would hide that it had been changed.
    """
    for name in tables:
        for path in dataset.files(name):
            recorded = dataset.run["files"][path.relative_to(dataset.path).as_posix()]
            if not path.is_file() or _digest(path) != recorded["sha256"]:
                raise DatasetError(f"{path}: is not as run.json tells; graphgen verify says more")


def stager(dataset: Dataset, start: date | None = None) -> Stager:
    """Give what writes files beside a dataset's, whose day 0 may be another one then."""
    beside = dataset.path / OWN / "beside"
    shutil.rmtree(beside, ignore_errors=True)
    with explained(dataset.path):
        beside.mkdir()
    first = date.fromisoformat(dataset.run["start"]) if start is None else start
    return Stager(dataset.path, beside, dataset.exporter, first)


def told(staged: Staged) -> dict[str, Any]:
    """Give what run.json tells of a file."""
    return {"rows": staged.rows, "bytes": staged.bytes, "sha256": staged.sha256}


def put(dataset: Dataset, content: Mapping[str, Any], record: Mapping[str, str]) -> None:
    """Put what lies beside a dataset into it, with its new run.json (`content`) and README.md.

    `record` are more files of its folder, by name, with what they say. Raises `StoreError` for a
    folder that cannot be written.
    """
    root = dataset.path
    beside = root / OWN / "beside"
    run = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    with explained(root):
        for name, said in {**record, "README.md": readme(content), "run.json": run}.items():
            (beside / name).write_text(said, "utf-8")
        sync_tree(beside)
        beside.rename(root / OWN / "whole")
        put_whole(root)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
