"""Running rules against a cluster: in ES|QL, or by their twins where it has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from graphgen.detection.found import Found
from graphgen.elastic.asking import ENTITIES, Json, alerts_of, merged
from graphgen.elastic.twin import twin_alerts
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from graphgen.detection.alert import Alert
    from graphgen.elastic.client import Client
    from graphgen.elastic.rules import Rule

__all__ = ["find"]


def find(
    client: Client, rules: Sequence[Rule], prefix: str, tell: Callable[[str], None]
) -> Iterator[Found]:
    """Run rules on indices with a prefix; `tell` hears each one's name before.

    A server without ES|QL, or without its joins, is asked by the twins of the rules that have one;
    `StoreError` if none has.
    """

    def post(path: str, body: Json) -> Json:
        told: Json = client.ask("POST", path, body)
        return told

    speaks = client.joins and client.request("POST", "/_query", {"query": "ROW one = 1"})[0] == 200  # noqa: PLR2004
    usable = [rule for rule in rules if speaks or rule.twin]
    if rules and not usable:
        names = ", ".join(rule.name for rule in rules)
        raise StoreError(f"{client.address}: has no ES|QL with LOOKUP JOIN (8.18), as {names} need")
    for rule in usable:
        tell(rule.name)
        began = perf_counter()
        alerts: Sequence[Alert]
        alerts = alerts_of(post, rule, prefix) if speaks else twin_alerts(post, rule, prefix)
        once = tuple(merged(alerts))
        seconds = perf_counter() - began
        entity = ENTITIES[rule.entity]
        yield Found(rule.name, rule.title, rule.patterns, seconds, alerts=once, entity=entity)
