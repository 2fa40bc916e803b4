"""Planting a pattern: crimes and look-alikes, as many as asked for or as there is room for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

from graphgen.pattern import NoSuchError, TooFewError
from graphgen.rng import stream

if TYPE_CHECKING:
    import numpy as np

    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.table import Table

__all__ = ["as_many", "beside_lookalikes", "counted", "crimes", "room"]


def counted(graph: Graph, pattern: Pattern) -> tuple[list[Table], list[Table]]:
    """Plant as many as the count says; `TooFewError` with how many there is room for."""
    try:
        return _both(graph, pattern)
    except TooFewError as wrong:
        fits = room(graph, pattern, pattern.instances(graph))
        raise TooFewError(f"{wrong}; there is room for {fits:,}") from wrong


def crimes(population: Graph, pattern: Pattern) -> list[Table]:
    """Plant its crimes: their tables; `ValueError` with what went wrong, and where."""
    return _planted(population, pattern, pattern.name, pattern.plant)


def as_many(population: Graph, pattern: Pattern) -> tuple[Pattern, list[Table]]:
    """Plant so many cases, or as many as there is room for if nobody asked for a rate."""
    while True:
        try:
            return pattern, crimes(population, pattern)
        except TooFewError as wrong:
            pattern = _halved(population, pattern, wrong)


def beside_lookalikes(
    population: Graph, pattern: Pattern, planted: list[Table]
) -> tuple[list[Table], list[Table]]:
    """Plant the look-alikes of crimes; where nobody asked for a rate, both as far as both fit."""
    while True:
        try:
            return planted, _lookalikes(population, pattern)
        except TooFewError as wrong:
            pattern, planted = as_many(population, _halved(population, pattern, wrong))


def room(graph: Graph, pattern: Pattern, count: int) -> int:
    """Say how many cases there is room for, with their look-alikes, of fewer than this many."""
    fits, too_many = 0, count
    while too_many - fits > 1:
        some = (fits + too_many) // 2
        try:
            _both(graph, replace(pattern, count=some))
            fits = some
        except TooFewError:
            too_many = some
    return fits


def _both(graph: Graph, pattern: Pattern) -> tuple[list[Table], list[Table]]:
    return crimes(graph, pattern), _lookalikes(graph, pattern)


def _lookalikes(population: Graph, pattern: Pattern) -> list[Table]:
    return _planted(population, pattern, f"{pattern.name}/lookalike", pattern.plant_lookalike)


def _planted(
    population: Graph,
    pattern: Pattern,
    block: str,
    plant: Callable[[Graph, np.random.Generator], Iterable[Table]],
) -> list[Table]:
    bed, world = population.bed(), population.world
    if pattern.instances(bed) > world.users:
        told = f"{pattern.name}: {pattern.instances(bed):,} cases, with {world.users:,} people"
        raise TooFewError(f"{told}; ask for fewer")
    try:
        tables = list(plant(bed, stream(world.seed, "plant", block)))
        bed.check_promises(block, tables)
    except (NoSuchError, MemoryError):
        raise
    except TooFewError as wrong:
        told = f"{wrong}, with {world.users:,} people; ask for fewer cases than"
        raise TooFewError(f"{told} {pattern.instances(bed):,}, or for more people") from wrong
    except Exception as wrong:  # whatever a pattern does that somebody else wrote
        raise ValueError(f"pattern {pattern.name}: {_said(pattern, wrong)}") from wrong
    return tables


def _said(pattern: Pattern, wrong: Exception) -> str:
    """Say what went wrong in planting, and in which line of the pattern's file."""
    said = str(wrong) if type(wrong) is ValueError else f"{type(wrong).__name__}: {wrong}"
    place = sys.modules[type(pattern).__module__].__dict__.get("__file__")
    lines = [f.lineno for f in extract_tb(wrong.__traceback__) if f.filename == place]
    return f"{said} ({Path(str(place)).name}, line {lines[-1]})" if lines else said


def _halved(population: Graph, pattern: Pattern, wrong: TooFewError) -> Pattern:
    """Ask for half as many cases as there was no room for; not where somebody asked for a rate."""
    if population.world.fraud is not None or not pattern.count:
        raise wrong
    return replace(pattern, count=pattern.count // 2)
