"""What a cluster knows of a load: a document that says which steps of it are done.

It is written after all documents of a step have been taken. So of a load that was stopped at any
moment all steps before the noted one are there whole, that one perhaps in part, and none after.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from graphgen.elastic.client import Client

__all__ = ["Note"]

_MAPPING = {
    "dynamic": "strict",
    "properties": {
        "load": {"type": "keyword"},
        "plan": {"type": "keyword"},
        "done": {"type": "integer"},
        "steps": {"type": "integer"},
        "settings": {"type": "object", "enabled": False},
    },
}


@dataclass(frozen=True)
class Note:
    """A load, as its cluster tells of it."""

    load: str
    """Which dataset, with what beside it: a digest's first digits."""
    plan: str
    """What its steps are."""
    done: int = 0
    steps: int = 0
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of each index that is being loaded, the settings that have to be put back."""

    @property
    def finished(self) -> bool:
        """Whether all is done, settings put back too."""
        return self.done == self.steps and not self.settings

    @staticmethod
    def index(prefix: str) -> str:
        """Name the index that it lies in: it is hidden."""
        return f"{prefix}-load"

    @classmethod
    def read(cls, client: Client, prefix: str) -> Self | None:
        """Read it; none where nothing was ever loaded."""
        told = client.ask("GET", f"/{cls.index(prefix)}/_doc/load", allow=(404,))
        return cls(**told["_source"]) if told else None

    def save(self, client: Client, prefix: str) -> None:
        """Write it into the cluster, in an index of its own."""
        client.ask("PUT", f"/{self.index(prefix)}/_doc/load", asdict(self), refresh="true")

    def begin(self, client: Client, prefix: str) -> None:
        """Make its index, and write it."""
        settings = {"index": {"hidden": True, "number_of_shards": 1, "auto_expand_replicas": "0-1"}}
        client.ask(
            "PUT",
            f"/{self.index(prefix)}",
            {"settings": settings, "mappings": _MAPPING},
            allow=(400,),  # it is there
        )
        self.save(client, prefix)

    def with_done(self, number: int) -> Self:
        """Give it with so many steps done."""
        return replace(self, done=number)
