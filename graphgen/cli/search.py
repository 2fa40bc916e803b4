"""Commands that ask: a database, or a dataset."""

from __future__ import annotations

import typer

from graphgen import options
from graphgen.cli.app import app
from graphgen.cli.heed import heeding
from graphgen.cli.sink_options import CompareCommand, given

__all__ = ["detect", "query"]


@app.command(cls=CompareCommand)
def detect(
    context: typer.Context,
    *,
    database: options.Database,
    patterns: options.Patterns = None,
    truth: options.Truth,
    write: options.WriteAlerts = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Look for crimes in a database, and score what is found.

    The truth is read from the dataset that was loaded, never from the database. A password stands
    in the environment (NEO4J_PASSWORD, ELASTIC_PASSWORD), or is asked for.
    """
    from graphgen import request, terminal
    from graphgen.dataset import Dataset
    from graphgen.detection.detect import detect as run
    from graphgen.detection.show import show_detections

    store = request.store(database, given(context))
    request.ask([store], force=False)
    dataset = Dataset(truth)

    def tell(name: str) -> None:
        if not quiet and not json:
            typer.echo(f"{name} ...", err=True)

    found = run(store, dataset, patterns or (), on_query=tell)
    kept = store.keep_alerts([each.found for each in found]) if write else None
    if json:
        terminal.show_json([each.as_dict() for each in found])
    else:
        show_detections(found)
        if kept is not None and not quiet:
            told = ", ".join(f"{count:,} {what}" for what, count in kept.items())
            typer.echo(f"alerts: {told}")


@app.command()
def query(
    *,
    dataset: options.Written,
    question: options.Question,
    limit: options.Limit = 20,
    csv: options.Csv = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Ask a dataset in SQL (DuckDB) or in Cypher (Ladybug), with no server.

    SQL sees each table by its name, and `transfer` and `dealing` with labels. Cypher sees the graph
    of docs/neo4j.md; the first MATCH builds it, and it is kept in the folder for caches.
    """
    from graphgen import answers, terminal
    from graphgen.dataset import Dataset
    from graphgen.generate import Progress
    from graphgen.query import query as run

    whole = csv or json
    with terminal.show_progress(quiet=quiet) as show, heeding(show) as tell:
        found = run(
            Dataset(dataset),
            question,
            None if whole else limit,
            lambda *told: tell(Progress("loading", *told)),
        )
    if json:
        terminal.show_json(answers.records(found))
    elif csv:
        answers.show_csv(found)
    else:
        answers.show_table(found)
