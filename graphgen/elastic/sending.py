"""Several processes that send bulk requests whose bytes are ready.

One process reads and spells, these wait for the server; whichever is free takes the next request,
from memory that both see: bytes are copied there once. What the server does not take whole comes
back, and is sent again from here with patience: while it has too much to do, it gets one request at
a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from mmap import mmap
from selectors import EVENT_READ, DefaultSelector
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from graphgen.elastic.bulk import BRIEFLY, NDJSON, deliver
from graphgen.elastic.sender import TAKEN
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from graphgen.elastic.client import Client

__all__ = ["Senders"]

_FAREWELL = 2.0
"""Seconds in which a sender has to end once it is told to."""
# without the folder that one happens to be in, as there may be anything
_PROGRAM = (sys.executable, "-P", "-m", "graphgen.elastic.sender")


_ROOM = 4 << 20
"""Bytes that a request has room for, at first: most have."""


def _shared() -> int:
    """Open a file in memory, or where there are none one without a name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("graphgen")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _mapped(shared: int, size: int) -> mmap:
    os.ftruncate(shared, size)
    return mmap(shared, size)


@dataclass(eq=False)
class _Sender:
    """A process, and the request that it has."""

    process: subprocess.Popen[bytes]
    shared: int
    """A file that both have mapped."""
    room: mmap
    path: str = ""
    size: int = 0
    rows: int = 0

    @property
    def asked(self) -> IO[bytes]:
        assert self.process.stdin  # noqa: S101 - a pipe was asked for
        return self.process.stdin

    def keep(self, path: str, data: memoryview, rows: int) -> None:
        """Keep a request where the process sees it."""
        if len(data) > len(self.room):
            self.room.close()
            self.room = _mapped(self.shared, 2 * len(data))
        self.room[: len(data)] = data
        self.path, self.size, self.rows = path, len(data), rows

    def end(self) -> None:
        """Let go of what both see."""
        self.room.close()
        os.close(self.shared)

    @property
    def told(self) -> IO[bytes]:
        assert self.process.stdout  # noqa: S101 - a pipe was asked for
        return self.process.stdout


class Senders:
    """Processes that each send one request at a time."""

    def __init__(self, client: Client, count: int, tell: Callable[[int], None]) -> None:
        """Begin so many; `tell` hears of documents that were taken."""
        self._client = client
        self._count = count
        self._tell = tell
        self._senders: list[_Sender] = []
        self._free: list[_Sender] = []
        self._busy = DefaultSelector()

    def __enter__(self) -> Self:
        for _ in range(self._count):
            shared = _shared()
            how = {**self._client.how(NDJSON), "shared": shared}
            # Ctrl-C is for who began this: a session of their own does not hear of it
            process = subprocess.Popen(  # noqa: S603 - our own
                _PROGRAM,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
                pass_fds=[shared],
            )
            sender = _Sender(process, shared, _mapped(shared, _ROOM))
            self._senders.append(sender)
            self._free.append(sender)
            sender.asked.write(json.dumps(how).encode() + b"\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._busy.close()
        for sender in self._senders:
            if kind is not None:
                sender.process.terminate()
            with suppress(OSError):
                sender.asked.close()
        for sender in self._senders:
            try:
                sender.process.wait(_FAREWELL)
            except subprocess.TimeoutExpired:
                sender.process.kill()
                sender.process.wait()
            sender.told.close()
            sender.end()

    def put(self, path: str, data: memoryview, rows: int) -> None:
        """Hand a request over as soon as somebody is free; `StoreError` of an earlier one.

        The bytes are copied: they may change afterwards.
        """
        while not self._free:
            self._hear()
        sender = self._free.pop()
        sender.keep(path, data, rows)
        try:
            target = self._client.target(f"{path}/_bulk", BRIEFLY)
            sender.asked.write(f"{len(data)} {target}\n".encode())
            sender.asked.flush()
        except OSError:
            raise self._ended() from None
        self._busy.register(sender.told, EVENT_READ, sender)

    def drain(self) -> None:
        """Wait until all that was handed over has been taken; `StoreError` if it was not."""
        while self._busy.get_map():
            self._hear()

    def _hear(self) -> None:
        """Wait for at least one answer."""
        for key, _ in self._busy.select():
            sender: _Sender = key.data
            self._busy.unregister(sender.told)
            said = sender.told.readline()
            if not said:
                raise self._ended()
            if said != TAKEN:
                deliver(self._client, sender.path, sender.room[: sender.size])
            self._free.append(sender)
            self._tell(sender.rows)

    def _ended(self) -> StoreError:
        return StoreError(f"{self._client.address}: a process that sends has ended")
