"""Commands that ask a database."""

from __future__ import annotations

import os

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
    from graphgen import terminal
    from graphgen.dataset import Dataset
    from graphgen.neo4j.detect import detect as run
    from graphgen.neo4j.detect import parse_place
    from graphgen.neo4j.show import show_detections

    place = parse_place(database)
    dataset = Dataset(truth)
    password = os.environ.get("NEO4J_PASSWORD") or typer.prompt(
        f"Password of {place.user}", hide_input=True, err=True
    )

    def tell(name: str) -> None:
        if not quiet and not json:
            typer.echo(f"{name} ...", err=True)

    found = run(place, password, dataset, patterns or (), on_query=tell)
    if json:
        terminal.show_json([each.as_dict() for each in found])
    else:
        show_detections(found)
