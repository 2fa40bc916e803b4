"""The command line: each command parses, makes one call of the library, and prints.

Exit codes: 0 done, 1 a check failed, 2 the request was wrong, 130 stopped by Ctrl-C. Results go to
stdout, all else to stderr. What is heavy is imported by the command that needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import typer

from graphgen.cli.app import STOPPED, app
from graphgen.cli.heed import unmistaken
from graphgen.cli.wrong import line

# in the order in which `--help` lists commands
# isort: off
from graphgen.cli import make, move, read, learn, search, stores, about
# isort: on

if TYPE_CHECKING:
    from typer._click.core import Context
    from typer.core import TyperCommand, TyperGroup

__all__ = [
    "about",
    "app",
    "help_texts",
    "learn",
    "main",
    "make",
    "move",
    "read",
    "search",
    "stores",
]

_WRONG = 2


def help_texts() -> Iterator[tuple[str, str]]:
    """Give each command's name and what its `--help` says, 80 columns wide and without boxes."""
    yield from _helps("graphgen", cast("TyperGroup", typer.main.get_command(app)), None)


def _helps(
    name: str, command: TyperCommand | TyperGroup, above: Context | None
) -> Iterator[tuple[str, str]]:
    """Give what a command's help says, and that of the commands below it."""
    command.rich_markup_mode = None
    word = name.rpartition(" ")[2]
    with command.make_context(
        word, [], above, resilient_parsing=True, terminal_width=80
    ) as context:
        yield name, command.get_help(context)
        for below, each in getattr(command, "commands", {}).items():
            yield from _helps(f"{name} {below}", each, context)


def main() -> None:
    """Run the command that was typed; what is wrong is one line on stderr."""
    try:
        with unmistaken():
            code = app(standalone_mode=False)
    except (typer.TyperException, ValueError, OSError) as wrong:
        typer.echo(f"error: {line(wrong)}", err=True)
        code = _WRONG
    except (typer.Abort, KeyboardInterrupt):
        code = STOPPED
    if code == STOPPED:
        typer.echo("stopped", err=True)
    sys.exit(code)
