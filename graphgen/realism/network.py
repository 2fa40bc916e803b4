"""People's transfers as a network, and how everything hangs together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.realism import shape
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
    p.creditor_account_id AS payee
FROM payment AS p
JOIN account AS a ON a.account_id = coalesce(p.counterparty_account_id, p.debtor_account_id)
JOIN account AS b ON b.account_id = p.creditor_account_id
WHERE p.leg = 'original' AND p.status = 'booked'
    AND p.rail IN ('instant', 'batch', 'cheque', 'book')
    AND a.type = 'checking' AND b.type = 'checking'
    AND NOT EXISTS (
        FROM has_account AS x JOIN has_account AS y USING (user_id)
        WHERE x.account_id = a.account_id AND y.account_id = b.account_id)
"""
"""The transfers between checking accounts that no person holds both of."""

_EDGES = """
SELECT payer, payee, count(*) AS payments, sum(amount_minor)::DOUBLE AS amount
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


def metrics(dataset: Dataset) -> Iterator[Metric]:
    """Measure the network of transfers, which `PAIRS` must have made."""
    asked = dataset.run["world"]["transfers"]
    payer, payee, payments, amount = _columns(dataset, _EDGES)
    if not len(payer):
        return
    ends = np.unique(np.stack([payer, payee]), return_inverse=True)[1]
    source, target = ends.reshape(2, -1)
    for name, end in (("in", target), ("out", source)):
        exponent = asked[f"{name}_exponent"]
        try:
            tail = fit_tail(np.bincount(end))
        except ValueError:
            continue
        yield Metric(
            f"transfers: {name}-degree exponent",
            tail.exponent,
            exponent - _WITHIN,
            exponent + _WITHIN,
            f"the world's; from {tail.begins} on, KS {tail.distance:.3f}",
        )
    yield from _degrees(dataset, asked["mean_degree"], source, target)
    yield Metric(
        "transfers: reciprocity", shape.reciprocity(source, target), 0.15, 0.35, f"0.26: {RABOBANK}"
    )
    yield Metric(
        "transfers: clustering", shape.clustering(source, target), 0.01, 0.05, f"0.02: {RABOBANK}"
    )
    yield Metric(
        "transfers: assortativity",
        shape.assortativity(source, target),
        -0.1,
        0.0,
        f"-0.018 in, -0.011 out: {RABOBANK}",
    )
    yield Metric(
        "transfers: rank correlation of sum and number",
        shape.rank_correlation(amount, payments),
        0.6,
        0.8,
        f"0.71: {RABOBANK}",
    )
    user, other = _columns(dataset, _EVERYTHING)
    yield Metric(
        "graph: largest component",
        shape.largest_component(user + (3 << 40), other),
        0.95,
        1.0,
        f"0.9989 of the accounts: {RABOBANK}",
    )


def _degrees(dataset: Dataset, asked: float, source: Array, target: Array) -> Iterator[Metric]:
    (people,) = dataset.connection.execute("SELECT count(*) FROM user").fetchone() or (0,)
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


def _columns(dataset: Dataset, query: str) -> list[Array]:
    """Ask for columns without nulls."""
    found = dataset.connection.execute(query).fetchnumpy()
    return [np.asarray(column) for column in found.values()]
