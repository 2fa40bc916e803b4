"""What a table is: a name, a kind, and columns that each have a meaning.

A schema is data. Exporters spell each *meaning* in their own types; nothing else about a column
depends on where it is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

__all__ = ["NULL_CATEGORY", "NULL_NUMBER", "NULL_ROW", "Column", "Kind", "Meaning", "Schema"]

NULL_ROW = -1
"""What stands for "none" in a nullable REF or INT column in memory."""
NULL_CATEGORY = -1
"""What stands for "none" in a nullable CATEGORY column in memory."""
NULL_NUMBER = np.iinfo(np.int64).min
"""What stands for "none" in a nullable MONEY or TIME column in memory."""


class Kind(StrEnum):
    """Where a table stands in the world, and in a written dataset."""

    NODE = "node"
    EDGE = "edge"
    EVENT = "event"
    TRUTH = "truth"


class Meaning(StrEnum):
    """What the values of a column are; the dtype that holds them in memory follows from it."""

    ID = "id"  # the table's own key: ten digits (an event: its day and its rank in the day)
    REF = "ref"  # the key of a row of another table
    TEXT = "text"  # Unicode text; an Arrow string or dictionary array
    CATEGORY = "category"  # one of a closed list of words
    INT = "int"
    FLOAT = "float"
    MONEY = "money"  # whole minor units (cents)
    TIME = "time"  # milliseconds since 1970-01-01 UTC
    BOOL = "bool"
    IP = "ip"  # an IPv4 address as a number
    GEO = "geo"  # degrees (WGS 84); `latitude` and `longitude` of one table make a point


_DTYPES: dict[Meaning, str] = {
    Meaning.ID: "int64",
    Meaning.REF: "int32",
    Meaning.CATEGORY: "int8",
    Meaning.INT: "int32",
    Meaning.FLOAT: "float32",
    Meaning.MONEY: "int64",
    Meaning.TIME: "int64",
    Meaning.BOOL: "bool",
    Meaning.IP: "uint32",
    Meaning.GEO: "float64",
}


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    meaning: Meaning
    doc: str
    """One line: what a value says, and its unit."""
    refers: str = ""
    """REF: the table whose row this is; starting with `=`, the CATEGORY column that names it."""
    values: tuple[str, ...] = ()
    """CATEGORY: the words, in the order of their codes."""
    nullable: bool = False
    width: str = ""
    """INT: a numpy dtype other than int32."""
    repeats: bool = False
    """TEXT: whether the same words come again and again, so that a dictionary holds them best."""

    @property
    def dtype(self) -> np.dtype[np.generic] | None:
        """The numpy dtype in memory; none for TEXT, which is an Arrow array."""
        if self.meaning is Meaning.TEXT:
            return None
        return np.dtype(self.width or _DTYPES[self.meaning])

    @property
    def null(self) -> int:
        """The value that stands for "none" in memory."""
        if self.meaning in (Meaning.MONEY, Meaning.TIME):
            return int(NULL_NUMBER)
        return NULL_ROW


@dataclass(frozen=True)
class Schema:
    """One table, declared once."""

    name: str
    kind: Kind
    doc: str
    columns: tuple[Column, ...]
    letter: str = ""
    """The first character of this entity's ids in text, as in `A1234567890`."""
    recipe: bool = False
    """Whether it is how the world works (written under truth/) and not what a bank sees."""

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> str:
        """The name of the ID column, or nothing for a table without one."""
        first = self.columns[0]
        return first.name if first.meaning is Meaning.ID else ""

    @property
    def folder(self) -> str:
        """The folder of a written dataset that holds this table."""
        if self.recipe:
            return "truth"
        return {"node": "nodes", "edge": "edges", "event": "events", "truth": "truth"}[self.kind]
