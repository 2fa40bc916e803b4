"""What there is, in words: patterns, exporters, walks, regions and tables describe themselves.

A pattern's text is its file's docstring and its class's; its parameters are its dataclass's fields.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, field
from importlib.resources import files
from itertools import takewhile
from typing import Any

from graphgen.config import WorldError
from graphgen.document import nearest
from graphgen.exporter import DatasetExporter, Exporter
from graphgen.fields import Field, fields_of, plain
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS, WALKS, BrokenError, region_names
from graphgen.schema import SCHEMAS, Column, Meaning, Schema

__all__ = ["KINDS", "Entry", "broken", "entries", "find", "meaning_of", "spell"]


@dataclass(frozen=True)
class Entry:
    """Something that has a name and describes itself."""

    kind: str
    """`pattern`, `exporter`, `walk`, `region` or `table`."""
    name: str
    title: str
    """One line."""
    story: str = ""
    """Paragraphs, lists; as Markdown."""
    facts: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Field, ...] = ()
    columns: tuple[Column, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give the entry as JSON can say it."""
        entry = {"kind": self.kind, "name": self.name, "title": self.title, "story": self.story}
        parameters = [
            {
                "name": each.name,
                "allowed": each.allowed,
                "default": None if each.default is MISSING else plain(each.default),
                "doc": each.doc,
            }
            for each in self.parameters
        ]
        columns = [
            {"name": each.name, "meaning": meaning_of(each), "doc": each.doc}
            for each in self.columns
        ]
        return {**entry, "facts": dict(self.facts), "parameters": parameters, "columns": columns}


def entries(kind: str) -> Iterator[Entry]:
    """Describe everything of a kind (a key of `KINDS`), in order of names.

    What is installed and cannot be used is left out; `broken` tells of it.
    """
    return (each for each in _tried(kind) if isinstance(each, Entry))


def broken(kind: str) -> list[str]:
    """Say of everything of a kind that is installed and cannot be used what is wrong with it."""
    return [str(each) for each in _tried(kind) if isinstance(each, BrokenError)]


def _tried(kind: str) -> Iterator[Entry | BrokenError]:
    names, entry = KINDS[kind]
    for name in names():
        try:
            found: Entry | BrokenError = entry(name)
        except BrokenError as wrong:
            found = wrong
        yield found


def find(name: str) -> list[Entry]:
    """Describe what has that name: one thing, or a walk and the table of its events."""
    found = [entry(name) for names, entry in KINDS.values() if name in names()]
    if not found:
        known = sorted({each for names, _ in KINDS.values() for each in names()})
        raise WorldError(f"nothing is called {name!r}; {nearest(name, known)}")
    return found


def meaning_of(column: Column) -> str:
    """Say what a column's values are: its meaning, and what it refers to or may say."""
    said = str(column.meaning)
    if column.refers.startswith("="):
        said = f"ref to the table in {column.refers[1:]}"
    elif column.refers:
        said = f"ref to {column.refers}"
    elif column.meaning is Meaning.CATEGORY:
        said = f"one of {', '.join(column.values)}"
    return f"{said}, or null" if column.nullable else said


def spell(value: object) -> str:
    """Spell a parameter's default as in a world file."""
    if value is MISSING:
        return ""
    value = plain(value)
    if isinstance(value, list):
        return f"[{', '.join(spell(each) for each in value)}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _pattern(name: str) -> Entry:
    cls = PATTERNS.load(name, Pattern)
    title, story = _doc(PATTERNS.module(name).__doc__)
    about = inspect.cleandoc(cls.__doc__ or "")
    facts = {"Planted by default": _by_default(cls)}
    if cls.kind == "crime":
        known = cls.reporting
        facts["Becomes known"] = (
            f"{known.share:.0%} of the cases, half of these within {known.days:g} days"
        )
    if found_by := _finders(name):
        facts["Found by"] = ", ".join(found_by)
    return Entry("pattern", name, title, f"{about}\n\n{story}".strip(), facts, fields_of(cls))


def _finders(pattern: str) -> list[str]:
    """Name the queries and rules that look for a pattern, of all stores that can be asked."""
    found = []
    for name in EXPORTERS.names():
        with suppress(BrokenError):
            cls = EXPORTERS.load(name, Exporter)
            if issubclass(cls, DatasetExporter):
                found += cls.finders(pattern)
    return found


def _by_default(cls: type[Pattern]) -> str:
    """Say how many there are if nobody says: nothing of the market where nobody invests."""
    often = f"{cls.prevalence:g}"
    if cls.kind == "event":
        return f"{often} in 90 days, with `investors` (0 by default, 0.21 in the United States)"
    if cls.market:
        return f"{often} in 10,000 `investors` in 90 days (0 by default, 0.21 in the United States)"
    return f"{often} in 10,000 people in 90 days"


def _exporter(name: str) -> Entry:
    cls = EXPORTERS.load(name, Exporter)
    title, story = _doc(EXPORTERS.module(name).__doc__)
    typed = f"{cls.schemes[0]}://TARGET" if cls.schemes else f"{name.replace('_', '-')}:TARGET"
    return Entry(
        "exporter",
        name,
        title,
        story,
        {"Given as": f"--to {typed}"},
        fields_of(cls),
    )


def _walk(name: str) -> Entry:
    title, story = _doc(WALKS.module(name).__doc__)
    return Entry("walk", name, title, story)


def _region(name: str) -> Entry:
    text = files("graphgen.regions").joinpath(name, "region.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    title = str(told.pop("title", name))
    facts = {key.replace("_", " "): str(told[key]) for key in told if _is_scalar(told[key])}
    head = takewhile(lambda line: line.startswith("#"), text.splitlines())
    story = "\n".join(line.removeprefix("#").strip() for line in head)
    return Entry("region", name, title, story, facts)


def _table(name: str) -> Entry:
    schema = SCHEMAS[name]
    facts = {"Kind": _kind(schema), "Folder": f"{schema.folder}/"}
    if schema.letter:
        facts["Ids in text"] = f"{schema.letter}1234567890"
    return Entry("table", name, schema.doc, "", facts, (), schema.columns)


def _kind(schema: Schema) -> str:
    return f"{schema.kind}, recipe: written as truth" if schema.recipe else str(schema.kind)


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float)


def _doc(doc: str | None) -> tuple[str, str]:
    title, _, story = inspect.cleandoc(doc or "").partition("\n\n")
    return " ".join(title.split()), story.strip()


KINDS: dict[str, tuple[Callable[[], list[str]], Callable[[str], Entry]]] = {
    "patterns": (PATTERNS.names, _pattern),
    "walks": (WALKS.names, _walk),
    "exporters": (EXPORTERS.names, _exporter),
    "regions": (region_names, _region),
    "tables": (lambda: list(SCHEMAS), _table),
}
"""For each kind: what names there are, and how one of them is described."""
