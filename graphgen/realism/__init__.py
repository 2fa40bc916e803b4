"""Realism: measures of a written dataset beside what is known of the real world."""

from __future__ import annotations

from pathlib import Path

from graphgen.dataset import Dataset
from graphgen.realism import amounts, network, places, rhythm, sharing
from graphgen.realism.metric import Metric

__all__ = ["Metric", "realism"]


def realism(path: str | Path) -> list[Metric]:
    """Measure a dataset from its files alone.

    What the dataset has nothing of is not measured. Raises `DatasetError` for a folder that is no
    dataset, or not a finished one.
    """
    dataset = Dataset(path)
    found: list[Metric] = []
    if "payment" in dataset.run["tables"]:
        dataset.connection.execute(network.PAIRS)
        found += [*network.metrics(dataset), *amounts.metrics(dataset)]
        found += places.metrics(dataset)
    return [*found, *rhythm.metrics(dataset), *sharing.metrics(dataset)]
