"""Alerts kept in the cluster: one document an entity, with what every rule said of it.

Writing is idempotent. What a rule says now replaces what it said before, of all entities; what
other rules said stays. An entity of which no rule says anything any more loses its document.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from graphgen.detection.alert import Alert
from graphgen.elastic.asking import ENTITIES
from graphgen.elastic.rules import SEVERITIES, load_rule
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from graphgen.detection.found import Found
    from graphgen.elastic.client import Client

__all__ = ["MAPPING", "index_of", "keep", "merged_score", "remove"]

Json = dict[str, Any]
_PAGE = 1000
_FIELDS = {table: field for field, table in ENTITIES.items()}
_KEYWORD = {"type": "keyword"}
_WORDS = ("account.id", "user.id", "device.id", "security.id", "entity.id", "entity.type")
MAPPING: Json = {
    "dynamic": "strict",
    "_meta": {"graphgen": "alerts"},
    "properties": {
        "@timestamp": {"type": "date"},
        "source": {"properties": {"ip": {"type": "ip"}}},
        **{
            above: {
                "properties": {
                    name.partition(".")[2]: _KEYWORD
                    for name in _WORDS
                    if name.startswith(f"{above}.")
                }
            }
            for above in ("account", "user", "device", "security", "entity")
        },
        "event": {"properties": {"kind": _KEYWORD, "dataset": _KEYWORD}},
        "alert": {
            "properties": {
                "score": {"type": "short"},
                "severity": _KEYWORD,
                "rules": _KEYWORD,
                "began": {"type": "date"},
                "ended": {"type": "date"},
                "evidence": _KEYWORD,
                "said": {"type": "object", "enabled": False},
            }
        },
    },
}
"""The mapping of the index: `alert.said` has each rule's own score, window and evidence."""


def index_of(prefix: str) -> str:
    """Name the index that alerts lie in."""
    return f"{prefix}-alerts"


def keep(client: Client, prefix: str, found: Sequence[Found]) -> Mapping[str, int]:
    """Write what rules found; gives how many documents are new, changed, the same, and gone.

    `StoreError` for an index of the name that is not graphgen's, and what cannot be written.
    """
    index = index_of(prefix)
    _make(client, index)
    before = dict(_documents(client, index))
    ran = {each.name for each in found}
    said: dict[str, dict[str, Json]] = defaultdict(dict)
    tables: dict[str, str] = {}
    for key, old in before.items():
        said[key] |= {name: each for name, each in old["alert"]["said"].items() if name not in ran}
        tables[key] = old["entity"]["type"]
    for each in found:
        for alert in each.alerts:
            said[alert.entity][each.name] = _said(alert)
            tables[alert.entity] = each.entity
    now = {key: _document(key, tables[key], some) for key, some in said.items() if some}
    changed = {key: new for key, new in now.items() if before.get(key) != new}
    gone = sorted(before.keys() - now.keys())
    _send(client, index, changed, gone)
    return {
        "new": len(changed.keys() - before.keys()),
        "changed": len(changed.keys() & before.keys()),
        "the same": len(now) - len(changed),
        "gone": len(gone),
    }


def remove(client: Client, prefix: str) -> None:
    """Delete the index if it is there and graphgen's."""
    index = index_of(prefix)
    told = client.ask("GET", f"/{index}/_mapping", allow=(404,)) or {}
    if any(_is_ours(each) for each in told.values()):
        client.ask("DELETE", f"/{index}", allow=(404,))


def merged_score(scores: Sequence[int]) -> int:
    """Give one score for several: as if each were a chance, and they were independent.

    Two rules that are half sure make one that is three quarters sure; no score falls by another.
    Our own assumption.
    """
    return round(100 * (1 - prod(1 - score / 100 for score in scores)))


def _said(alert: Alert) -> Json:
    return {
        "score": alert.score,
        "began": alert.began or None,
        "ended": alert.ended or None,
        "evidence": list(alert.evidence),
    }


def _document(key: str, table: str, said: Mapping[str, Json]) -> Json:
    above, _, name = _FIELDS[table].partition(".")
    rules = sorted(said)
    severities = [load_rule(rule).severity for rule in rules]
    began = [each["began"] for each in said.values() if each["began"]]
    ended = [each["ended"] for each in said.values() if each["ended"]]
    made: Json = {
        "event": {"kind": "alert", "dataset": "graphgen.alerts"},
        "entity": {"id": key, "type": table},
        above: {name: key},
        "alert": {
            "score": merged_score([each["score"] for each in said.values()]),
            "severity": max(severities, key=SEVERITIES.index),
            "rules": rules,
            "evidence": sorted({event for each in said.values() for event in each["evidence"]}),
            "said": {rule: said[rule] for rule in rules},
        },
    }
    if ended:
        made["@timestamp"] = made["alert"]["ended"] = max(ended)
        made["alert"]["began"] = min(began)
    return made


def _make(client: Client, index: str) -> None:
    """Make the index unless it is there; `StoreError` if it is somebody else's."""
    told = client.ask("GET", f"/{index}/_mapping", allow=(404,))
    if told is None:
        settings = {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}
        client.ask("PUT", f"/{index}", {"settings": settings, "mappings": MAPPING})
        return
    for name, each in told.items():
        if not _is_ours(each):
            raise StoreError(
                f"{client.address}: {name} is there already, with a mapping that graphgen did not "
                "make; choose another --prefix"
            )


def _is_ours(index: Json) -> bool:
    return bool(index["mappings"].get("_meta", {}).get("graphgen") == "alerts")


def _documents(client: Client, index: str) -> Iterator[tuple[str, Json]]:
    """Yield the documents that are there, by their ids."""
    client.ask("POST", f"/{index}/_refresh")
    body: Json = {"size": _PAGE, "sort": [{"entity.id": "asc"}]}
    while True:
        hits = client.ask("POST", f"/{index}/_search", body)["hits"]["hits"]
        for hit in hits:
            yield hit["_id"], hit["_source"]
        if len(hits) < _PAGE:
            return
        body["search_after"] = hits[-1]["sort"]


def _send(client: Client, index: str, put: Mapping[str, Json], gone: Sequence[str]) -> None:
    lines = [
        line
        for key, document in sorted(put.items())
        for line in (json.dumps({"index": {"_id": key}}), json.dumps(document))
    ]
    lines += [json.dumps({"delete": {"_id": key}}) for key in gone]
    step = 2 * _PAGE  # an even number: an action and its document stay together
    for first in range(0, len(lines), step):
        body = ("\n".join(lines[first : first + step]) + "\n").encode()
        status, told = client.request("POST", f"/{index}/_bulk", body, kind="application/x-ndjson")
        if status != 200:  # noqa: PLR2004 - as HTTP has it
            raise StoreError(f"{client.address}: {client.explained(status, told)}")
        if told["errors"]:
            wrong = next(v for item in told["items"] for v in item.values() if "error" in v)
            raise StoreError(f"{client.address}: alert on {wrong['_id']}: {wrong['error']}")
    client.ask("POST", f"/{index}/_refresh")
