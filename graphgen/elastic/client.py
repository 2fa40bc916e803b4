"""A connection to an Elasticsearch cluster, and what goes wrong with one in a line.

Requests go through Elastic's own transport, which clients of all versions have, and are plain
JSON: they mean the same to servers of 8 and 9.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

from graphgen.elastic.address import CA_CERTS, Address
from graphgen.stage import StoreError

if TYPE_CHECKING:
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
Answer = tuple[int, Any]
"""A status, and what JSON says."""


class Client:
    """Asks one cluster."""

    def __init__(self, address: Address, *, greet: bool = True) -> None:
        """Connect, and look who answers; `StoreError` if that is no cluster that can be used."""
        from elastic_transport import NodeConfig, Transport

        # the transport tells of what is tried again where nobody asked for logs
        logging.getLogger("elastic_transport").addHandler(logging.NullHandler())
        self.address = address
        self.patience = 0.0
        authorization = address.authorization()
        self._headers = {"accept": "application/json", "user-agent": "graphgen"}
        if authorization:
            self._headers["authorization"] = authorization
        trusted = {"ca_certs": os.environ.get(CA_CERTS)} if address.is_encrypted else {}
        try:
            node = NodeConfig(
                "https" if address.is_encrypted else "http",
                address.host,
                address.port,
                address.path,
                connections_per_node=1,
                request_timeout=_CONNECTS_IN,
                **trusted,  # type: ignore[arg-type]
            )
            self._transport = Transport([node], max_retries=0)
        except (OSError, ValueError) as wrong:
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
        self._transport.close()

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
    ) -> tuple[int, Mapping[str, str], Any]:
        from elastic_transport import SerializationError, TransportError

        headers = {**self._headers, **({"content-type": kind} if body is not None else {})}
        target = quote(path, safe="/,*_-.") + (f"?{urlencode(parameters)}" if parameters else "")
        try:
            meta, told = self._transport.perform_request(
                method, target, body=body, headers=headers, request_timeout=timeout
            )
        except SerializationError:
            raise StoreError(f"{self.address}: {_STRANGER}") from None
        except TransportError as error:
            raise StoreError(f"{self.address}: {_failed(error, self.address)}") from None
        return meta.status, meta.headers, told

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
    from elastic_transport import ConnectionTimeout, TlsError

    said = " ".join(f"{getattr(error, 'message', '')} {error}".split())
    if isinstance(error, TlsError) or "SSL" in said or "CERTIFICATE" in said:
        if "CERTIFICATE_VERIFY" in said or "certificate verify" in said:
            return (
                "its certificate is signed by nobody who is trusted here; set "
                f"{CA_CERTS} to the file of who signed it"
            )
        return "no encrypted connection: does it speak plain HTTP (es://)?"
    if isinstance(error, ConnectionTimeout):
        return "does not answer in time"
    if "refused" in said:
        return "nobody listens there: is the server up?"
    if not address.is_encrypted and ("RemoteDisconnected" in said or "aborted" in said):
        return "breaks the connection off: is it encrypted (ess://)?"
    return f"no connection, or none any more: {said[:200]}"
