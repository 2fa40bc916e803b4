"""style.grass: the looks of labels and types for Neo4j's Browser, as JSON."""

from __future__ import annotations

import json

from graphgen.neo4j.browser.looks import GREY, LABELS, TYPES, Look

__all__ = ["style"]

_DARKER = 0.78
"""A border's share of the light of what it surrounds."""
_LIGHT = 140
"""From this luma on, of 255, letters are dark (ITU-R BT.601)."""


def style() -> str:
    """Give the style sheet: a rule for nodes, for relationships, for every label and type."""
    rules = {
        "node": _node("", Look(GREY)),
        "relationship": _relationship(Look(GREY)),
        **{f"node.{label}": _node(label, look) for label, look in LABELS.items()},
        **{f"relationship.{type_}": _relationship(look) for type_, look in TYPES.items()},
    }
    return json.dumps(rules, indent=2) + "\n"


def _node(label: str, look: Look) -> dict[str, str]:
    return {
        "diameter": f"{look.size}px",
        "color": look.colour,
        "border-color": _darker(look.colour),
        # the border tells who is at another bank from who is at this one
        "border-width": "6px" if label == "External" else "2px",
        "text-color-internal": _ink(look.colour),
        "font-size": "10px",
        "caption": " ".join(f"{{{name}}}" for name in look.caption) or label or "<id>",
    }


def _relationship(look: Look) -> dict[str, str]:
    return {
        "color": look.colour,
        "border-color": _darker(look.colour),
        "text-color-internal": _ink(look.colour),
        "text-color-external": "#000000",
        "font-size": "8px",
        "padding": "3px",
        "shaft-width": "1px" if look.colour == GREY else "3px",
        "caption": "<type>",
    }


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _darker(colour: str) -> str:
    return "#" + "".join(f"{round(part * _DARKER):02X}" for part in _parts(colour))


def _ink(colour: str) -> str:
    red, green, blue = _parts(colour)
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    return "#2A2C34" if light >= _LIGHT else "#FFFFFF"
