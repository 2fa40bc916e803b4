"""Ctrl-C is heeded, also where it came while somebody else's code swallowed it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

__all__ = ["heeding", "unmistaken"]

What = TypeVar("What")


@contextmanager
def heeding(tell: Callable[[What], None] | None) -> Iterator[Callable[[What], None]]:
    """Give a callback that raises `KeyboardInterrupt` if there has been one, and else tells.

    What a compiler calls back drops what is raised in it, and goes on. Who heeded before is told
    too.
    """
    asked = False
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        (before if callable(before) else signal.default_int_handler)(number, frame)

    def heed(what: What) -> None:
        if asked:
            raise KeyboardInterrupt
        if tell:
            tell(what)

    signal.signal(signal.SIGINT, ask)
    try:
        yield heed
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def unmistaken() -> Iterator[None]:
    """Tell what comes of a Ctrl-C for what it is: what it hits may raise errors of its own.

    So do imports of extension modules.
    """
    nobody: Callable[[None], None] | None = None
    with heeding(nobody) as heed:
        try:
            yield
        except Exception:
            heed(None)
            raise
