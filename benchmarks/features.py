"""What features of a dataset cost to compute, without writing them: the windows alone, and all.

`python benchmarks/features.py DATASET` prints rows and CPU seconds as JSON. Windows are counts,
sums, means, deviations and partners of both ends, with the pairs that they need; all is every
feature, of days of accounts too, and reading the files. Neither has the process's start in it, nor
the first day, on which compiled loops are loaded.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from graphgen import Dataset
from graphgen.features import pairs, windows
from graphgen.features.by_day import PointInTime
from graphgen.features.reading import Day, Facts, days, read


def all_features(dataset: Dataset, facts: Facts) -> tuple[float, int]:
    """Compute everything; gives CPU seconds and rows."""
    rows, began = 0, 0.0
    state = PointInTime(facts)
    for number, day in enumerate(days(dataset, facts)):
        for _ in state.of(day):
            pass
        if number == 0:
            began = time.process_time()
        else:
            rows += len(day)
    return time.process_time() - began, rows


def windows_alone(each: Iterator[Day], facts: Facts) -> tuple[float, int]:
    """Compute windows; gives CPU seconds and rows."""
    past, recent = pairs.Pairs(len(facts.account)), windows.Windows(len(facts.account))
    rows, took = 0, 0.0
    for number, day in enumerate(each):
        began = time.process_time()
        of_pairs = np.empty((len(pairs.FEATURES), len(day)), np.float32)
        of_windows = np.empty((len(windows.FEATURES), len(day)), np.float32)
        recent.pass_time(day.begin)
        recent.walk(day, past.walk(day, of_pairs), past.room, of_windows)
        if number:
            took, rows = took + time.process_time() - began, rows + len(day)
    return took, rows


def main(folder: Path) -> None:
    """Print both."""
    dataset = Dataset(folder)
    facts = read(dataset)
    told = {}
    for what, (cpu, rows) in (
        ("windows", windows_alone(days(dataset, facts), facts)),
        ("all", all_features(dataset, facts)),
    ):
        told[what] = {"cpu": cpu, "rows": rows}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
