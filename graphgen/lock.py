"""A lock on a folder that dies with its process, however it dies."""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path

__all__ = ["FolderLock"]


class FolderLock:
    """Holds the file `path` under an exclusive lock until it is released or the process ends.

    `BlockingIOError` if someone else holds it. Children made by fork do not hold it, so that none
    of them keeps a folder locked that its parent was killed over.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not path.exists() or os.fstat(self._file).st_ino != path.stat().st_ino:
                raise BlockingIOError(f"{path} was replaced by another process")
        except OSError:
            os.close(self._file)
            raise
        close = weakref.WeakMethod(self.release)
        os.register_at_fork(after_in_child=lambda: (held := close()) and held())

    def release(self) -> None:
        """Let go; the second time does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
