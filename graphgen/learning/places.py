"""Dense numbers for public ids, as tools for graphs want them: 0 to n - 1, in the order of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from graphgen.learning.known import first_known
from graphgen.schema import SCHEMAS, Kind
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.learning.frame import Frame

__all__ = ["Places"]


class Places:
    """The places of a frame's rows: an entity's or an event's number among its kind.

    Entities are in the order in which they became known (`known`), then of their ids; events in
    that of their ids, which is that of time.
    """

    def __init__(self, frame: Frame) -> None:
        """Look nothing up yet; the frame has to show all of its days when a kind is asked for."""
        self._frame = frame
        self._known: dict[str, tuple[Array, Array | None]] = {}

    def count(self, table: str) -> int:
        """Say how many rows a table has."""
        return len(self._table(table)[0])

    def ids(self, table: str) -> Array:
        """Give the public ids of a table's rows (int64), place by place."""
        ids, place = self._table(table)
        if place is None:
            return ids
        ordered = np.empty_like(ids)
        ordered[place] = ids
        return ordered

    def of(self, table: str, ids: pa.ChunkedArray | pa.Array) -> pa.Array:
        """Give the places of ids of a table (int64); null for null, and for who is not there."""
        known, place = self._table(table)
        values = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
        wanted = values.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
        if not len(known):
            return pa.nulls(len(wanted), pa.int64())
        found = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        missing = known[found] != wanted
        return pa.array(found if place is None else place[found], pa.int64(), mask=missing)

    def _table(self, table: str) -> tuple[Array, Array | None]:
        """Give a table's ids in order, and the place of each; none for its rank."""
        if table not in self._known:
            key = SCHEMAS[table].key
            if SCHEMAS[table].kind is Kind.EVENT:
                rows = self._frame.sql(f'SELECT {key} AS id FROM "{table}"').fetchnumpy()
                self._known[table] = np.sort(np.asarray(rows["id"], np.int64)), None
            else:
                rows = self._frame.sql(
                    f"SELECT {key} AS id, row_number() OVER (ORDER BY known_from, {key}) - 1 AS "
                    f"place FROM ({first_known(table)}) ORDER BY id"
                ).fetchnumpy()
                ids, place = (np.asarray(rows[name], np.int64) for name in ("id", "place"))
                self._known[table] = ids, place
        return self._known[table]
