"""A small world with crimes and a market, and what writes it in a format."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graphgen import Dataset, World
from graphgen.exporter import DatasetExporter, FileExporter
from graphgen.generate import generate
from graphgen.learning.frame import Frame
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS

PLANTED = {"cycle": 6, "fan_in": 6, "account_takeover": 6, "shared_device": 2, "wash_trading": 1}

Write = Callable[..., Path]


def _known(name: str) -> None:
    """Let tests import a module that lies beside them."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


_known("contents")


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("formats") / "world"
    patterns = {name: PATTERNS.load(name, Pattern)(count=n) for name, n in PLANTED.items()}
    world = World(
        users=600,
        days=40,
        seed=5,
        patterns=patterns,
        investors=0.2,
        walks=("action", "payment", "session", "trade"),
    )
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return Dataset(folder)


@pytest.fixture(scope="session")
def frame(dataset: Dataset) -> Frame:
    return Frame(dataset)


@pytest.fixture(scope="session")
def write(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Write the world in a format, with options; each such way is written once."""
    written: dict[str, Path] = {}

    def writing(name: str, *, again: bool = False, **options: object) -> Path:
        key = f"{name} {sorted(options.items())}"
        if again or key not in written:
            target = tmp_path_factory.mktemp(name) / "out"
            exporter = EXPORTERS.load(name, DatasetExporter)(str(target), **options)
            exporter.load(dataset, force=False, tell=lambda *_: None)
            written[key] = target
        return written[key]

    return writing
