"""Labels: from an event to the edge that it was walked off, and to the case of that edge."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from graphgen.graph import Graph
from graphgen.publish import inlined, places
from graphgen.schema import RECIPES, SCHEMAS, words
from graphgen.table import Array, Table

__all__ = ["Labels"]


class Labels:
    """The case of each edge, and what is public of it."""

    def __init__(self, graph: Graph) -> None:
        self.ids = np.append(graph.ids("case"), -1) if graph.size("case") else np.array([-1])
        self.pattern = graph["case"]["pattern"]
        self._id_order = np.argsort(self.ids)
        self.is_fraud = np.append(graph["case"]["is_fraud"], False)
        self._graph = graph
        self._recipes = {schema.name for schema in RECIPES}
        self._places: dict[int, Array] = {}
        self._planted: dict[int, tuple[int, Array]] = {}
        for number, name in enumerate(words.WALKED_EDGES):
            if "case_id" in SCHEMAS[name].by_name:
                own = [b.tables[name]["case_id"] for b in graph.blocks[1:] if name in b.tables]
                cases = np.concatenate([np.empty(0, np.int32), *own, np.array([-1], np.int32)])
                first = graph.blocks[0].tables.get(name)
                self._planted[number] = (0 if first is None else len(first), cases)

    def inlined(self, events: Table, label: Table) -> Table:
        """Give events with their labels in columns of their own."""
        row = self._id_order[np.searchsorted(self.ids, label["case_id"], sorter=self._id_order)]
        row = pa.array(row, mask=label["case_id"] < 0)
        return Table(
            inlined(events.schema),
            {
                **events.columns,
                "is_fraud": label["is_fraud"],
                "pattern": self.pattern.take(row),
                "case_id": label["case_id"],
            },
        )

    def place_of(self, table: Array, edge: Array) -> Array:
        """Find the row of each edge in the table as it is written: int32."""
        place = edge
        for number, name in enumerate(words.WALKED_EDGES):
            if name in self._recipes:
                continue
            rows = np.flatnonzero(table == number)
            if len(rows):
                if number not in self._places:
                    self._places[number] = places(self._graph, name)
                place = place.copy() if place is edge else place
                place[rows] = self._places[number][edge[rows]]
        return place

    def case_of(self, table: Array, edge: Array) -> Array:
        """Find the case of each event's edge: int32, -1 for none."""
        case = np.full(len(edge), -1, np.int32)
        for number, (first, cases) in self._planted.items():
            if len(cases) > 1:
                rows = np.flatnonzero((table == number) & (edge >= first))
                # behind what was planted lie errands of later quarters, which are of no case
                case[rows] = cases[np.minimum(edge[rows] - first, len(cases) - 1)]
        return case
