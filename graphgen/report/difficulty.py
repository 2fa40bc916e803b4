"""Difficulty: how much of the crimes a model finds from rows, from velocity, from the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from graphgen.boosting import booster
from graphgen.report import rows, surveillance
from graphgen.report.leaks import difficulty_of
from graphgen.report.moves import Moves, moves
from graphgen.report.network import network
from graphgen.report.precision import best_threshold, curve, f1, spread
from graphgen.report.reading import Facts
from graphgen.report.split import Split, split
from graphgen.report.velocity import velocity
from graphgen.rng import stream
from graphgen.table import Array

__all__ = ["BANDS", "MOST", "STEP", "Difficulty", "Level", "difficulty", "difficulty_of_orders"]

BANDS = {"raw": (0.0, 0.15), "velocity": (0.15, 0.40), "graph": (0.40, 0.80)}
"""The average precision that the default world should have at medium, after what is published of
AMLworld's (arXiv 2402.08593: gradient boosting on rows F1 .20, with graph features .63) and of its
strictly causal evaluations (.07 and .57); our assumption."""
STEP = 0.05
"""By how much each level should exceed the one before."""
MOST = 0.90
Features = Callable[[Facts, Moves, Array], dict[str, Array]]
"""What gives features of chosen orders, by name."""
_RATES = (0.0005, 0.004)
"""The shares of crimes among orders that the bands are meant for: about 0.1 to 0.2 %."""
_LEAST_ROWS, _LEAST_CASES = 20, 4
_PIECE = 100_000
_DRAWS = 40
_EDGES = 240
"""A column is numbered in one byte, and the model takes 255 values."""


@dataclass(frozen=True)
class Level:
    """What a model finds from some features."""

    name: str
    """raw, velocity (raw too), or graph (all three)."""
    features: int
    average_precision: float
    error: float
    """Its standard error, by cases."""
    precision: float
    recall: float
    f1: float
    """At the threshold with the best F1 on validation."""
    by_pattern: dict[str, float]
    """Average precision on each pattern's crimes among all that is honest."""
    points: list[tuple[float, float]]
    """Recall and precision, to draw."""
    band: tuple[float, float] | None
    """Where the average precision should lie; none where that is not said."""
    ok: bool = field(init=False)

    def __post_init__(self) -> None:
        low, high = self.band or (0.0, 1.0)
        inside = low <= self.average_precision <= high
        object.__setattr__(self, "ok", inside or self.band is None)


@dataclass(frozen=True)
class Difficulty:
    """The three levels, and what they were measured on."""

    levels: list[Level]
    reason: str = ""
    """Why there are none."""
    train_cases: int = 0
    test_cases: int = 0
    purged_cases: int = 0
    test_rate: float = 0.0
    """The share of crimes among the orders of the test."""

    def findings(self) -> Iterator[str]:
        """Say, line by line, which level is not where it should be."""
        before = -STEP
        for level in self.levels:
            found = level.average_precision
            if level.band is None:
                continue
            if not level.ok:
                low, high = level.band
                yield f"{level.name} model: AP {found:.3f} is not within {low:g} to {high:g}"
            if found < before + STEP:
                yield f"{level.name} model: AP {found:.3f} is not {STEP:g} above the one before"
            if found > MOST:
                yield f"{level.name} model: AP {found:.3f} is above {MOST:g}"
            before = found


def difficulty(facts: Facts, users: dict[str, Array]) -> Difficulty:
    """Measure it for payments; `users` are features of people."""
    ladder: dict[str, Features] = {"velocity": velocity, "graph": partial(network, users=users)}
    return _measured(facts, "payment", moves, ladder)


def difficulty_of_orders(facts: Facts, users: dict[str, Array]) -> Difficulty:
    """Measure it for orders for securities; where it should be is not said."""
    ladder: dict[str, Features] = {
        "velocity": surveillance.velocity,
        "graph": partial(surveillance.network, users=users),
    }
    return _measured(facts, "order", surveillance.orders, ladder)


def _measured(
    facts: Facts,
    event: str,
    read: Callable[[Facts], Moves],
    ladder: Mapping[str, Features],
) -> Difficulty:
    """Train on the first period and try on the second, on ever more features."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        return Difficulty([], "needs scikit-learn: pip install 'graphgen[report]'")
    if event not in facts.events or not facts.events[event].is_crime.any():
        return Difficulty([], f"there is no {event} of a crime")
    orders = read(facts)
    parts = split(facts, orders)
    events = facts.events[event]
    case, is_crime = events.case[orders.row], events.is_crime[orders.row]
    for name in ("train", "validation", "test"):
        chosen = getattr(parts, name)
        crime = chosen[is_crime[chosen]]
        if len(crime) < _LEAST_ROWS or len(np.unique(case[crime])) < _LEAST_CASES:
            return Difficulty([], f"too few crimes lie in {name}: more people, days or cases help")
    chosen = np.concatenate([parts.train, parts.validation, parts.test])
    columns = {
        "raw": _raw(facts, orders, chosen),
        **{name: features(facts, orders, chosen) for name, features in ladder.items()},
    }
    ends = np.cumsum([0, len(parts.train), len(parts.validation), len(parts.test)])
    weight = parts.weight[parts.test].astype(np.float64)
    rate = float(weight[is_crime[parts.test]].sum() / weight.sum())
    banded = event == "payment" and difficulty_of(facts, "") == "medium"
    banded &= _RATES[0] <= rate <= _RATES[1]
    levels: list[Level] = []
    matrix = np.empty((len(chosen), 0), np.uint8)
    for name in BANDS:
        matrix = np.concatenate([matrix, _binned(columns.pop(name), is_crime[parts.train])], axis=1)
        scores = _scores(matrix, ends, is_crime[parts.train], parts, facts.seed)
        levels.append(
            _level(facts, name, matrix.shape[1], scores, parts, case, is_crime, banded=banded)
        )
    learnt = np.concatenate([parts.train, parts.validation])
    return Difficulty(
        levels,
        train_cases=len(np.unique(case[learnt[is_crime[learnt]]])),
        test_cases=len(np.unique(case[parts.test[is_crime[parts.test]]])),
        purged_cases=parts.purged,
        test_rate=rate,
    )


def _raw(facts: Facts, orders: Moves, chosen: Array) -> dict[str, Array]:
    """Give what an order's row itself says."""
    events = facts.events[orders.event]
    columns = {**rows.numbers(facts, events), **rows.words_of(events), **rows.mute(facts, events)}
    row = orders.row[chosen]
    return {name: values[row].astype(np.float32) for name, values in columns.items()}


def _binned(columns: dict[str, Array], is_crime: Array) -> Array:
    """Give each column's values numbers, by edges that the training rows (the first) set: uint8.

    So every column has few values, and the model, which does the same, has little left to sort.
    The edges are the values themselves where they are few, else quantiles: most of all rows, some
    of the crimes', whose values may all lie in the last percent.
    """
    binned = np.empty((len(next(iter(columns.values()))), len(columns)), np.uint8)
    for place, values in enumerate(columns.values()):
        known = np.sort(values[: len(is_crime)])
        edges = known[np.append(True, np.diff(known) > 0)]
        if len(edges) > _EDGES:
            crimes = np.sort(values[: len(is_crime)][is_crime])
            some = [
                each[np.linspace(0, len(each) - 1, count).astype(np.int64)]
                for each, count in ((known, 2 * _EDGES // 3), (crimes, _EDGES // 3))
            ]
            edges = np.unique(np.concatenate(some))
        binned[:, place] = np.searchsorted(edges, values, "right")
    return binned


def _scores(
    matrix: Array, ends: Array, is_crime: Array, parts: Split, seed: int
) -> tuple[Array, Array]:
    """Fit on the first part; give the scores of the other two."""
    from threadpoolctl import threadpool_limits

    model = booster(seed, learning_rate=0.05, trees=200)
    # its threads wait for each other all the time: on a busy machine one is faster than two
    with threadpool_limits(1):
        model.fit(matrix[: ends[1]], is_crime, sample_weight=parts.weight[parts.train])
        found = np.concatenate(
            [
                model.predict_proba(matrix[at : min(at + _PIECE, ends[3])])[:, 1]
                for at in range(ends[1], ends[3], _PIECE)
            ]
        )
    return found[: ends[2] - ends[1]], found[ends[2] - ends[1] :]


def _level(
    facts: Facts,
    name: str,
    features: int,
    scores: tuple[Array, Array],
    parts: Split,
    case: Array,
    is_crime: Array,
    *,
    banded: bool,
) -> Level:
    """Measure the scores of validation and test."""
    tried = curve(scores[0], is_crime[parts.validation], parts.weight[parts.validation])
    test, score, weight = parts.test, scores[1], parts.weight[parts.test]
    crime = is_crime[test]
    whole = curve(score, crime, weight)
    pattern = np.append(facts.cases.pattern, "")[case[test]]
    rng = stream(facts.seed, "report", "spread", name)
    by_pattern = {}
    for each in facts.cases.patterns:
        kept = ~crime | (pattern == each)
        if (crime & kept).any():
            by_pattern[each] = curve(score[kept], crime[kept], weight[kept]).average_precision
    return Level(
        name,
        features,
        whole.average_precision,
        spread(rng, score, case[test], crime, weight, _DRAWS),
        *f1(score, crime, weight, best_threshold(tried)),
        by_pattern,
        whole.points(101),
        BANDS[name] if banded else None,
    )
