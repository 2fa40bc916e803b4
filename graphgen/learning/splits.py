"""Splits: what is learnt from, what is tuned on, and what is tried, as columns of every row.

By time, whole days, three fifths, a fifth and a fifth of the payments: what one uses. By account:
who is in the test was never seen in training. By case: each case lies in one part, and those that
lie across a border are in none. At random: only to show what that promises falsely.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from graphgen.learning.luck import key

if TYPE_CHECKING:
    import duckdb

    from graphgen.dataset import Dataset

__all__ = [
    "PARTS",
    "SPLITS",
    "borders",
    "make_split_macros",
    "make_splits",
    "split_columns",
]

PARTS = ("train", "validation", "test")
SPLITS = ("split_time", "split_inductive", "split_case", "split_random")
_SHARES = (0.6, 0.8)
"""Where the second and the third part begin, as AMLworld's users cut it (arXiv 2306.16424)."""


def borders(dataset: Dataset) -> tuple[date, date]:
    """Say on which days the second and the third part begin.

    Each part has a day at least, where there are three.
    """
    start, days = date.fromisoformat(dataset.run["start"]), dataset.days
    rows = [_payments(dataset, day) for day in days]
    before = np.concatenate([[0], np.cumsum(rows)]) / max(1, sum(rows))
    places: list[int] = []
    for number, share in enumerate(_SHARES):
        low = places[-1] + 1 if places else 1
        high = max(low, len(days) - len(_SHARES) + number)
        near = int(np.abs(before[: len(days) + 1] - share).argmin())
        places.append(min(max(near, low), high))
    first, second = (start + timedelta(days=place) for place in places)
    return first, second


def make_splits(connection: duckdb.DuckDBPyConnection, dataset: Dataset, seed: int) -> None:
    """Make the macros (`make_split_macros`) and the table `account_part`.

    `account_part` has a part (0, 1, 2) for each account of a person; those who belong to a case go
    with it (to several: with the one of the lowest id), and a household stays together. Merchants,
    employers, banks and the world outside are seen in all parts.
    """
    make_split_macros(connection, dataset, seed)
    connection.execute(_ACCOUNT_PART.format(key=key(seed, "inductive split")))


def make_split_macros(connection: duckdb.DuckDBPyConnection, dataset: Dataset, seed: int) -> None:
    """Make the macros `split_time(time)` and `split_random(id)`; `luck` is there."""
    first, second = borders(dataset)
    parts = ", ".join(f"'{part}'" for part in PARTS)
    connection.execute(
        f"CREATE MACRO split_time(time) AS CASE WHEN time < TIMESTAMPTZ '{first} 00:00:00Z' "
        f"THEN 0 WHEN time < TIMESTAMPTZ '{second} 00:00:00Z' THEN 1 ELSE 2 END"
    )
    low, high = _SHARES
    connection.execute(
        f"CREATE MACRO part_of(luck) AS CASE WHEN luck < {low} THEN 0 WHEN luck < {high} THEN 1 "
        "ELSE 2 END"
    )
    connection.execute(f"CREATE MACRO part_name(part) AS [{parts}][part + 1]")
    connection.execute(
        f"CREATE MACRO split_random(id) AS part_of(luck(id, {key(seed, 'random split')}))"
    )


def split_columns() -> str:
    """Give the four columns of a row `e` that has `id`, `time`, `payer`, `payee`.

    Joined are its label `l`, the parts of both ends, `payer_part` and `payee_part`
    (`account_part`), and its case's, `case_part`.
    """
    inductive = "greatest(coalesce(payer_part.part, 0), coalesce(payee_part.part, 0))"
    of_case = "CASE WHEN l.case_id IS NULL THEN split_time(e.time) ELSE case_part.part END"
    return (
        f"part_name(split_time(e.time)) AS split_time, part_name({inductive}) AS split_inductive, "
        f"part_name({of_case}) AS split_case, part_name(split_random(e.id)) AS split_random"
    )


_ACCOUNT_PART = """
CREATE TABLE account_part AS
WITH together AS (
    SELECT household_id AS home, min(case_id) AS first FROM member
    JOIN "user" ON entity = 'user' AND user_id = entity_id GROUP BY 1
)
SELECT account_id, max(part_of(luck(coalesce(first, household_id), {key}))) AS part
FROM has_account JOIN "user" USING (user_id) LEFT JOIN together ON home = household_id
GROUP BY 1 ORDER BY 1
"""


def _payments(dataset: Dataset, day: date) -> int:
    file = f"events/payment/day={day}/0{dataset.exporter.suffix}"
    return int(dataset.run["files"].get(file, {}).get("rows", 0))
