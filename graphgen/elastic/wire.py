"""One connection over HTTP, with the standard library alone: who uses it begins at once."""

from __future__ import annotations

import select
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPMessage

__all__ = ["Wire"]


class Wire:
    """Asks one server over one connection, which is opened when it is needed, and opened again."""

    def __init__(self, host: str, port: int, *, encrypted: bool, trusted: str | None) -> None:
        """With `encrypted`, the server's certificate is checked: by a file, or as the system does.

        `OSError` for a file that cannot be read, or holds no certificate.
        """
        self._connection: HTTPConnection
        if encrypted:
            import ssl

            context = ssl.create_default_context(cafile=trusted)
            self._connection = HTTPSConnection(host, port, context=context)
        else:
            self._connection = HTTPConnection(host, port)

    def ask(
        self,
        method: str,
        target: str,
        body: bytes | memoryview | None,
        headers: Mapping[str, str],
        timeout: float,
    ) -> tuple[int, HTTPMessage, bytes]:
        """Ask once, and wait so many seconds; gives the status, headers, and what is said.

        `OSError` and `http.client.HTTPException` if none comes.
        """
        connection = self._connection
        if connection.sock and select.select([connection.sock], [], [], 0)[0]:
            connection.close()  # nothing is awaited: the server has hung up
        connection.timeout = timeout
        if connection.sock:
            connection.sock.settimeout(timeout)
        try:
            connection.request(method, target, body, headers)
            told = connection.getresponse()
            return told.status, told.headers, told.read()
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Hang up; what is asked afterwards opens it again."""
        self._connection.close()
