"""Proposals: what the edges of a section fire on one day, before the ledger has its say.

Each kind of thing that a walk proposes is a class of columns, `Columns`. A walk may bring a kind of
its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from graphgen.table import Array

__all__ = ["Actions", "Columns", "Payments", "SectionDay", "Sessions", "stacked"]

Kind = TypeVar("Kind", bound="Columns")


@dataclass(frozen=True)
class Columns:
    """Equally long arrays, one for each field; `session`, if there is one, numbers sessions."""

    in_order: ClassVar[bool] = True
    """Whether the proposals of all sections are merged by `time`; else they come one by one."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def take(self, rows: Array) -> Self:
        """Give some of the rows."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def stacked(kind: type[Kind], parts: Sequence[Kind]) -> Kind:
    """Stack rows of one kind; nothing stacked is no rows."""
    if len(parts) == 1:
        return parts[0]
    return kind(
        **{
            f.name: np.concatenate([getattr(part, f.name) for part in parts])
            if parts
            else np.empty(0, f.metadata["dtype"])
            for f in fields(kind)
        }
    )


@dataclass(frozen=True)
class Sessions(Columns):
    """Visits to the bank."""

    time: Array = field(metadata={"dtype": "int64"})
    """ms since 1970 UTC."""
    duration: Array = field(metadata={"dtype": "int32"})
    """ms."""
    user: Array = field(metadata={"dtype": "int32"})
    device: Array = field(metadata={"dtype": "int32"})
    ip: Array = field(metadata={"dtype": "int32"})
    table: Array = field(metadata={"dtype": "int8"})
    """The table of the edge that it was walked off: a code of `words.WALKED_EDGES`."""
    edge: Array = field(metadata={"dtype": "int32"})
    """The row of that table."""


@dataclass(frozen=True)
class Payments(Columns):
    """Payments that are ordered; the ledger orders them, and decides what becomes of them."""

    in_order: ClassVar[bool] = False

    time: Array = field(metadata={"dtype": "int64"})
    edge: Array = field(metadata={"dtype": "int32"})
    """The row of `pays`."""
    debtor: Array = field(metadata={"dtype": "int32"})
    creditor: Array = field(metadata={"dtype": "int32"})
    user: Array = field(metadata={"dtype": "int32"})
    card: Array = field(metadata={"dtype": "int32"})
    amount: Array = field(metadata={"dtype": "int64"})
    """Minor units, when the amount is a sum."""
    amount_of: Array = field(metadata={"dtype": "int8"})
    share: Array = field(metadata={"dtype": "float32"})
    habit: Array = field(metadata={"dtype": "int8"})
    rail: Array = field(metadata={"dtype": "int8"})
    channel: Array = field(metadata={"dtype": "int8"})
    is_once: Array = field(metadata={"dtype": "bool"})
    session: Array = field(metadata={"dtype": "int32"})
    """The number of its session among the section's sessions of the day, -1 for none."""
    device: Array = field(metadata={"dtype": "int32"})
    ip: Array = field(metadata={"dtype": "int32"})


@dataclass(frozen=True)
class Actions(Columns):
    """What is done in sessions, other than paying."""

    time: Array = field(metadata={"dtype": "int64"})
    session: Array = field(metadata={"dtype": "int32"})
    type: Array = field(metadata={"dtype": "int8"})
    payee: Array = field(metadata={"dtype": "int32"})
    """The account of a payee that is added, else -1."""
    table: Array = field(metadata={"dtype": "int8"})
    edge: Array = field(metadata={"dtype": "int32"})


class SectionDay:
    """What a section's walks have proposed for a day so far; sessions keep their numbers."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._parts: dict[type[Columns], list[Columns]] = {}

    def add(self, rows: Columns) -> None:
        """Add rows to those of their kind."""
        self._parts.setdefault(type(rows), []).append(rows)

    def kinds(self) -> list[type[Columns]]:
        """Name the kinds of which there is something."""
        return list(self._parts)

    def __getitem__(self, kind: type[Kind]) -> Kind:
        """Give all rows of a kind so far."""
        parts: list[Any] = self._parts.get(kind, [])
        whole: Kind = stacked(kind, parts)
        self._parts[kind] = [whole]
        return whole
