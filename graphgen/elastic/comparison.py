"""What a cluster holds beside what a dataset says: counts, money, ids, and every document."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphgen.elastic.client import Client
from graphgen.elastic.document import Document
from graphgen.elastic.model import TRUTH
from graphgen.elastic.ndjson import Lines
from graphgen.elastic.projection import Projection
from graphgen.verify.promise import Check

__all__ = ["compare"]

_EVENTS = 100_000
"""Events that are compared at a time, about."""
_READ = 5_000
"""Documents that are read back at a time."""
_KEPT = "5m"
"""How long a point in time is kept between two of them."""
_PROMISES = {
    "documents": "as many documents in each index as the dataset has",
    "money": "as much money on each day, index by index",
    "ids": "each index has the ids of its table, and no others",
    "contents": "each document says what the dataset says",
}
_SUMMED = {"payment": "payment.amount_minor", "trade": "trade.amount_minor"}
Json = dict[str, Any]


def compare(client: Client, projection: Projection) -> list[Check]:
    """Compare every document; what differs first is named, index by index."""
    found = _Compared(client, projection)
    for document in projection.layout.documents:
        found.look(document)
    if projection.layout.blind:
        found.look_for_truth()
    checks = []
    for name, promise in _PROMISES.items():
        detail = found.broken.get(name, "")
        said = f"{promise}: {found.told()}" if name == "contents" and not detail else promise
        checks.append(Check(name, said, ok=not detail, detail=detail))
    return checks


@dataclass
class _Compared:
    """What was found, index by index."""

    client: Client
    projection: Projection
    broken: dict[str, str] = field(default_factory=dict)
    """The first difference of each kind."""
    checksums: dict[str, str] = field(default_factory=dict)
    """Of each index all of whose documents are the dataset's: a digest of them, by their ids."""

    def told(self) -> str:
        """Give a checksum for each index."""
        return ", ".join(f"{name} {digest}" for name, digest in self.checksums.items())

    def look(self, document: Document) -> None:
        """Compare one index."""
        name = self.projection.layout.index(document)
        status, told = self.client.request("GET", f"/{name}/_count")
        if status == 404:  # noqa: PLR2004 - as HTTP has it
            self._break("documents", f"{name}: is not in the cluster")
            return
        if status >= 300:  # noqa: PLR2004
            self._break("documents", f"{name}: {self.client.explained(status, told)}")
            return
        money: Counter[str] = Counter()
        rows, digest = self._walk(document, money)
        if told["count"] != rows:
            said = f"{told['count']:,} in the cluster, {rows:,} in the dataset"
            self._break("documents", f"{name}: {said}")
        if document.name in _SUMMED:
            self._sums(document, money)
        if digest:
            self.checksums[document.name] = digest

    def look_for_truth(self) -> None:
        """Look whether there is something of the truth where nothing was to be."""
        for document in TRUTH:
            name = self.projection.layout.index(document)
            told = self.client.ask("GET", f"/{name}/_count", allow=(404,))
            if told:
                said = f"{told['count']:,} in the cluster, and the truth was to be left out"
                self._break("documents", f"{name}: {said}")

    def _break(self, name: str, said: str) -> None:
        self.broken.setdefault(name, said)

    def _walk(self, document: Document, money: Counter[str]) -> tuple[int, str]:
        """Go through an index and its table side by side; gives rows, and a checksum if equal."""
        name = self.projection.layout.index(document)
        stored = _stored(self.client, name, document.key.name)
        digest, rows, same = hashlib.sha256(), 0, True
        there = next(stored, None)
        for line in _expected(self.projection, document):
            rows += 1
            wanted: Json = json.loads(line)
            key = wanted[document.key.name]
            if document.name in _SUMMED:
                money[wanted["@timestamp"][:10]] += wanted[_SUMMED[document.name]]
            while there and there[0] < key:
                same = False
                self._break("ids", f"{name}: {there[0]} is in the cluster, not in the dataset")
                there = next(stored, None)
            if there is None or there[0] != key:
                same = False
                self._break("ids", f"{name}: {key} is in the dataset, not in the cluster")
                continue
            if there[1] != wanted:
                same = False
                self._break("contents", f"{name}: {key}: {_difference(there[1], wanted)}")
            digest.update(line)
            there = next(stored, None)
        if there:
            same = False
            self._break("ids", f"{name}: {there[0]} is in the cluster, not in the dataset")
        return rows, digest.hexdigest()[:16] if same else ""

    def _sums(self, document: Document, wanted: Counter[str]) -> None:
        name = self.projection.layout.index(document)
        total = {"total": {"sum": {"field": _SUMMED[document.name]}}}
        days = {"field": "@timestamp", "calendar_interval": "day", "format": "yyyy-MM-dd"}
        asked = {"size": 0, "aggs": {"days": {"date_histogram": days, "aggs": total}}}
        told = self.client.ask("POST", f"/{name}/_search", asked)
        buckets = told["aggregations"]["days"]["buckets"]
        there = {each["key_as_string"]: round(each["total"]["value"]) for each in buckets}
        for day in sorted(there.keys() | wanted.keys()):
            one, other = there.get(day, 0), wanted.get(day, 0)
            if one != other:
                said = f"{one:,} minor units in the cluster, {other:,} in the dataset"
                self._break("money", f"{name} on {day}: {said}")


def _expected(projection: Projection, document: Document) -> Iterator[bytes]:
    """Yield the documents of a dataset, in the order of their ids."""
    lines = Lines(document, projection.layout, bare=True)
    # an event's id begins with its day: those of one span come before those of the next
    spans = list(projection.days(_EVENTS)) if document.daily else [None]
    for span in spans:
        if span is not None:
            projection.show(span)
        for batch in projection.batches(document, _READ, ordered=True):
            for text in lines.spell(batch):
                yield from bytes(text).splitlines()


def _stored(client: Client, name: str, key: str) -> Iterator[tuple[str, Json]]:
    """Yield the documents of an index with their ids, in order of those."""
    point = client.ask("POST", f"/{name}/_pit", keep_alive=_KEPT)["id"]
    after: list[Any] = []
    try:
        while True:
            asked: Json = {
                "size": _READ,
                "sort": [{key: "asc"}],
                "pit": {"id": point, "keep_alive": _KEPT},
                "track_total_hits": False,
                **({"search_after": after} if after else {}),
            }
            told = client.ask("POST", "/_search", asked)
            point = told.get("pit_id", point)
            hits = told["hits"]["hits"]
            for hit in hits:
                yield hit["_id"], hit["_source"]
            if len(hits) < _READ:
                return
            after = hits[-1]["sort"]
    finally:
        client.ask("DELETE", "/_pit", {"id": point}, allow=(404,))


def _difference(there: Json, wanted: Json) -> str:
    """Name the first field in which two documents differ."""
    for name in (*wanted, *(each for each in there if each not in wanted)):
        if there.get(name) != wanted.get(name):
            one, other = (json.dumps(each.get(name)) for each in (there, wanted))
            return f"{name}: {one} in the cluster, {other} in the dataset"
    return "differs"
