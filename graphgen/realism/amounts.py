"""Amounts: how they spread, how round they are, and with which digits they begin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.realism.metric import OURS, Metric

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["metrics"]

_BERKA = "Berka (PKDD'99), measured"
"""49,102 payments of 1,229 accounts of a Czech bank, 1993 and 1994; the figures are our count."""
_KINDS = """
SELECT CASE WHEN p.rail = 'card' THEN 'card' WHEN p.rail = 'cash' THEN 'cash' ELSE 'transfer' END
    AS kind, count(*) AS payments, stddev_pop(ln(p.amount_minor)) AS spread,
    avg((p.amount_minor % (100 * $minor) = 0)::INT) AS round
FROM payment AS p
LEFT JOIN person_transfer AS t USING (payment_id)
WHERE p.leg = 'original' AND p.status = 'booked' AND (p.rail IN ('card', 'cash')
    OR t.payment_id IS NOT NULL)
GROUP BY kind
"""
_TARGETS = {
    "card": ((0.7, 1.5), (0.0, 0.02)),
    "cash": ((0.7, 1.5), (0.25, 0.6)),
    "transfer": ((0.7, 1.5), (0.0, 0.02)),
}
"""Spread, and share of multiples of 100 units: 0.75 to 1.44, 55 % of drawings and 36 % of deposits
in cash, 1 % of transfers there."""
_DIGITS = """
SELECT left(CAST(amount_minor AS VARCHAR), 1)::INT AS digit, count(*) AS payments
FROM payment WHERE leg = 'original' AND status = 'booked' GROUP BY digit
"""


def metrics(dataset: Dataset) -> Iterator[Metric]:
    """Measure amounts by what they are paid with."""
    from graphgen.region import load_region

    minor = load_region(dataset.run["world"].get("region", "us")).minor_units
    kinds = dataset.connection.execute(_KINDS, {"minor": minor}).fetchall()
    for kind, _, spread, is_round in sorted(kinds):
        spreads, rounds = _TARGETS[kind]
        yield Metric(f"{kind}: spread of the logarithm", spread, *spreads, _BERKA)
        yield Metric(f"{kind}: share of multiples of 100", is_round, *rounds, _BERKA)
    digits = dict(dataset.connection.execute(_DIGITS).fetchall())
    total = sum(digits.values())
    if total:
        there = np.array([digits.get(digit, 0) / total for digit in range(1, 10)])
        benford = np.log10(1 + 1 / np.arange(1, 10))
        away = float(np.abs(there - benford).mean())
        yield Metric(
            "amounts: mean distance from Benford", away, 0.0, 0.025, f"0.021: {_BERKA}; {OURS}"
        )
