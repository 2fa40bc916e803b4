"""Component and index templates, made from the mapping.

Every mapping is strict: a document with a field that is not declared is refused. Two component
templates hold what indices share; an index template for each kind holds its own fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphgen.elastic.document import Document, Field, Kind, Type
from graphgen.elastic.layout import Layout

__all__ = ["PRIORITY", "component_templates", "index_templates", "mapping", "properties"]

PRIORITY = 250
"""Above what Elastic's own templates and most of users' have."""
_IGNORED_ABOVE = 1024
"""Characters of a word that is free text; longer ones are kept and not searched for."""
_DATE = "strict_date_optional_time||epoch_millis"
_COPIED = {"related.ip": Type.IP}
"""Types of the fields that values are copied to, where they are no keywords."""
_SEMANTIC = ("news.content", "report.content")
"""Fields of which `semantic_text` is made."""

Json = dict[str, Any]


def component_templates(layout: Layout) -> dict[str, Json]:
    """Give the component templates by name: settings, and what all events have."""
    shared = _shared(layout)
    return {
        f"{layout.prefix}-settings": _template(layout, settings={"auto_expand_replicas": "0-1"}),
        f"{layout.prefix}-ecs": _template(
            layout, mappings={"properties": properties(shared, layout)}
        ),
    }


def index_templates(layout: Layout) -> dict[str, Json]:
    """Give the index templates by name: one for each kind of document."""
    return {layout.index(each): _index_template(each, layout) for each in layout.documents}


def mapping(document: Document, layout: Layout) -> Json:
    """Give the whole mapping of a kind; an event's key is its `event.id` too."""
    made = properties(layout.fields(document), layout)
    if document.kind is Kind.EVENT:
        _put(made, "event.id", {"type": "alias", "path": document.key.name})
    return {
        "dynamic": "strict",
        "_meta": {**layout.meta, "document": document.name, "description": document.doc},
        "properties": made,
    }


def properties(fields: Iterable[Field], layout: Layout) -> Json:
    """Give the properties of a mapping; what values are copied to stands there too."""
    made: Json = {}
    copies: dict[str, Type] = {}
    for field in fields:
        copies |= {name: _COPIED.get(name, Type.KEYWORD) for name in field.copies}
        _put(made, field.name, _property(field, layout))
        if layout.semantic and field.name in _SEMANTIC:
            semantic = {"type": "semantic_text", "inference_id": layout.semantic}
            _put(made, f"{field.name.partition('.')[0]}.semantic", semantic)
    for name, kind in copies.items():
        _put(made, name, {"type": str(kind)})
    return made


def _index_template(document: Document, layout: Layout) -> Json:
    settings: Json = {"number_of_shards": 1}
    if document.kind is not Kind.EVENT and layout.lookup:
        settings["mode"] = "lookup"
    parts = [f"{layout.prefix}-settings"]
    if document.kind is Kind.EVENT:
        parts.append(f"{layout.prefix}-ecs")
    stream: Json = {"data_stream": {}} if layout.is_stream(document) else {}
    return {
        "index_patterns": [layout.index(document)],
        "priority": PRIORITY,
        "composed_of": parts,
        "template": {"settings": {"index": settings}, "mappings": mapping(document, layout)},
        "_meta": {**layout.meta, "description": document.doc},
        **stream,
    }


def _template(layout: Layout, **parts: Json) -> Json:
    if "settings" in parts:
        parts = {"settings": {"index": parts["settings"]}}
    return {"template": parts, "_meta": dict(layout.meta)}


def _shared(layout: Layout) -> list[Field]:
    """Give the fields that every kind of event has alike."""
    events = [each for each in layout.documents if each.kind is Kind.EVENT]
    names = set.intersection(*({f.name for f in layout.fields(each)} for each in events))
    return [f for f in events[0].fields if f.name in names]


def _property(field: Field, layout: Layout) -> Json:
    made: Json = {"type": str(field.type)}
    if field.type is Type.KEYWORD and field.free:
        made["ignore_above"] = _IGNORED_ABOVE
    elif field.type is Type.TEXT:
        made["fields"] = {"keyword": {"type": "keyword", "ignore_above": 256}}
    elif field.type is Type.MONEY:
        made["scaling_factor"] = layout.minor_units
    elif field.type is Type.DATE:
        made["format"] = _DATE
    copies = list(field.copies)
    if layout.semantic and field.name in _SEMANTIC:
        copies.append(f"{field.name.partition('.')[0]}.semantic")
    if copies:
        made["copy_to"] = copies
    return made


def _put(made: Json, name: str, what: Json) -> None:
    """Put a property where its dotted name says."""
    *above, last = name.split(".")
    for part in above:
        made = made.setdefault(part, {"properties": {}})["properties"]
    made[last] = what
