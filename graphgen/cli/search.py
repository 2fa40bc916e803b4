"""Commands that ask a database."""

from __future__ import annotations

import typer

from graphgen import options
from graphgen.cli.app import app

__all__ = ["detect"]


@app.command()
def detect(
    *,
    database: options.Database,
    patterns: options.Patterns = None,
    truth: options.Truth,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Look for patterns in a Neo4j database, and score what is found.

    The truth is read from the dataset that was loaded, never from the database. The password is
    NEO4J_PASSWORD, or asked for.
    """
    from graphgen import request, terminal
    from graphgen.dataset import Dataset
    from graphgen.neo4j.detect import detect as run
    from graphgen.neo4j.show import show_detections

    request.ask([request.store(database, {})], force=False)
    dataset = Dataset(truth)

    def tell(name: str) -> None:
        if not quiet and not json:
            typer.echo(f"{name} ...", err=True)

    found = run(database, dataset, patterns or (), on_query=tell)
    if json:
        terminal.show_json([each.as_dict() for each in found])
    else:
        show_detections(found)
