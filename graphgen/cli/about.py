"""Commands about graphgen itself: what there is, how it is asked for."""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

from graphgen import options
from graphgen.cli.app import app, tell_broken

__all__ = ["describe_", "init", "list_", "schema"]


@app.command("list")
def list_(
    *,
    kind: options.Kind = None,
    json: options.Json = False,
) -> None:
    """Name what there is: patterns, walks, exporters, regions."""
    from graphgen import describe, terminal

    kinds = [kind.value] if kind else [each.value for each in options.Kinds]
    tell_broken(*kinds)
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
def schema(
    *,
    as_json: options.AsJsonSchema = False,
) -> None:
    """Print the data dictionary as Markdown."""
    from graphgen import json_schema as schema_of
    from graphgen import pages, terminal

    if as_json:
        tell_broken("patterns")
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
