"""Commands that write a dataset: a world, its twin, its news in other words."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict

import typer

from graphgen import options
from graphgen.cli.app import STOPPED, app, tell_broken
from graphgen.cli.heed import heeding
from graphgen.cli.sink_options import LoadCommand, WriteCommand, given

__all__ = ["features", "generate", "load", "rewrite", "twin"]


@app.command(cls=WriteCommand)
def generate(
    context: typer.Context,
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
        tell_broken("patterns")
    file = request.world_file(
        world,
        request.options(users=users, days=days, seed=seed, region=region, start=start, end=end),
        settings or [],
    )
    sinks = request.sinks(to or file.to or ("parquet:world",), given(context))
    request.ask(sinks, force=force)
    began = request.clock()
    try:
        with terminal.show_progress(quiet=quiet) as show, heeding(show) as tell:
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
        raise SystemExit(STOPPED) from None  # main has no more to say
    told = request.summary_document(file.world, sinks, summary.rows, began)
    if json:
        terminal.show_json(told)
    elif not quiet:
        terminal.show_summary(told)


@app.command(cls=LoadCommand)
def load(
    context: typer.Context,
    *,
    dataset: options.Written,
    sink: options.Sink,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Hand a written dataset to a store, or write the files for one."""
    from graphgen import request, terminal
    from graphgen.generate import load as run

    store = request.store(sink, given(context))
    request.ask([store], force=force)
    began = request.clock()
    with terminal.show_progress(quiet=quiet) as show, heeding(show) as tell:
        rows = run(dataset, store, force=force, on_progress=tell)
    told = request.loaded_document(store, rows, began)
    if json:
        terminal.show_json(told)
    elif not quiet:
        terminal.show_loaded(told)


@app.command()
def features(
    *,
    dataset: options.Written,
    known: options.Known = False,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Write what was known of each payment, and of each account's day, by then.

    Windows, pairs, flows, devices, places, the graph's structure, cycles: into DATASET/features/.
    Only what came strictly before counts, and no label but what had been reported.
    """
    from graphgen import request, terminal
    from graphgen.dataset import Dataset
    from graphgen.features import features as run
    from graphgen.learning.reports import reports

    began = request.clock()
    told_of = reports(Dataset(dataset)) if known else None
    with terminal.show_progress(quiet=quiet) as show, heeding(show) as tell:
        rows = run(dataset, reports=told_of, force=force, on_progress=tell)
    told = request.written_document(str(dataset / "features"), rows, began)
    if json:
        terminal.show_json(told)
    elif not quiet:
        terminal.show_loaded(told)


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

    with terminal.show_progress(quiet=quiet) as show, heeding(show) as tell:
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
        raise SystemExit(STOPPED) from None
    if json:
        terminal.show_json(asdict(summary))
    elif not quiet:
        terminal.show_rewritten(summary)
