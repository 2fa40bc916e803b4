"""A database of Ladybug on disk: written, opened, asked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphgen.ladybug.rows import node_rows, relationship_rows
from graphgen.ladybug.spelling import node_table, relationship_table, types
from graphgen.neo4j.element import Element, Node, Relationship
from graphgen.neo4j.projection import is_daily
from graphgen.stage import StoreError

if TYPE_CHECKING:
    import pyarrow as pa

    from graphgen.neo4j.projection import Projection

__all__ = ["FILE", "Answer", "Ladybug", "opened", "write_graph"]

FILE = "graph.lbug"
"""The database's file in its folder."""
_POOL = 512 << 20
"""Bytes that Ladybug may hold; our assumption of what a laptop spares."""
_LARGEST = 1 << 36
"""Bytes that a database may grow to: address space, not memory."""
_SPAN = 400_000
"""Events whose rows are copied at a time, about."""

Answer = tuple[list[str], list[list[Any]]]
"""The names of the columns, and the rows."""


class Ladybug:
    """An open database."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - the package has no types of use
        self._connection = connection

    def ask(self, text: str, **parameters: object) -> Answer:
        """Run a statement; `StoreError` in one line for what it cannot be asked."""
        try:
            result = self._connection.execute(text, parameters)
        except RuntimeError as wrong:
            raise StoreError(f"ladybug: {str(wrong).splitlines()[0]}") from None
        return list(result.get_column_names()), result.get_all()

    def arrow(self, text: str) -> pa.Table:
        """Run a statement that is right, and give its rows as Arrow."""
        return self._connection.execute(text).get_as_arrow(chunk_size=1 << 16)


@contextmanager
def opened(folder: Path, *, write: bool = False) -> Iterator[Ladybug]:
    """Open a folder's database; to read only, unless it is to be written."""
    from graphgen.learning.exporter import needed

    needed("ladybug", "ladybug")
    import ladybug

    try:
        database = ladybug.Database(
            str(folder / FILE), buffer_pool_size=_POOL, max_db_size=_LARGEST, read_only=not write
        )
    except RuntimeError as wrong:
        raise StoreError(f"{folder}: {str(wrong).splitlines()[0]}") from None
    connection = ladybug.Connection(database)
    try:
        yield Ladybug(connection)
    finally:
        connection.close()
        database.close()


def write_graph(
    projection: Projection, folder: Path, tell: Callable[[int, int, int], None]
) -> dict[str, int]:
    """Write the graph into an empty folder; gives how many of each label and type there are."""
    model = projection.model
    kinds = types(model)
    rows: dict[str, int] = {}
    spans = list(projection.days(_SPAN))
    steps = len(model.nodes) + len(model.relationships)
    with opened(folder, write=True) as store:
        for node in model.nodes:
            store.ask(node_table(node))
        for type_, some in kinds.items():
            store.ask(relationship_table(type_, some))
    with ExitStack() as database:
        store = database.enter_context(opened(folder, write=True))
        for number, element in enumerate(model.elements, 1):
            if sum(rows.values()) > _SPAN:
                # what it has read of tables stays in memory until a database is closed
                database.close()
                store = database.enter_context(opened(folder, write=True))
            name = element.label if isinstance(element, Node) else element.type
            for span in spans if is_daily(element) else [range(len(projection.dataset.days))]:
                projection.show(span)
                copied = _copy(store, projection, element, kinds, folder)
                rows[name] = rows.get(name, 0) + copied
            tell(number, steps, sum(rows.values()))
    return {name: count for name, count in rows.items() if count}


def _copy(
    store: Ladybug,
    projection: Projection,
    element: Element,
    kinds: dict[str, list[Relationship]],
    folder: Path,
) -> int:
    """Copy an element's rows of the days that are shown, by way of a file of Parquet."""
    if isinstance(element, Node):
        query, ends, name = node_rows(projection, element), "", element.label
    else:
        query = relationship_rows(projection, element, kinds[element.type])
        ends = f" (from='{element.start.label}', to='{element.end.label}')"
        name = element.type
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        path = str(Path(scratch) / "rows.parquet").replace("'", "''")
        ((count,),) = projection.connection.execute(
            f"COPY ({query}) TO '{path}' (FORMAT parquet)"
        ).fetchall()
        if count:
            store.ask(f"COPY `{name}` FROM '{path}'{ends}")
    return int(count)
