"""How documents lie in a cluster: under which names, and with what beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphgen.elastic.document import Document, Field, Kind
from graphgen.elastic.model import MODEL, TRUTH

__all__ = ["PREFIX", "Layout"]

PREFIX = "fraudgraph"


@dataclass(frozen=True)
class Layout:
    """What is decided once for all indices of a load."""

    prefix: str = PREFIX
    """What the names of indices begin with."""
    data_stream: bool = False
    """Whether events are data streams."""
    denormalise: bool = False
    """Whether events carry what was known of others at that time."""
    semantic: str = ""
    """The inference endpoint of `semantic_text` fields; none without one."""
    blind: bool = False
    """Whether the truth is left out."""
    lookup: bool = True
    """Whether the server can join: entities are in lookup mode."""
    minor_units: int = 100
    """How many make a major one."""
    meta: Mapping[str, object] = field(default_factory=dict)
    """What `_meta` of mappings and templates says of the world."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """The kinds of documents that there are: entities first, the truth last."""
        return MODEL if self.blind else MODEL + TRUTH

    def index(self, document: Document) -> str:
        """Name the index (or data stream) of a kind."""
        return f"{self.prefix}-{document.name}"

    def is_stream(self, document: Document) -> bool:
        """Say whether a kind is a data stream."""
        return self.data_stream and document.kind is Kind.EVENT

    def fields(self, document: Document) -> tuple[Field, ...]:
        """Give the fields that documents of a kind have."""
        return document.fields + (document.beside if self.denormalise else ())
