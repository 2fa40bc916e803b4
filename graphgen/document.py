"""Strict YAML: what a world file may say, and one line for what it may not.

Scalars are read as in YAML 1.2's core schema: `10_000`, `1e4`, `true`, `null`; `no` and `12:30` are
text, and so is a date. A key given twice, an alias and a tag of another language are refused.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

__all__ = ["DocumentError", "nearest", "read_text", "read_yaml"]


class DocumentError(ValueError):
    """What is wrong with a document, where, and what there is instead; one line."""


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader, less what makes a YAML file say something else than it seems to."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML copies it on the first write

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases: a few lines of them can stand for gigabytes."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # a gap in its stubs
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """Refuse a key that is given twice: the second would silently win."""
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if isinstance(name, Hashable) and name in seen:
                problem = f"the key {name!r} is given twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            if isinstance(name, Hashable):
                seen.add(name)
        return super().construct_mapping(node, deep)


_DIGITS = r"[0-9][0-9_]*"
_EXPONENT = r"[eE][-+]?[0-9]+"
_FLOAT = rf"[-+]?(?:(?:{_DIGITS}\.[0-9_]*|\.{_DIGITS})(?:{_EXPONENT})?|{_DIGITS}{_EXPONENT}|\.inf)"
for _tag, _form, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*)", list("-+0123456789")),
    ("float", rf"{_FLOAT}|\.nan", list("-+0123456789.")),
):
    _StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_form})\Z"), _first
    )


def read_text(path: Path) -> str:
    """Read a text file; `DocumentError` says why it cannot be."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        raise DocumentError(f"{path}: not text in UTF-8 (byte {wrong.start})") from None
    except OSError as wrong:
        raise DocumentError(f"{path}: {wrong.strerror or wrong}") from None


def read_yaml(text: str, name: str) -> object:
    """Parse one YAML document; `DocumentError` names `name`, the line and what is wrong there."""
    try:
        return yaml.load(text, _StrictLoader)  # noqa: S506 - a SafeLoader, only stricter
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise DocumentError(f"{where}: {_one_line(wrong.problem or wrong.context)}") from None
    except yaml.YAMLError as wrong:
        raise DocumentError(f"{name}: not YAML: {_one_line(str(wrong))}") from None
    except ValueError as wrong:
        raise DocumentError(f"{name}: {_one_line(str(wrong))}") from None
    except RecursionError:
        raise DocumentError(f"{name}: nested too deeply") from None


def nearest(word: str, known: list[str]) -> str:
    """Say which known word is meant, if one is near, and what there is."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{hint}there is: {', '.join(known)}"


def _one_line(problem: str | None) -> str:
    return " ".join((problem or "not YAML").split())
