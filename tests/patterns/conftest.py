"""Datasets whose tables a test may change, to see which of a pattern's promises that breaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graphgen.dataset import Dataset
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.registry import EXPORTERS
from graphgen.verify import cases
from graphgen.world import World

Broken = Callable[..., set[str]]


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Broken:
    """Give the promises that a world's cases break, once statements have changed its tables.

    Statements may change `case_payment`, `case_session`, `case_action` and `case_member`, and the
    tables of the dataset that are named in `also`.
    """
    opened: dict[World, Dataset] = {}

    def ask(world: World, *statements: str, also: tuple[str, ...] = ()) -> set[str]:
        if world not in opened:
            folder = tmp_path_factory.mktemp("world") / "dataset"
            exporter = EXPORTERS.load("parquet", FileExporter)
            generate(world, [exporter(str(folder))])
            opened[world] = Dataset(folder)
            for statement in cases.SETUP.statements:
                opened[world].connection.execute(statement)
        dataset = opened[world]
        connection = dataset.connection
        connection.execute("BEGIN")
        try:
            for table in also:
                connection.execute(f'CREATE TEMP TABLE "{table}" AS FROM main."{table}"')
            for statement in statements:
                connection.execute(statement)
            return {
                promise.text
                for promise in cases.promises(dataset)
                if not isinstance(promise.broken, str)
                and connection.execute(promise.broken(dataset)).fetchone() is not None
            }
        finally:
            connection.execute("ROLLBACK")

    return ask
