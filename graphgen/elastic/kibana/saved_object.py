"""Saved objects as Kibana 8.19 imports them: later versions bring them up to date, earlier cannot.

Ids are made of the prefix and a name, so that importing twice replaces. What an object uses it
names in `references`; much of what it says is JSON within JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

__all__ = ["Json", "dashboard", "data_view", "lens", "map_", "saved_search"]

Json = dict[str, Any]
_CORE = "8.8.0"
_VERSIONS = {
    "index-pattern": "8.0.0",
    "search": "8.0.0",
    "lens": "8.9.0",
    "map": "8.4.0",
    "dashboard": "8.9.0",
}
"""The forms that are written here, by type: all are older than 8.19, which takes them."""
_LAYER = "indexpattern-datasource-layer-main"
_SOURCE = "kibanaSavedObjectMeta.searchSourceJSON.index"


def data_view(id_: str, title: str, name: str, time_field: str | None) -> Json:
    """Give a data view: a pattern of indices, and the field that says when, if they have one."""
    attributes: Json = {"title": title, "name": name, "fields": "[]", "fieldAttrs": "{}"}
    attributes |= {"fieldFormatMap": "{}", "runtimeFieldMap": "{}", "typeMeta": "{}"}
    if time_field:
        attributes["timeFieldName"] = time_field
    return _object("index-pattern", id_, attributes, [])


def saved_search(
    id_: str, title: str, doc: str, view: str, columns: Sequence[str], query: str, sort: str
) -> Json:
    """Give a search of Discover: which columns, and what is asked for in KQL."""
    attributes = {
        "title": title,
        "description": doc,
        "columns": list(columns),
        "sort": [[sort, "desc"]],
        "grid": {},
        "hideChart": False,
        "isTextBasedQuery": False,
        "timeRestore": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _search_source(query)},
    }
    return _object("search", id_, attributes, [_reference(_SOURCE, "index-pattern", view)])


def lens(
    id_: str,
    title: str,
    doc: str,
    view: str,
    kind: str,
    columns: Json,
    visualization: Json,
    query: str,
) -> Json:
    """Give a chart: its columns by id, how they are drawn, and what is asked for in KQL.

    `kind` is one of Lens's own: `lnsXY`, `lnsMetric`, `lnsDatatable`, `lnsPie`.
    """
    layer = {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}}
    state = {
        "datasourceStates": {"formBased": {"layers": {"main": layer}}},
        "visualization": visualization,
        "query": {"query": query, "language": "kuery"},
        "filters": [],
        "internalReferences": [],
        "adHocDataViews": {},
    }
    attributes = {"title": title, "description": doc, "visualizationType": kind, "state": state}
    return _object("lens", id_, attributes, [_reference(_LAYER, "index-pattern", view)])


def map_(id_: str, title: str, doc: str, layers: Sequence[Json], views: Sequence[str]) -> Json:
    """Give a map of layers, which name their data views as `layer_N_source_index_pattern`.

    The views stand in the order of the layers' sources and joins, as `names_of` gives them.
    """
    references = [
        _reference(name, "index-pattern", view)
        for name, view in zip(_names_of(layers), views, strict=True)
    ]
    state = {
        "zoom": 3.5,
        "center": {"lon": -96.0, "lat": 38.0},
        "timeFilters": {"from": "now-90d", "to": "now"},
        "query": {"query": "", "language": "kuery"},
        "filters": [],
        "refreshConfig": {"isPaused": True, "interval": 0},
        "settings": {},
    }
    attributes = {
        "title": title,
        "description": doc,
        "layerListJSON": json.dumps(list(layers)),
        "mapStateJSON": json.dumps(state),
        "uiStateJSON": json.dumps({"isLayerTOCOpen": True, "openTOCDetails": []}),
    }
    return _object("map", id_, attributes, references)


def dashboard(
    id_: str, title: str, doc: str, panels: Sequence[tuple[str, str, tuple[int, int, int, int]]]
) -> Json:
    """Give a dashboard of objects, each a type, an id and a place: x, y, width, height of 48."""
    placed, references = [], []
    for number, (kind, shown, (x, y, width, height)) in enumerate(panels):
        name = f"panel_{number}"
        placed.append(
            {
                "type": kind,
                "gridData": {"x": x, "y": y, "w": width, "h": height, "i": str(number)},
                "panelIndex": str(number),
                "embeddableConfig": {"enhancements": {}},
                "panelRefName": name,
            }
        )
        references.append(_reference(f"{number}:{name}", kind, shown))
    options = {"useMargins": True, "syncColors": False, "hidePanelTitles": False}
    attributes = {
        "title": title,
        "description": doc,
        "panelsJSON": json.dumps(placed),
        "optionsJSON": json.dumps(options),
        "timeRestore": True,
        "timeFrom": "now-90d",
        "timeTo": "now",
        "refreshInterval": {"pause": True, "value": 60_000},
        "version": 1,
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": json.dumps({"query": _kuery(""), "filter": []})
        },
    }
    return _object("dashboard", id_, attributes, references)


def _names_of(layers: Sequence[Json]) -> list[str]:
    """Give the names by which layers refer to data views, in order."""
    names = []
    for layer in layers:
        names.append(layer["sourceDescriptor"]["indexPatternRefName"])
        names += [join["right"]["indexPatternRefName"] for join in layer.get("joins", ())]
    return names


def _object(kind: str, id_: str, attributes: Json, references: list[Json]) -> Json:
    return {
        "type": kind,
        "id": id_,
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": _CORE,
        "typeMigrationVersion": _VERSIONS[kind],
        "managed": False,
    }


def _reference(name: str, kind: str, id_: str) -> Json:
    return {"name": name, "type": kind, "id": id_}


def _kuery(query: str) -> Json:
    return {"query": query, "language": "kuery"}


def _search_source(query: str) -> str:
    return json.dumps({"query": _kuery(query), "filter": [], "indexRefName": _SOURCE})
