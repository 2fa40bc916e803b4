"""Exporters that make one file of a dataset, which appears whole or not at all."""

from __future__ import annotations

import tempfile
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from graphgen.exporter import DatasetExporter
from graphgen.stage import StoreError, explained

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["OneFileExporter"]


@dataclass(frozen=True)
class OneFileExporter(DatasetExporter):
    """A sink that writes one file."""

    holds: ClassVar[str]
    """What such a file is, with its article."""

    @abstractmethod
    def fill(
        self, dataset: Dataset, file: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the file, which is not there yet; gives the rows of each kind.

        It is not yet the place where it comes to lie.
        """

    @abstractmethod
    def is_own(self, file: Path) -> bool:
        """Tell whether a file that is there is one that graphgen wrote."""

    def check(self, *, force: bool) -> None:
        """Refuse a folder, a file of something else, and, without `force`, such a file."""
        file = Path(self.target)
        if file.is_dir():
            raise StoreError(f"{file}: is a folder; a file is needed")
        if not file.exists():
            return
        if not self.is_own(file):
            raise StoreError(f"{file}: is there, and not {self.holds} of graphgen")
        if not force:
            raise StoreError(f"{file}: is {self.holds}; replace it with --force")

    def load(
        self, dataset: Dataset, *, force: bool, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the file; gives the rows of each kind."""
        self.check(force=force)
        file = Path(self.target)
        with explained(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(
                prefix=f".{file.name}.", dir=file.parent, ignore_cleanup_errors=True
            ) as scratch:
                beside = Path(scratch) / file.name
                rows = self.fill(dataset, beside, tell)
                beside.replace(file)
        return rows
