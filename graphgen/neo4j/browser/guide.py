"""guide.html: a walk through a graph that Neo4j's Browser plays, slide by slide."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from graphgen.neo4j.browser.drawing import drawn
from graphgen.neo4j.queries import Query, load_query, query_names

__all__ = ["guide"]

_BEFORE = ("nodes", "relationships", "customer", "payments")
_AFTER = ("truth", "case")


def guide(style_url: str) -> str:
    """Give the guide; its first slide applies the style that is at an address."""
    slides = "\n".join(_slide(title, body) for title, body in _slides(style_url))
    return (
        '<article class="guide">\n<carousel class="deck container-fluid">\n'
        f"{slides}\n</carousel>\n</article>\n"
    )


def _slides(style_url: str) -> Iterator[tuple[str, str]]:
    yield (
        "A world with fraud in it",
        _said(
            "This graph is a financial world that graphgen grew: people, their accounts, devices "
            "and payments, and crimes among them. From here it goes from what there is through a "
            "ring of each pattern to the truth. Click a statement, then run it. Colours first:"
        )
        + _runs(f":style {style_url}"),
    )
    for name in _BEFORE:
        yield _shown(load_query(f"browser/{name}"))
    for name in query_names():
        query = load_query(name)
        told = "".join(_said(f"{head}: {text}") for head, text in query.about.items())
        picture = _said("The first of them, as a picture:") + _runs(drawn(query))
        yield query.title, told + _runs(query.text) + picture
    for name in _AFTER:
        yield _shown(load_query(f"browser/{name}"))


def _shown(query: Query) -> tuple[str, str]:
    told = "".join(_said(text[:1].upper() + text[1:]) for text in query.about.values())
    return query.title, told + _runs(query.text)


def _slide(title: str, body: str) -> str:
    return (
        f'<slide class="row-fluid">\n<div class="col-sm-12">\n<h3>{escape(title)}</h3>\n{body}'
        "</div>\n</slide>"
    )


def _said(text: str) -> str:
    return f"<p>{escape(text)}</p>\n"


def _runs(statement: str) -> str:
    return f'<pre class="code runnable">{escape(statement, quote=False)}</pre>\n'
