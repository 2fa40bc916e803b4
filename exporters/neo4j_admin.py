"""Files for Neo4j's own import tool: the fastest way into an empty database.

Neo4j's transaction base model and its event-sequence extension: a header and bodies of each kind
of node and relationship, as CSV (gzip) or Parquet (Neo4j 5.26 and later), `import.args` for the
tool, `schema-community.cypher` and `schema-enterprise.cypher` for after it, and `IMPORT.md`, which
has the commands. The folder appears whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from graphgen.exporter import LOADS
from graphgen.folder_exporter import FolderExporter
from graphgen.neo4j.graph_exporter import GraphExporter

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Neo4jAdmin"]


@dataclass(frozen=True)
class Neo4jAdmin(FolderExporter, GraphExporter):
    """Files for `neo4j-admin database import`."""

    mark: ClassVar[str] = "import.args"
    holds: ClassVar[str] = "import files"

    format: Annotated[Literal["csv", "parquet"], LOADS] = "csv"
    """In which format."""

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write bodies, headers, arguments, schema and the page that says how to import them."""
        from graphgen.neo4j.constraints import EDITIONS, script
        from graphgen.neo4j.import_files import ImportFiles
        from graphgen.neo4j.import_page import import_page

        files = ImportFiles(self.projection(dataset), folder, self.format)
        files.write(tell)
        for edition in EDITIONS:
            schema = script(files.projection.model, edition)
            (folder / f"schema-{edition}.cypher").write_text(schema, "utf-8")
        (folder / "IMPORT.md").write_text(import_page(Path(self.target), files), "utf-8")
        return dict(files.rows)
