"""How labels and relationship types look: a colour, a size, what is written on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graphgen.neo4j.element import Model, Relationship
from graphgen.neo4j.model import DERIVED, MODEL, TRUTH

__all__ = ["GREY", "LABELS", "PALETTE", "TYPES", "WHOLE", "Look"]

PALETTE = (
    *("#FFE081", "#C990C0", "#F79767", "#57C7E3", "#F16667", "#D9C8AE"),
    *("#8DCC93", "#ECB5C9", "#4C8EDA", "#FFC454", "#DA7194", "#569480"),
)
"""The colours that Neo4j's Browser and Bloom give out."""
GREY = "#848484"
"""The colour of what joins; as Bloom's perspectives have it."""
WHOLE: Model = MODEL + DERIVED + TRUTH
"""Everything that a graph may hold."""

_COLOURS = {
    "Customer": "#4C8EDA",
    "Account": "#8DCC93",
    "Transaction": "#FFC454",
    "DeclinedTransaction": "#DA7194",
    "Counterparty": "#C990C0",
    "Device": "#F79767",
    "IP": "#57C7E3",
    "Session": "#D9C8AE",
    "Event": "#ECB5C9",
    "Phone": "#FFE081",
    "Email": "#FFE081",
    "Address": "#FFE081",
    "Card": "#569480",
    "GroundTruth": "#F16667",
}
"""The labels that meet in a picture; the others take turns."""
_CAPTIONS = {
    "Customer": ("firstName", "lastName"),
    "Household": ("size",),
    "Address": ("addressLine1",),
    "Account": ("accountNumber",),
    "Counterparty": ("name",),
    "Card": ("lastFour",),
    "Device": ("deviceType",),
    "Session": ("status",),
    "Transaction": ("amount",),
    "DeclinedTransaction": ("amount",),
    "Movement": ("amount",),
    "GroundTruth": ("pattern",),
}
"""What is written on a node where that is not its key."""
_SIZES = {"Customer": 65, "Account": 65, "Device": 65, "GroundTruth": 80, "Transaction": 40}
"""Diameters, pixels, where they are not `_SIZE`."""
_SIZE = 50
_OF_TRUTH = {"MEMBER_OF"}
"""Types in the colour of the truth."""
_PAYS = {"PERFORMS", "BENEFITS_TO", "TRANSACTED_TO"}
"""Types in the colour of a payment."""


@dataclass(frozen=True)
class Look:
    """How a label or a relationship type is drawn."""

    colour: str
    """As #RRGGBB."""
    caption: tuple[str, ...] = ()
    """The properties that are written on it; none: its name."""
    size: int = _SIZE
    """Diameter of a node, pixels."""


def _labels(model: Model) -> dict[str, Look]:
    looks: dict[str, Look] = {}
    for turn, node in enumerate(model.nodes):
        colour = _COLOURS.get(node.label, PALETTE[turn % len(PALETTE)])
        caption = _CAPTIONS.get(node.label, node.key[:1])
        size = _SIZES.get(node.label, _SIZE)
        # an event's second label says what it is, its key does not
        looks[node.label] = Look(colour, () if node.label == "Event" else caption, size)
        for second in node.seconds:
            looks[second] = looks[node.label]
    return looks


def _types(relationships: Iterable[Relationship]) -> dict[str, Look]:
    special = dict.fromkeys(_PAYS, _COLOURS["Transaction"])
    special |= dict.fromkeys(_OF_TRUTH, _COLOURS["GroundTruth"])
    return {each.type: Look(special.get(each.type, GREY)) for each in relationships}


LABELS: dict[str, Look] = _labels(WHOLE)
"""The look of every label; a second label follows the one that it comes with."""
TYPES: dict[str, Look] = _types(WHOLE.relationships)
"""The look of every relationship type."""
