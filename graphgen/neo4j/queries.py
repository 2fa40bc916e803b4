"""The queries that look for patterns: files of Cypher, each with what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from graphgen.headed import headed

__all__ = [
    "HEADINGS",
    "Query",
    "browser_names",
    "guide_names",
    "load_query",
    "parse_query",
    "query_names",
]

HEADINGS = ("Looks for", "Misses", "Look-alike")
"""What the comment at the top of a query tells, after its title, each from a line of its own."""
_SHOWS = "Shows"
"""What it tells where the query looks for nothing, but shows what is there."""


@dataclass(frozen=True)
class Query:
    """A query that looks for a pattern; it asks a database with the published model."""

    name: str
    """The stem of its file, and of the pattern's."""
    title: str
    about: dict[str, str]
    """What it tells of itself, by heading."""
    text: str
    """The statement, without the comment at the top and the semicolon at the end."""


def query_names() -> list[str]:
    """Name the queries that look for a pattern, in the order of the alphabet."""
    return _names("")


def guide_names() -> list[str]:
    """Name the queries of Neo4j's published guides, as `guide/NAME`."""
    return [f"guide/{name}" for name in _names("guide")]


def browser_names() -> list[str]:
    """Name the queries that show what is in a graph, as `browser/NAME`."""
    return [f"browser/{name}" for name in _names("browser")]


def load_query(name: str) -> Query:
    """Read a query; `ValueError` if there is none of the name."""
    file = files("graphgen.cypher").joinpath(f"{name}.cypher")
    if not file.is_file():
        raise ValueError(f"no query called {name!r}; there is: {', '.join(query_names())}")
    return parse_query(name, file.read_text("utf-8"))


def parse_query(name: str, text: str) -> Query:
    """Take a file of Cypher apart: its title, its headings, its statement."""
    title, about, rest = headed(text, (*HEADINGS, _SHOWS))
    return Query(name, title, about, rest.strip().removesuffix(";"))


def _names(folder: str) -> list[str]:
    found = (each.name for each in files("graphgen.cypher").joinpath(folder).iterdir())
    return sorted(name.removesuffix(".cypher") for name in found if name.endswith(".cypher"))
