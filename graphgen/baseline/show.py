"""What the command line shows of baselines, in 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from math import isnan
from typing import TYPE_CHECKING

from rich.text import Text

from graphgen.terminal import console, plain_table

if TYPE_CHECKING:
    from graphgen.baseline import Baseline, Rung

__all__ = ["HEADERS", "cells", "share", "show"]

HEADERS = ("rung", "AP", "±", "F1", "0.5 %", "1 %", "5 % FPR", "seen", "unseen", "s")
_LEGEND = (
    "0.5 %, 1 %: share of the crimes among so many alerts; 5 % FPR: found when 5 %\n"
    "of the honest are named; seen, unseen: at 1 %, by whether one of the accounts\n"
    "was known for a crime when training ended; s: CPU seconds a seed"
)


def show(found: Baseline) -> None:
    """Print the ladder, setting by setting, and what it finds of each pattern."""
    screen = console()
    screen.print(
        Text(
            f"{found.payments:,} payments; in the test {found.crimes:,} of crimes, "
            f"{found.rate:.2%}\nknown when training ended: {found.learnt:,} of the "
            f"{found.happened:,} of crimes in it\n"
        )
    )
    for setting, rungs in groupby(found.rungs, lambda rung: rung.setting):
        screen.print(Text(setting, style="bold"))
        table = plain_table(*HEADERS, numbers=tuple(range(1, len(HEADERS))))
        for rung in rungs:
            table.add_row(*map(Text, cells(rung)))
        screen.print(table)
        screen.print()
    screen.print(Text(_LEGEND + "\n", style="dim"))
    own = [rung for rung in found.rungs if rung.setting == found.rungs[0].setting]
    table = plain_table("found at 1 %", *(r.name for r in own), numbers=tuple(range(1, 6)))
    for name in own[0].mean.by_pattern:
        table.add_row(name, *(share(rung.mean.by_pattern[name]) for rung in own))
    screen.print(table)
    if found.left_out:
        screen.print(Text(f"no graph network: {found.left_out}", style="dim"))
    screen.print(Text(f"{found.seconds:.0f} CPU seconds, {found.memory / 2**30:.1f} GiB"))


def cells(rung: Rung) -> Iterator[str]:
    """Give a rung's cells under `HEADERS`."""
    mean = rung.mean
    yield rung.name
    yield f"{mean.average_precision:.3f}"
    yield f"{rung.deviation.average_precision:.3f}" if rung.seeds > 1 else ""
    yield f"{mean.f1:.3f}"
    for value in (
        mean.recall_half_percent,
        mean.recall_percent,
        mean.recall_at_false_5_percent,
        mean.recall_seen,
        mean.recall_unseen,
    ):
        yield share(value)
    yield f"{rung.seconds:.0f}"


def share(value: float) -> str:
    """Spell a share; nothing where there is none."""
    return "" if isnan(value) else f"{value:.2f}"
