"""Where an Elasticsearch cluster is: a URL, without a password."""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from graphgen.stage import StoreError

__all__ = ["API_KEY", "CA_CERTS", "PASSWORD", "SCHEMES", "Address"]

SCHEMES = ("es", "ess", "https")
"""How an address may begin: with ess and https the connection is encrypted."""
API_KEY = "ELASTIC_API_KEY"
"""The environment variable that holds an API key, as Elasticsearch gives it out (encoded)."""
PASSWORD = "ELASTIC_PASSWORD"  # noqa: S105 - the variable's name
"""The environment variable that holds the password of the user in the URL, or of `elastic`."""
CA_CERTS = "ELASTIC_CA_CERTS"
"""The environment variable that names a file of certificates to be trusted."""
_PORT, _HTTPS_PORT = 9200, 443
_USER = "elastic"
_FORM = "es://USER@HOST:9200"


@dataclass(frozen=True)
class Address:
    """A cluster, and who asks."""

    scheme: str
    host: str
    port: int = _PORT
    user: str = ""
    """Who logs in; without one, a key and a password nobody does."""
    path: str = ""
    """What stands before every path, where a proxy has it."""

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `es://user@host:9200`; `StoreError` for what is none."""
        try:
            found = urlsplit(text)
            port = found.port or (_HTTPS_PORT if found.scheme == "https" else _PORT)
        except ValueError:
            raise StoreError(f"{text}: is no address of a server; write {_FORM}") from None
        if found.password is not None:
            shown = f"{found.scheme}://{found.username}@{found.hostname}"
            raise StoreError(
                f"{shown}: a password does not belong there; set {PASSWORD} or {API_KEY} to it"
            )
        if found.scheme not in SCHEMES:
            raise StoreError(f"{text}: begins with none of {', '.join(SCHEMES)}; write {_FORM}")
        if not found.hostname or found.query or found.fragment:
            raise StoreError(f"{text}: is no address of a server; write {_FORM}")
        user = unquote(found.username or "")
        return cls(found.scheme, found.hostname, port, user, found.path.rstrip("/"))

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection is encrypted, and the server's certificate checked."""
        return self.scheme != "es"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{quote(self.user)}@" if self.user else ""
        return f"{self.scheme}://{user}{host}:{self.port}{self.path}"

    def authorization(self) -> str | None:
        """Give the header that says who asks, from the environment; none where nobody logs in.

        `StoreError` if there is a user and no password, and for what cannot be a key.
        """
        key, password = os.environ.get(API_KEY), os.environ.get(PASSWORD)
        if key and not self.user:
            if not (key.isascii() and key.isprintable()):
                raise StoreError(f"{self}: {API_KEY} holds a character that no key has")
            return f"ApiKey {key}"
        if password:
            login = f"{self.user or _USER}:{password}".encode()
            return f"Basic {b64encode(login).decode()}"
        if self.user:
            raise StoreError(f"{self}: no password for {self.user}; set {PASSWORD} to it")
        return None
