"""Files for Elasticsearch's `_bulk`, for who has curl and no Python.

`data/` has documents as lines of bulk requests, in parts of a few megabytes that are one request
each; `templates/` the component and index templates; `load.sh` puts and sends them, and goes on
where it was stopped; `README.md` says how. The folder appears whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from graphgen.elastic.document_exporter import DocumentExporter
from graphgen.exporter import LOADS
from graphgen.folder_exporter import FolderExporter

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["EsBulk"]


@dataclass(frozen=True)
class EsBulk(FolderExporter, DocumentExporter):
    """Files for `_bulk`, with templates and a script that loads them."""

    mark: ClassVar[str] = "load.sh"
    holds: ClassVar[str] = "bulk files"

    gzip: Annotated[bool, LOADS] = False
    """Compress the parts: an eighth of the bytes, for several times the work."""

    def fill(
        self, dataset: Dataset, folder: Path, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Write parts, templates, the script and the page that says how to use it."""
        from graphgen.elastic.bulk_files import BulkFiles
        from graphgen.elastic.projection import Projection

        files = BulkFiles(Projection(dataset, self.layout(dataset)), folder, gzip=self.gzip)
        files.write(tell)
        return dict(files.rows)
