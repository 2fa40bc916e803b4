"""What the command line shows of cases, accounts and differences, in 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.text import Text

from graphgen.terminal import console, plain_table

if TYPE_CHECKING:
    from rich.table import Table

    from graphgen.difference import Difference
    from graphgen.story import Story

__all__ = ["show_differences", "show_story"]

_MOST_MEMBERS = 8
"""Members of one role that are named; of more, how many there are is said."""


def show_story(story: Story) -> None:
    """Print facts, members and what happened, in the order of time."""
    screen = console()
    screen.print(Text(story.title, style="bold"))
    facts = plain_table()
    for name, fact in story.facts.items():
        facts.add_row(Text(name, style="dim"), Text(fact))
    for (role, kind), some in groupby(story.members, key=lambda member: member[:2]):
        names = [name for *_, name in some]
        more = len(names) - _MOST_MEMBERS
        told = " ".join(names[:_MOST_MEMBERS]) + (f" and {more} more" if more > 0 else "")
        label = role if role == kind else f"{role} ({kind})"
        facts.add_row(Text(label, style="dim"), Text(told))
    screen.print(facts)
    if story.events:
        screen.print()
        screen.print(_timeline(story))
    left = story.total - len(story.events)
    if left > 0:
        screen.print(f"and {left:,} more; --limit shows them")


def _timeline(story: Story) -> Table:
    with_balance = any(event.balance is not None for event in story.events)
    names = ["UTC", "what", "", "amount", *(["balance"] if with_balance else []), ""]
    table = plain_table(*names, numbers=(3, 4) if with_balance else (3,))
    day = ""
    for event in story.events:
        here = f"{event.time:%Y-%m-%d}"
        if here != day:
            table.add_row(Text(here, style="bold"))
            day = here
        sums = [_sum(event.amount), *([_sum(event.balance)] if with_balance else [])]
        row = [f"  {event.time:%H:%M:%S}", event.what, event.text, *sums, event.note]
        table.add_row(*map(Text, row))
    return table


def _sum(amount: float | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def show_differences(found: Sequence[Difference], rows: Sequence[Sequence[Any]]) -> None:
    """Print the kinds of differences, and some of the rows that differ."""
    screen = console()
    if not found:
        screen.print("no difference")
        return
    table = plain_table("table", "difference", "pattern", "first", "second", numbers=(3, 4))
    for each in found:
        counts = (f"{each.only_first:,}", f"{each.only_second:,}")
        table.add_row(each.table, each.what, each.pattern, *counts)
    screen.print(table)
    if rows:
        screen.print()
        listed = plain_table("table", "difference", "in", "UTC", "")
        for name, what, _, side, time, details in rows:
            moment = f"{time:%Y-%m-%d %H:%M:%S}" if time else ""
            listed.add_row(name, what, side, moment, Text(str(details)))
        screen.print(listed)
