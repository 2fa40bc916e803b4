"""Hugging Face: Parquet files with a card, opened by `datasets.load_dataset(DIR, NAME)`.

A table is a configuration; those of events have the splits `train`, `validation` and `test` by
time, all others one. `payment` (the default: payments as they were ordered) and `trade` have
labels, when these became known, and the other splits as columns; `entity_label`, `case_label` and
`member` hold the rest of the truth. `README.md` is the card, with a data dictionary, limits and
biases; `croissant.json` says the same to machines (Croissant 1.0). Ids are graphgen's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from graphgen.folder_exporter import FolderExporter
from graphgen.learning.exporter import ToldExporter

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["HuggingFace"]


@dataclass(frozen=True)
class HuggingFace(FolderExporter, ToldExporter):
    """Parquet files with a card."""

    mark: ClassVar[str] = "croissant.json"
    holds: ClassVar[str] = "files with a card"

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the files, then what they are."""
        from graphgen.learning.card import card
        from graphgen.learning.configurations import write_configurations
        from graphgen.learning.croissant import croissant

        with self.frame(dataset) as frame:
            found = write_configurations(frame, folder, tell, blind=self.blind)
        (folder / "README.md").write_text(card(dataset, found, blind=self.blind), "utf-8")
        (folder / self.mark).write_text(croissant(dataset, found, folder), "utf-8")
        return {each.name: each.rows for each in found}
