"""What was wrong with a request, in one line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

__all__ = ["line"]


def line(wrong: Exception) -> str:
    """Say in one line what was wrong."""
    if isinstance(wrong, typer.TyperException):
        said = wrong.format_message() if hasattr(wrong, "format_message") else str(wrong)
        said = said.replace("Value error, ", "") + _asked_as(wrong) + _there_is(wrong)
        typed = _typed(getattr(getattr(wrong, "param", None), "opts", ()))
        if typed and typed not in said:
            said = said.replace("Invalid value for", f"Invalid value {typed!r} for")
    elif isinstance(wrong, FileExistsError):
        said = f"{wrong.filename}: there is one already; --force writes over it"
    elif isinstance(wrong, OSError) and wrong.filename:
        said = f"{wrong.filename}: {wrong.strerror}"
    else:
        said = str(wrong)
    return " ".join(said.split())


def _typed(names: Sequence[str]) -> str:
    """Look up what was typed for an option."""
    for word, next_word in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        option, equals, value = word.partition("=")
        if option in names:
            return value if equals else next_word
    return ""


def _there_is(wrong: Exception) -> str:
    """Name the commands that there are, where another was typed."""
    commands = getattr(getattr(getattr(wrong, "ctx", None), "command", None), "commands", {})
    if not commands or "No such command" not in str(wrong):
        return ""
    return f" There is: {', '.join(commands)}"


def _asked_as(wrong: Exception) -> str:
    """Say how a command that reads a dataset is asked, where a folder was given without `--in`."""
    context = getattr(wrong, "ctx", None)
    if context is None or "extra argument" not in str(wrong):
        return ""
    params = context.command.params
    if not any("--in" in each.opts for each in params):
        return ""
    given = "".join(f" {each.metavar}" for each in params if each.param_type_name == "argument")
    return f"; a dataset's folder follows --in: {context.command_path}{given} --in DATASET"
