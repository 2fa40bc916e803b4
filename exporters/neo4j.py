"""A Neo4j database, over Bolt: constraints, then nodes and relationships in batches.

Neo4j's transaction base model and its event-sequence extension. Given as the server's URL:
`neo4j://user@host:7687/database`, also `bolt://`, and both with `+s` (encrypted) or `+ssc`
(encrypted, any certificate). The password stands in `NEO4J_PASSWORD`, else the command line asks.

A load that was stopped goes on where it was: run it again. One that is whole is left as it is. What
is loaded has the property `loadId`, and a node labelled `GraphgenLoad` says how far it came; both
stay, and tell nothing of the truth. `graphgen verify DATASET --in URL` compares, `graphgen neo4j
truth` adds and removes what was planted. (Neo4j keeps the name of every property that was once in
use, `CALL db.propertyKeys()`: whoever is to see no trace at all needs `--blind` from the start.)

The Community Edition has no roles: whoever may log in may write. The driver's compiled extension
(`pip install 'graphgen[neo4j]'`) is used where it is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Interval

from graphgen.exporter import LOADS
from graphgen.neo4j.address import PASSWORD, SCHEMES, Address
from graphgen.neo4j.graph_exporter import GraphExporter
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.detection.found import Found
    from graphgen.neo4j.client import Client
    from graphgen.verify.promise import Check

__all__ = ["Neo4j"]


@dataclass(frozen=True)
class Neo4j(GraphExporter):
    """A Neo4j database, over Bolt."""

    schemes: ClassVar[tuple[str, ...]] = SCHEMES

    merge: Annotated[bool, LOADS] = False
    """Add to what is in the database: what has the same key becomes one."""
    wipe: Annotated[bool, LOADS] = False
    """Delete first what graphgen has loaded there, and nothing else."""
    connections: Annotated[int, Interval(ge=1, le=64), LOADS] = 1
    """How many at once; more than one is faster only where the server has cores to spare."""

    def __post_init__(self) -> None:
        """Raise `StoreError` for a target that is no server's address."""
        Address.parse(self.target)

    @property
    def secret(self) -> str:
        """The variable that holds the password, if somebody logs in."""
        return PASSWORD if Address.parse(self.target).user else ""

    def check(self, *, force: bool) -> None:
        """Refuse a server that cannot be asked, and a database that holds something else.

        What graphgen loaded is looked at when it is known what is to be loaded; `force` is nothing
        to it: `wipe` is what deletes.
        """
        del force
        from graphgen.neo4j.database import refuse_foreign
        from graphgen.neo4j.note import notes

        with self._client() as client:
            if not self.merge:
                refuse_foreign(client, notes(client))

    def load(
        self, dataset: Dataset, *, force: bool, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Load it, or what is missing of it; gives how many of what were sent."""
        del force
        from graphgen.neo4j.database import Loading, load

        projection = self.projection(dataset)
        with self._client() as client:
            how = Loading(self.merge, self.wipe, self.connections)
            return load(client, projection, how, tell)

    def verify(self, dataset: Dataset, *, full: bool) -> list[Check]:
        """Compare the database with a dataset."""
        from graphgen.neo4j.comparison import compare

        projection = self.projection(dataset)
        with self._client() as client:
            return compare(client, projection, full=full)

    @classmethod
    def finders(cls, pattern: str) -> Sequence[str]:
        """Name the query of that pattern."""
        from graphgen.neo4j.queries import query_names

        return [f"cypher/{pattern}.cypher"] if pattern in query_names() else []

    def detect(
        self, names: Sequence[str], planted: Collection[str], tell: Callable[[str], None]
    ) -> list[Found]:
        """Run the queries of `cypher/`: each finds rings of its pattern."""
        from graphgen.neo4j.finding import asked, find

        queries = asked(names, planted)
        with self._client() as client:
            return list(find(client, queries, tell))

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            from graphgen.neo4j.client import Client

            client = Client(Address.parse(self.target), self.connections)
        except ImportError:
            raise StoreError("the driver is not installed; pip install neo4j") from None
        with client:
            yield client
