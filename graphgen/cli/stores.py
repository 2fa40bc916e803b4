"""Commands about what lies in a store already."""

from __future__ import annotations

import typer

from graphgen import options
from graphgen.cli.app import app
from graphgen.cli.heed import heeding
from graphgen.neo4j.browser import PORT

__all__ = ["assets", "es_assets", "guide", "truth_add", "truth_remove"]

_neo4j = typer.Typer(help="A graph that lies in Neo4j.", no_args_is_help=True, add_completion=False)
_truth = typer.Typer(
    help="The truth in it: what was planted.", no_args_is_help=True, add_completion=False
)
_neo4j.add_typer(_truth, name="truth")
app.add_typer(_neo4j, name="neo4j")
_es = typer.Typer(
    help="A world that lies in Elasticsearch.", no_args_is_help=True, add_completion=False
)
app.add_typer(_es, name="es")


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


@_neo4j.command()
def assets(
    *, folder: options.Target, force: options.Force = False, quiet: options.Quiet = False
) -> None:
    """Write a style, a guide, favourites and a perspective for Neo4j's Browser and Bloom."""
    from graphgen.neo4j.browser.assets import write_assets

    for path in write_assets(folder, force=force):
        if not quiet:
            typer.echo(path)


@_neo4j.command()
def guide(*, port: options.Port = PORT, quiet: options.Quiet = False) -> None:
    """Serve the guide and the style to Neo4j's Browser, on this machine, until Ctrl-C."""
    from graphgen.neo4j.browser.server import GuideServer

    with GuideServer(port) as server:
        if not quiet:
            typer.echo(f"in the Browser:  :play {server.url}/guide.html  (Ctrl-C ends)", err=True)
        server.serve_forever()


@_es.command("assets")
def es_assets(
    *,
    folder: options.Target,
    prefix: options.Prefix = "fraudgraph",
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Write dashboards and detection rules for Kibana, and transforms."""
    from graphgen.elastic.kibana.assets import write_assets

    for path in write_assets(folder, prefix, force=force):
        if not quiet:
            typer.echo(path)
