"""The folder of a dataset in the making: may it be written, and what in it is graphgen's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphgen.lock import FolderLock
from graphgen.run_record import read_run
from graphgen.stage import StoreError

__all__ = [
    "OWN",
    "check_folder",
    "check_space",
    "forget",
    "put_whole",
    "release",
    "remove",
    "sync",
    "sync_tree",
    "up_to",
    "whole_lines",
    "write_whole",
]

OWN = ".graphgen"
"""The folder in it that holds what only the making needs."""
_DERIVED = ("features/account_day.parquet", "features/payment.parquet")
"""What was computed from a dataset, and goes with it."""
_GIGABYTE = 10**9


def check_folder(root: Path, *, force: bool) -> None:
    """Refuse a file, a folder of something else, and, without `force`, one with a dataset."""
    if root.is_symlink() and not root.exists():
        raise StoreError(f"{root}: is a link to {root.readlink()}, which is not there")
    if root.exists() and not root.is_dir():
        raise StoreError(f"{root}: is a file; a folder is needed")
    if not root.exists() or not any(entry.name != OWN for entry in root.iterdir()):
        return
    content = read_run(root)
    if content is None:
        raise StoreError(f"{root}: is not empty, and no dataset of graphgen; choose another folder")
    if not force:
        state = "holds a dataset" if content["complete"] else "holds an unfinished dataset"
        on = "" if content["complete"] else "go on with --resume, or "
        raise StoreError(f"{root}: {state}; {on}replace it with --force")


def check_space(root: Path, need_bytes: int) -> None:
    """Refuse a disk that has less than that free; the folder need not exist yet."""
    there = next(folder for folder in (root, *root.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < need_bytes:
        raise StoreError(f"{root}: about {_size(need_bytes)} are needed, {_size(free)} are free")


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= _GIGABYTE else f"{count / 1e6:,.3f} MB"


def forget(root: Path) -> None:
    """Turn whatever dataset a folder holds into leftovers of one that has no day yet."""
    content = read_run(root)
    own = {"README.md", *_DERIVED, *content["files"]} if content else set()
    journal = f"{OWN}/journal.jsonl"
    for line in whole_lines(root / journal):
        own.update(line.get("expects", ()))
    write_whole(root, journal, json.dumps({"expects": sorted(own)}) + "\n" if content else "")
    for state in (root / OWN).glob("checkpoint-*.bin"):
        state.unlink()


def remove(root: Path, names: Iterable[str]) -> None:
    """Remove files of a folder, and the folders in it that this leaves empty."""
    inside, folders = root.resolve(), set[Path]()
    for name in names:
        path = root / name
        if path.parent.resolve().is_relative_to(inside):
            path.unlink(missing_ok=True)
            folders.update(up_to(path.parent, root))
    for folder in sorted(folders - {root}, reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def up_to(folder: Path, root: Path) -> list[Path]:
    """Give a folder and those that it lies in, up to the root."""
    return [folder, *(above for above in folder.parents if above.is_relative_to(root))]


def whole_lines(path: Path) -> list[dict[str, Any]]:
    """Read a journal; a crash may have torn its last line, which then counts for nothing."""
    if not path.exists():
        return []
    text = path.read_text("utf-8")
    whole, _, torn = text.rpartition("\n")
    if torn:
        os.truncate(path, len((whole + "\n").encode()) if whole else 0)
    return [json.loads(line) for line in whole.splitlines()]


def put_whole(root: Path) -> None:
    """Move the files that are to replace a complete dataset's together, if there are any.

    They lie in `.graphgen/whole/`, all of them, as they do in the dataset. What the run.json among
    them no longer tells of is removed, before that moves last. However often this is cut short,
    doing it once more ends it.
    """
    whole = root / OWN / "whole"
    if not whole.is_dir():
        return
    files = [path for path in whole.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: (path.name == "run.json", path)):
        if path.name == "run.json":
            was, now = (read_run(folder) or {"files": {}} for folder in (root, whole))
            remove(root, was["files"].keys() - now["files"].keys())
        place = root / path.relative_to(whole)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
        sync(place.parent)
    shutil.rmtree(whole)


def release(root: Path, lock: FolderLock) -> None:
    """Let go of a complete dataset, and remove what only its writing needed."""
    if not (root / OWN / "whole").exists():
        shutil.rmtree(root / OWN)
    lock.release()


def write_whole(root: Path, name: str, text: str) -> None:
    """Write a small file of a folder whole, or not at all."""
    path, beside = root / name, root / OWN / "beside"
    beside.write_text(text, "utf-8")
    sync(beside)
    beside.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Wait until a folder, and all that lies in it, is on the disk."""
    for path in (*folder.rglob("*"), folder, folder.parent):
        sync(path)
