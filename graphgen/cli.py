"""The command line: each command parses, makes one call of the library, and prints.

Exit codes: 0 done, 1 a check failed, 2 the request was wrong, 130 stopped by Ctrl-C. Results go to
stdout, all else to stderr. What is heavy is imported by the command that needs it.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from graphgen import options

if TYPE_CHECKING:
    from typer.core import TyperCommand, TyperGroup

__all__ = ["app", "help_texts", "main"]

_WRONG, _STOPPED = 2, 130

app = typer.Typer(
    name="graphgen",
    help="Grow a financial world as a graph, plant true fraud in it, walk its payments to disk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:  # noqa: FBT001 - Typer's callback
    if asked:
        from graphgen import __version__

        typer.echo(f"graphgen {__version__}")
        raise typer.Exit


@app.callback()
def _graphgen(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


@app.command()
def generate(
    *,
    world: options.WorldYaml = None,
    users: options.Users = None,
    days: options.Days = None,
    start: options.Start = None,
    end: options.End = None,
    seed: options.Seed = None,
    region: options.Region = None,
    to: options.To = None,
    settings: options.Settings = None,
    ids: options.IdsAs = options.Ids.INT,
    labels: options.LabelsIn = options.Labels.APART,
    workers: options.Workers = 1,
    resume: options.Resume = False,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Grow a world and write it; by default to ./world/ as Parquet."""
    from graphgen import request, terminal
    from graphgen.generate import Interrupted
    from graphgen.generate import generate as run

    if not quiet:
        _tell_broken("patterns")
    file = request.world_file(
        world,
        request.options(users=users, days=days, seed=seed, region=region, start=start, end=end),
        settings or [],
    )
    sinks = request.sinks(to or file.to or ("parquet:world",), ids.value)
    began = request.clock()
    try:
        with terminal.show_progress(quiet=quiet) as tell:
            summary = run(
                file.world,
                sinks,
                workers=workers,
                resume=resume,
                force=force,
                command=shlex.join(["graphgen", *sys.argv[1:]]),
                labels=labels.value,
                on_progress=tell,
            )
    except Interrupted as stopped:
        typer.echo(str(stopped), err=True)
        raise SystemExit(_STOPPED) from None  # main has no more to say
    told = request.summary_document(file.world, sinks, summary.rows, began)
    if json:
        terminal.show_json(told)
    elif not quiet:
        terminal.show_summary(told)


@app.command("list")
def list_(
    *,
    kind: options.Kind = None,
    json: options.Json = False,
) -> None:
    """Name what there is: patterns, walks, exporters, regions."""
    from graphgen import describe, terminal

    kinds = [kind.value] if kind else [each.value for each in options.Kinds]
    _tell_broken(*kinds)
    found = {each: list(describe.entries(each)) for each in kinds}
    if json:
        terminal.show_json({each: {e.name: e.title for e in some} for each, some in found.items()})
    else:
        terminal.show_list(found)


@app.command("describe")
def describe_(
    *,
    name: options.Name,
    json: options.Json = False,
) -> None:
    """Tell what NAME is: its text, its parameters, its source."""
    from graphgen import describe, terminal

    found = describe.find(name)
    if json:
        terminal.show_json([entry.as_dict() for entry in found])
        return
    for entry in found:
        terminal.show_entry(entry)


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


@app.command()
def verify(
    *,
    dataset: options.Written,
    only: options.Only = None,
    realism: options.Realism = False,
    json: options.Json = False,
) -> None:
    """Prove a dataset's promises again, from its files alone."""
    from graphgen import terminal
    from graphgen.verify import verify as run

    checks = run(dataset, only or ())
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
def twin(
    *,
    dataset: options.Written,
    target: options.Target,
    without: options.Without = options.LeftOut.CRIMES,
    workers: options.Workers = 1,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Write the same world again, without its crimes or its look-alikes."""
    from graphgen import terminal
    from graphgen.twin import twin as run

    with terminal.show_progress(quiet=quiet) as tell:
        run(
            dataset,
            target,
            without=without.value,
            workers=workers,
            force=force,
            command=shlex.join(["graphgen", *sys.argv[1:]]),
            on_progress=tell,
        )


@app.command()
def rewrite(
    *,
    dataset: options.Written,
    llm: options.Llm,
    model: options.Model,
    settings: options.Parameters = None,
    concurrency: options.Concurrency = 4,
    tries: options.Tries = 3,
    limit: options.AtMost = None,
    timeout: options.Timeout = 60,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Have a language model write news and reports in other words.

    Any endpoint that speaks as OpenAI's does will do. Its key, if it needs one, stands in
    GRAPHGEN_LLM_KEY or OPENAI_API_KEY. No number and no label changes.
    """
    from graphgen import request, terminal
    from graphgen.generate import Interrupted
    from graphgen.rewrite import rewrite as run

    try:
        with terminal.show_pieces(quiet=quiet) as tell:
            summary = run(
                dataset,
                llm,
                model,
                key=request.llm_key(),
                settings=request.llm_settings(settings or []),
                concurrency=concurrency,
                tries=tries,
                limit=limit,
                timeout=timeout,
                on_progress=tell,
            )
    except Interrupted as stopped:
        typer.echo(str(stopped), err=True)
        raise SystemExit(_STOPPED) from None
    if json:
        terminal.show_json(asdict(summary))
    elif not quiet:
        terminal.show_rewritten(summary)


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
    from graphgen import telling, terminal
    from graphgen.dataset import Dataset
    from graphgen.ids import parse_id
    from graphgen.story import case_story

    story = case_story(Dataset(dataset), parse_id(id_, "case"), limit)
    if json:
        terminal.show_json(asdict(story))
    else:
        telling.show_story(story)


@app.command()
def account(
    *,
    id_: options.AccountId,
    dataset: options.In = Path("world"),
    limit: options.Limit = 200,
    json: options.Json = False,
) -> None:
    """Tell the story of an account: whose it is, and all that was booked on it."""
    from graphgen import telling, terminal
    from graphgen.dataset import Dataset
    from graphgen.ids import parse_id
    from graphgen.story import account_story

    story = account_story(Dataset(dataset), parse_id(id_, "account"), limit)
    if json:
        terminal.show_json(asdict(story))
    else:
        telling.show_story(story)


@app.command()
def schema(
    *,
    as_json: options.AsJsonSchema = False,
) -> None:
    """Print the data dictionary as Markdown."""
    from graphgen import json_schema as schema_of
    from graphgen import pages, terminal

    if as_json:
        _tell_broken("patterns")
        terminal.show_json(schema_of.world_file())
    else:
        typer.echo(pages.tables_page(), nl=False)


@app.command()
def init(
    *,
    file: options.File = Path("world.yaml"),
    force: options.Force = False,
) -> None:
    """Write a world file with every key, its meaning and its default."""
    from graphgen import pages

    if str(file) == "-":
        typer.echo(pages.commented_world(), nl=False)
        return
    with file.open("w" if force else "x", encoding="utf-8") as out:
        out.write(pages.commented_world())
    typer.echo(f"wrote {file}; `graphgen generate {shlex.quote(str(file))}` makes it", err=True)


def _tell_broken(*kinds: str) -> None:
    """Tell of what is installed and cannot be used, where all there is is asked for."""
    from graphgen import describe

    for kind in kinds:
        for wrong in describe.broken(kind):
            typer.echo(f"note: left out: {wrong}", err=True)


def help_texts() -> Iterator[tuple[str, str]]:
    """Give each command's name and what its `--help` says, 80 columns wide and without boxes."""
    group = cast("TyperGroup", typer.main.get_command(app))
    for command in (group, *group.commands.values()):
        cast("TyperCommand", command).rich_markup_mode = None
    with group.make_context("graphgen", [], resilient_parsing=True, terminal_width=80) as context:
        yield "graphgen", group.get_help(context)
        for name, command in group.commands.items():
            with command.make_context(
                name, [], context, resilient_parsing=True, terminal_width=80
            ) as inner:
                yield f"graphgen {name}", command.get_help(inner)


def main() -> None:
    """Run the command that was typed; what is wrong is one line on stderr."""
    try:
        code = app(standalone_mode=False)
    except (typer.TyperException, ValueError, OSError) as wrong:
        typer.echo(f"error: {_line(wrong)}", err=True)
        code = _WRONG
    except (typer.Abort, KeyboardInterrupt):
        code = _STOPPED
    if code == _STOPPED:
        typer.echo("stopped", err=True)
    sys.exit(code)


def _typed(names: Sequence[str]) -> str:
    """Look up what was typed for an option."""
    for word, next_word in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        option, equals, value = word.partition("=")
        if option in names:
            return value if equals else next_word
    return ""


def _asked_as(wrong: Exception) -> str:
    """Say how a command that reads a dataset is asked, where a folder was given without `--in`."""
    context = getattr(wrong, "ctx", None)
    if context is None or "extra argument" not in str(wrong):
        return ""
    params = context.command.params
    if not any("--in" in each.opts for each in params):
        return ""
    given = "".join(f" {each.metavar}" for each in params if each.param_type_name == "argument")
    return f"; a dataset's folder follows --in: {context.command_path}{given} --in DATASET"


def _line(wrong: Exception) -> str:
    """Say in one line what was wrong."""
    if isinstance(wrong, typer.TyperException):
        said = wrong.format_message() if hasattr(wrong, "format_message") else str(wrong)
        said = said.replace("Value error, ", "") + _asked_as(wrong)
        typed = _typed(getattr(getattr(wrong, "param", None), "opts", ()))
        if typed and typed not in said:
            said = said.replace("Invalid value for", f"Invalid value {typed!r} for")
    elif isinstance(wrong, FileExistsError):
        said = f"{wrong.filename}: there is one already; --force writes over it"
    elif isinstance(wrong, OSError) and wrong.filename:
        said = f"{wrong.filename}: {wrong.strerror}"
    else:
        said = str(wrong)
    return " ".join(said.split())
