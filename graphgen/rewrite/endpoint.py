"""Endpoints: an address that can be asked, and a key that may be sent there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from graphgen.rewrite.reply import plain_line

__all__ = ["ChatError", "checked_key", "checked_model", "checked_url", "http_client", "is_local"]

_PLAIN_HOSTS = ("localhost", "127.0.0.1", "::1")
"""Where a key may go without encryption: it does not leave the machine."""


class ChatError(ValueError):
    """An endpoint that cannot be asked, or not on: what is wrong with it, in one line."""


def checked_url(url: str) -> str:
    """Give an endpoint's address as requests take it; `ChatError` for one that is none."""
    httpx = http_client()
    try:
        httpx.URL(url)
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_address = is_address and parts.port != 0 and url.isprintable() and " " not in url
    except (httpx.InvalidURL, ValueError):
        is_address = False
    if not is_address:
        raise ChatError(f"{plain_line(url)!r} is no address as https://host/v1")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ChatError(
            f"{parts.scheme}://{parts.hostname}: the address has more than host and path; a key "
            "stands in GRAPHGEN_LLM_KEY or OPENAI_API_KEY"
        )
    return url.rstrip("/").removesuffix("/chat/completions")


def is_local(url: str) -> bool:
    """Tell whether an address is on this machine: such a request goes through no proxy."""
    return urlsplit(url).hostname in _PLAIN_HOSTS


def checked_key(key: str, url: str) -> str:
    """Give a key as requests take it; `ChatError` for one that cannot be sent, or not safely."""
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        raise ChatError("the key in GRAPHGEN_LLM_KEY or OPENAI_API_KEY has strange characters")
    if key and urlsplit(url).scheme == "http" and not is_local(url):
        raise ChatError(
            f"{url}: the key would travel unencrypted; give an https address, or, if it needs "
            "none, GRAPHGEN_LLM_KEY= without one"
        )
    return key


def checked_model(model: str) -> str:
    """Give a model's name, which stands in what is written; `ChatError` for one that is none."""
    if not model.strip() or plain_line(model) != model:
        raise ChatError(f"{plain_line(model)!r} is no name of a model")
    return model


def http_client() -> Any:  # noqa: ANN401 - a module
    """Import httpx, which only this step needs; `ChatError` if it is not installed."""
    try:
        import httpx
    except ImportError:
        raise ChatError("httpx is not installed; pip install 'graphgen[llm]'") from None
    return httpx
