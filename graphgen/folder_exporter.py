"""Exporters that make a folder of a dataset, which appears whole or not at all."""

from __future__ import annotations

import shutil
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

__all__ = ["FolderExporter"]


@dataclass(frozen=True)
class FolderExporter(DatasetExporter):
    """A sink that writes files for a store into a folder of their own."""

    mark: ClassVar[str]
    """The name of the file by which such a folder is known."""
    holds: ClassVar[str]
    """What it holds, in the plural."""

    @abstractmethod
    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write all files into an empty folder; gives the rows of each kind.

        It is not yet the place where they come to lie.
        """

    def check(self, *, force: bool) -> None:
        """Refuse a folder that holds something else, or, without `force`, such files."""
        folder = Path(self.target)
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"{folder}: is a file; a folder is needed")
        if not folder.is_dir() or not any(folder.iterdir()):
            return
        if not (folder / self.mark).is_file():
            raise StoreError(f"{folder}: is not empty, and no {self.holds} of graphgen")
        if not force:
            raise StoreError(f"{folder}: holds {self.holds}; replace them with --force")

    def load(
        self, dataset: Dataset, *, force: bool, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the files; gives the rows of each kind."""
        self.check(force=force)
        folder = Path(self.target)
        with explained(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(
                prefix=f".{folder.name}.", dir=folder.parent, ignore_cleanup_errors=True
            ) as scratch:
                beside = Path(scratch) / folder.name
                beside.mkdir()
                rows = self.fill(dataset, beside, tell)
                if folder.is_dir():
                    shutil.rmtree(folder)
                beside.replace(folder)
        return rows
