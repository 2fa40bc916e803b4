"""Pages made from the code: the reference in `docs/`, and a world file with comments."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from graphgen.describe import Entry, entries, meaning_of, spell
from graphgen.elastic.page import page as elasticsearch_page
from graphgen.elastic.rules_page import page as rules_page
from graphgen.fields import Field, fields_of, plain
from graphgen.ladybug.page import page as ladybug_page
from graphgen.neo4j.page import page as neo4j_page
from graphgen.schema import SCHEMAS, Schema
from graphgen.world import FRAUD, TRANSFERS, Fraud, Transfers, World

__all__ = ["PAGES", "TO_DOC", "commented_world", "tables_page"]

TO_DOC = "Where it goes, each as EXPORTER:TARGET; a command's --to comes before it."
"""What the key `to` of a world file says; every other key's words stand under its field."""

_PATTERNS_DOC = (
    "Only those named are planted, each with its keys, or with true for their defaults; naming "
    "only what is false leaves that out of all. `all`, `none` and a list of names do as well."
)
_WIDTH = 78


def tables_page() -> str:
    """Give the data dictionary: every column of every table, as Markdown."""
    lead = (
        "Every table and column. What may be null says so. Ids are ten digits (an event's twelve), "
        "times are UTC in milliseconds, money is whole minor units (cents)."
    )
    parts = []
    for title in ("Nodes", "Edges", "Events", "Truth"):
        parts.append(f"## {title}")
        parts += [_table(each) for each in SCHEMAS.values() if each.folder == title.lower()]
    return _page("Tables", lead, parts)


def commented_world() -> str:
    """Give a world file with every key, what it says, what it may be, and its default."""
    world = World()
    lines = ["# A world of graphgen. Every key may be left out; this file says the defaults.", ""]
    for field in fields_of(World):
        lines += [*_lines(field, getattr(world, field.name), ""), ""]
    return "\n".join([*lines, *_comment(TO_DOC, ""), "to:", "  - parquet:world", ""])


def _patterns_page() -> str:
    lead = (
        "Every pattern there is. Its keys stand below its name under `patterns:` in a world file; "
        "`--set patterns.NAME.KEY=VALUE` sets them from the command line."
    )
    return _page("Patterns", lead, map(_entry, entries("patterns")))


def _exporters_page() -> str:
    lead = "Every sink there is, given as `--to NAME:TARGET` or under `to:` in a world file."
    return _page("Exporters", lead, map(_entry, entries("exporters")))


def _world_page() -> str:
    lead = (
        "A world file is YAML, and every key may be left out. `graphgen init` writes one with all "
        "its keys, `graphgen generate WORLD.yaml` makes it, `--set KEY=VALUE` changes a key for "
        "once, and `graphgen schema --json-schema` lets an editor check it as you type."
    )
    keys = [*map(_key, fields_of(World)), ("`to`", "a list", "`parquet:world`", TO_DOC)]
    fits = ", ".join(f"`{name}`" for name in TRANSFERS)
    settings = ", ".join(f"`{name}`" for name in ("none", *FRAUD))
    parts = [
        _rows(("key", "may be", "default", "what it says"), keys),
        f"## patterns\n\n{_PATTERNS_DOC} [patterns.md](patterns.md) has their keys.",
        f"## fraud\n\nOne of {settings}, or keys and values; [fraud.md](fraud.md) tells more:",
        _keys(fields_of(Fraud)),
        f"## transfers\n\nThe name of a published fit ({fits}), or keys and values:",
        _keys(fields_of(Transfers)),
        f"## All of it\n\n```yaml\n{commented_world()}```",
    ]
    return _page("World file", lead, parts)


def _cli_page() -> str:
    from graphgen.cli import help_texts

    parts = [f"## {name}\n\n```text\n{text}\n```" for name, text in help_texts()]
    return _page("Command line", "What each command's `--help` says.", parts)


def _features_page() -> str:
    from graphgen.features.page import page

    return page()


def _entry(entry: Entry) -> str:
    parts = [f"## {entry.name}", entry.title, entry.story]
    parts.append("\n".join(f"* {name}: {fact}" for name, fact in entry.facts.items()))
    parts.append(_keys(entry.parameters))
    return "\n\n".join(part for part in parts if part)


def _table(schema: Schema) -> str:
    columns = [(f"`{c.name}`", meaning_of(c), c.doc) for c in schema.columns]
    letter = f" Its ids in text: `{schema.letter}...`." if schema.letter else ""
    return f"### {schema.name}\n\n{schema.doc}{letter}\n\n" + _rows(
        ("column", "values", "what it says"), columns
    )


def _keys(fields: Iterable[Field]) -> str:
    return _rows(("key", "may be", "default", "what it says"), map(_key, fields))


def _key(field: Field) -> tuple[str, ...]:
    structured = isinstance(field.default, dict | Transfers)
    default = "" if structured else spell(field.default)
    may_be = "see below" if structured else field.allowed
    return f"`{field.name}`", may_be, f"`{default}`" if default else "", field.doc


def _rows(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headers, ("---",) * len(headers), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in r) + " |" for r in lines)


def _page(title: str, lead: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", lead, *parts]) + "\n"


def _lines(field: Field, value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401 - any key's
    """Give the lines of a commented key, and of the keys below it."""
    deeper = f"{indent}  "
    if isinstance(value, Transfers):
        fits = " or ".join(TRANSFERS)
        yield from _comment(f"{field.doc} Instead of its keys: {fits}.", indent)
        yield f"{indent}{field.name}:"
        for each in fields_of(Transfers):
            yield from _lines(each, getattr(value, each.name), deeper)
    elif field.name == "patterns":
        yield from _comment(f"{field.doc} {_PATTERNS_DOC}", indent)
        yield f"{indent}patterns:" if value else f"{indent}patterns: none"
        for name, pattern in value.items():
            [entry] = [each for each in entries("patterns") if each.name == name]
            yield from _comment(entry.title, deeper)
            yield f"{deeper}{name}:"
            for each in entry.parameters:
                yield from _lines(each, getattr(pattern, each.name), f"{deeper}  ")
    elif field.name == "fraud":
        names = ", ".join(("none", *FRAUD))
        yield from _comment(f"{field.doc} (null, {names}, or keys: rate, mix)", indent)
        yield f"{indent}fraud: {spell(plain(value))}"
    else:
        yield from _comment(f"{field.doc} ({field.allowed})", indent)
        yield f"{indent}{field.name}: {spell(value)}"


def _comment(text: str, indent: str) -> list[str]:
    mark = f"{indent}# "
    return textwrap.wrap(text, _WIDTH, initial_indent=mark, subsequent_indent=mark)


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": _cli_page,
    "elasticsearch.md": elasticsearch_page,
    "rules.md": rules_page,
    "exporters.md": _exporters_page,
    "features.md": _features_page,
    "ladybug.md": ladybug_page,
    "neo4j.md": neo4j_page,
    "patterns.md": _patterns_page,
    "tables.md": tables_page,
    "world.md": _world_page,
}
"""The pages of `docs/` that are made, by file name."""
