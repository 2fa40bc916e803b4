"""Marking the close: the harder, the more its orders come as anybody's few of one visit do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphgen.grow import grow
from graphgen.patterns.marking_the_close import MarkingTheClose
from graphgen.schema.words import DIFFICULTIES
from graphgen.table import Array
from graphgen.world import DAY_MS, World

WORLD = World(
    users=700,
    days=40,
    investors=0.5,
    walks=("price", "trade"),
    patterns={"marking_the_close": MarkingTheClose(count=15, orders=8)},
)


def spans(difficulty: str) -> Array:
    """Give the milliseconds between the first and the last order of each case's session: int64."""
    edges = grow(replace(WORLD, difficulty=difficulty))["trades"]  # type: ignore[arg-type]
    mine = edges["case_id"] >= 0
    at, case = edges["valid_from"][mine], edges["case_id"][mine]
    _, place = np.unique(case * 10_000 + at // DAY_MS % 10_000, return_inverse=True)
    first = np.full(place.max() + 1, np.iinfo(np.int64).max)
    last = np.zeros(place.max() + 1, np.int64)
    np.minimum.at(first, place, at)
    np.maximum.at(last, place, at)
    assert len(at) > 2 * len(first)
    return last - first


def test_the_harder_the_sooner_its_orders_come_one_after_the_other() -> None:
    easy, medium, hard = (np.median(spans(difficulty)) for difficulty in DIFFICULTIES)
    assert easy > medium > hard
    assert easy > 60_000


def test_at_hard_its_visits_last_no_longer_than_another_s() -> None:
    assert spans("hard").max() < 20_000
