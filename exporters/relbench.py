"""RelBench (version 3): a relational database with tasks, opened by `relbench.load_dataset(DIR)`.

Each node, edge and event table is a Parquet file with dense keys; `public_id` is graphgen's own.
Every row has the time from which it can be known (`known_from`; of events their time), never before
the world's first day, and what is known only later stands in a table of its own (`*_end`), so that
`upto(t)` never shows the future. `fraud_report` tells which payments had been reported by when.
Columns that tell of the truth are hidden from every task.

Tasks: `payment-fraud` (is the payment part of a crime; in training as known by the end of it),
`account-paid-by-crime` (will the account of a person be paid by one), and `account-report` (will a
payment of the account be reported). Their `val` and `test` follow the split by time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from graphgen.folder_exporter import FolderExporter
from graphgen.learning.exporter import LearningExporter

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["RelBench"]


@dataclass(frozen=True)
class RelBench(FolderExporter, LearningExporter):
    """A relational database with tasks for RelBench."""

    mark: ClassVar[str] = "manifest.yaml"
    holds: ClassVar[str] = "tables for RelBench"

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the database, then the tasks, which are asked of its files."""
        from graphgen.learning.relational import Relational
        from graphgen.learning.relbench_tasks import write_manifest, write_tasks

        steps = len(dataset.run["tables"]) + 1
        with self.frame(dataset) as frame:
            database = Relational(frame, folder / "db", blind=self.blind)

            def hear(_: str, __: int) -> None:
                done = sum(database.rows.values())
                tell(min(len(database.rows), steps - 1), steps, done)

            database.write(hear)
            write_manifest(frame, database.relations, folder)
            rows = dict(database.rows)
            if not self.blind:
                rows |= write_tasks(frame, folder, database.relations)
        tell(steps, steps, sum(rows.values()))
        return rows
