"""A promise of a dataset: what it says, and the query that finds the rows that break it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Check", "Promise", "Setup"]


@dataclass(frozen=True)
class Check:
    """What became of one promise."""

    name: str
    """Short: one or two words."""
    promise: str
    """In plain words."""
    ok: bool
    detail: str = ""
    """The first thing that breaks it, in one line; or why it could not be asked."""
    proven: bool = True
    """Whether it was asked for at all; what was not proven is not kept (`ok`)."""


@dataclass(frozen=True)
class Promise:
    """One promise, and how its breach is found."""

    name: str
    text: str
    """What is promised, as a sentence's beginning without a full stop."""
    broken: str | Callable[[Dataset], str]
    """A query in DuckDB's SQL over the dataset's views that gives the rows that break it, none if
    it is kept; or what makes such a query for a dataset."""
    needs: tuple[str, ...] = ()
    """Event tables without which there is nothing to promise."""
    unproven: str = ""
    """Why nobody can ask for it here, if so."""


@dataclass(frozen=True)
class Setup:
    """Tables and views that several promises look at, made once."""

    statements: tuple[str, ...]
    tables: Callable[[Dataset], dict[str, object]] | None = None
    """What is registered before: Arrow tables by name."""
