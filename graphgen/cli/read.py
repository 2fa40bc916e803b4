"""Commands that read a dataset: what it holds, whether it holds, what it says of fraud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from graphgen import options
from graphgen.cli.app import app, tell_broken
from graphgen.cli.sink_options import CompareCommand, given

if TYPE_CHECKING:
    from graphgen.story import Story
    from graphgen.verify import Check

__all__ = ["account", "case", "diff", "inspect", "report", "verify"]


@app.command()
def inspect(*, dataset: options.Written, json: options.Json = False) -> None:
    """Tell what a dataset holds: world, rows, planted cases."""
    from graphgen import request, terminal

    run, cases = request.inspect(dataset)
    if json:
        del run["files"]
        planted = [dict(zip(("pattern", "kind", "cases"), c, strict=True)) for c in cases]
        terminal.show_json({**run, "planted": planted})
    else:
        terminal.show_run(str(dataset), run, cases)


@app.command(cls=CompareCommand)
def verify(
    context: typer.Context,
    *,
    dataset: options.Written,
    only: options.Only = None,
    realism: options.Realism = False,
    in_: options.Stored = None,
    full: options.Full = False,
    json: options.Json = False,
) -> None:
    """Prove a dataset's promises again, from its files alone; or compare it with a store."""
    from graphgen import terminal
    from graphgen.verify import verify as run

    if in_ is None:
        checks = run(dataset, only or ())
    else:
        checks = _stored(dataset, in_, full, given(context))
    metrics = []
    if realism:
        from graphgen.realism import realism as measure

        metrics = measure(dataset)
    if json:
        told = {"checks": [asdict(check) for check in checks]}
        if realism:
            told["realism"] = [asdict(metric) for metric in metrics]
        terminal.show_json(told)
    else:
        terminal.show_checks(checks)
        if metrics:
            terminal.show_metrics(metrics)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _stored(
    dataset: Path,
    url: str,
    full: bool,  # noqa: FBT001 - passed on as it came
    typed: Mapping[str, object],
) -> list[Check]:
    from graphgen import request
    from graphgen.dataset import Dataset

    store = request.store(url, typed)
    request.ask([store], force=False)
    return store.verify(Dataset(dataset), full=full)


@app.command()
def report(
    *,
    dataset: options.Written,
    html: options.Html = None,
    json: options.Json = False,
) -> None:
    """Measure what gives fraud away, how hard it is to find, and what it looks like."""
    from graphgen import terminal
    from graphgen.report import report as measure

    tell_broken("patterns")
    found = measure(dataset)
    if html:
        from graphgen.report.html import page

        html.write_text(page(found), encoding="utf-8")
    if json:
        terminal.show_json(found.as_dict())
    else:
        from graphgen.report.show import show

        show(found)


@app.command()
def diff(
    *,
    dataset: options.Written,
    other: options.Other,
    limit: options.Limit = 20,
    json: options.Json = False,
) -> None:
    """List what one dataset has and another has not: a world and its twin."""
    from graphgen import telling, terminal
    from graphgen.difference import difference

    found, rows = difference(dataset, other)
    some = rows.order("time, table_name, details").limit(limit).fetchall()
    if json:
        terminal.show_json({"differences": [asdict(each) for each in found], "rows": some})
    else:
        telling.show_differences(found, some)


@app.command()
def case(
    *,
    id_: options.CaseId,
    dataset: options.In = Path("world"),
    limit: options.Limit = 200,
    json: options.Json = False,
) -> None:
    """Tell the story of a case: who took part, and what happened when."""
    from graphgen.dataset import Dataset
    from graphgen.ids import parse_id
    from graphgen.story import case_story

    _tell(case_story(Dataset(dataset), parse_id(id_, "case"), limit), json=json)


@app.command()
def account(
    *,
    id_: options.AccountId,
    dataset: options.In = Path("world"),
    limit: options.Limit = 200,
    json: options.Json = False,
) -> None:
    """Tell the story of an account: whose it is, and all that was booked on it."""
    from graphgen.dataset import Dataset
    from graphgen.ids import parse_id
    from graphgen.story import account_story

    _tell(account_story(Dataset(dataset), parse_id(id_, "account"), limit), json=json)


def _tell(story: Story, *, json: bool) -> None:
    from graphgen import telling, terminal

    if json:
        terminal.show_json(asdict(story))
    else:
        telling.show_story(story)
