"""What the fields of a dataclass say about themselves: type, limits, default, and their docstring.

The docstring of a field is the string under it. Keys of a world file, their documentation, the JSON
Schema and the tables in `docs/` are all read off the fields by this one module.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import types
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import annotated_types as at

__all__ = ["Field", "allowed", "fields_of", "plain"]

_WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    date: "a date as YYYY-MM-DD",
    types.NoneType: "null",
}


@dataclasses.dataclass(frozen=True)
class Field:
    """One field of a dataclass."""

    name: str
    hint: Any
    """Its type, with the constraints that annotate it."""
    default: Any
    """`dataclasses.MISSING` when it must be given."""
    owner: type
    """The class that it is a field of."""

    @property
    def doc(self) -> str:
        """Give what is written below the field."""
        return _docs(self.owner).get(self.name, "")

    @property
    def allowed(self) -> str:
        """Say in words what it may be."""
        return allowed(self.hint)


@cache
def fields_of(cls: type) -> tuple[Field, ...]:
    """Give the fields that `cls` is made from, in order; its base classes' come first."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        Field(field.name, hints[field.name], _default(field), cls)
        for field in dataclasses.fields(cls)
        if field.init and field.name[0] != "_"
    )


def allowed(hint: Any) -> str:  # noqa: ANN401 - any type
    """Say in words what a value of a type may be: `a whole number from 2 to 5`."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return allowed(args[0]) + _limits(args[1:])
    if origin in (Union, types.UnionType):
        ordered = sorted(args, key=lambda arg: arg is not types.NoneType)
        return " or ".join(allowed(arg) for arg in ordered)
    if origin is Literal:
        return f"one of {', '.join(str(arg) for arg in args)}"
    if origin in (tuple, list):
        return f"a list, each {allowed(args[0])}"
    if dataclasses.is_dataclass(hint):
        return "keys and values"
    return _WORDS.get(hint, str(hint))


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a field
    """Give a field's value as JSON and YAML can say it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = (field.name for field in dataclasses.fields(value) if field.init)
        return {name: plain(getattr(value, name)) for name in names if name[0] != "_"}
    if isinstance(value, dict):
        return {name: plain(value[name]) for name in sorted(value)}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _limits(constraints: tuple[Any, ...]) -> str:
    limits: dict[str, Any] = {}
    for constraint in constraints:
        for name in ("ge", "gt", "le", "lt"):
            limit = getattr(constraint, name, None)
            if limit is not None and isinstance(constraint, at.GroupedMetadata | at.BaseMetadata):
                limits[name] = f"{limit:,}".replace(",", "_") if isinstance(limit, int) else limit
    if set(limits) == {"ge", "le"}:
        return f" from {limits['ge']} to {limits['le']}"
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    said = " and ".join(f"{words[name]} {limits[name]}" for name in words if name in limits)
    return f" of {said}" if said else ""


def _default(field: dataclasses.Field[Any]) -> Any:  # noqa: ANN401
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


@cache
def _docs(cls: type) -> dict[str, str]:
    docs: dict[str, str] = {}
    for owner in reversed(cls.__mro__):
        if dataclasses.is_dataclass(owner):
            try:
                source = inspect.getsource(owner)
            except (OSError, TypeError):  # typed at a prompt: its fields are there, not their docs
                continue
            docs |= _docs_in(ast.parse(textwrap.dedent(source)))
    return docs


def _docs_in(module: ast.Module) -> dict[str, str]:
    [body] = [node.body for node in module.body if isinstance(node, ast.ClassDef)]
    docs = {}
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match below:
                case ast.Expr(value=ast.Constant(value=str(doc))):
                    docs[field.target.id] = " ".join(doc.split())
    return docs
