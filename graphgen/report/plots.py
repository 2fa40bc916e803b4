"""The report's plots, each one SVG."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import TYPE_CHECKING

from graphgen.report.svg import Scale, bar, dot, drawing, label, line, log_scale, path, scale

if TYPE_CHECKING:
    from graphgen.realism import Metric
    from graphgen.report.coverage import Prevalence, Side
    from graphgen.report.difficulty import Level
    from graphgen.report.leaks import Leak, Mute

__all__ = ["days", "hours", "levels", "nonsense", "precision", "ranges", "spans", "strips"]

_ROW = 22
_POWERS = [10.0**power for power in range(-3, 9)]


def levels(found: Sequence[Level]) -> str:
    """Draw the average precision of each level, its error, and the band where it should lie."""
    width, left = 430, 70
    height = 44 * len(found) + 42
    x = scale(0, 1, left, width - 44)
    parts = _axis([0, 0.2, 0.4, 0.6, 0.8, 1], x, 6, height - 34, "{:g}")
    parts.append(label((left + width - 44) / 2, height - 2, "average precision", "middle", "quiet"))
    for place, level in enumerate(found):
        y, ap = 10 + 44 * place, level.average_precision
        if level.band is not None:
            low, high = level.band
            parts.append(bar(x(low), y - 2, x(high) - x(low), 30, "band", f"{low:g} to {high:g}"))
        parts += [
            label(left - 8, y + 18, level.name, "end"),
            bar(x(0), y + 4, x(ap) - x(0), 18, f"level{place}", f"{ap:.3f}"),
            line(x(ap - level.error), y + 13, x(ap + level.error), y + 13, "whisker"),
            label(x(min(1, ap + level.error)) + 5, y + 17, f"{ap:.2f}"),
        ]
    return drawing(width, height, "Average precision by level", *parts)


def precision(found: Sequence[Level]) -> str:
    """Draw precision over recall."""
    width, height = 430, 250
    x, y = scale(0, 1, 50, width - 14), scale(0, 1, height - 40, 18)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    parts = _axis(ticks, x, 18, height - 40, "{:g}")
    parts += [label(42, y(each) + 4, f"{each:g}", "end", "quiet") for each in ticks]
    parts += [line(x(0), y(each), x(1), y(each), "grid") for each in ticks]
    parts.append(label(width / 2 + 18, height - 8, "recall", "middle", "quiet"))
    parts.append(label(50, 10, "precision", "start", "quiet"))
    for place, level in enumerate(found):
        parts.append(path([(x(a), y(b)) for a, b in level.points], f"stroke level{place}"))
    return drawing(width, height, "Precision over recall", *parts)


def strips(found: Sequence[Leak], limit: float) -> str:
    """Draw each measured column as a dot: a strip for each pattern, on an axis from .5 to 1."""
    names = sorted({leak.pattern for leak in found})
    width, left, height = 900, 170, _ROW * len(names) + 40
    x = scale(0.5, 1, left, width - 16)
    parts = _axis([0.5, 0.6, 0.7, 0.8, 0.9, 1], x, 4, height - 30, "{:.1f}")
    if limit < 1:
        parts.append(line(x(limit), 0, x(limit), height - 28, "limit"))
        parts.append(label(x(limit), height - 2, f"limit {limit:g}", "middle", "limit"))
    parts.append(label(left, height - 2, "area under the ROC curve", "start", "quiet"))
    for place, name in enumerate(names):
        y = 16 + _ROW * place
        parts.append(label(left - 10, y + 4, name or "all patterns", "end"))
        for leak in found:
            if leak.pattern == name:
                said = f"{leak.feature} ({leak.where}): {leak.area:.3f} ± {leak.error:.3f}"
                parts.append(dot(x(leak.area), y, 4, "soft" if leak.ok else "bad", said))
    return drawing(width, height, "How well single columns separate", *parts)


def nonsense(found: Sequence[Mute]) -> str:
    """Draw the p-values in order beside those that chance would give."""
    width, height = 430, 250
    count = len(found)
    high = max(4.0, log10(count + 1))
    x, y = scale(0, high, 44, width - 14), scale(0, high, height - 40, 18)
    ticks = list(range(int(high) + 1))
    parts = _axis(ticks, x, 18, height - 40, "{:g}")
    parts += [label(38, y(each) + 4, f"{each:g}", "end", "quiet") for each in ticks]
    parts.append(line(x(0), y(0), x(high), y(high), "limit"))
    parts.append(label(width / 2, height - 8, "-log10 p by chance", "middle", "quiet"))
    parts.append(label(44, 10, "-log10 p", "start", "quiet"))
    for place, one in enumerate(sorted(found, key=lambda each: each.p)):
        said = f"{one.pattern}, {one.where}: {one.what}, p = {one.p:.2g}"
        at = -log10((place + 0.5) / count)
        parts.append(dot(x(at), y(-log10(one.p)), 3.5, "soft", said))
    return drawing(width, height, "What must say nothing: p-values", *parts)


def hours(found: Sequence[tuple[str, Side]]) -> str:
    """Draw which part of the events lies in each local hour, a line for each side."""
    width, height = 280, 96
    top = max(max(side.hours) for _, side in found) or 1.0
    x, y = scale(0, 23, 8, width - 8), scale(0, top, height - 20, 8)
    parts = [label(x(each), height - 4, f"{each} h", "middle", "quiet") for each in (0, 6, 12, 18)]
    parts += [line(x(each), 8, x(each), height - 20, "grid") for each in (0, 6, 12, 18)]
    for kind, side in found:
        points = [(x(hour), y(share)) for hour, share in enumerate(side.hours)]
        parts.append(path(points, f"stroke {kind}"))
    return drawing(width, height, "Local hours", *parts)


def spans(found: Sequence[tuple[str, Sequence[float]]], unit: str, least: float) -> str:
    """Draw quantiles (5, 25, 50, 75 and 95 %) as boxes on one logarithmic axis."""
    width, height = 280, 24 * len(found) + 30
    known = [max(value, least) for _, some in found for value in some]
    if not known:
        return ""
    x = log_scale(min(known) / 1.2, max(known) * 1.2, 26, width - 26)
    ticks = [power * each for power in _POWERS for each in (1, 2, 5)]
    inside = [each for each in ticks if min(known) / 1.2 <= each <= max(known) * 1.2]
    parts, free = [], 0.0
    for each in inside if len(inside) < 5 else [one for one in inside if one in _POWERS]:  # noqa: PLR2004 - more do not fit
        parts.append(line(x(each), 2, x(each), height - 20, "grid"))
        if x(each) > free:
            parts.append(label(x(each), height - 5, f"{each:,g}{unit}", "middle", "quiet"))
            free = x(each) + 52
    for place, (kind, some) in enumerate(found):
        if not some:
            continue
        y = 12 + 24 * place
        least_, quarter, middle, third, most = (x(max(value, least)) for value in some)
        said = ", ".join(f"{value:,g}" for value in some)
        parts += [
            line(least_, y, most, y, f"stroke {kind}"),
            bar(quarter, y - 7, max(2, third - quarter), 14, kind, said),
            line(middle, y - 7, middle, y + 7, "middle"),
        ]
    return drawing(width, height, f"Quantiles{unit}", *parts)


def days(found: Prevalence) -> str:
    """Draw the crimes' part of the payments, day by day, in basis points."""
    width, height, left = 900, 170, 56
    share = [
        10_000 * crimes / max(1, payments)
        for crimes, payments in zip(found.crimes, found.payments, strict=True)
    ]
    top = max(share) or 1.0
    x, y = scale(0, len(share), left, width - 10), scale(0, top, height - 26, 10)
    parts = []
    for part in (0, 0.5, 1):
        parts.append(line(left, y(part * top), width - 10, y(part * top), "grid"))
        parts.append(label(left - 6, y(part * top) + 4, f"{part * top:.3g} bp", "end", "quiet"))
    each = (width - 10 - left) / len(share)
    for place, value in enumerate(share):
        said = f"day {place}: {found.crimes[place]:,} of {found.payments[place]:,}"
        parts.append(bar(x(place), y(value), max(0.6, each - 1), y(0) - y(value), "crime", said))
    parts += [
        label(x(place), height - 8, f"day {place}", "start", "quiet")
        for place in range(0, len(share), max(1, round(len(share) / 8)))
    ]
    return drawing(width, height, "Prevalence by day", *parts)


def ranges(metric: Metric) -> str:
    """Draw a measure beside its target: the target is the middle third of the axis."""
    width, height = 180, 18
    reach = (metric.high - metric.low) or max(abs(metric.high), 1e-9)
    x = scale(metric.low - reach, metric.high + reach, 6, width - 6)
    return drawing(
        width,
        height,
        f"{metric.value:.3g} beside {metric.low:g} to {metric.high:g}",
        line(6, 9, width - 6, 9, "grid"),
        bar(x(metric.low), 4, max(3, x(metric.high) - x(metric.low)), 10, "band"),
        dot(x(metric.value), 9, 4.5, "good" if metric.ok else "bad"),
    )


def _axis(ticks: Sequence[float], x: Scale, top: float, bottom: float, spelled: str) -> list[str]:
    """Draw upright lines at ticks, and what they say below."""
    return [
        *(line(x(each), top, x(each), bottom, "grid") for each in ticks),
        *(label(x(each), bottom + 14, spelled.format(each), "middle", "quiet") for each in ticks),
    ]
