"""Chat completions: a request of an OpenAI-compatible endpoint, made again where that can help."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from threading import Event
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from graphgen.document import nearest
from graphgen.rewrite.endpoint import (
    ChatError,
    checked_key,
    checked_model,
    checked_url,
    http_client,
    is_local,
)
from graphgen.rewrite.reply import Answer, Reply, answer_of, plain_line

if TYPE_CHECKING:
    import httpx
    import numpy as np

__all__ = ["Chat", "Stopped"]

_TIMES = 6
"""How often one request is made before the endpoint counts as out of order; our assumption."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
"""Seconds of the first pause between them, and of the longest: each is twice the last."""
_PATIENCE = 300.0
"""An endpoint that asks to be left alone for longer than so many seconds is given up."""
_CONNECT = 10.0
"""Seconds in which a connection is made, or never."""
_LARGEST = 1 << 20
"""Bytes of an answer that are read; a piece of news takes a thousandth of it."""
_NAMES = 12
"""How many models an error names."""
_OK, _MOVED, _WRONG = 200, 300, 400
_FORBIDDEN = (401, 403)
_AGAIN = (408, 425, 429)
"""Statuses, beside 500 and above, after which the same request may be answered."""
_OF_THE_MODEL = (400, 404)


class Stopped(Exception):  # noqa: N818 - a wish, not an error
    """The request was given up, as it was asked to."""


class Chat:
    """A model at an endpoint that speaks as OpenAI's does (`POST URL/chat/completions`).

    Several threads may ask it at once. Where it says `Retry-After`, none of them asks before.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str = "",
        settings: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
    ) -> None:
        httpx = http_client()
        self.url, self.model = checked_url(url), checked_model(model)
        self.key = checked_key(key, url)
        self.settings = dict(settings or {})
        self.timeout = timeout
        self.heard = False
        """Whether it has answered at all: until then, what is wrong is wrong with the request."""
        self.requests = 0
        self._stopped = Event()
        self._not_before = 0.0
        headers = {"User-Agent": "graphgen", "Accept-Encoding": "identity"}
        if key:
            headers["Authorization"] = f"Bearer {self.key}"
        limit = httpx.Timeout(timeout, connect=min(timeout, _CONNECT))
        self._client = httpx.Client(headers=headers, timeout=limit, trust_env=not is_local(url))

    def answer(self, messages: Sequence[Mapping[str, str]], rng: np.random.Generator) -> Answer:
        """Ask for one completion; `rng` draws how long pauses are.

        Raises `ChatError` if no request of this kind will be answered, and `Stopped` after `stop`.
        """
        import httpx

        body = {**self.settings, "model": self.model, "messages": list(messages)}
        said = ""
        for attempt in range(_TIMES):
            self._pause(self._not_before - monotonic())
            try:
                reply = self._send("POST", "chat/completions", body)
            except httpx.TransportError as error:
                said = self._reason(error)
                if not self.heard:
                    raise ChatError(f"{self.url}: {said}") from None
                asked = None
            else:
                if reply.status != _OK:
                    self._check(reply)
                if reply.status < 500 and reply.status not in _AGAIN:  # noqa: PLR2004 - HTTP's own
                    return self._read(reply)
                said, asked = self._told(reply), reply.retry_after()
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt) * (0.5 + float(rng.random()))
            if asked is not None:
                if asked > _PATIENCE:
                    raise ChatError(f"{self.url}: {said}; it asks to wait for {asked:,.0f} s")
                self._not_before = max(self._not_before, monotonic() + asked)
                pause = asked + float(rng.random()) * _FIRST_PAUSE
            if attempt + 1 < _TIMES:
                self._pause(pause)
        raise ChatError(f"{self.url}: {said}, {_TIMES} times in a row")

    def stop(self) -> None:
        """Let requests that are under way end, and make no other."""
        self._stopped.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._client.close()

    def _pause(self, seconds: float) -> None:
        if self._stopped.is_set() or (seconds > 0 and self._stopped.wait(seconds)):
            raise Stopped

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        import httpx

        until = monotonic() + self.timeout
        self.requests += 1
        data = b""
        with self._client.stream(method, f"{self.url}/{path}", json=body) as response:
            for chunk in response.iter_bytes():
                data += chunk
                if monotonic() > until:
                    raise httpx.ReadTimeout("it sends too slowly")
                if len(data) > _LARGEST:
                    break
        return Reply(response.status_code, {**response.headers}, data)

    def _read(self, reply: Reply) -> Answer:
        found = answer_of(reply)
        if reply.status == _OK and not self.heard:
            if found is None:
                raise ChatError(
                    f"{self.url}: answers with no chat completion{self._tail(reply)}; is it an "
                    "OpenAI-compatible endpoint? their addresses mostly end in /v1"
                )
            self.heard = True
        return found or Answer(wrong="it was no chat completion")

    def _check(self, reply: Reply) -> None:
        """Raise the `ChatError` of a reply after which none will be better."""
        said, code = self._told(reply), reply.error_code()
        if reply.status in _FORBIDDEN:
            why = "refuses the key" if self.key else "asks for a key"
            raise ChatError(
                f"{self.url}: {why} ({said}); GRAPHGEN_LLM_KEY or OPENAI_API_KEY holds it"
            )
        if code == "insufficient_quota":
            raise ChatError(f"{self.url}: {said}")
        if _MOVED <= reply.status < _WRONG:
            to = plain_line(reply.headers.get("location", ""))
            raise ChatError(f"{self.url}: {said}, moved to {to}; give the address that answers")
        if self.heard or reply.status in _AGAIN or reply.status >= 500:  # noqa: PLR2004
            return
        models = self._models() if reply.status in _OF_THE_MODEL else []
        if models and self.model not in models:
            near = nearest(self.model, models).partition("there is: ")[0]
            more = f" and {len(models) - _NAMES} more" if len(models) > _NAMES else ""
            there = ", ".join(models[:_NAMES])
            raise ChatError(
                f"{self.url}: no model called {self.model!r}; {near}there is: {there}{more}"
            )
        raise ChatError(f"{self.url}: {said}, asked for {self.model!r}")

    def _models(self) -> list[str]:
        """Name the models that the endpoint has; none if it does not say."""
        import httpx

        try:
            found = json.loads(self._send("GET", "models").body)["data"]
            return sorted(plain_line(str(each["id"])) for each in found)
        except (httpx.TransportError, ValueError, TypeError, LookupError):
            return []

    def _told(self, reply: Reply) -> str:
        return f"HTTP {reply.status}{self._tail(reply)}"

    def _tail(self, reply: Reply) -> str:
        """Say what a reply says of its error, without the key."""
        said = reply.error_message()
        said = said.replace(self.key, "...") if self.key else said
        return f": {plain_line(said)}" if said else ""

    def _reason(self, error: httpx.TransportError) -> str:
        import httpx

        if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout | httpx.PoolTimeout):
            return f"no answer within {self.timeout:g} s"
        return f"cannot be reached: {plain_line(str(error)) or type(error).__name__}"
