"""Run the suite of queries against a database: what they find are rings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from graphgen.detection.found import Found
from graphgen.neo4j.queries import Query, load_query, query_names

if TYPE_CHECKING:
    from graphgen.detection.scoring import Entities
    from graphgen.neo4j.client import Client

__all__ = ["asked", "find", "rings_of"]


def asked(names: Sequence[str], planted: Collection[str]) -> list[Query]:
    """Give the queries of these patterns, else of all planted; `ValueError` if there is none."""
    return [load_query(name) for name in names or sorted({*planted} & {*query_names()})]


def find(client: Client, queries: Sequence[Query], tell: Callable[[str], None]) -> Iterator[Found]:
    """Run queries, read only; `tell` hears each one's name before."""
    for query in queries:
        tell(query.name)
        began = perf_counter()
        rings = rings_of(client, query)
        seconds = perf_counter() - began
        yield Found(query.name, query.title, (query.name,), seconds, rings=rings)


def rings_of(client: Client, query: Query) -> frozenset[Entities]:
    """Give the distinct rings that a query finds: its first column."""
    return frozenset(frozenset(row[0]) for row in client.ask(query.text))
