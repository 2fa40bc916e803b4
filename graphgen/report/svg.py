"""Small drawings as SVG: just what the report's page needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import log10

__all__ = ["Scale", "bar", "dot", "drawing", "label", "line", "log_scale", "path", "scale"]

Scale = Callable[[float], float]
"""From a value to a place on the paper."""


def scale(low: float, high: float, begin: float, end: float) -> Scale:
    """Give a linear scale from values between `low` and `high` to places."""
    span = (high - low) or 1.0
    return lambda value: begin + (min(max(value, low), high) - low) / span * (end - begin)


def log_scale(low: float, high: float, begin: float, end: float) -> Scale:
    """Give a scale on which each power of ten is as long as the next."""
    inner = scale(log10(max(low, 1e-9)), log10(max(high, 1e-9)), begin, end)
    return lambda value: inner(log10(max(value, 1e-9)))


def drawing(width: int, height: int, title: str, *parts: str) -> str:
    """Put parts together; the title is for those who cannot see it."""
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def bar(x: float, y: float, width: float, height: float, kind: str, said: str = "") -> str:
    """Draw a rectangle of a class of the page's style, with words to hover for."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
        f'class="{kind}">{_hover(said)}</rect>'
    )


def dot(x: float, y: float, radius: float, kind: str, said: str = "") -> str:
    """Draw a dot."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{kind}">{_hover(said)}</circle>'
    )


def line(x: float, y: float, to_x: float, to_y: float, kind: str) -> str:
    """Draw a straight line."""
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" class="{kind}"/>'


def path(points: Sequence[tuple[float, float]], kind: str) -> str:
    """Draw a line through points."""
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{joined}" class="{kind}"/>'


def label(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> str:
    """Write a word."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'
    )


def _hover(said: str) -> str:
    return f"<title>{escape(said)}</title>" if said else ""
