"""A program that sends bulk requests whose bytes are ready: `python -m graphgen.elastic.sender`.

It reads what to send and says what became of it, request by request, until its input ends: also
when who began it was killed. It imports nothing heavy, so that several cost little.

The first line it reads is an object: `host`, `port`, `encrypted`, `trusted`, `headers`, `timeout`,
and `shared`, the number of a file. Then each request is a line with its length and target, whose
bytes that file begins with until the answer: a line, an empty one if all documents were taken.
"""

from __future__ import annotations

import json
from http.client import HTTPException
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING

from graphgen.elastic.wire import Wire

if TYPE_CHECKING:
    from io import BufferedReader, BufferedWriter

__all__ = ["TAKEN", "serve"]

TAKEN = b"\n"
"""What it says of a request all of whose documents were taken."""
_NOT_TAKEN = b"not\n"
_WELL = b'"errors":false'
_OK = 200


def serve(asked: BufferedReader, told: BufferedWriter) -> None:
    """Send what comes, until nothing comes any more."""
    how = json.loads(asked.readline())
    headers, timeout = how["headers"], how["timeout"]
    wire = Wire(how["host"], how["port"], encrypted=how["encrypted"], trusted=how["trusted"])
    room = mmap(how["shared"], 0, access=ACCESS_READ)
    for line in asked:
        length, target = line.decode().split()
        size = int(length)
        if size > len(room):
            room.close()
            room = mmap(how["shared"], 0, access=ACCESS_READ)
        with memoryview(room) as whole, whole[:size] as data:
            try:
                status, _, said = wire.ask("POST", target, data, headers, timeout)
                taken = status == _OK and _WELL in said
            except (OSError, HTTPException):
                taken = False
        told.write(TAKEN if taken else _NOT_TAKEN)
        told.flush()


if __name__ == "__main__":
    with open(0, "rb") as asked, open(1, "wb") as told:
        serve(asked, told)
