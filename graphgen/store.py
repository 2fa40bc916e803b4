"""A folder in the making: files move to their places whole, day after day, and a crash loses a day.

`.graphgen/` holds what only the making needs: `lock`, `stage/` (files beside their places),
`checkpoint-<day>.bin` (the ledger after a day) and `journal.jsonl`. A day, or tables without days,
are committed by their fsynced line in the journal; before that, a line says which places their
files are about to take. `finish` removes the folder again.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from graphgen.exporter import FileExporter
from graphgen.folder import (
    OWN,
    check_folder,
    check_space,
    forget,
    put_whole,
    release,
    remove,
    sync,
    up_to,
    whole_lines,
    write_whole,
)
from graphgen.lock import FolderLock
from graphgen.run_record import Run, exporter_name, read_run, readme, run_json, run_of
from graphgen.stage import Staged, Stager, StoreError, explained

__all__ = ["Staged", "Store", "StoreError", "check", "tidied"]

_KEPT_CHECKPOINTS = 2


def check(path: str | Path, *, force: bool = False, need_bytes: int = 0) -> None:
    """Raise the `StoreError` that `Store.create` would, as far as it can be told beforehand."""
    root = Path(path)
    with explained(root):
        if (root / OWN / "lock").exists():
            _locked(root).release()
        check_folder(root, force=force)
        check_space(root, need_bytes)
        there = next(folder for folder in (root, *root.absolute().parents) if folder.exists())
        if not os.access(there, os.W_OK):
            raise StoreError(f"{root}: cannot be written: {there} is read-only")


def tidied(path: str | Path) -> bool:
    """Say whether a folder's dataset is complete but was not tidied up; then do that."""
    root = Path(path)
    content = read_run(root)
    if content is None or not content["complete"] or not (root / OWN).exists():
        return False
    with explained(root):
        lock = _locked(root)
        try:
            put_whole(root)
        finally:
            release(root, lock)
    return True


class Store:
    """Writes a dataset. Open one with `create` or `resume`; it is locked until `close`."""

    def __init__(self, root: Path, exporter: FileExporter, run: Run, lock: FolderLock) -> None:
        self.root = root
        self.run = run
        self.exporter = exporter
        self.committed: dict[str, Staged] = {}
        """The files that are in their places for good, by path."""
        self.next_day = 0
        """The first day that is not committed."""
        self._lock = lock
        self._expected: set[str] = set()
        stage = root / OWN / "stage"
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir()
        # a worker that outlived its killed parent writes into a folder that is gone
        self.stager = Stager(root, Path(tempfile.mkdtemp(dir=stage)), exporter, run.start)
        self.stage = self.stager.stage
        self.stage_pieces = self.stager.stage_pieces
        self._replay()
        self._journal = (root / OWN / "journal.jsonl").open("a", encoding="utf-8")

    @classmethod
    def create(
        cls,
        path: str | Path,
        exporter: FileExporter,
        run: Run,
        *,
        force: bool = False,
        need_bytes: int = 0,
    ) -> Store:
        """Begin a dataset in a folder that is empty or does not exist.

        With `force`, the files of a dataset that graphgen wrote there go first; others stay. A
        `StoreError` tells of a folder that is not empty, cannot be written, is being written, or
        lies on a disk with less than `need_bytes` free; then nothing has been changed.
        """
        root = Path(path)
        with explained(root):
            if not (root / OWN).is_dir():
                check_folder(root, force=force)
                check_space(root, need_bytes)
                root.mkdir(parents=True, exist_ok=True)
            lock = _locked(root)
            try:
                check_folder(root, force=force)
                check_space(root, need_bytes)
                forget(root)
                write_whole(root, "run.json", _text(run_json(run, exporter, (), complete=False)))
                return cls(root, exporter, run, lock)
            except BaseException:
                lock.release()
                raise

    @classmethod
    def resume(cls, path: str | Path, exporter: FileExporter) -> Store:
        """Go on with a dataset that was not finished; what was not committed is removed.

        A `StoreError` tells of a folder without one, of one that is complete, and of one that is
        written by another exporter or with another form of ids.
        """
        root = Path(path)
        content = read_run(root)
        if content is None:
            raise StoreError(f"{root}: there is no dataset of graphgen to go on with")
        if content["complete"]:
            raise StoreError(f"{root}: the dataset is complete; there is nothing to go on with")
        was, now = (content["exporter"], content["ids"]), (exporter_name(exporter), exporter.ids)
        if was != now:
            raise StoreError(f"{root}: begun as {' with ids as '.join(was)}, not {now[0]} {now[1]}")
        with explained(root):
            lock = _locked(root)
            try:
                return cls(root, exporter, run_of(content), lock)
            except BaseException:
                lock.release()
                raise

    def commit(
        self, staged: Sequence[Staged], day: int | None = None, checkpoint: Path | None = None
    ) -> None:
        """Move staged files to their places for good: those of a day, or tables without days.

        Days are committed in their order. `checkpoint` is the file of the ledger's state after that
        day; the last two are kept.
        """
        if day is not None and day != self.next_day:
            raise ValueError(f"day {day} cannot be committed: day {self.next_day} is next")
        with explained(self.root):
            self._check_places(staged)
            self._note({"expects": [file.path for file in staged]})
            folders = {self._move(file) for file in staged}
            if checkpoint is not None and day is not None:
                sync(checkpoint)
                checkpoint.replace(self.checkpoint_path(day))
                folders.add(self.root / OWN)
            for folder in sorted({f for found in folders for f in up_to(found, self.root)}):
                sync(folder)
            files = [{**asdict(file), "beside": ""} for file in staged]
            self._note({"day": day, "files": files})
            os.fsync(self._journal.fileno())
        self._learn(day, staged)
        if day is not None:
            self.checkpoint_path(day - _KEPT_CHECKPOINTS).unlink(missing_ok=True)

    def checkpoint_path(self, day: int) -> Path:
        """Say where the ledger's state after a day is kept."""
        return self.root / OWN / f"checkpoint-{day}.bin"

    def finish(self) -> dict[str, Any]:
        """Write README.md and run.json, let go of the folder, and give what run.json says."""
        content = run_json(self.run, self.exporter, self.committed.values(), complete=True)
        with explained(self.root):
            write_whole(self.root, "README.md", readme(content))
            write_whole(self.root, "run.json", _text(content))
            self._journal.close()
            shutil.rmtree(self.root / OWN)
        self.close()
        return content

    def undo(self) -> None:
        """Give up a dataset that has been begun and nothing else."""
        self.close()
        with explained(self.root):
            (self.root / "run.json").unlink(missing_ok=True)
            shutil.rmtree(self.root / OWN)

    def close(self) -> None:
        """Let go of the folder; it can be resumed if it is not finished."""
        self._journal.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _replay(self) -> None:
        """Learn from the journal what is committed, and remove what is not."""
        path = self.root / OWN / "journal.jsonl"
        for line in whole_lines(path):
            if "expects" in line:
                self._expected.update(line["expects"])
            else:
                self._learn(line["day"], [_staged(file) for file in line["files"]])
        remove(self.root, self._expected - self.committed.keys())
        for state in (self.root / OWN).glob("checkpoint-*.bin"):
            if int(state.stem.partition("-")[2]) >= self.next_day:
                state.unlink()

    def _learn(self, day: int | None, files: Iterable[Staged]) -> None:
        self.committed.update({file.path: file for file in files})
        if day is not None:
            self.next_day = day + 1

    def _note(self, line: dict[str, Any]) -> None:
        self._journal.write(json.dumps(line) + "\n")
        self._journal.flush()

    def _check_places(self, staged: Sequence[Staged]) -> None:
        for file in staged:
            known = file.path in self.committed or file.path in self._expected
            if not known and os.path.lexists(self.root / file.path):
                raise StoreError(f"{self.root / file.path}: there is a file that is not graphgen's")
        self._expected.update(file.path for file in staged)

    def _move(self, file: Staged) -> Path:
        place = self.root / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        file.beside.replace(place)
        return place.parent


def _locked(root: Path) -> FolderLock:
    try:
        return FolderLock(root / OWN / "lock")
    except BlockingIOError as error:
        raise StoreError(f"{root}: is being written by another process") from error


def _staged(line: dict[str, Any]) -> Staged:
    return Staged(**{**line, "beside": Path(line["beside"])})


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
