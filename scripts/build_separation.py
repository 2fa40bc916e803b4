"""Write `docs/separation.md`: what one column or feature gives away, over several worlds.

`python scripts/build_separation.py [medium hard market]` grows four worlds for each difficulty that
is asked for, and three with a market at hard, takes what is measured of them together, and writes
their sections anew; those of others stay. A world takes one to three minutes.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pages import ROOT, write_page

from graphgen.config import world_from_dict
from graphgen.dataset import Dataset
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.pattern import named
from graphgen.registry import EXPORTERS
from graphgen.report import entities, leaks
from graphgen.report.features import features
from graphgen.report.leaks import FEATURE_LIMITS, RAW_LIMITS, Leak
from graphgen.report.reading import read

PAGE = ROOT / "docs" / "separation.md"
CRIMES, ABUSES = (sorted(named("crime", market=market)) for market in (False, True))
OF_MARKET = {
    "difficulty": "hard",
    "days": 60,
    "investors": 0.21,
    "walks": ["action", "news", "payment", "price", "session", "trade"],
    "patterns": {**{name: {} for name in CRIMES}, **{name: {"count": 12} for name in ABUSES}},
}
WORLDS: dict[str, tuple[str, range, Mapping[str, Any]]] = {
    level: (
        f"{level.title()}: 10,000 people, 90 days, seeds 1 to 4",
        range(1, 5),
        {"difficulty": level},
    )
    for level in ("medium", "hard")
} | {
    "market": (
        "Hard, with a market: 60 days, 12 cases of each abuse, seeds 1 to 3",
        range(1, 4),
        OF_MARKET,
    )
}
"""The title of each section, its seeds, and the world file of each world, but for its seed."""
MOST = 12
"""Rows of a table."""
LEAD = f"""# What one number gives away

`graphgen report` puts every column of every event, and every feature of every account, person,
device and address, beside honest ones, and says how often a crime's value is above theirs: .5 says
nothing, 0 and 1 say all. In one world a pattern has a few dozen cases, and a report asks some two
thousand such questions, so by chance alone a few come out beyond any limit. Below, the
same question's answers in several worlds are taken together, each with as much weight as it has
cases, and the worst are shown. *Error* is the standard error of that, by cases. What a pattern is
defined by (`defined_by` in its file) is put beside its look-alike, all else beside honest rows.

A limit of .65 holds for .35 and less too. At hard it is {RAW_LIMITS["hard"]} for columns of events,
and {FEATURE_LIMITS["hard"]} for features.

`python scripts/build_separation.py` writes this page.
"""


@dataclass(frozen=True)
class Pooled:
    """One question's answers, of several worlds."""

    question: tuple[str, str, str, str]
    """Pattern, rows or members, column or feature, and what it is put beside."""
    above: float
    error: float
    cases: int
    limit: float

    @property
    def over(self) -> float:
        """How far it is beyond its limit, in either direction; below 0 it is within."""
        return 0.5 + abs(self.above - 0.5) - self.limit


def main(arguments: list[str]) -> int:
    """Measure what is asked for, and write the page; give 2 for a name that there is not."""
    titles = {name: title for name, (title, *_) in WORLDS.items()}
    return write_page(PAGE, LEAD, titles, arguments, section)


def section(name: str) -> Iterator[str]:
    """Measure the worlds of a section, and give it."""
    _, seeds, told = WORLDS[name]
    return table(pooled(chain.from_iterable(measured(seed, told) for seed in seeds)))


def measured(seed: int, told: Mapping[str, Any]) -> Iterator[Leak]:
    """Grow a world, and yield all that its report measures of single numbers."""
    world = world_from_dict({**told, "seed": seed})
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "world"
        generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
        facts = read(Dataset(folder))
        for events in facts.events.values():
            yield from leaks.raw(facts, events)
            yield from leaks.linked(facts, events)
        yield from entities.leaks(facts, features(facts))


def pooled(found: Iterable[Leak]) -> list[Pooled]:
    """Take the answers to the same question together: the furthest beyond its limit first."""
    by_question: dict[tuple[str, str, str, str], list[Leak]] = defaultdict(list)
    for each in found:
        by_question[each.pattern, each.where, each.feature, each.against].append(each)
    every = []
    for question, some in by_question.items():
        cases = sum(each.cases for each in some)
        above = sum(each.above * each.cases for each in some) / cases
        error = sum((each.error * each.cases) ** 2 for each in some) ** 0.5 / cases
        every.append(Pooled(question, above, error, cases, some[0].limit))
    return sorted(every, key=lambda each: -each.over)


def table(found: list[Pooled]) -> Iterator[str]:
    """Say how many are beyond their limit, and give the worst of them."""
    over = [each for each in found if each.over > 0]
    sure = [each for each in over if each.over > 2 * each.error]
    yield f"Questions: {len(found):,}. Beyond their limit: {len(over)}; by two errors: {len(sure)}."
    yield ""
    yield "| pattern | of | column or feature | beside | above | error | cases | limit |"
    yield "|---|---|---|---|---:|---:|---:|---:|"
    for each in found[:MOST]:
        pattern, where, feature, against = each.question
        yield (
            f"| {pattern or 'all'} | {where} | `{feature}` | {against} | {each.above:.3f} "
            f"| {each.error:.3f} | {each.cases} | {each.limit:g} |"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
