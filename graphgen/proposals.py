"""Proposals: what the edges of a section fire on one day, before the ledger has its say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Self, TypeVar

import numpy as np

from graphgen.table import Array

__all__ = ["Actions", "Payments", "SectionDay", "Sessions", "stacked"]

Columns = TypeVar("Columns", bound="_Columns")


@dataclass(frozen=True)
class _Columns:
    """Equally long arrays, one for each field."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def take(self, rows: Array) -> Self:
        """Give some of the rows."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def stacked(kind: type[Columns], parts: Sequence[Columns]) -> Columns:
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
class Sessions(_Columns):
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
class Payments(_Columns):
    """Payments that are ordered; the ledger decides what becomes of them."""

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
class Actions(_Columns):
    """What is done in sessions, other than paying."""

    time: Array = field(metadata={"dtype": "int64"})
    session: Array = field(metadata={"dtype": "int32"})
    type: Array = field(metadata={"dtype": "int8"})
    payee: Array = field(metadata={"dtype": "int32"})
    """The account of a payee that is added, else -1."""
    table: Array = field(metadata={"dtype": "int8"})
    edge: Array = field(metadata={"dtype": "int32"})


@dataclass
class SectionDay:
    """What a section's walks have proposed for a day so far; sessions keep their numbers."""

    session_parts: list[Sessions] = field(default_factory=list)
    payment_parts: list[Payments] = field(default_factory=list)
    action_parts: list[Actions] = field(default_factory=list)

    @property
    def sessions(self) -> Sessions:
        """All sessions so far."""
        self.session_parts = [stacked(Sessions, self.session_parts)]
        return self.session_parts[0]

    @property
    def payments(self) -> Payments:
        """All payments so far."""
        self.payment_parts = [stacked(Payments, self.payment_parts)]
        return self.payment_parts[0]

    @property
    def actions(self) -> Actions:
        """All actions so far."""
        self.action_parts = [stacked(Actions, self.action_parts)]
        return self.action_parts[0]
