"""What the command line shows: tables, progress and errors. Nothing below it prints."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from graphgen.describe import Entry, meaning_of, spell
from graphgen.schema import SCHEMAS

if TYPE_CHECKING:
    from graphgen.generate import Progress
    from graphgen.moving import Moved
    from graphgen.realism import Metric
    from graphgen.rewrite import Progress as Pieces
    from graphgen.rewrite import Summary as Rewritten
    from graphgen.verify import Check

__all__ = [
    "console",
    "plain_table",
    "show_checks",
    "show_entry",
    "show_json",
    "show_list",
    "show_loaded",
    "show_metrics",
    "show_moved",
    "show_pieces",
    "show_progress",
    "show_rewritten",
    "show_run",
    "show_summary",
]

_STAGES = {
    "graph": "growing the graph",
    "nodes": "nodes and edges",
    "events": "walking days",
    "truth": "writing truth",
    "loading": "loading",
    "features": "computing features",
    "asking": "asking for pieces",
    "placing": "writing files",
    "moving": "moving files",
}


def show_json(document: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")


def show_list(found: Mapping[str, Sequence[Entry]]) -> None:
    """Print names and titles, kind by kind."""
    table = plain_table()
    table.add_column(no_wrap=True)
    table.add_column()
    for kind, some in found.items():
        table.add_row(Text(kind, style="bold"), "")
        for entry in some:
            table.add_row(Text(f"  {entry.name}"), Text(entry.title))
    console().print(table)


def show_entry(entry: Entry) -> None:
    """Print everything that an entry says about itself."""
    out = console()
    out.print(Text.assemble((entry.name, "bold"), f"  ({entry.kind})"))
    out.print(Padding(Markdown(entry.title), (0, 0, 1, 0)))
    if entry.story:
        out.print(Padding(Markdown(entry.story), (0, 0, 1, 0)))
    if entry.facts:
        facts = plain_table()
        for name, fact in entry.facts.items():
            facts.add_row(Text(name, style="dim"), Text(fact))
        out.print(facts)
        out.print()
    for each in entry.parameters:
        default = spell(each.default)
        out.print(Text.assemble((each.name, "bold"), f" = {default}" if default else ""))
        out.print(Padding(Text(f"{each.doc} ({each.allowed})".strip()), (0, 0, 0, 4)))
    if entry.columns:
        columns = plain_table("column", "what it says", "values")
        for column in entry.columns:
            columns.add_row(column.name, Text(column.doc), Text(meaning_of(column)))
        out.print(columns)


def show_summary(told: Mapping[str, Any]) -> None:
    """Print what was written (`graphgen.request.summary_document`), and how fast."""
    out = console()
    out.print(_rows(told["rows"]))
    out.print()
    out.print(_recipe(told["world"]))
    out.print(_speed(told))
    for target in told["targets"]:
        out.print(Text.assemble("written to ", (target, "bold")), soft_wrap=True)


def show_loaded(told: Mapping[str, Any]) -> None:
    """Print what a store was given (`graphgen.request.loaded_document`), and how fast."""
    out = console()
    if not told["rows"]:
        out.print(Text.assemble("nothing to do: all of it is in ", (told["target"], "bold")))
        return
    table = plain_table("what", "rows", numbers=(1,))
    for name, rows in told["rows"].items():
        table.add_row(name, f"{rows:,}")
    out.print(table)
    out.print()
    out.print(_speed(told))
    out.print(Text.assemble("written to ", (told["target"], "bold")), soft_wrap=True)


def show_moved(path: str, moved: Moved) -> None:
    """Print by how much a dataset was moved, and what of its calendar no longer fits."""
    out = console()
    span = f"{moved.start} to {moved.end - timedelta(days=1)}"
    if moved.weeks:
        out.print(Text.assemble((path, "bold"), f" moved by {moved.weeks:,} weeks: it is {span}"))
    else:
        out.print(Text.assemble("nothing to do: ", (path, "bold"), f" is {span}"))
    if moved.misfits:
        out.print(f"{moved.since_made:,} weeks from where it was made; what no longer fits:")
    for line in moved.misfits:
        out.print(f"  {line}")


def _speed(told: Mapping[str, Any]) -> str:
    total, wall, cpu = sum(told["rows"].values()), told["seconds"], told["cpu_seconds"]
    return (
        f"{total:,} rows in {wall:.1f} s: {total / max(wall, 1e-3):,.0f} a second, "
        f"{total / max(cpu, 1e-3):,.0f} a CPU second"
    )


def show_run(path: str, run: Mapping[str, Any], cases: Sequence[tuple[str, str, int]]) -> None:
    """Print what a dataset holds: its world, rows per table, and what was planted.

    `cases` are patterns, the kind of their cases, and how many.
    """
    out = console()
    state = "" if run["complete"] else "  (unfinished: generate --resume completes it)"
    out.print(Text.assemble((path, "bold"), state), soft_wrap=True)
    out.print(_recipe(run["world"]))
    if "texts" in run:
        by = ", ".join(f"{model} ({count:,})" for model, count in run["texts"]["by"].items())
        out.print(Text(f"news and reports written by {by}"))
    if run["tables"]:
        out.print()
        out.print(_rows(run["tables"]))
    if cases:
        out.print()
        kinds = {"crime": "crimes", "lookalike": "look-alikes"}
        if any(kind == "event" for _, kind, _ in cases):
            kinds["event"] = "events"
        table = plain_table("planted", *kinds.values(), numbers=tuple(range(1, len(kinds) + 1)))
        counts = {(name, kind): count for name, kind, count in cases}
        for name in sorted({name for name, _, _ in cases}):
            table.add_row(name, *(f"{counts.get((name, kind), 0):,}" for kind in kinds))
        out.print(table)


def show_checks(checks: Sequence[Check]) -> None:
    """Print each promise and whether it is kept; if not, the first row that breaks it.

    What could not be proven, for want of the pattern that promises it, stands apart.
    """
    table = plain_table()
    table.add_column(no_wrap=True)
    table.add_column()
    for check in checks:
        mark = Text("ok", style="green") if check.ok else Text("BROKEN", style="bold red")
        if not check.proven:
            mark = Text("not proven", style="bold yellow")
        said = check.promise if check.ok else f"{check.promise}\n{check.detail}"
        table.add_row(mark, Text(said))
    out = console()
    out.print(table)
    broken = [check.name for check in checks if check.proven and not check.ok]
    unproven = [check.detail for check in checks if not check.proven]
    out.print()
    out.print(f"{sum(check.ok for check in checks)} of {len(checks)} promises are kept")
    if unproven:
        out.print(Text.assemble(("not proven: ", "bold yellow"), "; ".join(unproven)))
    if broken:
        out.print(Text.assemble(("broken: ", "bold red"), ", ".join(broken)))


def show_metrics(metrics: Sequence[Metric]) -> None:
    """Print each measure of realism beside its target."""
    table = plain_table("realism", "value", "target", "", "source", numbers=(1, 2))
    for metric in metrics:
        inside = metric.low <= metric.value <= metric.high
        mark = Text("ok", style="green") if inside else Text("outside", style="yellow")
        target = f"{metric.low:g} to {metric.high:g}"
        table.add_row(metric.name, f"{metric.value:.3g}", target, mark, Text(metric.source))
    console().print(table)


def show_rewritten(told: Rewritten) -> None:
    """Print what became of a dataset's pieces, and what it took."""
    out = console()
    table = plain_table("pieces", "", numbers=(1,))
    for model, count in told.by.items():
        table.add_row(Text(f"written by {model}"), f"{count:,}")
    grammars = told.pieces - sum(told.by.values())
    table.add_row("in the grammar's words", f"{grammars:,}")
    for why, count in told.kept.items():
        table.add_row(Text(f"  no answer could be used: {why}"), f"{count:,}")
    if told.left:
        table.add_row("  not asked for, by --limit", f"{told.left:,}")
    out.print(table)
    out.print()
    out.print(
        f"{told.written:,} written now, {told.recalled:,} paid for before; "
        f"{told.requests:,} requests, {told.prompt_tokens:,} tokens read and "
        f"{told.completion_tokens:,} written",
        soft_wrap=True,
    )


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Give what to tell progress to; it draws a bar if stderr is a terminal."""
    counts = "{task.completed}/{task.total} {task.fields[more]:>11,} rows {task.fields[speed]}"
    began: dict[str, float] = {}
    with _bar(counts, quiet=quiet) as put:
        if put is None:
            yield None
            return

        def tell(told: Progress) -> None:
            now = time.perf_counter()
            passed = now - began.setdefault(told.stage, now)
            speed = f"{told.rows / passed:,.0f}/s" if passed and told.rows else "-"
            put(told.stage, told.done, told.total, told.rows, speed)

        yield tell


@contextmanager
def show_pieces(*, quiet: bool) -> Iterator[Callable[[Pieces], None] | None]:
    """Do the same for the pieces that a model writes."""
    with _bar("{task.completed}/{task.total} {task.fields[more]:>7,} kept", quiet=quiet) as put:
        yield put and (lambda told: put(told.stage, told.done, told.total, told.kept))


@contextmanager
def _bar(counts: str, *, quiet: bool) -> Iterator[Callable[..., None] | None]:
    """Give what draws stage, what is done of how much, one more number, how fast, and time left.

    All of it fits into 80 columns, with a hundred million rows too.
    """
    err = Console(stderr=True)
    if quiet or not err.is_terminal:
        yield None
        return
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<17}"),
        BarColumn(bar_width=8),
        TextColumn(counts),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None, more=0, speed="-")

        def put(stage: str, done: int, total: int, more: int, speed: str = "-") -> None:
            said = _STAGES.get(stage, stage)
            of = total or None
            bar.update(task, description=said, completed=done, total=of, more=more, speed=speed)

        yield put


def _recipe(world: Mapping[str, Any]) -> str:
    users, days = world["users"], world["days"]
    return (
        f"{users:,} {'people' if users > 1 else 'person'}, "
        f"{days:,} {'days' if days != 1 else 'day'} from {world['start']}, "
        f"region {world['region']}, seed {world['seed']}"
    )


def _rows(rows: Mapping[str, int]) -> Table:
    """Lay out the tables in three columns: nodes, edges, and events with truth below them."""
    kinds: dict[str, list[tuple[str, str]]] = {"nodes": [], "edges": [], "events": [], "truth": []}
    for name in (name for name in SCHEMAS if name in rows):
        kinds[SCHEMAS[name].folder].append((name, f"{rows[name]:,}"))
    truth = [("", ""), ("truth", "rows"), *kinds["truth"]] if kinds["truth"] else []
    right = [*kinds["events"], *truth]
    table = plain_table("nodes", "rows", "edges", "rows", "events", "rows", numbers=(1, 3, 5))
    lines = zip_longest(kinds["nodes"], kinds["edges"], right, fillvalue=("", ""))
    for left, middle, last in lines:
        style = "bold" if last[0] == "truth" else ""
        table.add_row(*left, *middle, *(Text(word, style=style) for word in last))
    return table


def plain_table(*headers: str, numbers: tuple[int, ...] = ()) -> Table:
    """Make a table without a frame; columns with these places hold numbers."""
    table = Table(box=box.SIMPLE_HEAD if headers else None, show_header=bool(headers))
    table.show_edge = False
    table.pad_edge = False
    for place, header in enumerate(headers):
        right = place in numbers
        table.add_column(header, justify="right" if right else "left", no_wrap=right)
    return table


def console() -> Console:
    """Give stdout as Rich prints on it."""
    return Console(highlight=False)
