"""AMLworld: the files of IBM's benchmark, for Multi-GNN and all that reads these.

`graphgen_Trans.csv` has a booked payment a row as the published files have it (minutes, banks,
accounts, amounts, currencies by name, formats), `formatted_transactions.csv` the same with dense
numbers, which is what Multi-GNN reads (below `aml_data/NAME/`), `graphgen_accounts.csv` who holds
what, `graphgen_Patterns.txt` each crime with its payments. `graphgen_nodes.csv` and
`graphgen_edges.csv` lead from the numbers back to accounts and payments.

Rails become formats: card Credit Card, batch ACH, instant Wire, cheque Cheque, cash Cash, book
Reinvestment. What nothing is told of stands as honest, for the files have no word for it. Splits
are Multi-GNN's own: whole days, as near to 60/20/20 as they come.
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

__all__ = ["AmlWorld"]


@dataclass(frozen=True)
class AmlWorld(FolderExporter, ToldExporter):
    """CSV as in IBM's AMLworld."""

    mark: ClassVar[str] = "formatted_transactions.csv"
    holds: ClassVar[str] = "files in AMLworld's form"

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write transactions in both forms, then accounts, patterns and what leads back."""
        from graphgen.learning.amlworld_files import AmlWorldFiles

        with self.frame(dataset) as frame:
            files = AmlWorldFiles(frame, folder, blind=self.blind)
            files.write(tell)
            return dict(files.rows)
