"""The page about Ladybug's dialect: what of the queries for Neo4j it takes."""

from __future__ import annotations

from graphgen.ladybug.dialect import DIFFERENCES, differences_in
from graphgen.neo4j.queries import browser_names, guide_names, load_query, query_names

__all__ = ["page"]

_LEAD = """\
# Cypher in Ladybug

`graphgen query DATASET "MATCH ..."` and `graphgen load DATASET ladybug:DIR` ask the graph of
[neo4j.md](neo4j.md) with no server. The queries in `cypher/` are written for Neo4j, which runs them
all. Ladybug's Cypher lacks what follows; beside it stands how Ladybug says it.

| in Neo4j's Cypher alone | in Ladybug |
| --- | --- |
"""
_QUERIES = """\

Nor does a match begin at a node of a list that was put together from others. Most queries that look
for patterns gather what they find in subqueries, for which Ladybug has nothing: these are Neo4j's.
Where a question is refused, `graphgen query` says what of it is Neo4j's alone.

| query | runs | what of it is Neo4j's alone |
| --- | --- | --- |
"""


def page() -> str:
    """Give the page, as Markdown."""
    instead = (f"| {each.name} | {_code(each.instead)} |\n" for each in DIFFERENCES)
    names = (*query_names(), *guide_names(), *browser_names())
    return _LEAD + "".join(instead) + _QUERIES + "".join(map(_row, names))


def _row(name: str) -> str:
    found = "; ".join(each.name for each in differences_in(load_query(name).text))
    return f"| `{name}` | {'no' if found else 'yes'} | {found} |\n"


def _code(statement: str) -> str:
    """Give a statement as code, in which there may be back quotes."""
    if not statement:
        return "nothing"
    shown = statement.replace("|", "\\|")
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"
