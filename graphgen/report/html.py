"""The report as one page of HTML that needs no other file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING

from graphgen.report import plots
from graphgen.report.leaks import FEATURE_LIMITS, RAW_LIMITS, Leak

if TYPE_CHECKING:
    from graphgen.report import Report
    from graphgen.report.coverage import Side
    from graphgen.report.difficulty import Difficulty

__all__ = ["page"]

_TOP = 12


def page(report: Report) -> str:
    """Give the page: figures and plots, section by section."""
    style = (files("graphgen.report") / "page.css").read_text(encoding="utf-8")
    sections = [
        _head(report),
        _findings(report),
        _difficulty("Difficulty", report.difficulty),
        _difficulty("Difficulty of orders for securities", report.difficulty_of_orders)
        if "order" in report.tables
        else "",
        _leaks(report),
        _mute(report),
        _coverage(report),
        _prevalence(report),
        _realism(report),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>graphgen report: {escape(report.path)}</title><style>{style}</style></head>\n"
        f"<body><main>{''.join(part for part in sections if part)}</main></body></html>\n"
    )


def _head(report: Report) -> str:
    world = report.world
    crimes = sum(side.cases for side in report.sides if side.is_fraud)
    decoys = sum(side.cases for side in report.sides if side.pattern and not side.is_fraud)
    payments = report.tables.get("payment", 0)
    fraud = sum(side.events.get("payment", 0) for side in report.sides if side.is_fraud)
    tiles = [
        (f"{payments:,}", "payments"),
        (f"{fraud:,}", f"of crimes: {100 * fraud / max(1, payments):.3f} %"),
        (f"{crimes:,}", "crimes"),
        (f"{decoys:,}", "honest look-alikes"),
    ]
    tiles += [
        (f"{level.average_precision:.2f}", f"AP, {level.name} model")
        for level in report.difficulty.levels
    ]
    shown = "".join(f"<div><b>{value}</b><span>{name}</span></div>" for value, name in tiles)
    return (
        f"<header><h1>{escape(report.path)}</h1><p>{world['users']:,} people, "
        f"{world['days']:,} days from {world['start']}, region {escape(world['region'])}, "
        f"seed {world['seed']}, difficulty {escape(str(world.get('difficulty', 'medium')))}</p>"
        f'</header><div class="tiles">{shown}</div>'
    )


def _findings(report: Report) -> str:
    found = [f"<li>{escape(line)}</li>" for line in report.findings()]
    if not found:
        return '<p class="fine">Everything is within its target.</p>'
    rest = ""
    if len(found) > _TOP:
        rest = (
            f"<details><summary>{len(found) - _TOP} more</summary>{_list(found[_TOP:])}</details>"
        )
    return _section(
        "Outside its target", f'<div class="found">{_list(found[:_TOP])}{rest}</div>', ""
    )


def _difficulty(title: str, found: Difficulty) -> str:
    if not found.levels:
        return _section(title, f"<p>Not measured: {escape(found.reason)}.</p>", "")
    rows = [
        [
            level.name,
            f"{level.features}",
            f"{level.average_precision:.3f} ± {level.error:.3f}",
            "{:g} to {:g}".format(*level.band) if level.band else "",
            f"{level.f1:.3f}",
            f"{level.precision:.3f}",
            f"{level.recall:.3f}",
        ]
        for level in found.levels
    ]
    names = ["model", "features", "AP", "target", "F1", "precision", "recall"]
    patterns = [
        [name, *(f"{level.by_pattern[name]:.3f}" for level in found.levels)]
        for name in found.levels[-1].by_pattern
    ]
    return _section(
        title,
        f'<div class="pair">{plots.levels(found.levels)}{plots.precision(found.levels)}</div>'
        + _table(names, rows)
        + _table(["AP by pattern", *(level.name for level in found.levels)], patterns),
        "What gradient boosting finds: from a row's own columns; from what else was known when the "
        "order came (velocity); from the graph up to ten days before and after. Learnt on the "
        f"first part of the time ({found.train_cases} crimes) and tried on the rest "
        f"({found.test_cases} crimes, {100 * found.test_rate:.3f} % of orders); "
        f"{found.purged_cases} cases that lie across are left out. Shaded: where the default world "
        "should be at medium. By pattern: its crimes alone among all that is honest.",
    )


def _leaks(report: Report) -> str:
    parts = []
    for title, found, limits in (
        ("Leaks: columns of rows", report.raw, RAW_LIMITS),
        ("Leaks: features of who takes part", report.features, FEATURE_LIMITS),
    ):
        if not found:
            continue
        limit = limits.get(str(report.world.get("difficulty", "medium")), 1.0)
        parts.append(
            _section(
                title,
                plots.strips(found, limit) + _worst(found),
                "How well one number alone tells a pattern's crimes from honest rows of the same "
                "rail, channel, leg and direction (or from who is of the same sort and in no "
                "crime): .5 is not at all, 1 is always. Errors count cases, not rows.",
            )
        )
    return "".join(parts)


def _worst(found: Sequence[Leak]) -> str:
    rows = [
        [
            leak.pattern or "all patterns",
            leak.feature,
            leak.where,
            leak.against,
            f"{leak.area:.3f} ± {leak.error:.3f}",
            f"{leak.rows:,}",
            f"{leak.cases:,}",
        ]
        for leak in found[:_TOP]
    ]
    return _table(["pattern", "column", "where", "beside", "AUC", "rows", "cases"], rows)


def _mute(report: Report) -> str:
    if not report.mute:
        return ""
    rows = [
        [one.pattern, one.what, one.where, f"{one.cases:,}", f"{one.p:.2g}"]
        for one in report.mute[:8]
    ]
    alone = [
        f"<li>{escape(each.pattern)}: {escape(each.column)}, {escape(each.where)}, "
        f"{each.rows:,} rows</li>"
        for each in report.alone
    ]
    only = f"<p>Only crimes have:</p>{_list(alone)}" if alone else ""
    return _section(
        "What must say nothing",
        f'<div class="pair">{plots.nonsense(report.mute)}'
        f"<div>{_table(['pattern', 'what', 'where', 'cases', 'p'], rows)}{only}</div></div>",
        "Ids, last digits, the order of rows, which columns are empty: tested case by case against "
        "honest rows. By chance the dots lie on the line.",
    )


def _coverage(report: Report) -> str:
    honest = next((side for side in report.sides if not side.pattern), None)
    cards = []
    named = [side for side in report.sides if side.pattern]
    for pattern, sides in groupby(named, key=lambda side: side.pattern):
        cards.append(_card(pattern, list(sides), honest))
    if not cards:
        return ""
    return _section(
        "Coverage",
        f'<div class="cards">{"".join(cards)}</div>',
        'What was planted: <b class="crime">crimes</b>, their <b class="like">honest '
        'look-alikes</b>, and <b class="honest">all that is in no case</b>.',
    )


def _card(pattern: str, sides: list[Side], honest: Side | None) -> str:
    kinds = [("crime" if side.is_fraud else "like", side) for side in sides]
    told = "".join(_told(kind, side) for kind, side in kinds)
    base = [("honest", honest)] if honest is not None else []
    amounts = [(kind, [value / 100 for value in side.amounts]) for kind, side in [*kinds, *base]]
    drawn = [
        f"<figcaption>local hours</figcaption>{plots.hours([*base, *kinds])}",
        f"<figcaption>amounts of orders</figcaption>{plots.spans(amounts, '', 0.01)}",
        "<figcaption>days that a case lasts</figcaption>"
        + plots.spans([(kind, side.days) for kind, side in kinds], " d", 1e-3),
    ]
    return f"<article><h3>{escape(pattern)}</h3>{told}{''.join(drawn)}</article>"


def _told(kind: str, side: Side) -> str:
    name = "crimes" if side.is_fraud else "look-alikes"
    rows = ", ".join(f"{count:,} {event}s" for event, count in side.events.items() if count)
    roles = ", ".join(
        f"{role.median:g} {role.role} ({role.entity}"
        + (f", {role.least} to {role.most})" if role.least != role.most else ")")
        for role in side.roles
    )
    loss = f"; loss {side.loss_minor / 100:,.0f}" if side.loss_minor else ""
    return (
        f'<p><b class="{kind}">{side.cases:,} {name}</b>: {rows}{loss}.<br>'
        f'<span class="quiet">Each: {escape(roles)}</span></p>'
    )


def _prevalence(report: Report) -> str:
    if report.prevalence is None:
        return ""
    most = report.prevalence.most
    days = report.prevalence.days
    told = (
        f"The largest {'day' if days == 1 else f'span of {days} days'} has {most:.2f} times the "
        "part of crimes that the median one has; 3 at most is the target."
        if most is not None
        else "Too few crimes to tell how even they are."
    )
    return _section("Prevalence by day", plots.days(report.prevalence), told)


def _realism(report: Report) -> str:
    if not report.realism:
        return ""
    rows = "".join(
        f"<tr><td>{escape(each.name)}</td><td>{plots.ranges(each)}</td>"
        f'<td class="number">{each.value:.3g}</td><td class="number">{each.low:g} to '
        f'{each.high:g}</td><td class="quiet">{escape(each.source)}</td></tr>'
        for each in report.realism
    )
    return _section(
        "Realism",
        f"<table><thead><tr><th>measure</th><th></th><th class='number'>value</th>"
        f"<th class='number'>target</th><th>source</th></tr></thead><tbody>{rows}</tbody></table>",
        "Measures beside what is published of real banks, or what we assume.",
    )


def _section(title: str, body: str, told: str) -> str:
    words = f'<p class="told">{told}</p>' if told else ""
    return f"<section><h2>{escape(title)}</h2>{words}{body}</section>\n"


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(lines)}</ul>"


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out; a column of figures stands to the right."""
    right = [
        all(row[place][:1].isdigit() or not row[place] for row in rows)
        for place in range(len(names))
    ]

    def line(cells: Sequence[str], tag: str) -> Iterator[str]:
        for cell, is_number in zip(cells, right, strict=True):
            kind = ' class="number"' if is_number else ""
            yield f"<{tag}{kind}>{escape(cell)}</{tag}>"

    head = "".join(line(names, "th"))
    body = "".join(f"<tr>{''.join(line(row, 'td'))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
