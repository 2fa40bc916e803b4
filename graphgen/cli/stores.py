"""Commands about what lies in a store already."""

from __future__ import annotations

import typer

from graphgen import options
from graphgen.cli.app import app
from graphgen.cli.heed import heeding

__all__ = ["truth_add", "truth_remove"]

_neo4j = typer.Typer(help="A graph that lies in Neo4j.", no_args_is_help=True, add_completion=False)
_truth = typer.Typer(
    help="The truth in it: what was planted.", no_args_is_help=True, add_completion=False
)
_neo4j.add_typer(_truth, name="truth")
app.add_typer(_neo4j, name="neo4j")


@_truth.command("add")
def truth_add(*, dataset: options.Written, url: options.Url, quiet: options.Quiet = False) -> None:
    """Put the truth of a dataset into the graph that was loaded from it."""
    from graphgen import request, terminal
    from graphgen.generate import Progress
    from graphgen.neo4j.truth import add

    request.ask([request.store(url, {})], force=False)
    with terminal.show_progress(quiet=quiet) as show, heeding(show) as tell:
        rows = add(dataset, url, lambda *told: tell(Progress("loading", *told)))
    if not quiet:
        done = ", ".join(f"{count:,} {name}" for name, count in rows.items() if count)
        typer.echo(f"added {done}" if done else "nothing to do: the truth is there")


@_truth.command("remove")
def truth_remove(
    *, dataset: options.Written, url: options.Url, quiet: options.Quiet = False
) -> None:
    """Take the truth of a dataset out of a graph: nodes, relationships, label, constraint."""
    from graphgen import request
    from graphgen.neo4j.truth import remove

    request.ask([request.store(url, {})], force=False)
    removed = remove(dataset, url)
    if not quiet:
        typer.echo(f"removed {removed:,} cases" if removed else "nothing to do: no truth is there")
