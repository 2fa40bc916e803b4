"""Serving the guide and the style to a Browser that runs on this machine."""

from __future__ import annotations

import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from urllib.parse import urlsplit

from graphgen.neo4j.browser import PORT
from graphgen.neo4j.browser.assets import assets

__all__ = ["GuideServer"]

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    # what the Browser asks its preflight for, beside what is always allowed
    "Access-Control-Allow-Headers": "cache-control, pragma, sentry-trace, baggage",
    "Cache-Control": "no-cache",
}
_TYPES = {
    "html": "text/html; charset=utf-8",
    "grass": "text/plain; charset=utf-8",
    "zip": "application/zip",
    "json": "application/json",
}


class GuideServer(ThreadingHTTPServer):
    """A server of the assets, open to this machine only; `serve_forever` serves."""

    daemon_threads = True

    def __init__(self, port: int = PORT) -> None:
        """Listen at a port; 0 for one that is free. `ValueError` if it cannot."""
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise ValueError(
                f"port {port}: {error.strerror}; choose another with --port"
            ) from error
        self.assets = assets(self.server_port)

    @property
    def url(self) -> str:
        """Where it is: by the name that the Browser lets guides come from."""
        return f"http://localhost:{self.server_port}"

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Tell of what went wrong in an answer, but not that its reader has gone.

        A page that is left, or loaded anew, takes no whole answer.
        """
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: GuideServer

    def do_OPTIONS(self) -> None:
        self._answer(HTTPStatus.NO_CONTENT, "", b"")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.removeprefix("/") or "guide.html"
        content = self.server.assets.get(name)
        if content is None:
            there = f"there is: {', '.join(self.server.assets)}\n"
            self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", there.encode())
        else:
            self._answer(HTTPStatus.OK, _TYPES[name.rpartition(".")[2]], content)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)
