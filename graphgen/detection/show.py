"""What the command line shows of what queries found, in 80 columns; and the same in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from graphgen.terminal import console, plain_table

if TYPE_CHECKING:
    from graphgen.neo4j.detect import Detection

__all__ = ["HEADERS", "rows_of", "show_detections"]

HEADERS = ("pattern", "level", "recall", "members", "honest", "alerts", "right", "s")
"""Columns: pattern, difficulty; crimes that alerts hit, of how many, and their share; the share of
the crimes' members that alerts name; look-alikes that are hit, of how many; distinct alerts; the
share of these that hit a crime of the pattern; seconds."""


_LEGEND = "honest: look-alikes that are hit; right: alerts that hit a crime of the pattern"


def show_detections(found: Sequence[Detection]) -> None:
    """Print a row for each pattern and difficulty."""
    table = plain_table(*HEADERS, numbers=(2, 3, 4, 5, 6, 7))
    for row in rows_of(found):
        table.add_row(*map(Text, row))
    screen = console()
    screen.print(table)
    screen.print(Text(_LEGEND, style="dim"))


def rows_of(found: Sequence[Detection]) -> Iterator[list[str]]:
    """Give the cells under `HEADERS` for each pattern and difficulty."""
    for each in found:
        seconds = f"{each.seconds:.1f}"
        if not each.scores:
            yield [each.query.name, "", "", "", "", str(each.alerts), "", seconds]
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
