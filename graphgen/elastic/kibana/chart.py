"""Charts as they are said here: what is counted, by what; and as Lens keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from graphgen.elastic.kibana.saved_object import Json, lens

__all__ = ["Chart"]

_RECORDS = "___records___"


@dataclass(frozen=True)
class Chart:
    """One chart of one kind of documents."""

    name: str
    title: str
    of: str
    """The kind of document."""
    draw: str
    """`number`, `bars` over time, `table` or `ring`."""
    value: str = "count"
    """What is told: `count`; or `sum`, `average`, `max`, `unique_count`, a blank and a field."""
    by: str = ""
    """The field that it is split by; nothing where it is told once."""
    query: str = ""
    """What is asked for, in KQL."""
    top: int = 10
    """How many of the split's values are shown."""

    @property
    def fields(self) -> list[str]:
        """The fields that it needs."""
        return [name for name in (self.value.partition(" ")[2], self.by) if name]

    def saved(self, id_: str, view: str) -> Json:
        """Give it as a saved object that shows a data view's documents."""
        columns: Json = {}
        if self.draw == "bars":
            columns["time"] = _over_time()
        if self.by:
            columns["by"] = _split(self.by, self.top)
        columns["value"] = _told(self.value)
        kind, drawn = self._drawn()
        doc = f"Of {self.of} documents{f', by {self.by}' if self.by else ''}."
        return lens(id_, self.title, doc, view, kind, columns, drawn, self.query)

    def _drawn(self) -> tuple[str, Json]:
        main: Json = {"layerId": "main", "layerType": "data"}
        if self.draw == "number":
            return "lnsMetric", {**main, "metricAccessor": "value"}
        if self.draw == "table":
            columns = [{"columnId": name} for name in ("by", "value")]
            return "lnsDatatable", {**main, "columns": columns}
        if self.draw == "ring":
            layer = {
                **main,
                "primaryGroups": ["by"],
                "metrics": ["value"],
                "numberDisplay": "percent",
                "categoryDisplay": "default",
                "legendDisplay": "default",
            }
            return "lnsPie", {"shape": "donut", "layers": [layer]}
        layer = {**main, "seriesType": "bar_stacked", "xAccessor": "time", "accessors": ["value"]}
        if self.by:
            layer["splitAccessor"] = "by"
        return "lnsXY", {
            "preferredSeriesType": "bar_stacked",
            "legend": {"isVisible": bool(self.by), "position": "right"},
            "valueLabels": "hide",
            "layers": [layer],
        }


def _over_time() -> Json:
    return {
        "label": "@timestamp",
        "dataType": "date",
        "operationType": "date_histogram",
        "sourceField": "@timestamp",
        "isBucketed": True,
        "scale": "interval",
        "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
    }


def _split(field: str, top: int) -> Json:
    return {
        "label": field,
        "dataType": "string",
        "operationType": "terms",
        "sourceField": field,
        "isBucketed": True,
        "scale": "ordinal",
        "params": {
            "size": top,
            "orderBy": {"type": "column", "columnId": "value"},
            "orderDirection": "desc",
            "otherBucket": False,
            "missingBucket": False,
        },
    }


def _told(value: str) -> Json:
    how, _, field = value.partition(" ")
    return {
        "label": "number" if how == "count" else value,
        "customLabel": True,
        "dataType": "number",
        "operationType": how,
        "sourceField": field or _RECORDS,
        "isBucketed": False,
        "scale": "ratio",
        "params": {},
    }
