"""Options that exporters bring: each field of an exporter is an option of the commands that write.

The command reads them off the fields when it is asked for, so no other command imports an exporter.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args, get_origin

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from typer._click.core import Context, Parameter

    from graphgen.fields import Field

__all__ = ["CompareCommand", "LoadCommand", "WriteCommand", "given"]

_PANEL = "Options of exporters"


class WriteCommand(TyperCommand):
    """A command that writes to any exporter: it has the options of all of them."""

    takes = "Exporter"

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Give the command's own options, then those of exporters, then `--help`."""
        *own, asks_help = super().get_params(ctx)
        return [*own, *_options(self.takes), asks_help]

    def invoke(self, ctx: Context) -> object:
        """Run the command; the exporters' options stand in the context: `given`."""
        names = {option.name for option in _options(self.takes)}
        ctx.obj = {name: ctx.params.pop(name) for name in names if name in ctx.params}
        return super().invoke(ctx)


class LoadCommand(WriteCommand):
    """A command that hands a dataset to a store."""

    takes = "DatasetExporter"


class CompareCommand(LoadCommand):
    """A command that compares a store with a dataset: no option says how it was loaded."""

    takes = "comparison"


def given(context: typer.Context) -> Mapping[str, object]:
    """Give the exporters' options that were typed, by the names of the fields."""
    typed = cast("Mapping[str, object]", context.obj)
    return {name: value for name, value in typed.items() if value is not None}


@cache
def _options(takes: str) -> tuple[Parameter, ...]:
    """Make the options: one for all fields of a name."""
    app = typer.Typer(add_completion=False)
    app.command()(_taking(_fields(takes)))
    return tuple(cast("TyperCommand", typer.main.get_command(app)).params)


def _fields(takes: str) -> dict[str, dict[str, Field]]:
    """Give the fields that are options: by their names, and the names of their exporters."""
    from graphgen.exporter import LOADS, DatasetExporter, Exporter
    from graphgen.fields import fields_of
    from graphgen.registry import EXPORTERS

    found: dict[str, dict[str, Field]] = {}
    for exporter, cls in EXPORTERS.usable(Exporter).items():
        if takes != "Exporter" and not issubclass(cls, DatasetExporter):
            continue
        for field in fields_of(cls):
            loads = LOADS in get_args(field.hint)
            if field.name != "target" and not (loads and takes == "comparison"):
                found.setdefault(field.name, {})[exporter.replace("_", "-")] = field
    return found


def _taking(fields: Mapping[str, Mapping[str, Field]]) -> Any:  # noqa: ANN401 - a function
    """Give a function that has fields as its arguments: Typer makes options of those."""

    def taking(**values: object) -> None:
        """Take what was typed."""

    taking.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_hint(name, some)
            )
            for name, some in fields.items()
        ]
    )
    taking.__annotations__ = {name: _hint(name, some) for name, some in fields.items()}
    return taking


def _hint(name: str, fields: Mapping[str, Field]) -> Any:  # noqa: ANN401 - a type
    """Say what may be typed, and what the help says: each doc with the exporters that have it."""
    docs: dict[str, list[str]] = {}
    for exporter, field in fields.items():
        docs.setdefault(field.doc, []).append(exporter)
    told = " ".join(f"{doc} ({', '.join(exporters)})" for doc, exporters in docs.items())
    hints = [field.hint for field in fields.values()]
    plain = [get_args(hint)[0] if get_origin(hint) is Annotated else hint for hint in hints]
    spelled = f"--{name.replace('_', '-')}"
    if plain[0] is bool:
        both = [f"{spelled}/--no-{spelled[2:]}"] if _is_on(fields) else [spelled]
        return Annotated[bool | None, typer.Option(*both, help=told, rich_help_panel=_PANEL)]
    kind = plain[0]
    if get_origin(kind) is Literal:
        words = dict.fromkeys(word for each in plain for word in get_args(each))
        kind = Literal[tuple(words)]
    limits = _limits(hints)
    option = typer.Option(spelled, help=told, rich_help_panel=_PANEL, **limits)
    return Annotated[kind | None, option]


def _is_on(fields: Mapping[str, Field]) -> bool:
    return any(field.default is True for field in fields.values())


def _limits(hints: list[Any]) -> dict[str, Any]:
    """Give the limits of a number; where exporters differ in them, none."""
    found = [
        {
            {"ge": "min", "le": "max"}[side]: limit
            for each in get_args(hint)[1:]
            for side in ("ge", "le")
            if (limit := getattr(each, side, None)) is not None
        }
        for hint in hints
    ]
    return found[0] if all(each == found[0] for each in found) else {}
