"""Every case of every pattern is what the pattern says, proven from the files alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.grow import grow
from graphgen.pattern import Pattern, named
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.schema import words
from graphgen.verify import verify
from graphgen.world import DAY_MS, World

COUNT = 5
Difficulty = Literal["easy", "medium", "hard"]


def broken(folder: Path, seed: int, difficulty: Difficulty) -> dict[str, str]:
    """Write a world with cases of everything, and give the promises that it breaks."""
    patterns = {
        name: PATTERNS.load(name, Pattern)(count=COUNT) for name in named("crime", market=False)
    }
    world = World(users=1_200, days=30, seed=seed, difficulty=difficulty, patterns=patterns)
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    checks = verify(folder)
    assert {*named("crime", market=False)} <= {check.name for check in checks}
    return {check.name: f"{check.promise}: {check.detail}" for check in checks if not check.ok}


@pytest.mark.parametrize(("seed", "difficulty"), [(1, "easy"), (2, "medium"), (3, "hard")])
def test_every_case_keeps_every_promise(tmp_path: Path, seed: int, difficulty: Difficulty) -> None:
    assert not broken(tmp_path / "world", seed, difficulty)


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
@pytest.mark.parametrize("seed", range(50))
def test_every_case_keeps_every_promise_whatever_the_seed(
    tmp_path: Path, seed: int, difficulty: Difficulty
) -> None:
    assert not broken(tmp_path / "world", seed, difficulty)


@pytest.mark.parametrize("difficulty", ["easy", "hard"])
def test_no_case_goes_to_a_counter_on_a_day_on_which_none_is_open(difficulty: Difficulty) -> None:
    patterns = {
        name: PATTERNS.load(name, Pattern)(count=10)
        for name in ("account_takeover", "app_scam", "bust_out", "mule_network", "structuring")
    }
    world = World(users=1_500, days=40, difficulty=difficulty, patterns=patterns)
    pays = grow(world)["pays"]
    at_counter = pays["channel"] == words.CHANNELS.index("branch")
    day = (pays["valid_from"] - world.start_ms) // DAY_MS
    is_open = world.place.is_business_day(world.start, world.days)
    some = np.flatnonzero((pays["case_id"] >= 0) & at_counter)
    assert len(some) > 100
    assert is_open[day[some]].all()
