"""A first look at a world: grow a small one, read it with pandas and DuckDB, join the label.

    python examples/quickstart.py [FOLDER]

The world goes into FOLDER, by default into a temporary one; a dataset that lies there is read.
pandas is no dependency of graphgen: `pip install -e '.[dev]'` brings it, as does `pip install
pandas`.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from graphgen import Dataset, World
from graphgen.exporters.parquet import Parquet
from graphgen.generate import generate

LABELLED = """
    SELECT pattern,
           c.is_fraud,
           count(DISTINCT case_id) AS cases,
           count(*) AS payments,
           count(*) FILTER (status = 'declined') AS declined,
           median(amount) AS median_amount
    FROM payment
    JOIN event_label AS l ON l.event = 'payment' AND l.event_id = payment_id
    JOIN "case" AS c USING (case_id)
    GROUP BY ALL
    ORDER BY ALL
"""


def main(folder: Path) -> None:
    """Grow a world into a folder, unless one is there, and print three small tables."""
    if not (folder / "run.json").exists():
        generate(World(users=2_000, days=30, seed=7), [Parquet(str(folder))])
    world = Dataset(folder)

    print("How people pay (pandas)\n")
    payment = world["payment"].to_pandas()
    payment["amount"] = payment["amount_minor"] / 100
    booked = payment[payment["status"] == "booked"]
    print(booked.groupby("rail", observed=True)["amount"].agg(["count", "median", "sum"]).round(2))

    print("\nWhat was planted, and what it pays (DuckDB)\n")
    print(world.sql(LABELLED).df().to_string(index=False))

    print("\nThe same label in pandas: is a declined payment more often fraud?\n")
    label = world["event_label"].to_pandas()
    label = label[label["event"] == "payment"]
    both = payment.merge(label, left_on="payment_id", right_on="event_id", validate="one_to_one")
    print(both.groupby("status", observed=True)["is_fraud"].agg(["count", "sum", "mean"]))


if __name__ == "__main__":
    if not find_spec("pandas"):
        sys.exit("pandas is needed: pip install pandas")
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary) / "world")
