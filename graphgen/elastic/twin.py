"""Twins: rules said in Query DSL, for servers without ES|QL; an aggregation and a filter.

A twin is data. The cluster groups documents (`by`: sources of a composite aggregation) and adds up
(`aggs`); what it gives can be grouped further (`levels`), is filtered (`keep`), and scored. It
finds the same entities as its rule, by the same windows: those of `window` overlap by half.

    {"index": "payment", "query": {...}, "by": {"entity": FIELD, ...}, "window": "20d",
     "aggs": {NAME: {...}, "evidence": FIELD},
     "levels": [{"keep_before": [...], "by": [NAME], "window": ["began", "6d"],
                 "aggs": {NAME: [HOW, NAME]}}],
     "keep": [[NAME, ">=", 3], [NAME, ">=", 0.5, NAME]], "score": [NAME, TIMES, PLUS]}
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from graphgen.detection.alert import Alert
from graphgen.elastic.rules import Rule

__all__ = ["twin_alerts"]

Json = dict[str, Any]
Search = Callable[[str, Json], Json]
"""What posts a document to a path of the cluster, and gives the answer."""
_PAGE = 1000
_EVIDENCE = 100
"""Events of a group that are named."""
_IS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
_HOW: dict[str, Callable[[list[Any]], Any]] = {
    "count": len,
    "sum": sum,
    "min": min,
    "max": max,
    "list": lambda values: sorted({each for some in values for each in some}),
}


def twin_alerts(search: Search, rule: Rule, prefix: str) -> list[Alert]:
    """Run a rule's twin; gives its alerts, several for an entity that is seen more than once."""
    twin = rule.twin or {}
    rows = [row for offset in _offsets(twin) for row in _groups(search, twin, prefix, offset)]
    for level in twin.get("levels", ()):
        rows = [row for row in rows if _kept(row, level.get("keep_before", ()))]
        rows = list(_grouped(rows, level))
    return [_alert(rule, row, twin) for row in rows if _kept(row, twin["keep"])]


def _offsets(twin: Json) -> Sequence[int]:
    """Give by how much windows are put off, in milliseconds: not, and by their half."""
    return (0, _ms(twin["window"]) // 2) if "window" in twin else (0,)


def _ms(span: str) -> int:
    """Read `20d`, `6h` or `10m`: milliseconds."""
    return int(span[:-1]) * _UNITS[span[-1]]


def _groups(search: Search, twin: Json, prefix: str, offset: int) -> Iterator[Json]:
    """Yield the cluster's groups, page by page."""
    sources = [{name: {"terms": {"field": field}}} for name, field in twin["by"].items()]
    if "window" in twin:
        histogram = {"field": "@timestamp", "fixed_interval": twin["window"]}
        # a document an offset later lies in the window that begins an offset earlier
        sources.append({"window": {"date_histogram": {**histogram, "offset": f"-{offset}ms"}}})
    composite: Json = {"size": _PAGE, "sources": sources}
    body = {
        "size": 0,
        "query": twin["query"],
        "aggs": {"groups": {"composite": composite, "aggs": _aggregations(twin["aggs"])}},
    }
    while True:
        groups = search(f"/{prefix}-{twin['index']}/_search", body)["aggregations"]["groups"]
        for bucket in groups["buckets"]:
            values = {name: _value(bucket[name]) for name in twin["aggs"]}
            yield {**bucket["key"], **values, "count": bucket["doc_count"]}
        if "after_key" not in groups:
            return
        composite["after"] = groups["after_key"]


def _aggregations(asked: Json) -> Json:
    """Give aggregations; one of the field `evidence` alone names ids."""
    return {
        name: {"terms": {"field": each, "size": _EVIDENCE}} if isinstance(each, str) else each
        for name, each in asked.items()
    }


def _value(told: Json) -> Any:  # noqa: ANN401 - a number, or ids
    if "buckets" in told:
        return [bucket["key"] for bucket in told["buckets"]]
    return told["value"] if "value" in told else told["doc_count"]


def _grouped(rows: Sequence[Json], level: Json) -> Iterator[Json]:
    """Group rows once more."""
    groups: dict[tuple[Any, ...], list[Json]] = defaultdict(list)
    column, span = level.get("window", (None, "1d"))
    half = _ms(span) // 2
    for row in rows:
        key = tuple(row[name] for name in level["by"])
        shifts = (0, half) if column else (0,)
        for shift in shifts:
            window = (shift, (row[column] + shift) // _ms(span)) if column else None
            groups[*key, window].append(row)
    for key, some in groups.items():
        made = {
            name: _HOW[how]([row[of] for row in some]) for name, (how, of) in level["aggs"].items()
        }
        yield {**dict(zip(level["by"], key, strict=False)), **made}


def _kept(row: Json, conditions: Sequence[Sequence[Any]]) -> bool:
    """Say whether a row meets all: a column, how, and a number (or a number times a column)."""
    return all(
        _IS[how](_number(row, name), number * (row[rest[0]] if rest else 1))
        for name, how, number, *rest in conditions
    )


def _number(row: Json, name: str) -> Any:  # noqa: ANN401
    """Give a column, or the difference of two (`ended - began`)."""
    first, minus, second = name.partition(" - ")
    return row[first] - row[second] if minus else row[first]


def _alert(rule: Rule, row: Json, twin: Json) -> Alert:
    name, times, plus = twin["score"]
    value = row[name[0]] / row[name[1]] if isinstance(name, list) else row[name]
    return Alert(
        entity=str(row["entity"]),
        rule=rule.name,
        score=max(0, min(100, round(plus + times * value))),
        evidence=tuple(sorted(row.get("evidence", ()))),
        began=_moment(row["began"]),
        ended=_moment(row["ended"]),
    )


def _moment(ms: float) -> str:
    """Spell a moment as ES|QL does."""
    told = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")
