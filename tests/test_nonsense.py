"""What must say nothing says nothing: ids, the order of rows, last digits and nulls, by case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from shutil import rmtree

import pytest

from graphgen.dataset import Dataset
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.pattern import Pattern, named
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.report import Mute, entities, leaks, pooled
from graphgen.report.features import features
from graphgen.report.reading import read
from graphgen.world import World

SEEDS = range(20)
COUNT = 10
"""Cases of each pattern in a world: with 20 seeds, 200 of them are looked at."""
LEAST = 0.001
"""What would come as often by chance alone says nothing."""
FURTHER = range(20, 40)
"""A thousand questions are asked of all patterns, so chance alone puts one of them below `LEAST`:
such a one is asked of as many worlds more, and what all of them say together counts."""

Ask = Callable[[tuple[str, ...], str, int], Sequence[Mute]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Give what is asked of a world with some patterns, at a difficulty, of a seed."""

    @cache
    def ask(names: tuple[str, ...], difficulty: str, seed: int) -> Sequence[Mute]:
        patterns = {
            name: PATTERNS.load(name, Pattern)(count=COUNT, difficulty=difficulty) for name in names
        }
        folder = tmp_path_factory.mktemp("nonsense") / "world"
        world = World(users=3_000, days=40, seed=seed, patterns=patterns)
        generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
        facts = read(Dataset(folder))
        rows = [one for each in facts.events.values() for one in leaks.mute_rows(facts, each)]
        ids = list(entities.mute_ids(facts, features(facts)))
        rmtree(folder)
        return rows + ids

    return ask


def pools(found: Sequence[Mute]) -> dict[tuple[str, str, str], float]:
    """Pool what is asked of one pattern in several worlds, question by question."""
    values = defaultdict(list)
    for one in found:
        values[one.pattern, one.where, one.what].append(one.p)
    return {question: pooled(some) for question, some in values.items()}


def test_nonsense_says_nothing_of_a_crime(asked: Ask) -> None:
    found = pools(asked(("cycle", "shared_device", "structuring"), "medium", 1))
    assert len(found) > 40
    assert not {question: p for question, p in found.items() if p <= LEAST}


@pytest.mark.slow
@pytest.mark.parametrize("name", named("crime", market=False))
@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_nonsense_says_nothing_of_a_crime_whatever_the_seed(
    asked: Ask, name: str, difficulty: str
) -> None:
    every = tuple(named("crime", market=False))

    def said(seeds: range) -> list[Mute]:
        worlds = (asked(every, difficulty, seed) for seed in seeds)
        return [one for world in worlds for one in world if one.pattern == name]

    first = said(SEEDS)
    found = pools(first)
    assert found
    if min(found.values()) <= LEAST:
        both = pools(first + said(FURTHER))
        found = {question: both[question] for question, p in found.items() if p <= LEAST}
    assert not {question: p for question, p in found.items() if p <= LEAST}
