"""People's transfers as a network, and how everything hangs together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graphgen import shape
from graphgen.population.transfers import largest_degree
from graphgen.realism.metric import OURS, RABOBANK, Metric
from graphgen.realism.tail import fit_tail
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["PAIRS", "metrics"]

PAIRS = """
CREATE OR REPLACE TEMP TABLE person_transfer AS
SELECT p.payment_id, p.time, p.amount_minor, p.rail,
    coalesce(p.counterparty_account_id, p.debtor_account_id) AS payer,
    p.creditor_account_id AS payee, l.event_id IS NOT NULL AS planted
FROM payment AS p
JOIN account AS a ON a.account_id = coalesce(p.counterparty_account_id, p.debtor_account_id)
JOIN account AS b ON b.account_id = p.creditor_account_id
LEFT JOIN (
    SELECT DISTINCT event_id FROM event_label WHERE event = 'payment' AND case_id IS NOT NULL
) AS l ON l.event_id = p.payment_id
WHERE p.leg = 'original' AND p.status = 'booked'
    AND p.rail IN ('instant', 'batch', 'cheque', 'book')
    AND a.type = 'checking' AND b.type = 'checking'
    AND NOT EXISTS (
        FROM has_account AS x JOIN has_account AS y USING (user_id)
        WHERE x.account_id = a.account_id AND y.account_id = b.account_id)
"""
"""The transfers between checking accounts that no person holds both of, and which of them a case
has planted."""

_EDGES = """
SELECT payer, payee, count(*) AS payments, sum(amount_minor)::DOUBLE AS amount,
    bool_and(planted) AS planted
FROM person_transfer GROUP BY ALL ORDER BY ALL
"""
_EVERYTHING = """
SELECT user_id, account_id FROM has_account
UNION ALL SELECT user_id, device_id + (1::BIGINT << 40) FROM uses_device
UNION ALL SELECT user_id, ip_id + (2::BIGINT << 40) FROM uses_ip
UNION ALL SELECT a.user_id, p.account_id FROM has_account AS a JOIN (
    SELECT DISTINCT coalesce(counterparty_account_id, debtor_account_id) AS payer,
        creditor_account_id AS account_id FROM payment WHERE leg = 'original'
) AS p ON p.payer = a.account_id
"""
_WITHIN = 0.25
"""How far a fitted exponent may be from the configured one; our assumption."""
_YEAR = 365
"""Days from which on what a pair has paid in all is compared with the published 11 years: in a
quarter most pairs pay once or twice, and how much each time says more than how often."""


def metrics(dataset: Dataset) -> Iterator[Metric]:
    """Measure the network of transfers, which `PAIRS` must have made."""
    asked = dataset.run["world"]["transfers"]
    payer, payee, payments, amount, planted = _columns(dataset, _EDGES)
    if not len(payer):
        return
    ends = np.unique(np.stack([payer, payee]), return_inverse=True)[1]
    source, target = ends.reshape(2, -1)
    yield from _exponents(dataset, asked, {"in": target[~planted], "out": source[~planted]})
    yield from _degrees(dataset, asked["mean_degree"], source, target)
    yield Metric(
        "transfers: reciprocity", shape.reciprocity(source, target), 0.15, 0.35, f"0.26: {RABOBANK}"
    )
    yield Metric(
        "transfers: clustering", shape.clustering(source, target), 0.01, 0.05, f"0.02: {RABOBANK}"
    )
    for name, end, published in (("in", target, "-0.018"), ("out", source, "-0.011")):
        yield Metric(
            f"transfers: {name}-degree assortativity",
            shape.assortativity(source, target, np.bincount(end, minlength=int(ends.max()) + 1)),
            -0.1,
            0.0,
            f"{published}: {RABOBANK}",
        )
    if dataset.run["world"]["days"] >= _YEAR:
        yield Metric(
            "transfers: rank correlation of sum and number",
            shape.rank_correlation(amount, payments),
            0.6,
            0.8,
            f"0.71 in 11 years: {RABOBANK}",
        )
    user, other = _columns(dataset, _EVERYTHING)
    yield Metric(
        "graph: largest component",
        shape.largest_component(user + (3 << 40), other),
        0.95,
        1.0,
        f"0.9989 of the accounts: {RABOBANK}",
    )


def _exponents(
    dataset: Dataset, asked: Mapping[str, float], ends: Mapping[str, Array]
) -> Iterator[Metric]:
    """Fit the tails that the world asks for: those of the transfers that no case has planted."""
    most = largest_degree(_people(dataset))
    for name, end in ends.items():
        exponent, degree = asked[f"{name}_exponent"], np.bincount(end)
        try:
            tail = fit_tail(degree, most=max(most, degree.max(initial=0)))
        except ValueError:
            continue
        yield Metric(
            f"transfers: {name}-degree exponent",
            tail.exponent,
            exponent - _WITHIN,
            exponent + _WITHIN,
            f"the world's, of no case; from {tail.begins} to {most}, KS {tail.distance:.3f}",
        )


def _degrees(dataset: Dataset, asked: float, source: Array, target: Array) -> Iterator[Metric]:
    people = _people(dataset)
    yield Metric(
        "transfers: people paid, mean",
        len(source) / people,
        0.6 * asked,
        1.2 * asked,
        f"the world's, less those who pay nobody; {OURS}",
    )
    largest = max(np.bincount(source).max(), np.bincount(target).max()) / people
    yield Metric(
        "transfers: largest degree over people",
        float(largest),
        0.002,
        0.03,
        f"0.008 to 0.013: {RABOBANK}",
    )


def _people(dataset: Dataset) -> int:
    (people,) = dataset.connection.execute("SELECT count(*) FROM user").fetchone() or (0,)
    return int(people)


def _columns(dataset: Dataset, query: str) -> list[Array]:
    """Ask for columns without nulls."""
    found = dataset.connection.execute(query).fetchnumpy()
    return [np.asarray(column) for column in found.values()]
