"""How much fraud there is: from a share of all payments to a number of cases of each pattern.

A share is of payments as they are ordered (legs `original`): settlements, returns and fees follow
from those. What honest people will order is added up off the edges of the graph; what a case of a
pattern orders is seen by planting a few of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from graphgen.expected import Calendar
from graphgen.pattern import NoSuchError, TooFewError
from graphgen.plant import as_many, beside_lookalikes, counted, crimes, room
from graphgen.schedule import stands_for
from graphgen.table import Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.world import World

__all__ = ["planted"]

_USUAL = 0.0015
"""Share of payments that is a crime's where nobody asked for one: 15 basis points, as cards have
between 1.5 (EU 2024, EBA and ECB) and 10.2 (US 2024, by value, Nilson), rounded up so that a world
of 10,000 people has some cases of everything; our assumption."""
_TRIED = 8
"""Cases that are planted to see what one orders."""
_NEAR, _TRIES = 0.15, 4
"""How far a pattern's payments may be off its part, and how often planting it is tried again."""
_LEAST_SURE, _SURE_TRIES = 0.1, 24
"""How far the share may be off where somebody asked for one, and how often the last pattern is
planted at most to come that near."""
_LOWER = 0.8
"""What part of the rate for which there is room is offered, as cases differ in size."""
_SMALL = 20
"""With so many times the payments of the smallest case, whole cases come near enough to any share;
seen in trials."""


@dataclass(frozen=True)
class _Size:
    """What one case of a pattern brings, on average."""

    crime: float
    """Payments of the crime that are ordered in the window."""
    honest: float
    """Payments of the honest lives that come with it, and of its look-alikes, which order as many
    as it does itself."""


def planted(
    world: World, population: Graph, market: Graph
) -> dict[str, tuple[list[Table], list[Table]]]:
    """Plant every pattern of a world: by name, the tables of its crimes and of its look-alikes.

    What is about the market is planted on a graph that has investors too. Patterns whose `count` is
    set, and those of the market, go by their count. The others share what is left of the rate,
    largest cases first, each making up for what those before it came to more or less than they
    should. `ValueError` for a rate that cannot be reached, with what would do.
    """
    mix = world.fraud.mix if world.fraud else {}
    patterns = {}
    for name, pattern in sorted(world.patterns.items()):
        is_left_out = pattern.count is None and mix and not mix.get(name)
        patterns[name] = replace(pattern, count=0) if is_left_out else pattern
        patterns[name] = patterns[name].within(world)
    strict = world.fraud is not None
    rate = world.fraud.rate if world.fraud else _USUAL
    calendar = Calendar(world)
    by_rate = {} if rate is None else _by_rate(calendar, population, patterns)
    if strict and rate is not None and not by_rate:
        _check_nothing_is_left_over(population, patterns)
    tables = {
        name: counted(market if pattern.market else population, pattern)
        for name, pattern in patterns.items()
        if name not in by_rate
    }
    if rate is not None and by_rate:
        fixed = sum(calendar.ordered(crime, own=True) for crime, _ in tables.values())
        asked = rate * _payments(calendar, population, tables, by_rate, rate)
        if strict and fixed - asked > _LEAST_SURE * max(asked, 1):
            raise ValueError(
                f"fraud.rate: {rate:g} asks for {asked:,.0f} payments, the counts that are set "
                f"come to {fixed:,.0f} already; ask for fewer cases, or for a higher rate"
            )
        try:
            tables |= dict(_shared_out(calendar, population, by_rate, patterns, asked - fixed))
        except NoSuchError:
            raise
        except ValueError as wrong:
            told = _no_room(population, by_rate, patterns, asked - fixed, wrong)
            raise ValueError(told) from wrong
        made = sum(calendar.ordered(tables[name][0], own=True) for name in by_rate)
        if strict and abs(fixed + made - asked) > _LEAST_SURE * asked:
            raise ValueError(_too_small(world, by_rate, asked, fixed, made))
    return {
        name: ([_weighted(t, pattern, population) for t in tables[name][0]], tables[name][1])
        for name, pattern in patterns.items()
    }


def _weighted(table: Table, pattern: Pattern, population: Graph) -> Table:
    """Say of cases how many of the real world each stands for."""
    if table.name != "case" or not len(table):
        return table
    weight = pattern.published(population.world) / len(table)
    return table.with_columns(sample_weight=np.full(len(table), weight, np.float32))


def _check_nothing_is_left_over(population: Graph, patterns: Mapping[str, Pattern]) -> None:
    """Refuse a rate that no pattern can make up, if it was not for counts: `ValueError`, why."""
    world = population.world
    free = [name for name, of in world.patterns.items() if of.count is None and not of.market]
    asked = sorted(name for name in free if patterns[name].count is None)
    if not free:
        return
    if not asked:
        raise ValueError("fraud.mix: no pattern has a part of more than 0; give one, or drop mix")
    for name in asked:
        try:
            crimes(population, replace(patterns[name], count=1))
        except ValueError as wrong:
            raise ValueError(f"fraud.rate: not even one case has room; {wrong}") from wrong
    raise ValueError(
        f"fraud.rate: no payment is part of {', '.join(asked)}, so there is nothing to make up a "
        "share of payments; set its count, or give a mix with other patterns"
    )


def _by_rate(
    calendar: Calendar, population: Graph, patterns: Mapping[str, Pattern]
) -> dict[str, tuple[float, _Size]]:
    """Give, for each pattern that goes by the rate, its share and what a case of it brings."""
    fraud = population.world.fraud
    mix = fraud.mix if fraud else {}
    found = {}
    for name, pattern in patterns.items():
        by_count = pattern.count is not None or pattern.market
        size = None if by_count else _tried(calendar, population, pattern)
        if size is not None and size.crime > 0:
            found[name] = mix.get(name, 1.0), size
    return found


def _tried(calendar: Calendar, population: Graph, pattern: Pattern) -> _Size | None:
    """Plant a few cases to see what one brings; none where the world is too small for that."""
    count = _TRIED
    while count:
        try:
            tables = crimes(population, replace(pattern, count=count))
        except TooFewError:
            count //= 2
            continue
        crime, beside = (calendar.ordered(tables, own=own) / count for own in (True, False))
        return _Size(crime, beside + population.world.decoys * (crime + beside))
    return None


def _payments(
    calendar: Calendar,
    population: Graph,
    tables: Mapping[str, tuple[list[Table], list[Table]]],
    by_rate: Mapping[str, tuple[float, _Size]],
    rate: float,
) -> float:
    """Say how many payments the world will have in all, crimes at that rate included."""
    planted_ones = [part for both in tables.values() for part in both]
    honest = calendar.expected(population["pays"], an_errand=stands_for(population.world))
    honest += sum(calendar.ordered(p, own=own) for p in planted_ones for own in (False, True))
    whole = sum(share for share, _ in by_rate.values())
    beside = sum(share / whole * size.honest / size.crime for share, size in by_rate.values())
    return honest / (1 - rate - min(0.5, rate * beside))


def _shared_out(
    calendar: Calendar,
    population: Graph,
    by_rate: Mapping[str, tuple[float, _Size]],
    patterns: Mapping[str, Pattern],
    target: float,
) -> Iterator[tuple[str, tuple[list[Table], list[Table]]]]:
    """Plant what goes by the rate: patterns with large cases first, and the small ones fill up."""
    left, weight = target, sum(share for share, _ in by_rate.values())
    for name in sorted(by_rate, key=lambda name: (-by_rate[name][1].crime, name)):
        share, size = by_rate[name]
        wanted = max(0.0, left * share / weight)
        weight -= share
        near = _NEAR * (wanted if weight > 0 else target / 4)
        count, best = round(wanted / size.crime), None
        sure = population.world.fraud is not None and weight <= 0
        known: set[int] = set()
        for again in range(_SURE_TRIES if sure else _TRIES):
            known.add(count)
            planted = as_many(population, replace(patterns[name], count=count))
            made = calendar.ordered(planted[1], own=True)
            if best is None or abs(made - wanted) < abs(best[0] - wanted):
                best = made, *planted
            if abs(made - wanted) <= max(near, size.crime / 2) or not made:
                break
            if again >= _TRIES - 1 and abs(best[0] - wanted) <= _LEAST_SURE / 2 * target:
                break
            count = max(1, round(count * wanted / made))  # what one brings is not what was tried
            if again >= _TRIES - 1:
                count = _untried(known, count)
        assert best is not None  # noqa: S101 - for the type checker
        tables = beside_lookalikes(population, *best[1:])
        left -= calendar.ordered(tables[0], own=True)
        yield name, tables


def _untried(known: set[int], count: int) -> int:
    """Give the number of cases nearest to this one that was not planted yet."""
    away = 0
    while True:
        for near in (count + away, count - away):
            if near > 0 and near not in known:
                return near
        away += 1


def _no_room(
    population: Graph,
    by_rate: Mapping[str, tuple[float, _Size]],
    patterns: Mapping[str, Pattern],
    target: float,
    wrong: ValueError,
) -> str:
    """Say of a rate that there is no room for its cases, and which rate there is room for."""
    fraud, whole = population.world.fraud, sum(share for share, _ in by_rate.values())
    rate = (fraud and fraud.rate) or 0.0
    least = 1.0
    for name, (share, size) in by_rate.items():
        count = int(np.ceil(target * share / whole / size.crime))
        least = min(least, room(population, patterns[name], count + 1) / max(count, 1))
    why = str(wrong).partition(", with ")[0]
    said = f"fraud.rate: there is no room for so many cases as {rate:g} asks for; {why}"
    lower = _LOWER * rate * least
    return f"{said}; a rate of {lower:.2g} would do" if lower else said


def _too_small(
    world: World,
    by_rate: Mapping[str, tuple[float, _Size]],
    asked: float,
    fixed: float,
    made: float,
) -> str:
    """Say that whole cases do not come near enough to the rate, and how many people would do."""
    name, size = min(((name, size.crime) for name, (_, size) in by_rate.items()), key=itemgetter(1))
    users = int(np.ceil(world.users * max(2, (fixed + _SMALL * size) / asked)))
    return (
        f"fraud.rate: asks for {_counted(asked)} payments, whole cases come to {fixed + made:,.0f},"
        f" as the smallest, of {name}, has {size:,.0f}; {users:,} users would do"
    )


def _counted(payments: float) -> str:
    """Spell how many payments are expected, of less than one too."""
    return f"{payments:,.0f}" if payments >= 1 else f"{payments:.2g}"
