"""The report on a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from graphgen.report import Report
    from graphgen.report.coverage import Side
    from graphgen.report.difficulty import Difficulty
    from graphgen.report.leaks import Leak

__all__ = ["rendered", "show"]

_WORST = 6
_FINDINGS = 20
_BARS = " ▁▂▃▄▅▆▇█"


def show(report: Report) -> None:
    """Print the report."""
    Console(highlight=False).print(rendered(report))


def rendered(report: Report) -> Group:
    """Give the report's sections: difficulty, leaks, coverage, prevalence, what is amiss."""
    parts: list[RenderableType] = []
    for title, section in _sections(report):
        parts += [Text(title, style="bold"), section, Text("")]
    found = list(report.findings())
    if not found:
        parts.append(Text("everything is within its target", style="green"))
        return Group(*parts)
    parts.append(Text(f"{len(found)} outside their target", style="bold red"))
    parts += [Padding(Text(line), (0, 0, 0, 2)) for line in found[:_FINDINGS]]
    if len(found) > _FINDINGS:
        parts.append(Text(f"  and {len(found) - _FINDINGS} more (--json has all)", style="dim"))
    return Group(*parts)


def _difficulty(title: str, found: Difficulty) -> tuple[str, RenderableType]:
    if not found.levels:
        return title, Text(f"not measured: {found.reason}")
    table = _table("model", "AP", "±", "target", "F1", "features", numbers=(1, 2, 4, 5))
    for level in found.levels:
        target = "{:g} to {:g}".format(*level.band) if level.band else ""
        table.add_row(
            level.name,
            Text(f"{level.average_precision:.3f}", style="" if level.ok else "yellow"),
            f"{level.error:.3f}",
            target,
            f"{level.f1:.3f}",
            f"{level.features}",
        )
    rate = f"{100 * found.test_rate:.2f} % of orders are crimes'"
    return f"{title}  ({found.test_cases} crimes tried, {rate})", table


def _sections(report: Report) -> Iterator[tuple[str, RenderableType]]:
    yield _difficulty("difficulty", report.difficulty)
    if "order" in report.tables:
        yield _difficulty("difficulty of orders for securities", report.difficulty_of_orders)
    for title, leaks in (("columns of rows", report.raw), ("features", report.features)):
        if leaks:
            yield f"leaks: {title}", _leaks(leaks)
    if report.mute:
        table = _table("what must say nothing", "pattern", "where", "p", numbers=(3,))
        for one in report.mute[:_WORST]:
            table.add_row(one.what, one.pattern, one.where, f"{one.p:.2g}")
        yield "nonsense, the least likely", table
    named = [side for side in report.sides if side.pattern]
    if named:
        yield "coverage", _coverage(named)
    if report.prevalence is not None:
        found_days = report.prevalence
        most = "" if found_days.most is None else f", most over median {found_days.most:.2f}"
        yield f"prevalence by day{most}", Text(_sparks(found_days.crimes, found_days.payments))


def _leaks(found: Sequence[Leak]) -> Table:
    table = _table("pattern", "column", "where", "AUC", "limit", numbers=(3, 4))
    for leak in found[:_WORST]:
        table.add_row(
            Text(leak.pattern or "all patterns"),
            Text(leak.feature),
            Text(leak.where),
            Text(f"{leak.area:.3f}", style="" if leak.ok else "yellow"),
            f"{leak.limit:g}",
        )
    return table


def _coverage(sides: Sequence[Side]) -> Table:
    table = _table(
        "pattern", "", "cases", "payments", "amount", "days", "hours", numbers=(2, 3, 4, 5)
    )
    for pattern, both in groupby(sides, key=lambda side: side.pattern):
        for place, side in enumerate(both):
            table.add_row(
                "" if place else pattern,
                Text("crime" if side.is_fraud else "like", style="red" if side.is_fraud else ""),
                f"{side.cases:,}",
                f"{side.events.get('payment', 0):,}",
                f"{side.amounts[2] / 100:,.0f}" if side.amounts else "",
                f"{side.days[2]:.1f}" if side.days else "",
                _sparks(side.hours, [1.0] * len(side.hours), 12),
            )
    return table


def _sparks(values: Sequence[float], over: Sequence[float], width: int = 76) -> str:
    """Draw shares as bars of letters; neighbours share one where there are too many."""
    wide = -(-len(values) // width)
    shares = [
        sum(values[at : at + wide]) / max(1, sum(over[at : at + wide]))
        for at in range(0, len(values), wide)
    ]
    top = max(shares, default=0) or 1.0
    return "".join(_BARS[round(share / top * (len(_BARS) - 1))] for share in shares)


def _table(*headers: str, numbers: tuple[int, ...] = ()) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.show_edge = False
    table.pad_edge = False
    for place, header in enumerate(headers):
        right = place in numbers
        no_wrap = right or header == "hours"
        table.add_column(header, justify="right" if right else "left", no_wrap=no_wrap)
    return table
