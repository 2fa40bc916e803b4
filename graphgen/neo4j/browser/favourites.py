"""favourites.zip: the queries as saved scripts of Neo4j's Browser, in folders."""

from __future__ import annotations

import io
import zipfile

from graphgen.neo4j.queries import Query, browser_names, guide_names, load_query, query_names

__all__ = ["favourites"]

_FOLDERS = {"patterns": query_names, "guide": guide_names, "browser": browser_names}
"""Which queries lie in which folder."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first time that an archive can tell: the same queries are the same bytes."""


def favourites() -> bytes:
    """Give the archive: a file a query, whose first line is its title."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for folder, names in _FOLDERS.items():
            for name in names():
                stem = name.rpartition("/")[2]
                entry = zipfile.ZipInfo(f"{folder}/{stem}.cypher", _LONG_AGO)
                archive.writestr(entry, _script(load_query(name)))
    return packed.getvalue()


def _script(query: Query) -> str:
    said = "".join(f"// {heading}: {text}\n" for heading, text in query.about.items())
    return f"// {query.title}\n{said}{query.text};\n"
