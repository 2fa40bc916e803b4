"""What the command line shows of a question's answer: a table, records, or CSV."""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.text import Text

from graphgen.terminal import console, plain_table

if TYPE_CHECKING:
    from graphgen.query import Found

__all__ = ["records", "show_csv", "show_table"]

_INNER = ("_ID", "_LABEL", "_SRC", "_DST")
"""What an answer in Cypher says of a node or a relationship beside its properties."""


def records(found: Found) -> list[dict[str, Any]]:
    """Give the rows as JSON has them; money as text, for it is exact."""
    return [
        {name: _plain(value) for name, value in zip(found.columns, row, strict=True)}
        for row in found.rows
    ]


def show_csv(found: Found) -> None:
    """Print the rows as CSV; nothing where there is none."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows([[_spelled(value, "") for value in row] for row in found.rows])


def show_table(found: Found) -> None:
    """Print the rows as a table, as wide as the terminal."""
    numbers = tuple(
        place
        for place in range(len(found.columns))
        if found.rows and all(_is_number(row[place]) or row[place] is None for row in found.rows)
    )
    table = plain_table(*found.columns, numbers=numbers)
    for row in found.rows:
        table.add_row(*(Text(_spelled(value, "-")) for value in row))
    screen = console()
    screen.print(table)
    if found.more:
        screen.print(f"and more; only {len(found.rows):,} are shown (--limit)")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _spelled(value: object, none: str) -> str:
    if value is None:
        return none
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_spelled(each, none) for each in value)}]"
    if isinstance(value, dict):
        return _entity(value)
    return str(value)


def _entity(value: dict[str, Any]) -> str:
    """Give a node, a relationship or a path in short: its label, and its first property."""
    if "_NODES" in value:
        return " ".join(_entity(node) for node in value["_NODES"])
    if "_LABEL" not in value:
        return ", ".join(f"{name}: {_spelled(each, '-')}" for name, each in value.items())
    shown = [each for name, each in value.items() if name not in _INNER and each is not None]
    first = f" {_spelled(shown[0], '-')}" if shown else ""
    return f"({value['_LABEL']}{first})"


def _plain(value: object) -> Any:  # noqa: ANN401 - what JSON can say
    if isinstance(value, dict):
        return {
            name.lstrip("_").lower() if name in (*_INNER, "_NODES", "_RELS") else name: _plain(each)
            for name, each in value.items()
            if each is not None and name not in ("_ID", "_SRC", "_DST")
        }
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
