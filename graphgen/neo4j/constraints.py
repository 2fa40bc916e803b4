"""The constraints and indexes of the model, by the names that the published one gives them."""

from __future__ import annotations

import re
from typing import Literal

from graphgen.neo4j.element import Model, Node

__all__ = ["EDITIONS", "Edition", "constraints", "dropped", "indexes", "script"]

Edition = Literal["community", "enterprise"]
EDITIONS: tuple[Edition, ...] = ("community", "enterprise")

_INDEXES = (
    "CREATE INDEX transaction_date_idx IF NOT EXISTS FOR (n:Transaction) ON (n.date)",
    "CREATE INDEX transaction_amount_idx IF NOT EXISTS FOR (n:Transaction) ON (n.amount)",
    (
        "CREATE FULLTEXT INDEX customer_name_idx IF NOT EXISTS "
        "FOR (n:Customer) ON EACH [n.firstName, n.lastName]"
    ),
)


def constraints(model: Model, edition: Edition) -> list[str]:
    """Give a statement for each label's key.

    A node key asks that the properties are there too, and is for the Enterprise Edition alone.
    """
    asked = "NODE KEY" if edition == "enterprise" else "UNIQUE"
    return [
        f"CREATE CONSTRAINT {_name(node)} IF NOT EXISTS FOR (n:{node.label}) "
        f"REQUIRE ({', '.join(f'n.{key}' for key in node.key)}) IS {asked}"
        for node in model.nodes
    ]


def dropped(model: Model) -> list[str]:
    """Give a statement that takes away each of them."""
    return [f"DROP CONSTRAINT {_name(node)} IF EXISTS" for node in model.nodes]


def indexes() -> list[str]:
    """Give a statement for each index of the published model."""
    return list(_INDEXES)


def script(model: Model, edition: Edition) -> str:
    """Give the statements as a file that the Browser and cypher-shell run."""
    about = {
        "community": "every edition: keys are unique",
        "enterprise": "the Enterprise Edition: keys are unique, and there",
    }[edition]
    lines = [f"// Constraints and indexes for {about}", *constraints(model, edition), *indexes()]
    return lines[0] + "\n" + "".join(f"{line};\n" for line in lines[1:])


def _name(node: Node) -> str:
    """Name a label's constraint: by its key, and by the label where the key does not say it."""
    if len(node.key) > 1:
        return f"{_snake(node.label)}_composite"
    key = node.key[0]
    if key.lower().startswith(node.label.lower()):
        return _snake(key)
    return f"{_snake(node.label)}_{_snake(key)}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
