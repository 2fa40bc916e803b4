"""The application that commands add themselves to, and what they share."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["STOPPED", "app", "tell_broken"]

STOPPED = 130
"""The exit code after Ctrl-C."""

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


def tell_broken(*kinds: str) -> None:
    """Tell of what is installed and cannot be used, where all there is is asked for."""
    from graphgen import describe

    for kind in kinds:
        for wrong in describe.broken(kind):
            typer.echo(f"note: left out: {wrong}", err=True)
