"""Parameters: whatever value a pattern takes, its cases are what it promises they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from annotated_types import Interval

from graphgen.exporter import FileExporter
from graphgen.fields import fields_of
from graphgen.generate import generate
from graphgen.pattern import HARDNESS, Pattern, named
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.verify import verify
from graphgen.world import World

WORLD = World(users=2_500, days=60, patterns={})
SMALL = World(users=300, days=12, patterns={})
NAMES = named("crime", market=False)


def limits(hint: object) -> tuple[float, float] | None:
    """Give the least and the most that a parameter may be, if it is a number with limits."""
    parts = get_args(hint)
    for part in parts[1:] if get_origin(hint) is Annotated else ():
        if isinstance(part, Interval):
            assert isinstance(part.ge, int | float)
            assert isinstance(part.le, int | float)
            return parts[0](part.ge), parts[0](part.le)
    return None


def changed(usual: Pattern, name: str, value: float, difficulty: str, world: World) -> Pattern:
    """Change a parameter, or to what the refusal says would do in this world."""
    kinds: dict[str, Any] = {name: value, "difficulty": difficulty}
    for other, outer in (("fewest", min), ("most", max)):  # one is no more than the other
        if name in {"fewest", "most"} and other != name and hasattr(usual, other):
            kinds[other] = outer(value, getattr(usual, other))
    pattern = replace(usual, **kinds)
    try:
        return pattern.within(world)
    except ValueError as refused:
        said = str(refused)
    would_do = re.search(rf"^{usual.name}\.{name}: .*; give at most (\d+)$", said)
    assert would_do, said
    most: dict[str, Any] = {name: type(value)(would_do[1])}
    return replace(pattern, **most).within(world)


def tried(name: str, world: World) -> Iterator[Pattern]:
    """Yield a pattern with each of its parameters at its least, its most, and half of its usual."""
    usual = PATTERNS.load(name, Pattern)(count=4)
    for field in fields_of(type(usual)):
        if limited := limits(field.hint):
            least, most = limited
            half = type(least)(max(least, field.default / 2))
            for value, difficulty in product((least, most, half), HARDNESS):
                yield changed(usual, field.name, value, difficulty, world)


def broken(world: World, patterns: Mapping[str, Pattern], folder: Path) -> list[str]:
    """Generate a world, of what has no room with fewer cases, and give what is not proven of it."""
    exporter = EXPORTERS.load("parquet", FileExporter)
    while True:
        try:
            generate(replace(world, patterns=patterns), [exporter(str(folder))])
            break
        except ValueError as refused:
            said = str(refused)
        room = re.search(r"^(\w+): .*ask for fewer.*; there is room for (\d+)$", said)
        assert room, said
        patterns = {**patterns, room[1]: replace(patterns[room[1]], count=int(room[2]))}
    checks = verify(folder, list(patterns))
    return [f"{patterns[each.name]}: {each}" for each in checks if not each.ok]


@pytest.mark.slow
@pytest.mark.parametrize("place", range(63))
def test_every_value_of_every_parameter_keeps_every_promise(place: int, tmp_path: Path) -> None:
    every = {name: list(tried(name, WORLD)) for name in NAMES}
    assert max(map(len, every.values())) <= 63
    patterns = {name: some[place] for name, some in every.items() if place < len(some)}
    assert not broken(WORLD, patterns, tmp_path / "world")


@pytest.mark.parametrize("difficulty", HARDNESS)
def test_the_least_and_odd_values_keep_every_promise(difficulty: str, tmp_path: Path) -> None:
    odd = {
        "cycle": ("keeps", 0.15000000000000002),
        "ip_recycling": ("fewest", 4),
        "structuring": ("days", 5),
    }
    patterns = {
        name: changed(PATTERNS.load(name, Pattern)(count=3), key, value, difficulty, SMALL)
        for name, (key, value) in odd.items()
    }
    assert not broken(SMALL, patterns, tmp_path / "world")
