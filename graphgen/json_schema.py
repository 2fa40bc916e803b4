"""The JSON Schema of a world file, so that an editor checks it as one types."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any

from graphgen.config import json_type
from graphgen.fields import Field, fields_of, plain
from graphgen.pages import TO_DOC
from graphgen.pattern import Pattern
from graphgen.registry import PATTERNS, WALKS, region_names
from graphgen.world import FRAUD, TRANSFERS, Fraud, World

__all__ = ["world_file"]


def world_file() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a world file."""
    document = _object(World)
    strings = {"type": "array", "items": {"type": "string"}}
    document["properties"]["to"] = {"description": TO_DOC} | strings
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "title": "graphgen world"} | document


def _object(cls: type) -> dict[str, Any]:
    properties = {field.name: {"description": field.doc} | _type(field) for field in fields_of(cls)}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _type(field: Field) -> dict[str, Any]:
    if field.name == "patterns":
        return _patterns()
    if field.name == "fraud":
        names = ["none", *FRAUD]
        return {"anyOf": [{"type": "null"}, {"enum": names}, _object(Fraud)], "default": None}
    if is_dataclass(field.hint) and isinstance(field.hint, type):
        return {"anyOf": [{"enum": list(TRANSFERS)}, _object(field.hint)]}
    told = json_type(field.hint) | {"default": plain(field.default)}
    if field.name == "region":
        told["examples"] = region_names()
    if field.name == "walks":
        told |= {"items": {"enum": WALKS.names()}, "uniqueItems": True}
    return told


def _patterns() -> dict[str, Any]:
    found = PATTERNS.usable(Pattern)
    names = list(found)
    each = {
        name: {"anyOf": [{"type": ["boolean", "null"]}, _object(pattern)]}
        for name, pattern in found.items()
    }
    mapping = {"type": "object", "additionalProperties": False, "properties": each}
    lists = {"type": "array", "items": {"enum": names}, "uniqueItems": True}
    return {"anyOf": [{"enum": ["all", "none", *names]}, lists, mapping]}
