"""Replies: what an endpoint sent back; nothing in it is believed before it has been looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

__all__ = ["Answer", "Reply", "answer_of", "plain_line"]

_LONGEST = 200
"""Characters of somebody else's words in an error; our assumption."""
_SECONDS = re.compile(r"\d{1,9}(\.\d*)?")


@dataclass(frozen=True)
class Answer:
    """What a model said to a request."""

    text: str = ""
    wrong: str = ""
    """Why it is not to be used, if that is known without reading it."""
    tokens: tuple[int, int] = (0, 0)
    """How many tokens were read and written, if the endpoint counts them."""


@dataclass(frozen=True)
class Reply:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    """By names in small letters."""
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever it says
        """Give what the body says; none if it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def error_message(self) -> str:
        """Give the words of an error, in whichever of the usual places they are."""
        content = self.json()
        error = content.get("error", content) if isinstance(content, dict) else None
        words = error.get("message", error.get("detail")) if isinstance(error, dict) else error
        return words if isinstance(words, str) else ""

    def error_code(self) -> str:
        """Give the code of an error, or its type; nothing if it has none."""
        content = self.json()
        error = content.get("error") if isinstance(content, dict) else None
        code = (error.get("code") or error.get("type")) if isinstance(error, dict) else None
        return code if isinstance(code, str) else ""

    def retry_after(self) -> float | None:
        """Give the seconds before which no request is wanted (RFC 9110, 10.2.3), if it tells.

        A date counts from the reply's own, so that the clocks need not agree.
        """
        milliseconds = self.headers.get("retry-after-ms", "").strip()
        if _SECONDS.fullmatch(milliseconds):
            return float(milliseconds) / 1000
        told = self.headers.get("retry-after", "").strip()
        if _SECONDS.fullmatch(told):
            return float(told)
        try:
            until, now = (parsedate_to_datetime(t) for t in (told, self.headers.get("date", "")))
            return max(0.0, (until - now).total_seconds())
        except (ValueError, TypeError):
            return None


def answer_of(reply: Reply) -> Answer | None:
    """Give the answer that a reply holds; none if it is no chat completion."""
    content = reply.json()
    try:
        [choice, *_] = content["choices"]
        message = choice["message"]
        said, refused = message.get("content"), message.get("refusal")
        ended = choice.get("finish_reason")
    except (TypeError, LookupError, ValueError, AttributeError):
        return None
    tokens = _tokens(content.get("usage"))
    if refused or ended == "content_filter":
        return Answer(wrong="it was a refusal", tokens=tokens)
    if ended == "length":
        return Answer(wrong="it was cut short", tokens=tokens)
    if not isinstance(said, str) or not said.strip():
        return Answer(wrong="it was empty", tokens=tokens)
    return Answer(said, tokens=tokens)


def plain_line(text: str) -> str:
    """Give somebody else's words as one short line that a terminal can show."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * _LONGEST]).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."


def _tokens(usage: object) -> tuple[int, int]:
    if not isinstance(usage, dict):
        return (0, 0)
    counts = (usage.get(name) for name in ("prompt_tokens", "completion_tokens"))
    read, written = (n if isinstance(n, int) and n >= 0 else 0 for n in counts)
    return (read, written)
