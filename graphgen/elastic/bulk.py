"""One bulk request, sent until all its documents are there."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from graphgen.elastic.client import PATIENCE, Client, pause, reason
from graphgen.stage import StoreError

__all__ = ["BRIEFLY", "NDJSON", "deliver"]

NDJSON = "application/x-ndjson"
"""What kind of text a bulk request is."""
BRIEFLY = {"filter_path": "errors"}
"""Asks for no more than whether all is well: what is not is asked for when that happens."""
_BUSY, _BROKEN = 429, 500
"""What says later: the one, and all from the other on."""
_THERE = 409
"""A document that was to be created is there already: from a time before."""
_ITEMS = "items.*._id,items.*.status,items.*.error"
_SHOWN = 400
"""Characters of a document that is refused."""


def deliver(client: Client, path: str, data: bytes) -> None:
    """Send the lines of a request again; `StoreError` names the first document that is refused.

    What the server has no time for, and a request without an answer, is sent once more, after
    pauses that grow and are not the same for everybody. It may be sent twice: keys make it one.
    """
    tries, until = 0, time.monotonic() + PATIENCE
    while True:
        pause(tries)
        left, why = _sent(client, path, data)
        if not left:
            return
        if len(left) < len(data):
            tries, until = 0, time.monotonic() + PATIENCE
        if time.monotonic() > until:
            raise StoreError(f"{why}, and that for {PATIENCE:.0f} s; run it again to go on")
        data = left
        tries += 1


def _sent(client: Client, path: str, data: bytes) -> tuple[bytes, str]:
    """Send lines once; gives those that are to be sent again, and why."""
    name = path[1:]
    busy = f"{client.address}: {name}: the server has too much to do"
    try:
        status, told = client.request(
            "POST", f"{path}/_bulk", data, kind=NDJSON, parameters={"filter_path": _ITEMS}
        )
    except StoreError as lost:
        return data, str(lost)
    if status < 300:  # noqa: PLR2004 - as HTTP has it
        return _left(client, path, data, told.get("items", ())), busy
    said = f"{client.address}: {name}: {client.explained(status, told)}"
    if _may_pass(status) and "cluster_block_exception" not in reason(told):
        return data, busy if status == _BUSY else said
    raise StoreError(said)


def _may_pass(status: int) -> bool:
    """Say whether what was refused may be taken later."""
    return status == _BUSY or status >= _BROKEN


def _left(client: Client, path: str, data: bytes, items: Sequence[dict[str, Any]]) -> bytes:
    """Give the lines of the documents that are to be sent again."""
    lines = data.splitlines(keepends=True)
    left = []
    for number, item in enumerate(items):
        (answer,) = item.values()
        status = answer.get("status", 200)
        if status < 300 or status == _THERE:  # noqa: PLR2004
            continue
        pair = lines[2 * number : 2 * number + 2]
        blocked = answer.get("error", {}).get("type") == "cluster_block_exception"
        if _may_pass(status) and not blocked:
            left += pair
            continue
        told = client.explained(status if blocked else 400, {"error": answer.get("error", {})})
        shown = pair[1].decode().strip()
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
        name = json.loads(pair[0])
        (action,) = name.values()
        raise StoreError(f"{client.address}: {path[1:]}: {action['_id']}: {told}; it is {shown}")
    return b"".join(left)
