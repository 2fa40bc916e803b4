"""The record: what a model wrote, beside what the grammar had written, a line each.

`texts.jsonl` in a dataset's folder is the memory of what has been paid for. A line is on the disk
before its answer counts; so whatever ends a run, no answer is asked for twice.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from graphgen.folder import whole_lines
from graphgen.rewrite.texts import Piece, Text

__all__ = ["NAME", "Line", "Record"]

NAME = "texts.jsonl"
"""The file in a dataset's folder."""


@dataclass(frozen=True)
class Line:
    """One piece, in the grammar's words and in a model's."""

    table: str
    id: int
    model: str
    was: Text
    now: Text

    @classmethod
    def read(cls, line: dict[str, object]) -> Line:
        """Read a line of the file; `TypeError` or `KeyError` for one that is another's."""
        texts = {name: Text(**line[name]) for name in ("was", "now")}  # type: ignore[arg-type]
        return cls(**{**line, **texts})  # type: ignore[arg-type]


class Record:
    """The lines of a dataset's record; the last of a piece counts."""

    def __init__(self, root: Path) -> None:
        self.path = root / NAME
        self.is_there = self.path.exists()
        self._lines: dict[tuple[str, int], Line] = {}
        self._file: TextIO | None = None
        try:
            for line in map(Line.read, whole_lines(self.path)):
                self._lines[line.table, line.id] = line
        except (TypeError, KeyError, ValueError):
            raise ValueError(f"{self.path}: is no record of texts; move it away") from None

    def of(self, piece: Piece) -> Line | None:
        """Give the line of a piece, if it is about this very text."""
        line = self._lines.get(piece.key)
        return line if line and piece.text in (line.was, line.now) else None

    def add(self, line: Line) -> None:
        """Put a line on the disk."""
        if self._file is None:
            self._file = self.path.open("a", encoding="utf-8")
        self._file.write(_spelled(line))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._lines[line.table, line.id] = line

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def text(self, some: Iterable[Line]) -> Iterator[str]:
        """Yield the lines of a file that has these and no others."""
        return map(_spelled, some)


def _spelled(line: Line) -> str:
    return json.dumps(asdict(line)) + "\n"  # in ASCII: nothing else can end a line
