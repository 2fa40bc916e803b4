"""How much fraud there is: from a share of all payments to a number of cases of each pattern.

A share is of payments as they are ordered (legs `original`): settlements, returns and fees follow
from those. What honest people will order is added up off the edges of the graph; what a case of a
pattern orders is seen by planting a few of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

import numpy as np

from graphgen.pattern import NoSuchError, TooFewError
from graphgen.rng import stream
from graphgen.schedule import BY_RATE, ONCE, due, stands_for
from graphgen.schema import NULL_NUMBER
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.world import World

__all__ = ["Calendar", "planted"]

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
_READ = ("valid_from", "valid_to", "schedule", "rate", "hours")
_PIECE = 1 << 18
"""Edges that are looked at together."""
_LOOKED_AT = 60
"""Days, evenly spread, off which the hours of a long window are read."""


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
        name: _counted(market if pattern.market else population, pattern)
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
        if strict and abs(fixed + made - asked) > _LEAST_SURE * max(asked, 1):
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
            _crimes(population, replace(patterns[name], count=1))
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
            tables = _crimes(population, replace(pattern, count=count))
        except TooFewError:
            count //= 2
            continue
        crime, beside = (calendar.ordered(tables, own=own) / count for own in (True, False))
        return _Size(crime, beside + population.world.decoys * (crime + beside))
    return None


def _both(graph: Graph, pattern: Pattern) -> tuple[list[Table], list[Table]]:
    return _crimes(graph, pattern), _lookalikes(graph, pattern)


def _counted(graph: Graph, pattern: Pattern) -> tuple[list[Table], list[Table]]:
    """Plant as many as the count says; `TooFewError` with how many there is room for."""
    try:
        return _both(graph, pattern)
    except TooFewError as wrong:
        room = _room(graph, pattern, pattern.instances(graph))
        raise TooFewError(f"{wrong}; there is room for {room:,}") from wrong


def _crimes(population: Graph, pattern: Pattern) -> list[Table]:
    return _planted(population, pattern, pattern.name, pattern.plant)


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
            planted = _as_many(population, replace(patterns[name], count=count))
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
        tables = _beside_lookalikes(population, *best[1:])
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
        least = min(least, _room(population, patterns[name], count + 1) / max(count, 1))
    why = str(wrong).partition(", with ")[0]
    said = f"fraud.rate: there is no room for so many cases as {rate:g} asks for; {why}"
    lower = _LOWER * rate * least
    return f"{said}; a rate of {lower:.2g} would do" if lower else said


def _room(graph: Graph, pattern: Pattern, count: int) -> int:
    """Say how many cases there is room for, with their look-alikes, of fewer than this many."""
    room, too_many = 0, count
    while too_many - room > 1:
        some = (room + too_many) // 2
        try:
            _both(graph, replace(pattern, count=some))
            room = some
        except TooFewError:
            too_many = some
    return room


def _beside_lookalikes(
    population: Graph, pattern: Pattern, crimes: list[Table]
) -> tuple[list[Table], list[Table]]:
    """Plant the look-alikes of crimes; where nobody asked for a rate, both as far as both fit."""
    while True:
        try:
            return crimes, _lookalikes(population, pattern)
        except TooFewError as wrong:
            pattern, crimes = _as_many(population, _halved(population, pattern, wrong))


def _as_many(population: Graph, pattern: Pattern) -> tuple[Pattern, list[Table]]:
    """Plant so many cases, or as many as there is room for if nobody asked for a rate."""
    while True:
        try:
            return pattern, _crimes(population, pattern)
        except TooFewError as wrong:
            pattern = _halved(population, pattern, wrong)


def _halved(population: Graph, pattern: Pattern, wrong: TooFewError) -> Pattern:
    """Ask for half as many cases as there was no room for; not where somebody asked for a rate."""
    if population.world.fraud is not None or not pattern.count:
        raise wrong
    return replace(pattern, count=pattern.count // 2)


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
        f"fraud.rate: asks for {asked:,.0f} payments, whole cases come to {fixed + made:,.0f}, as "
        f"the smallest, of {name}, has {size:,.0f}; {users:,} users would do"
    )


class Calendar:
    """How often edges fire in a world's window, as its calendar makes them expect."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._dues = np.zeros(128)
        for day in range(world.days):
            self._dues += due(world.date_of(day), world.place)
        self._often = self._busy_hours() if world.days else np.zeros(len(world.place.profiles))

    def expected(self, pays: Table, *, an_errand: float = 1.0) -> float:
        """Add up how often edges of `pays` will fire in the window; each errand counts so much."""
        if not self._world.days:
            return 0.0
        # piece by piece, so that a large graph does not have a dozen columns beside it
        return sum(
            self._expected({name: pays[name][first : first + _PIECE] for name in _READ}, an_errand)
            for first in range(0, len(pays), _PIECE)
        )

    def _expected(self, pays: Mapping[str, Array], an_errand: float) -> float:
        world = self._world
        last = np.where(pays["valid_to"] == NULL_NUMBER, world.end_ms, pays["valid_to"])
        stands = np.minimum(last, world.end_ms) - np.maximum(pays["valid_from"], world.start_ms)
        days = np.clip(stands / DAY_MS, 0, world.days)
        schedule = pays["schedule"]
        often = pays["rate"] * days * self._often[pays["hours"]]
        regular = self._dues[schedule] * days / world.days
        begins = (pays["valid_from"] >= world.start_ms) & (pays["valid_from"] < world.end_ms)
        fires = np.where(
            schedule == BY_RATE, often, np.where(schedule == ONCE, begins * an_errand, regular)
        )
        return float(fires.sum())

    def ordered(self, tables: Iterable[Table], *, own: bool) -> float:
        """Add up the payments that edges will order: of cases (`own`), or all others."""
        return sum(
            self.expected(table.take((table["case_id"] >= 0) == own))
            for table in tables
            if table.name == "pays"
        )

    def _busy_hours(self) -> Array:
        """Say how much busier than its rate each profile is, by the calendar and its days."""
        from graphgen.clock import Clocks

        world = self._world
        zones = tuple(sorted(set(world.place.csv("cities")["time_zone"])))
        clocks = Clocks(world.place, zones)
        some = np.unique(np.linspace(0, world.days - 1, _LOOKED_AT).astype(int))
        weights = np.zeros(len(world.place.profiles))
        for day in some:
            here = world.date_of(int(day))
            weight = clocks.hours(here).weight.reshape(-1, len(zones)).mean(axis=1)
            weights += weight * clocks.busy(here)
        return np.asarray(weights / len(some))
