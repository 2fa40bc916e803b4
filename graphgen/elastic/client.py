"""A connection to an Elasticsearch cluster, and what goes wrong with one in a line.

Requests are plain JSON over HTTP: they mean the same to servers of 8 and 9, and need no client of
the server's own version.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Collection, Mapping
from http.client import BadStatusLine, HTTPException
from ssl import SSLCertVerificationError, SSLError
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

from graphgen.elastic.address import CA_CERTS, Address
from graphgen.elastic.wire import Wire
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from types import TracebackType

__all__ = ["Answer", "Client", "pause", "reason"]

_CONNECTS_IN = 15.0
"""Seconds in which an answer has to come, while nothing is known of a server yet."""
_ANSWERS_IN = 120.0
_OLDEST = (8, 0)
_JOINS = (8, 18)
"""Versions: the oldest that takes what is asked for, and the first with `LOOKUP JOIN`."""
PATIENCE = 120.0
"""Seconds for which a server that does not answer, or has too much to do, is asked again."""
AGAIN = (429, 502, 503, 504)
"""Answers that say: later."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_SHOWN = 200
"""Characters that are shown of what somebody else says."""
Answer = tuple[int, Any]
"""A status, and what JSON says."""


class Client:
    """Asks one cluster."""

    def __init__(self, address: Address, *, greet: bool = True) -> None:
        """Connect, and look who answers; `StoreError` if that is no cluster that can be used."""
        self.address = address
        self.patience = 0.0
        self._headers = {"accept": "application/json", "user-agent": "graphgen"}
        authorization = address.authorization()
        if authorization:
            self._headers["authorization"] = authorization
        self._trusted = os.environ.get(CA_CERTS) or None
        try:
            self._wire = Wire(
                address.host, address.port, encrypted=address.is_encrypted, trusted=self._trusted
            )
        except OSError as wrong:
            raise StoreError(f"{address}: {wrong}; {CA_CERTS} names a file to trust") from None
        self.version: tuple[int, ...] = ()
        if greet:
            self._greet()
        self.patience = PATIENCE

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wire.close()

    @property
    def joins(self) -> bool:
        """Whether the server has `LOOKUP JOIN`."""
        return self.version >= _JOINS

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 - JSON
        *,
        kind: str = "application/json",
        timeout: float = _ANSWERS_IN,
        parameters: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask once; gives the status, whatever it is. `StoreError` if no answer comes."""
        status, _, told = self._perform(method, path, body, kind, timeout, parameters or {})
        return status, told

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 - JSON
        *,
        allow: Collection[int] = (),
        **parameters: str,
    ) -> Any:  # noqa: ANN401 - JSON
        """Ask, and ask again where that may help; gives what the answer says.

        `StoreError` for an answer that refuses, unless its status is allowed: that gives none.
        """
        until = time.monotonic() + self.patience
        tries = 0
        while True:
            try:
                status, told = self.request(method, path, body, parameters=parameters)
            except StoreError:
                if time.monotonic() > until:
                    raise
            else:
                if status in allow:
                    return None
                if status < 300:  # noqa: PLR2004 - as HTTP has it
                    return told
                blocked = "cluster_block_exception" in reason(told)
                if status not in AGAIN or blocked or time.monotonic() > until:
                    raise StoreError(f"{self.address}: {self.explained(status, told)}")
            pause(tries)
            tries += 1

    def target(self, path: str, parameters: Mapping[str, str]) -> str:
        """Spell a path of the cluster as a request has it."""
        asked = f"?{urlencode(parameters)}" if parameters else ""
        return self.address.path + quote(path, safe="/,*_-.") + asked

    def how(self, kind: str) -> dict[str, Any]:
        """Say how texts of a kind are sent there: what `graphgen.elastic.sender` begins with."""
        return {
            "host": self.address.host,
            "port": self.address.port,
            "encrypted": self.address.is_encrypted,
            "trusted": self._trusted,
            "headers": {**self._headers, "content-type": kind},
            "timeout": _ANSWERS_IN,
        }

    def explained(self, status: int, told: Any) -> str:  # noqa: ANN401 - JSON
        """Say what a refusal means."""
        said = reason(told)
        user = f" (as {self.address.user})" if self.address.user else ""
        if status == 401:  # noqa: PLR2004
            return f"the server knows no such key, or user with this password{user}"
        if status == 403 and "cluster_block_exception" not in said:  # noqa: PLR2004
            return f"that may not be done{user}: {said}"
        if "flood" in said or "read-only-allow-delete" in said or "read_only_allow" in said:
            return "is read-only, as a disk is full beyond the flood stage; make room there first"
        if "no_shard_available" in said or "unavailable_shards" in said:
            return f"shards are missing: {said}"
        return said or f"answers with status {status}"

    def _perform(
        self,
        method: str,
        path: str,
        body: Any,  # noqa: ANN401
        kind: str,
        timeout: float,
        parameters: Mapping[str, str],
    ) -> tuple[int, HTTPMessage, Any]:
        headers = {**self._headers, **({"content-type": kind} if body is not None else {})}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        target = self.target(path, parameters)
        try:
            status, given, text = self._wire.ask(method, target, data, headers, timeout)
        except (OSError, HTTPException) as error:
            raise StoreError(f"{self.address}: {_failed(error, self.address)}") from None
        return status, given, self._read(status, text)

    def _read(self, status: int, text: bytes) -> Any:  # noqa: ANN401 - JSON
        """Read an answer; a refusal need not be JSON, as what stands between has its own words."""
        try:
            return json.loads(text) if text else None
        except ValueError:
            if status < 300:  # noqa: PLR2004 - as HTTP has it
                raise StoreError(f"{self.address}: {_STRANGER}") from None
            return text.decode(errors="replace")[:_SHOWN]

    def _greet(self) -> None:
        """Refuse who is not Elasticsearch, too old, or red."""
        status, headers, told = self._perform("GET", "/", None, "", _CONNECTS_IN, {})
        if status in (401, 403):
            raise StoreError(f"{self.address}: {self.explained(status, told)}")
        number = told.get("version", {}) if isinstance(told, dict) else {}
        product = str(headers.get("x-elastic-product", ""))
        if product != "Elasticsearch" or "number" not in number:
            other = number.get("distribution") if isinstance(number, dict) else None
            raise StoreError(
                f"{self.address}: {f'is {other}, not Elasticsearch' if other else _STRANGER}"
            )
        parts = number["number"].partition("-")[0].split(".")
        self.version = tuple(int(part) for part in parts if part.isdigit())
        if self.version < _OLDEST:
            raise StoreError(
                f"{self.address}: is Elasticsearch {number['number']}; 8.0 or later is needed"
            )
        health = self.ask("GET", "/_cluster/health", allow=(403, 408))
        if health and health["status"] == "red":
            raise StoreError(
                f"{self.address}: is red: {health['unassigned_shards']} shards are unassigned, "
                "some of them primaries; GET _cluster/allocation/explain says why"
            )


_STRANGER = "somebody else answers there, not Elasticsearch"


def reason(told: Any) -> str:  # noqa: ANN401 - JSON
    """Give the type and the reason of an error, in one line."""
    error = told.get("error", told) if isinstance(told, dict) else told
    if isinstance(error, str):
        return " ".join(error.split())
    if not isinstance(error, dict):
        return ""
    roots = error.get("root_cause") or [error]
    cause = error.get("caused_by", {})
    said = f"{roots[0].get('type', '')}: {roots[0].get('reason', '')}"
    if cause.get("reason") and cause["reason"] not in said:
        said += f" ({cause['reason']})"
    return " ".join(said.split())


def pause(tries: int) -> None:
    """Wait before one asks again: longer each time, and never as long as others do."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**tries)
    time.sleep(longest * random.uniform(0.5, 1))  # noqa: S311 - no secret


def _failed(error: Exception, address: Address) -> str:
    """Say why no answer came."""
    for kind, why in _FAILURES.items():
        if isinstance(error, kind) and not (kind is ConnectionResetError and address.is_encrypted):
            return why
    said = " ".join(f"{type(error).__name__} {error}".split())
    return f"no connection, or none any more: {said[:_SHOWN]}"


_FAILURES: dict[type[Exception], str] = {
    SSLCertVerificationError: "its certificate is signed by nobody who is trusted here; set "
    f"{CA_CERTS} to the file of who signed it",
    SSLError: "no encrypted connection: does it speak plain HTTP (es://)?",
    TimeoutError: "does not answer in time",
    ConnectionRefusedError: "nobody listens there: is the server up?",
    ConnectionResetError: "breaks the connection off: is it encrypted (ess://)?",
    BadStatusLine: _STRANGER,
}
"""What an error means: the first kind that it is of."""
