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
from graphgen.cli.wrong import line

# in the order in which `--help` lists commands
# isort: off
from graphgen.cli import make, read, search, about
# isort: on

if TYPE_CHECKING:
    from typer.core import TyperCommand, TyperGroup

__all__ = ["about", "app", "help_texts", "main", "make", "read", "search"]

_WRONG = 2


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
        typer.echo(f"error: {line(wrong)}", err=True)
        code = _WRONG
    except (typer.Abort, KeyboardInterrupt):
        code = STOPPED
    if code == STOPPED:
        typer.echo("stopped", err=True)
    sys.exit(code)
