"""Files for `_bulk`: documents in parts of bounded size, templates, and what loads them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from typing import IO

from graphgen.elastic.document import Document, Kind
from graphgen.elastic.loading import plan
from graphgen.elastic.ndjson import pieces
from graphgen.elastic.projection import Projection
from graphgen.elastic.templates import component_templates, index_templates
from graphgen.memory import give_back

__all__ = ["PART", "BulkFiles"]

PART = 8 << 20
"""Bytes of a part before it is compressed, or some thousand documents more: each is one request."""


class BulkFiles:
    """The files of a dataset, in a folder."""

    def __init__(self, projection: Projection, folder: Path, *, gzip: bool) -> None:
        self.projection = projection
        self.folder = folder
        self.rows: Counter[str] = Counter()
        """How many documents of each kind were written."""
        self._gzip = gzip
        self._parts = 0

    def write(self, tell: Callable[[int, int, int], None]) -> None:
        """Write everything; `tell` hears of steps, and of documents."""
        layout = self.projection.layout
        self._templates("component", component_templates(layout))
        self._templates("index", index_templates(layout))
        (self.folder / "data").mkdir()
        steps = plan(self.projection)
        for number, step in enumerate(steps):
            if step.days is not None:
                self.projection.show(step.days)
            for document in step.documents:
                self._parts_of(document)
            give_back()
            tell(number + 1, len(steps), self.rows.total())
        self._lists()
        script = self.folder / "load.sh"
        script.write_bytes(files("graphgen.elastic").joinpath("load.sh").read_bytes())
        script.chmod(0o755)
        (self.folder / "README.md").write_text(self._page(), "utf-8")

    def _templates(self, kind: str, templates: dict[str, dict[str, object]]) -> None:
        folder = self.folder / "templates" / kind
        folder.mkdir(parents=True)
        for name, template in templates.items():
            (folder / f"{name}.json").write_text(json.dumps(template, indent=1) + "\n", "utf-8")

    def _parts_of(self, document: Document) -> None:
        """Write the documents of a kind in parts."""
        with ExitStack() as opened:
            part: IO[bytes] | gzip.GzipFile | None = None
            size = 0
            for text, rows in pieces(self.projection, document):
                if part is None or size >= PART:
                    opened.close()
                    part, size = self._open(self.projection.layout.index(document), opened), 0
                part.write(text)
                size += len(text)
                self.rows[document.name] += rows

    def _open(self, index: str, opened: ExitStack) -> IO[bytes] | gzip.GzipFile:
        """Begin the next part."""
        self._parts += 1
        path = self.folder / "data" / f"{self._parts:06}.{index}.ndjson"
        if not self._gzip:
            return opened.enter_context(path.open("wb"))
        file = opened.enter_context(path.with_name(f"{path.name}.gz").open("wb"))
        return opened.enter_context(gzip.GzipFile("", "wb", 1, file, mtime=0))

    def _lists(self) -> None:
        """Write which indices there are, and which of them are data streams."""
        layout = self.projection.layout
        plain = [layout.index(each) for each in layout.documents if not layout.is_stream(each)]
        streams = [layout.index(each) for each in layout.documents if layout.is_stream(each)]
        for name, some in (("indices", plain), ("streams", streams)):
            (self.folder / f"{name}.txt").write_text("".join(f"{each}\n" for each in some), "utf-8")

    def _page(self) -> str:
        layout = self.projection.layout
        joined = any(each.kind is not Kind.EVENT for each in layout.documents) and layout.lookup
        lookup = (
            "* Entities are in `index.mode: lookup`: before 8.18 take that line out of "
            "`templates/index/*.json`.\n"
            if joined
            else ""
        )
        return f"""# Load into Elasticsearch 8 or 9

{self.rows.total():,} documents in {self._parts:,} parts, each of them one request, for indices
called `{layout.prefix}-*`. With bash and curl:

```bash
./load.sh http://localhost:9200
```

* Who asks: `ELASTIC_API_KEY`, or `ELASTIC_PASSWORD` (of the user `ELASTIC_USER`, else `elastic`).
  `ELASTIC_CA_CERTS` names a file of certificates to trust.
* The script puts the templates, makes the indices, sends the parts in their order, and waits and
  tries again where the server has too much to do. It ends at a document that is refused.
* It remembers in `.done` what was taken: run it again, and it goes on. What is sent twice is there
  once, as `_id` is the business key. To load elsewhere, delete `.done`.
* While it loads, indices are not refreshed and have no copies. Both are put back at the end.
{lookup}
"""
