"""Events of the market: planted like crimes, but nobody's, with no look-alike and no fraud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

from graphgen.pattern import Pattern

if TYPE_CHECKING:
    import numpy as np

    from graphgen.graph import Graph
    from graphgen.table import Table

__all__ = ["Event"]


@dataclass(frozen=True)
class Event(Pattern):
    """Something that befalls a firm, a sector or the market."""

    kind: ClassVar[Literal["crime", "event"]] = "event"
    market: ClassVar[bool] = True

    on: date | None = None
    """The date of the session on which it comes; by default any."""

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield nothing: it is honest itself."""
        del graph, rng
        return iter(())
