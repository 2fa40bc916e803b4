"""Several processes that send bulk requests whose bytes are ready.

One process reads and spells, these wait for the server. They import nothing heavy, so that more of
them cost little memory; whichever is free takes the next request.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import TYPE_CHECKING, Self

from graphgen.elastic.address import Address
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

__all__ = ["Senders"]

_FAREWELL = 2.0
"""Seconds in which a sender has to end once it is told to."""
_CONTEXT = multiprocessing.get_context("spawn")


class Senders:
    """Processes that each send one request at a time."""

    def __init__(self, address: Address, count: int, tell: Callable[[int], None]) -> None:
        """Begin so many; `tell` hears of documents that were taken."""
        self._address = address
        self._count = count
        self._tell = tell
        self._processes: list[BaseProcess] = []
        self._free: list[Connection] = []
        self._busy: dict[Connection, int] = {}

    def __enter__(self) -> Self:
        for _ in range(self._count):
            mine, theirs = _CONTEXT.Pipe()
            process = _CONTEXT.Process(target=_serve, args=(theirs, self._address), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._free.append(mine)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for connection in (*self._free, *self._busy):
            connection.close()
        for process in self._processes:
            if kind is not None:
                process.terminate()
            process.join(_FAREWELL)
            if process.is_alive():
                process.kill()
                process.join()

    def put(self, path: str, data: bytes, rows: int) -> None:
        """Hand a request over as soon as somebody is free; `StoreError` of an earlier one."""
        while not self._free:
            self._hear()
        connection = self._free.pop()
        self._busy[connection] = rows
        try:
            connection.send_bytes(path.encode())
            connection.send_bytes(data)
        except OSError:
            raise StoreError(f"{self._address}: a process that sends has ended") from None

    def drain(self) -> None:
        """Wait until all that was handed over has been taken; `StoreError` if it was not."""
        while self._busy:
            self._hear()

    def _hear(self) -> None:
        """Wait for at least one answer."""
        for connection in wait(list(self._busy)):
            assert isinstance(connection, Connection)  # noqa: S101 - what was waited for
            try:
                told = connection.recv_bytes().decode()
            except (EOFError, OSError):
                raise StoreError(f"{self._address}: a process that sends has ended") from None
            rows = self._busy.pop(connection)
            self._free.append(connection)
            if told:
                raise StoreError(told)
            self._tell(rows)


def _serve(connection: Connection, address: Address) -> None:
    """Send what comes, until nothing comes any more: also when who began this was killed."""
    # Ctrl-C is for who began this
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from graphgen.elastic.bulk import deliver
    from graphgen.elastic.client import Client

    with Client(address, greet=False) as client, suppress(EOFError, OSError):
        while True:
            path = connection.recv_bytes().decode()
            data = connection.recv_bytes()
            try:
                deliver(client, path, data)
            except StoreError as wrong:
                connection.send_bytes(str(wrong).encode())
            else:
                connection.send_bytes(b"")
