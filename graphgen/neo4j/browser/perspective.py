"""perspective.json: the model for Neo4j's Bloom, which is also Explore, with search phrases.

The form is that of perspectives which Bloom 2.7 exports: all keys of the published one in
https://github.com/neo4j-product-examples/demo-fraud-detection-with-p2p (abridged-demo), no others.
"""

from __future__ import annotations

import json
from typing import Any

from graphgen.neo4j.browser.drawing import drawn
from graphgen.neo4j.browser.looks import GREY, LABELS, PALETTE, TYPES, WHOLE
from graphgen.neo4j.element import Node, Property, Relationship, Type
from graphgen.neo4j.queries import load_query, query_names

__all__ = ["perspective"]

_FORM = "2.7.0"
_ID = "c5a1b2f0-6f0e-5d0a-9d5e-67726170686e"
"""Ours, always the same: to import it again replaces it."""
_DATA_TYPES = {
    Type.STRING: "string",
    Type.LONG: "bigint",
    Type.DOUBLE: "number",
    Type.BOOLEAN: "boolean",
    Type.DATE: "Date",
    Type.DATETIME: "DateTime",
}
_NAMED, _TYPED = "0_CATEGORY_NAME_CAPTION_KEY", "0_REL_TYPE_CAPTION_KEY"
"""What stands for a category's name and a relationship's type among captions."""
_MADE = {"createdAt": 1_577_836_800_000, "lastEditedAt": 1_577_836_800_000}
"""Milliseconds: always the first of 2020, so that the same model is the same file."""
_USUAL = 50
"""The diameter in the Browser, pixels, that is size 1."""
_CASE = "MATCH path = (g:GroundTruth {caseId: $case})<-[:MEMBER_OF]-() RETURN path LIMIT 300"
_AROUND = "MATCH path = (:Account {accountNumber: $account})-[*1..2]-() RETURN path LIMIT 100"


def perspective() -> str:
    """Give the perspective: a category a label, and a phrase a query."""
    told: dict[str, Any] = {
        "name": "graphgen",
        "id": _ID,
        "version": _FORM,
        **_MADE,
        "categories": [_category(number, node) for number, node in enumerate(WHOLE.nodes, 1)],
        "labels": {node.label: _keys(node.label, node.properties) for node in WHOLE.nodes},
        "relationshipTypes": [_type(name) for name in TYPES],
        "palette": {"colors": [*PALETTE, GREY], "currentIndex": 0},
        "templates": _phrases(),
        "hiddenRelationshipTypes": [],
        "hiddenCategories": [],
        "hideUncategorisedData": False,
        "isAuto": False,
        "parentPerspectiveId": False,
        "metadata": {
            "pathSegments": [_segment(each) for each in WHOLE.relationships],
            "indexes": [_index(node) for node in WHOLE.nodes],
            "stats": {"labels": {}, "relationshipTypes": {}},
        },
    }
    return json.dumps(told, indent=1) + "\n"


def _category(number: int, node: Node) -> dict[str, Any]:
    look = LABELS[node.label]
    return {
        "id": number,
        "name": node.label,
        **_MADE,
        "labels": [node.label],
        "properties": [
            {"name": each.name, "exclude": False, "dataType": _DATA_TYPES[each.type]}
            for each in node.properties
        ],
        "color": look.colour,
        "size": look.size / _USUAL,
        "icon": "no-icon",
        "captionKeys": list(look.caption) or [_NAMED],
        "styleRules": [],
    }


def _type(name: str) -> dict[str, Any]:
    kinds = [each for each in WHOLE.relationships if each.type == name]
    properties = {each.name: each for kind in kinds for each in kind.properties}
    return {
        "id": name,
        "name": name,
        "properties": _keys(name, tuple(properties.values())),
        "color": TYPES[name].colour,
        "size": 1,
        "captionKeys": [_TYPED],
    }


def _keys(name: str, properties: tuple[Property, ...]) -> list[dict[str, str]]:
    return [
        {"propertyKey": each.name, "type": name, "dataType": _DATA_TYPES[each.type]}
        for each in properties
    ]


def _segment(kind: Relationship) -> dict[str, str]:
    return {
        "source": kind.start.label,
        "relationshipType": kind.type,
        "target": kind.end.label,
    }


def _index(node: Node) -> dict[str, Any]:
    keys = [{"key": name, "metadataProp": True} for name in node.key]
    return {
        "label": node.label,
        "type": "native",
        "isMetadataPropIndex": True,
        "propertyKeys": keys,
    }


def _phrases() -> list[dict[str, Any]]:
    found = [
        _phrase(name, f"A ring of {name.replace('_', ' ')}", drawn(load_query(name)))
        for name in query_names()
    ]
    return [
        *found,
        _phrase("case", "Case $case", _CASE, "case"),
        _phrase("account", "Around account $account", _AROUND, "account"),
    ]


def _phrase(name: str, text: str, cypher: str, *parameters: str) -> dict[str, Any]:
    return {
        "name": text,
        "id": f"tmpl:{name}",
        "createdAt": _MADE["createdAt"],
        "text": text,
        "cypher": cypher,
        "params": [
            {
                "name": f"${each}",
                "dataType": "String",
                "collapsed": False,
                "suggestionLabel": None,
                "suggestionProp": None,
                "suggestionBoolean": False,
                "cypher": None,
            }
            for each in parameters
        ],
        "isUpdateQuery": None,
        "hasCypherErrors": False,
    }
