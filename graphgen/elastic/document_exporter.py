"""What every way into Elasticsearch can be asked for: names, the truth, what stands beside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from graphgen.exporter import LOADS, DatasetExporter
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.elastic.layout import Layout

__all__ = ["DocumentExporter"]

_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_TAKEN = ("logs", "metrics", "traces", "synthetics", "profiling")
"""Elasticsearch makes of these what it likes: other settings, and documents changed in silence."""


@dataclass(frozen=True)
class DocumentExporter(DatasetExporter):
    """A sink that takes a dataset as documents."""

    prefix: str = "fraudgraph"
    """What the names of indices begin with."""
    blind: bool = False
    """Leave the truth out: no index, document or field tells what was planted."""
    denormalise: bool = False
    """Put beside events what was known by then: age of accounts, segment, users of a device."""
    data_stream: Annotated[bool, LOADS] = False
    """Make data streams of events, which can only be added to."""
    semantic: Annotated[str, LOADS] = ""
    """An inference endpoint: the text of news and reports becomes `semantic_text` too."""

    def __post_init__(self) -> None:
        """Raise `StoreError` for a prefix that names of indices cannot begin with."""
        if not _PREFIX.fullmatch(self.prefix):
            raise StoreError(
                f"--prefix {self.prefix}: cannot begin the name of an index: it takes small "
                "letters, digits, and after the first - _ ."
            )
        if self.prefix.split("-")[0] in _TAKEN:
            raise StoreError(
                f"--prefix {self.prefix}: indices called so are Elasticsearch's own; choose another"
            )

    def layout(self, dataset: Dataset, *, joins: bool = True) -> Layout:
        """Say how a dataset's documents lie in a cluster that joins, or does not."""
        from graphgen import __version__
        from graphgen.elastic.layout import Layout
        from graphgen.region import load_region

        world = dataset.run["world"]
        return Layout(
            prefix=self.prefix,
            data_stream=self.data_stream,
            denormalise=self.denormalise,
            semantic=self.semantic,
            blind=self.blind,
            lookup=joins,
            minor_units=load_region(world.get("region", "us")).minor_units,
            meta={
                "graphgen": __version__,
                "seed": world.get("seed", 7),
                "load": dataset.digest(),
            },
        )
