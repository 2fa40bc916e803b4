"""What every way into Neo4j can be asked for: with or without the truth, and whose accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphgen.exporter import DatasetExporter

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.neo4j.projection import Projection

__all__ = ["GraphExporter"]


@dataclass(frozen=True)
class GraphExporter(DatasetExporter):
    """A sink that takes a dataset as a property graph."""

    blind: bool = False
    """Leave the truth out: no node, label or property tells what was planted."""
    derived: bool = False
    """Add `TRANSACTED_TO` between accounts and `SHARED_IDENTIFIERS` between customers."""
    home_bank: str = ""
    """A bank's id: only its accounts are `Internal`; else all accounts of people are."""

    def projection(self, dataset: Dataset) -> Projection:
        """Give the graph of a dataset; `DatasetError` if it has no such home bank."""
        from graphgen.banks import bank_id
        from graphgen.neo4j.projection import Projection

        home = bank_id(dataset, self.home_bank, "home bank") if self.home_bank else None
        return Projection(dataset, home_bank=home, blind=self.blind, derived=self.derived)
