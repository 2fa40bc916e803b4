"""What a mapping is made of: nodes, relationships and properties of a property graph, each a query.

A mapping is data. It says for every label and relationship type which rows of a dataset it comes
from (SQL of DuckDB over the dataset's tables) and what its properties are; files for the import
tool, batches for a driver, checks and documentation all read the same declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Element", "End", "Model", "Node", "Property", "Relationship", "Type"]


class Type(StrEnum):
    """The type of a property, by its name in the header of an import file."""

    STRING = "string"
    LONG = "long"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True)
class Property:
    """A property of a node or a relationship."""

    name: str
    sql: str
    """An expression over the element's rows: of a DATETIME or a DATE a TIMESTAMPTZ."""
    doc: str
    """One line: what it says, and its unit."""
    type: Type = Type.STRING


@dataclass(frozen=True)
class Node:
    """A kind of node: one label that all of them have, and at most one more that some have."""

    label: str
    doc: str
    rows: str
    """What stands after FROM: the rows it is made of, one each."""
    id: str
    """An expression over the rows that no other node of the label has: BIGINT, or VARCHAR where
    `id_is_key`."""
    key: tuple[str, ...]
    """The properties by which one is found in a database."""
    properties: tuple[Property, ...]
    letter: str = ""
    """Where the key is one property, made of the id: the letter that stands before its digits."""
    id_is_key: bool = False
    """Whether the id is the one property of the key."""
    second: str = ""
    """An expression that gives the second label, or NULL."""
    seconds: tuple[str, ...] = ()
    """The second labels that there are."""
    extends: bool = False
    """Whether it is an extension of the published models."""

    @property
    def name(self) -> str:
        """What it is called: its label."""
        return self.label

    @property
    def stem(self) -> str:
        """How the names of files of it begin."""
        return f"nodes_{self.name}"


@dataclass(frozen=True)
class End:
    """Where a relationship begins or ends."""

    label: str
    id: str
    """An expression over the relationship's rows: the node's id."""


@dataclass(frozen=True)
class Relationship:
    """A kind of relationship between nodes of two labels."""

    type: str
    doc: str
    start: End
    end: End
    rows: str
    properties: tuple[Property, ...] = ()
    key: tuple[str, ...] = ()
    """The properties that tell relationships of the type between the same two nodes apart."""
    extends: bool = False

    @property
    def name(self) -> str:
        """What it is called: its labels and its type; several kinds may share a type."""
        return f"{self.start.label}_{self.type}_{self.end.label}"

    @property
    def stem(self) -> str:
        """How the names of files of it begin."""
        return f"relationships_{self.name}"


Element = Node | Relationship


@dataclass(frozen=True)
class Model:
    """A graph's kinds of nodes and relationships."""

    nodes: tuple[Node, ...]
    relationships: tuple[Relationship, ...]

    def __add__(self, other: Model) -> Model:
        return Model(self.nodes + other.nodes, self.relationships + other.relationships)

    @property
    def elements(self) -> tuple[Element, ...]:
        """All of them, nodes first."""
        return (*self.nodes, *self.relationships)

    def node(self, label: str) -> Node:
        """Give a kind of node by its label; `KeyError` if there is none."""
        return next((n for n in self.nodes if n.label == label), None) or _missing(label)


def _missing(label: str) -> Node:
    raise KeyError(f"no node is labelled {label}")
