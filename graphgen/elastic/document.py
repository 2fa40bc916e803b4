"""What a mapping is made of: kinds of documents and their fields, each a query.

A mapping is data. It says of each kind which rows of a dataset it comes from (SQL of DuckDB over
the dataset's tables), and of each field how it is called, what it is, and how it is mapped.
Templates, bulk files, loads, comparisons and documentation all read the same declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Document", "Field", "Kind", "Type", "dated", "money"]


class Type(StrEnum):
    """How a field is mapped, by the name of its type in Elasticsearch."""

    KEYWORD = "keyword"
    TEXT = "text"  # full text, with the same as `.keyword`
    IP = "ip"
    GEO_POINT = "geo_point"
    DATE = "date"
    BOOLEAN = "boolean"
    LONG = "long"
    INTEGER = "integer"
    SHORT = "short"
    FLOAT = "float"
    MONEY = "scaled_float"  # exact in the currency's decimals


class Kind(StrEnum):
    """What documents of a kind are for."""

    EVENT = "event"
    """What happened: has `@timestamp`, and can be a data stream."""
    ENTITY = "entity"
    """Who and what there is: is joined to events."""
    TRUTH = "truth"
    """What was planted: can be left out."""


@dataclass(frozen=True)
class Field:
    """A field of a document."""

    name: str
    """With dots, as ECS has it."""
    sql: str
    """An expression over the rows; of an id BIGINT, of MONEY and LONG whole minor units."""
    doc: str
    """One line: what it says, and its unit."""
    type: Type = Type.KEYWORD
    refers: str = ""
    """Of an id: the table whose key it is, which gives its letter and digits."""
    constant: str = ""
    """What every document has; then there is no `sql`."""
    many: bool = False
    """Whether `sql` gives a list."""
    free: bool = False
    """Whether it is text that may need escapes in JSON."""
    copies: tuple[str, ...] = ()
    """Fields in which its values can be searched for too: `related.*`."""


@dataclass(frozen=True)
class Document:
    """A kind of document: an index of its own."""

    name: str
    """Its index is called so, after the prefix and a hyphen."""
    doc: str
    kind: Kind
    rows: str
    """What stands after FROM."""
    fields: tuple[Field, ...]
    """The first is the business key, and `_id`; no document lacks it."""
    beside: tuple[Field, ...] = ()
    """Fields of `--denormalise`: what was known of others at that time."""
    joins: str = ""
    """What follows `rows` for those."""

    @property
    def key(self) -> Field:
        """The field whose value is `_id`."""
        return self.fields[0]

    @property
    def daily(self) -> bool:
        """Whether its rows come with days."""
        return "today." in self.rows

    @property
    def parted(self) -> bool:
        """Whether its rows are made part by part, by ranges of their keys."""
        return "part." in self.rows


def money(name: str, sql: str, doc: str) -> tuple[Field, Field]:
    """Give the two fields of a sum: in major units, and exact in minor ones beside it."""
    return (
        Field(name, sql, f"{doc[:-1]}, in major units.", Type.MONEY),
        Field(f"{name}_minor", sql, "The same in minor units.", Type.LONG),
    )


def dated(name: str, sql: str, doc: str) -> Field:
    """Give a field that says when."""
    return Field(name, sql, doc, Type.DATE)
