"""Baselines: a ladder of what finds crimes, from rules over gradient boosting to a graph network.

Each rung learns from what was known when training ended, has its threshold from validation as known
when that ended, and is scored on the truth of the test (`graphgen.learning` has labels and splits).
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from math import isnan
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from graphgen.baseline import rules
from graphgen.baseline.columns import RUNGS, matrix
from graphgen.baseline.learners import boosted, sample
from graphgen.baseline.rows import Rows, TooFewError, read
from graphgen.baseline.scoring import Measured, mean_of, measure
from graphgen.baseline.setting import ABLATIONS, AS_IN_LIFE, IN_PARTS, Setting
from graphgen.dataset import Dataset
from graphgen.features import features
from graphgen.features.files import path_of
from graphgen.learning.exporter import needed
from graphgen.table import Array

__all__ = ["ABLATIONS", "AS_IN_LIFE", "Baseline", "Rung", "Setting", "TooFewError", "baseline"]

MOST = 200_000
"""Payments of a world that the graph network is tried on, at most; our assumption."""
_OF_A_RUNG = "gradient boosting"


@dataclass(frozen=True)
class Rung:
    """One model in one setting."""

    setting: str
    name: str
    """rules, raw, velocity, graph, gnn; a part of the network, where that is shown in parts."""
    columns: int
    seeds: int
    """So many seeds; rules draw nothing, and have one."""
    mean: Measured
    deviation: Measured
    seconds: float
    """CPU seconds of a seed: learning and scoring."""


@dataclass(frozen=True)
class Baseline:
    """The rungs, and what they were tried on."""

    path: str
    payments: int
    crimes: int
    """Payments of crimes in the test."""
    rate: float
    """Their share of the test."""
    learnt: int
    """Payments known as crimes when training ended."""
    happened: int
    """Payments of crimes in training, known or not."""
    rules: dict[str, tuple[int, int]]
    """By rule: payments of the test that it names, and how many of these are a crime's."""
    rungs: list[Rung]
    left_out: str
    """Why there is no graph network; empty where there is."""
    seconds: float
    """CPU seconds of it all."""
    memory: int
    """The most that was held at once, in bytes."""

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it; null where a part of the test has no crime."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def baseline(
    path: str | Path,
    *,
    seeds: int = 3,
    gnn: bool = True,
    ablations: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Baseline:
    """Climb the ladder on a written dataset; `tell` hears what is begun.

    Features that are not there are written beside it, as `graphgen features` does. The graph
    network is left out of large worlds, and where torch is not installed. `StoreError` names a
    missing extra, `TooFewError` says where crimes are lacking.
    """
    needed("sklearn", "ml")
    began = process_time()
    dataset = Dataset(path)
    rows, connection = read(dataset, AS_IN_LIFE)
    if not path_of(dataset, "payment").exists():
        tell("features")
        features(path)
    left_out = _left_out(rows) if gnn else "it was not asked for"
    tell("rules")
    fired = rules.fired(connection, rows)
    connection.close()
    rungs = [_rules(rows, fired, AS_IN_LIFE), *_boosted(dataset, rows, AS_IN_LIFE, seeds, tell)]
    if not left_out:
        rungs += _network(dataset, rows, AS_IN_LIFE, seeds, tell)
    for setting in ABLATIONS if ablations else ():
        other, connection = read(dataset, setting)
        connection.close()
        rungs += [_rules(other, fired, setting), *_boosted(dataset, other, setting, seeds, tell)]
        if not left_out:
            rungs += _network(dataset, other, setting, seeds, tell)
    if ablations and not left_out:
        rungs += _network(dataset, rows, IN_PARTS, seeds, tell)
    test, train = rows.of(2), rows.of(0)
    return Baseline(
        str(path),
        len(rows.id),
        int(rows.is_fraud[test].sum()),
        float(rows.is_fraud[test].mean()),
        int(rows.is_known[train].sum()),
        int(rows.is_fraud[train].sum()),
        {name: _named(rows, some) for name, some in fired.items()},
        rungs,
        left_out,
        process_time() - began,
        _peak(),
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of a document
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and isnan(value) else value


def _left_out(rows: Rows) -> str:
    if find_spec("torch") is None:
        return "torch is not installed; pip install 'graphgen[gnn]'"
    if len(rows.id) > MOST:
        return f"{len(rows.id):,} payments are more than {MOST:,}"
    return ""


def _rules(rows: Rows, fired: dict[str, Array], setting: Setting) -> Rung:
    began = process_time()
    found = measure(rows, rules.scores(fired, rows))
    mean, deviation = mean_of([found])
    return Rung(setting.name, "rules", len(fired), 1, mean, deviation, process_time() - began)


def _boosted(
    dataset: Dataset, rows: Rows, setting: Setting, seeds: int, tell: Callable[[str], None]
) -> Iterator[Rung]:
    drawn = [sample(rows, seed, "honest") for seed in range(seeds)]
    tried = np.sort(np.concatenate([rows.of(1), rows.of(2)]))
    chosen = np.unique(np.concatenate([*(some for some, _ in drawn), tried]))
    values, widths = matrix(dataset, rows, chosen)
    wanted = np.searchsorted(chosen, tried)
    for rung in RUNGS:
        width, found, began = widths[rung], [], process_time()
        for seed, (some, weight) in enumerate(drawn):
            tell(f"{setting.name}: {_OF_A_RUNG} on {rung}, seed {seed}")
            score = np.zeros(len(rows.id))
            learnt = values[np.searchsorted(chosen, some), :width]
            score[tried] = boosted(
                learnt, rows.is_known[some], weight, values[wanted, :width], seed
            )
            found.append(measure(rows, score))
        mean, deviation = mean_of(found)
        spent = (process_time() - began) / seeds
        yield Rung(setting.name, rung, width, seeds, mean, deviation, spent)


def _network(
    dataset: Dataset, rows: Rows, setting: Setting, seeds: int, tell: Callable[[str], None]
) -> Iterator[Rung]:
    from graphgen.baseline.gnn import PARTS, WHOLE, network_scores

    values, widths = matrix(dataset, rows, np.arange(len(rows.id)))
    for name, parts in PARTS.items() if setting is IN_PARTS else [("gnn", WHOLE)]:
        found, began = [], process_time()
        for seed in range(seeds):
            tell(f"{setting.name}: {name}, seed {seed}")
            found.append(measure(rows, network_scores(rows, values, seed, parts)))
        mean, deviation = mean_of(found)
        spent = (process_time() - began) / seeds
        width = widths["graph" if parts.past else "raw"]
        yield Rung(setting.name, name, width, seeds, mean, deviation, spent)


def _named(rows: Rows, some: Sequence[int] | Array) -> tuple[int, int]:
    test = np.asarray(some)[rows.part[np.asarray(some)] == 2]  # noqa: PLR2004 - the test
    return len(test), int(rows.is_fraud[test].sum())


def _peak() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
