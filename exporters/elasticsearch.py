"""An Elasticsearch cluster: templates, then documents, an index for each kind.

Names are those of the Elastic Common Schema where it has a field; entities are in lookup mode, so
that events join them (`LOOKUP JOIN`). Given as the cluster's URL: `es://host:9200`, or encrypted
`ess://host:9200` and `https://host`. Who asks stands in `ELASTIC_API_KEY`, or as the URL's user
(else `elastic`) with `ELASTIC_PASSWORD`; `ELASTIC_CA_CERTS` names a file of certificates to trust.

A load that was stopped goes on where it was: run it again. One that is whole is left as it is.
While it is loaded an index is not refreshed and has no copies; both are put back at the end, or by
the next run. `graphgen verify DATASET --in URL` compares every document. Elasticsearch 8.19 and 9
can do all of it; 8.0 to 8.17 lack joins.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Interval

from graphgen.elastic.address import API_KEY, PASSWORD, SCHEMES, Address
from graphgen.elastic.document_exporter import DocumentExporter
from graphgen.exporter import LOADS

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.detection.found import Found
    from graphgen.elastic.client import Client
    from graphgen.verify.promise import Check

__all__ = ["Elasticsearch"]


@dataclass(frozen=True)
class Elasticsearch(DocumentExporter):
    """An Elasticsearch cluster."""

    schemes: ClassVar[tuple[str, ...]] = SCHEMES

    wipe: Annotated[bool, LOADS] = False
    """Delete first what graphgen has written there, alerts too, and nothing else."""
    senders: Annotated[int, Interval(ge=1, le=64), LOADS] = 2
    """How many processes send."""

    def __post_init__(self) -> None:
        """Raise `StoreError` for a target that is no server's address, and a wrong prefix."""
        super().__post_init__()
        Address.parse(self.target)

    @property
    def secret(self) -> str:
        """The variable that holds the password, if a user logs in."""
        user = Address.parse(self.target).user
        return PASSWORD if user and API_KEY not in os.environ else ""

    def check(self, *, force: bool) -> None:
        """Refuse a cluster that cannot be used, and one that holds something else by these names.

        What graphgen loaded is looked at when it is known what is to be loaded; `force` is nothing
        to it: `wipe` is what deletes.
        """
        del force
        from graphgen.elastic.indices import refuse_foreign
        from graphgen.elastic.layout import Layout

        with self._client() as client:
            refuse_foreign(client, Layout(prefix=self.prefix))

    def load(
        self, dataset: Dataset, *, force: bool, tell: Callable[[int, int, int], None]
    ) -> Mapping[str, int]:
        """Load it, or what is missing of it; gives how many of what were sent."""
        del force
        from graphgen.elastic.loading import Loading, load
        from graphgen.elastic.projection import Projection

        with self._client() as client:
            projection = Projection(dataset, self.layout(dataset, joins=client.joins))
            return load(client, projection, Loading(self.wipe, self.senders), tell)

    def verify(self, dataset: Dataset, *, full: bool) -> list[Check]:
        """Compare the cluster with a dataset: always every document."""
        del full
        from graphgen.elastic.comparison import compare
        from graphgen.elastic.projection import Projection

        with self._client() as client:
            projection = Projection(dataset, self.layout(dataset, joins=client.joins))
            return compare(client, projection)

    @classmethod
    def finders(cls, pattern: str) -> Sequence[str]:
        """Name the rules that are scored on a pattern."""
        from graphgen.elastic.rules import load_rule, rule_names

        return [f"esql/{name}.esql" for name in rule_names() if pattern in load_rule(name).patterns]

    def detect(
        self, names: Sequence[str], planted: Collection[str], tell: Callable[[str], None]
    ) -> list[Found]:
        """Run the rules of `esql/`, or their twins where a server has no ES|QL with joins."""
        from graphgen.elastic.asking import asked
        from graphgen.elastic.finding import find

        rules = asked(names, planted)
        with self._client() as client:
            return list(find(client, rules, self.prefix, tell))

    def keep_alerts(self, found: Sequence[Found]) -> Mapping[str, int]:
        """Write alerts into an index of their own, one document an entity."""
        from graphgen.elastic.alerts import keep

        with self._client() as client:
            return keep(client, self.prefix, found)

    @contextmanager
    def _client(self) -> Iterator[Client]:
        from graphgen.elastic.client import Client

        with Client(Address.parse(self.target)) as client:
            yield client
