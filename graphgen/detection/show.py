"""What the command line shows of what queries found, in 80 columns; and the same in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from graphgen.terminal import console, plain_table

if TYPE_CHECKING:
    from graphgen.detection.detect import Detection

__all__ = ["HEADERS", "rows_of", "show_detections"]

HEADERS = ("pattern", "level", "recall", "members", "honest", "alerts", "right", "s")
"""Columns: pattern, difficulty; crimes that alerts hit, of how many, and their share; the share of
the crimes' members that alerts name; look-alikes that are hit, of how many; distinct alerts; the
share of these that hit a crime of the pattern; seconds."""


_LEGEND = "honest: look-alikes that are hit; right: alerts that hit a crime of the pattern"


_RULES = ("rule", "alerts", "a day", "right", "any", "false", "s")
_RULES_LEGEND = (
    "right, any: share of the alerts that point to a crime of its patterns, of any; "
    "false: share of the honest with an alert"
)
_CASES = ("rule", "pattern", "level", "recall", "members", "honest")
_CASES_LEGEND = "honest: look-alikes that are pointed to"


def show_detections(found: Sequence[Detection]) -> None:
    """Print a row for each pattern and difficulty; of rules, first one for each of them."""
    rings = [each for each in found if not each.found.entity]
    rules = [each for each in found if each.found.entity]
    if rings:
        _show(HEADERS, (2, 3, 4, 5, 6, 7), rows_of(rings), _LEGEND)
    if rules:
        _show(_RULES, (1, 2, 3, 4, 5, 6), map(_rule, rules), _RULES_LEGEND)
        cells = ([e.found.name, *row[:5]] for e in rules if e.scores for row in rows_of([e]))
        _show(_CASES, (3, 4, 5), cells, _CASES_LEGEND)


def _show(
    headers: Sequence[str], numbers: tuple[int, ...], rows: Iterable[Sequence[str]], legend: str
) -> None:
    table = plain_table(*headers, numbers=numbers)
    for row in rows:
        table.add_row(*map(Text, row))
    screen = console()
    screen.print(table)
    screen.print(Text(legend, style="dim"))


def _rule(each: Detection) -> list[str]:
    """Give the cells under `_RULES`."""
    first = each.scores[0] if each.scores else None
    return [
        each.found.name,
        f"{each.alerts:,}",
        "" if each.alerts_a_day is None else f"{each.alerts_a_day:.1f}",
        _share(first.precision if first else None),
        _share(first.fraud_precision if first else None),
        "" if each.false_share is None else f"{each.false_share:.2%}",
        f"{each.found.seconds:.1f}",
    ]


def rows_of(found: Sequence[Detection]) -> Iterator[list[str]]:
    """Give the cells under `HEADERS` for each pattern and difficulty."""
    for each in found:
        seconds = f"{each.found.seconds:.1f}"
        if not each.scores:
            yield [each.found.name, "", "", "", "", str(each.alerts), "", seconds]
        for score in each.scores:
            yield [
                score.pattern,
                score.difficulty,
                f"{score.found}/{score.crimes} {_share(score.recall)}".strip(),
                _share(score.member_recall),
                f"{score.mistaken}/{score.lookalikes}",
                str(score.alerts),
                _share(score.precision),
                seconds,
            ]


def _share(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}".removeprefix("0")
