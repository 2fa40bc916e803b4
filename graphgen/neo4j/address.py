"""Where a Neo4j server is: a URL, without a password."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from graphgen.stage import StoreError

__all__ = ["PASSWORD", "SCHEMES", "Address"]

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""How an address may begin: with +s the connection is encrypted and the server's certificate
checked, with +ssc encrypted alone."""
PASSWORD = "NEO4J_PASSWORD"  # noqa: S105 - the variable's name
"""The environment variable that holds the password."""
_PORT = 7687
_USER = "neo4j"


@dataclass(frozen=True)
class Address:
    """A database of a server, and who asks."""

    scheme: str
    host: str
    port: int = _PORT
    user: str = ""
    """Who logs in; without one and without a password nobody does."""
    database: str = ""
    """Empty: the user's own."""

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `neo4j://user@host:7687/database`; `StoreError` for what is none."""
        form = "neo4j://USER@HOST:7687/DATABASE"
        try:
            found = urlsplit(text)
            port = found.port or _PORT
        except ValueError:
            raise StoreError(f"{text}: is no address of a server; write {form}") from None
        if found.password is not None:
            shown = f"{found.scheme}://{found.username}@{found.hostname}"
            raise StoreError(f"{shown}: a password does not belong there; set {PASSWORD} to it")
        if found.scheme not in SCHEMES:
            raise StoreError(f"{text}: begins with none of {', '.join(SCHEMES)}; write {form}")
        if not found.hostname or found.query or found.fragment or "/" in found.path.strip("/"):
            raise StoreError(f"{text}: is no address of a server; write {form}")
        user = unquote(found.username or "")
        return cls(found.scheme, found.hostname, port, user, unquote(found.path.strip("/")))

    @property
    def server(self) -> str:
        """The URL of the server, as a driver takes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.server}/{self.database}".rstrip("/")

    def login(self) -> tuple[str, str] | None:
        """Give the user and the password from the environment; none where nobody logs in.

        `StoreError` if there is a user and no password.
        """
        password = os.environ.get(PASSWORD)
        if password is None:
            if self.user:
                raise StoreError(f"{self}: no password for {self.user}; set {PASSWORD} to it")
            return None
        return self.user or _USER, password
