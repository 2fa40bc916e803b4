"""Leaks: which single column of a row gives a crime away, and what of that must say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from graphgen.pattern import Pattern
from graphgen.registry import PATTERNS, BrokenError, UnknownNameError
from graphgen.report import rows
from graphgen.report.reading import Events, Facts
from graphgen.report.separation import chance, placed, separation
from graphgen.rng import stream
from graphgen.schema import words
from graphgen.table import Array

__all__ = [
    "FEATURE_LIMITS",
    "LEAST_HONEST",
    "RAW_LIMITS",
    "Alone",
    "Leak",
    "Mute",
    "alone",
    "are_defined_by",
    "counterparts",
    "defined_by",
    "definitions",
    "difficulty_of",
    "is_of_one",
    "linked",
    "measured",
    "mute_rows",
    "raw",
    "subjects",
]

RAW_LIMITS = {"easy": 1.0, "medium": 0.9, "hard": 0.65}
"""How well a raw column may tell a crime from its like, by difficulty; our assumption."""
FEATURE_LIMITS = {"easy": 1.0, "medium": 0.9, "hard": 0.75}
"""The same for a feature of an account, a person, a device or an address, and for what the graph
says of the two ends of a row; our assumption."""

_LEAST_ROWS, _LEAST_CASES = 10, 3
LEAST_HONEST = 20
"""With fewer rows to put beside them, crimes' rows are not measured."""
_SAMPLE = 100_000
"""Honest rows of a group that are looked at: enough for the third decimal."""
_OWN = [words.LEGS.index(leg) for leg in ("original", "settlement")]
_BY = ("debtor_account_id", "user_id", "account_id", "topic")
"""By the first of these that there is, honest rows are put into bundles as large as cases."""


@dataclass(frozen=True)
class Leak:
    """How well one number alone separates a pattern's crimes from what they are put beside."""

    pattern: str
    """The pattern; "" for all together."""
    where: str
    """Which rows, or which members."""
    feature: str
    against: str
    """What they are put beside: "honest" rows, or the pattern's "look-alike"."""
    above: float
    """How often a crime's value is above one of those, ties counting half: .5 says nothing."""
    error: float
    """Its standard error, by cases."""
    rows: int
    cases: int
    limit: float
    area: float = field(init=False)
    """The area under the ROC curve, at least .5 (nothing); 1 is all."""
    ok: bool = field(init=False)
    """Whether it is within the limit, or beyond it by less than two standard errors."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "area", 0.5 + abs(self.above - 0.5))
        object.__setattr__(self, "ok", self.area - 2 * self.error <= self.limit)


@dataclass(frozen=True)
class Mute:
    """Whether something that must say nothing does say something."""

    pattern: str
    where: str
    what: str
    cases: int
    p: float
    """How likely as much as this would be by chance."""


@dataclass(frozen=True)
class Alone:
    """A word, or a null, that only crimes' rows have, of all rows that are otherwise alike."""

    pattern: str
    where: str
    column: str
    rows: int


def difficulty_of(facts: Facts, pattern: str) -> str:
    """Give the difficulty of a pattern's crimes; of all together the hardest one's."""
    found = set(facts.cases.difficulty[facts.cases.of(pattern)].tolist())
    return max(found, key=list(RAW_LIMITS).index, default="medium")


def subjects(facts: Facts) -> Iterator[tuple[str, Array]]:
    """Yield each pattern, and "" for all, with its crimes: bool, one for each case."""
    patterns = facts.cases.patterns
    for pattern in ["", *patterns] if len(patterns) > 1 else patterns:
        yield pattern, facts.cases.of(pattern)


def defined_by(pattern: str) -> tuple[str, ...]:
    """Name the columns that make a pattern what it is, as it declares them."""
    return getattr(_declared(pattern), "defined_by", ())


def definitions(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Name the columns that make each pattern what it is; of all together there are none."""
    return {"": (), **{pattern: defined_by(pattern) for pattern in facts.cases.patterns}}


def are_defined_by(facts: Facts, by: Mapping[str, tuple[str, ...]], column: str) -> Array:
    """Say which cases are of patterns that a column makes what they are: bool."""
    return np.isin(facts.cases.pattern, [name for name, columns in by.items() if column in columns])


def counterparts(pattern: str) -> Mapping[str, str]:
    """Say which role of a pattern's look-alike has the part of which role, as it declares them."""
    return getattr(_declared(pattern), "counterparts", {})


def _declared(pattern: str) -> type[Pattern] | None:
    """Load a pattern; nothing where it is not installed, or cannot be used."""
    try:
        found: type[Pattern] = PATTERNS.load(pattern, Pattern)
    except (UnknownNameError, BrokenError):
        return None
    return found


def is_of_one(facts: Facts, case: Array) -> bool:
    """Say whether cases are all of one pattern, so that "all patterns" would say it twice."""
    return len(np.unique(facts.cases.pattern[case])) < 2  # noqa: PLR2004 - one, or several


def measured(values: Array, case: Array) -> bool:
    """Say whether a crime's rows are enough, and of enough cases, to be measured."""
    return len(values) >= _LEAST_ROWS and len(np.unique(case)) >= _LEAST_CASES


def raw(facts: Facts, events: Events) -> Iterator[Leak]:
    """Measure every column of an event table, group by group of rows that are alike."""
    columns = {**rows.numbers(facts, events), **rows.words_of(events)}
    yield from _measured(facts, events, columns, RAW_LIMITS)


def linked(facts: Facts, events: Events) -> Iterator[Leak]:
    """Measure what the graph says of the two ends of rows, group by group; -1 is of no such row."""
    yield from _measured(facts, events, rows.links(facts, events), FEATURE_LIMITS, nothing=-1)


def _measured(
    facts: Facts,
    events: Events,
    columns: Mapping[str, Array],
    limits: Mapping[str, float],
    nothing: int | None = None,
) -> Iterator[Leak]:
    """Measure columns group by group; of a row that has `nothing` in one, the others alone.

    Where later legs (returned, charged or taken back) mark a pattern by definition, all that
    is in them is put beside its look-alike's.
    """
    asked = set(rows.words_of(events))
    by = definitions(facts)
    defined = {name: are_defined_by(facts, by, name) for name in columns}
    by_leg = are_defined_by(facts, by, "leg")
    for kind, *parts in _parts(facts, events):
        where = rows.said(facts, events, kind)
        follows = _follows(events, parts[0])
        for name, values in columns.items():
            crime, honest = (
                part if nothing is None else part[values[part] != nothing] for part in parts
            )
            here = values[crime]
            others = values[honest]
            if not len(here) or ((here == here[0]).all() and (others == here[0]).all()):
                continue
            for pattern, ours in subjects(facts):
                crimes = ours if pattern else ours & ~defined[name] & ~(follows & by_leg)
                some = np.append(crimes, False)[events.case[crime]]
                if not pattern and is_of_one(facts, events.case[crime[some]]):
                    continue
                beside, against, like = others, "honest", None
                if name in by[pattern] or (follows and "leg" in by[pattern]):
                    is_like = np.append(facts.cases.of(pattern, is_fraud=False), False)
                    alike = honest[is_like[events.case[honest]]]
                    beside, against, like = values[alike], "look-alike", events.case[alike]
                found = _leak(
                    here[some], events.case[crime][some], beside, like, is_word=name in asked
                )
                if found is not None:
                    limit = limits[difficulty_of(facts, pattern)]
                    yield Leak(pattern, where, name, against, *found, limit)


def alone(facts: Facts, events: Events) -> Iterator[Alone]:
    """Find words and nulls that crimes' rows have and no honest row of their group has.

    A group with hardly an honest row is one altogether, but where later legs (what is returned, or
    charged) mark a pattern by definition and its look-alikes have rows of that leg too.
    """
    columns = {
        **{f"{name} {{}}": values for name, values in rows.words_of(events).items()},
        **{
            name: values
            for name, values in rows.mute(facts, events).items()
            if name.endswith("empty")
        },
    }
    for kind, crime, honest in _parts(facts, events, sample=False, least=1):
        where = rows.said(facts, events, kind)
        if len(honest) < LEAST_HONEST:
            marked = _by_definition(facts, events, crime)
            yield from _alone(facts, events, crime[~marked], where, "the whole group")
            continue
        for name, values in columns.items():
            for value in np.setdiff1d(values[crime], values[honest]):
                only = crime[values[crime] == value]
                yield from _alone(facts, events, only, where, name.format(value))


def mute_rows(facts: Facts, events: Events) -> Iterator[Mute]:
    """Test by case whether last digits, the order of ties and nulls say something of crimes."""
    what = rows.mute(facts, events)
    by = next(name for name in _BY if name in events.columns)
    parts = [
        (
            crime[np.argsort(events.case[crime], kind="stable")],
            honest[np.argsort(events[by][honest], kind="stable")],
        )
        for _, crime, honest in _parts(facts, events, least=1)
        if len(honest) >= LEAST_HONEST
    ]
    for name, values in what.items():
        places = [(crime, *_mid(values[crime], values[honest])) for crime, honest in parts]
        for pattern in facts.cases.patterns:
            ours = facts.cases.of(pattern)
            here = [(ours[events.case[crime]], crime, *both) for crime, *both in places]
            chosen = [
                (place[some], events.case[crime[some]], other)
                for some, crime, place, other in here
                if some.any()
            ]
            if not chosen:
                continue
            rng = stream(facts.seed, "report", events.name, pattern, name)
            cases = [case for _, case, _ in chosen]
            p = min(
                chance(
                    rng,
                    [f(place) for place, _, _ in chosen],
                    cases,
                    [f(other) for *_, other in chosen],
                    block=True,
                )
                for f in (np.asarray, _from_the_middle)
            )
            count = len(np.unique(np.concatenate(cases)))
            yield Mute(pattern, events.name, name, count, min(1.0, 2 * p))


def _parts(
    facts: Facts, events: Events, *, sample: bool = True, least: int = _LEAST_ROWS
) -> Iterator[tuple[int, Array, Array]]:
    """Yield the groups that crimes have rows in: number, the crimes' rows, honest ones."""
    kind = rows.groups(facts, events)
    crime = np.flatnonzero(events.is_crime)
    order = np.argsort(kind, kind="stable")
    kinds = kind[order]
    for each, count in zip(*np.unique(kind[crime], return_counts=True), strict=True):
        if count < least:
            continue
        all_of_it = order[np.searchsorted(kinds, each) : np.searchsorted(kinds, each, "right")]
        is_crime = events.is_crime[all_of_it]
        honest = all_of_it[~is_crime]
        if sample and len(honest) > _SAMPLE:
            honest = honest[:: -(-len(honest) // _SAMPLE)]
        yield int(each), all_of_it[is_crime], honest


def _follows(events: Events, group: Array) -> bool:
    """Say whether rows that are alike follow from others, and are no order's own settlement."""
    return "leg" in events.columns and events["leg"][group[0]] not in _OWN


def _leak(
    values: Array, case: Array, beside: Array, like: Array | None, *, is_word: bool
) -> tuple[float, float, int, int] | None:
    """Measure one column: above, error, rows, cases; nothing where there is too little.

    `like` are the cases of what it is put beside, if they are cases.
    """
    if len(beside) < LEAST_HONEST or not measured(values, case):
        return None
    if is_word:
        # the best of the questions "is it this word?"
        asked = np.unique(values)
        excess = [abs((values == word).mean() - (beside == word).mean()) for word in asked]
        word = asked[int(np.argmax(excess))]
        values, beside = values == word, beside == word
    others = None if like is None else (placed(beside, np.sort(values)), like)
    found = separation(placed(values, np.sort(beside)), case, others)
    return found.above, found.error, found.rows, found.cases


def _by_definition(facts: Facts, events: Events, crime: Array) -> Array:
    """Say which crimes' rows are of patterns that their leg defines, as the look-alike's: bool."""
    pattern = facts.cases.pattern[events.case[crime]]
    if not _follows(events, crime):
        return np.zeros(len(crime), bool)
    of_cases = np.flatnonzero((events.case >= 0) & ~events.is_crime)
    of_cases = of_cases[events["leg"][of_cases] == events["leg"][crime[0]]]
    alike = facts.cases.pattern[events.case[of_cases]]
    defined = [name for name in np.unique(alike) if "leg" in defined_by(str(name))]
    return np.isin(pattern, defined)


def _alone(facts: Facts, events: Events, crime: Array, where: str, column: str) -> Iterator[Alone]:
    patterns = facts.cases.pattern[events.case[crime]]
    for pattern, count in zip(*np.unique(patterns, return_counts=True), strict=True):
        yield Alone(str(pattern), where, column, int(count))


def _mid(values: Array, others: Array) -> tuple[Array, Array]:
    """Place values, and all of both, among all of both: 0 to 1.

    If they are alike, a crime's rows may as well have been any of all.
    """
    every = np.concatenate([others, values])
    known = np.sort(every)
    return placed(values, known), placed(every, known)


def _from_the_middle(place: Array) -> Array:
    return np.abs(place - 0.5)
