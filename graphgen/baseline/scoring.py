"""How good scores of payments are: by the truth of the test, at a threshold from validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from graphgen.report.precision import best_threshold, curve, f1
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.baseline.rows import Rows

__all__ = ["Measured", "mean_of", "measure"]

_FEW, _MORE, _FALSE = 0.005, 0.01, 0.05


@dataclass(frozen=True)
class Measured:
    """What is reported of one model and one seed; of several, means or deviations."""

    average_precision: float
    f1: float
    """At the threshold with the best F1 on validation, by what was known when that ended; where
    nothing was, at one alert for 200 payments."""
    recall_half_percent: float
    """Share of the crimes among the 0.5 % of payments with the highest scores."""
    recall_percent: float
    """The same among 1 %."""
    recall_at_false_5_percent: float
    """Share of the crimes above the score that 5 % of the honest have: TPR at 5 % FPR."""
    recall_seen: float
    """Among 1 %: of crimes with an account that was known for one when training ended."""
    recall_unseen: float
    """Of those with none."""
    by_pattern: dict[str, float]
    """Among 1 %: of each pattern's crimes."""


def measure(rows: Rows, score: Array) -> Measured:
    """Measure scores (float64, by row of `rows`; the training rows' are not looked at)."""
    tried, test = rows.of(1), rows.of(2)
    crime, pattern, seen = rows.is_fraud[test], rows.pattern[test], rows.is_seen[test]
    weight = np.ones(len(test), np.float32)
    if rows.is_known[tried].any():
        found = curve(score[tried], rows.is_known[tried], np.ones(len(tried), np.float32))
        threshold = best_threshold(found)
    else:
        threshold = float(np.quantile(score[tried], 1 - _FEW))
    named = _caught(score[test], _MORE * len(test))
    honest = np.sort(score[test][~crime])
    border = honest[int((1 - _FALSE) * (len(honest) - 1))]
    return Measured(
        curve(score[test], crime, weight).average_precision,
        f1(score[test], crime, weight, threshold)[2],
        _mean(_caught(score[test], _FEW * len(test))[crime]),
        _mean(named[crime]),
        _mean(_above(score[test], crime, border)),
        _mean(named[crime & seen]),
        _mean(named[crime & ~seen]),
        {
            name: _mean(named[crime & (pattern == number)])
            for number, name in enumerate(rows.patterns)
            if (crime & (pattern == number)).any()
        },
    )


def mean_of(some: Sequence[Measured]) -> tuple[Measured, Measured]:
    """Give the means and the standard deviations over seeds."""
    found = []
    for how in (np.mean, np.std):
        values = {
            each.name: float(how([getattr(one, each.name) for one in some]))
            for each in fields(Measured)
            if each.name != "by_pattern"
        }
        names = some[0].by_pattern
        of = {name: float(how([one.by_pattern[name] for one in some])) for name in names}
        found.append(Measured(**values, by_pattern=of))
    return found[0], found[1]


def _caught(score: Array, alerts: float) -> Array:
    """Give each row the share of it that is among so many highest scores: of ties each the same."""
    alerts = max(1.0, alerts)
    order = np.argsort(-score, kind="stable")
    border = score[order[min(len(order), int(np.ceil(alerts))) - 1]]
    above, level = score > border, score == border
    left, tied = alerts - int(above.sum()), int(level.sum())
    return np.asarray(above + level * min(1.0, left / max(1, tied)))


def _above(score: Array, crime: Array, border: float) -> Array:
    """Give each crime 1 above the border; on it, the share of the honest that may be named."""
    honest = ~crime
    level, over = int((honest & (score == border)).sum()), int((honest & (score > border)).sum())
    share = min(1.0, max(0.0, (_FALSE * int(honest.sum()) - over) / max(1, level)))
    here = score[crime]
    return np.asarray((here > border) + (here == border) * share)


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")
