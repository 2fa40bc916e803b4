"""Files for Neo4j's own import tool: the fastest way into an empty database.

Neo4j's transaction base model and its event-sequence extension: a header and bodies of each kind
of node and relationship, as CSV (gzip) or Parquet (Neo4j 5.26 and later), `import.args` for the
tool, `schema-community.cypher` and `schema-enterprise.cypher` for after it, and `IMPORT.md`, which
has the commands. The folder appears whole or not at all.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from graphgen.exporter import DatasetExporter
from graphgen.stage import StoreError, explained

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Neo4jAdmin"]

_MARK = "import.args"


@dataclass(frozen=True)
class Neo4jAdmin(DatasetExporter):
    """Files for `neo4j-admin database import`."""

    format: Literal["csv", "parquet"] = "csv"
    """In which format."""
    blind: bool = False
    """Leave the truth out: no node, label or property tells what was planted."""
    derived: bool = False
    """Add `TRANSACTED_TO` between accounts and `SHARED_IDENTIFIERS` between customers."""
    home_bank: str = ""
    """A bank's id: only its accounts are `Internal`; else all accounts of people are."""

    def check(self, *, force: bool) -> None:
        """Refuse a folder that holds something else, or, without `force`, such files."""
        folder = Path(self.target)
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"{folder}: is a file; a folder is needed")
        if not folder.is_dir() or not any(folder.iterdir()):
            return
        if not (folder / _MARK).is_file():
            raise StoreError(f"{folder}: is not empty, and no import files of graphgen")
        if not force:
            raise StoreError(f"{folder}: holds import files; replace them with --force")

    def load(
        self, dataset: Dataset, *, force: bool, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write the files; gives the rows of each kind."""
        from graphgen.neo4j.constraints import EDITIONS, script
        from graphgen.neo4j.import_files import ImportFiles
        from graphgen.neo4j.import_page import import_page
        from graphgen.neo4j.projection import Projection, bank_id

        self.check(force=force)
        folder = Path(self.target)
        home = bank_id(dataset, self.home_bank) if self.home_bank else None
        projection = Projection(dataset, home_bank=home, blind=self.blind, derived=self.derived)
        with explained(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(
                prefix=f".{folder.name}.", dir=folder.parent, ignore_cleanup_errors=True
            ) as scratch:
                beside = Path(scratch) / folder.name
                beside.mkdir()
                files = ImportFiles(projection, beside, self.format)
                files.write(tell)
                for edition in EDITIONS:
                    schema = script(projection.model, edition)
                    (beside / f"schema-{edition}.cypher").write_text(schema, "utf-8")
                (beside / "IMPORT.md").write_text(import_page(folder, files), "utf-8")
                if folder.is_dir():
                    shutil.rmtree(folder)
                beside.replace(folder)
        return dict(files.rows)
