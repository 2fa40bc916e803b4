"""Run the suite of queries against a database, and score what they find by the dataset's truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from graphgen.neo4j.queries import Query, load_query, query_names
from graphgen.neo4j.scoring import Alert, Score, cases_of, score

if TYPE_CHECKING:
    from neo4j import Driver

    from graphgen.dataset import Dataset

__all__ = ["SCHEMES", "Detection", "Place", "alerts_of", "detect", "parse_place"]

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
_RATIOS = ("recall", "member_recall", "precision", "fraud_precision", "lookalikes_hit")


@dataclass(frozen=True)
class Place:
    """Where a database is, and as who it is asked."""

    uri: str
    """The server, without user and database."""
    user: str
    database: str


@dataclass(frozen=True)
class Detection:
    """What a query found."""

    query: Query
    seconds: float
    """From asking to the last row."""
    alerts: int
    """Distinct sets of entities."""
    scores: tuple[Score, ...]
    """One for each difficulty that the pattern's cases have; none if it has no case."""

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it, with the ratios."""
        told = [
            asdict(each) | {name: getattr(each, name) for name in _RATIOS} for each in self.scores
        ]
        return {
            "pattern": self.query.name,
            "title": self.query.title,
            "seconds": round(self.seconds, 3),
            "alerts": self.alerts,
            "scores": told,
        }


def parse_place(text: str) -> Place:
    """Read `neo4j://user@host:port/db`; user and database are `neo4j` unless said.

    `ValueError` if it is no such address, or has a password in it.
    """
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError(f"{text!r}: no address of a database; neo4j://user@host:7687/db is one")
    if parts.password is not None:
        raise ValueError("a password in an address is seen by others; NEO4J_PASSWORD holds it")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    server = f"{parts.scheme}://{host}:{parts.port or 7687}"
    return Place(server, parts.username or "neo4j", parts.path.strip("/") or "neo4j")


def detect(
    place: Place,
    password: str,
    dataset: Dataset,
    patterns: Sequence[str] = (),
    *,
    on_query: Callable[[str], None] = lambda _: None,
) -> list[Detection]:
    """Run the queries of some patterns, or of all that the dataset has cases of, and score them.

    The dataset is the one that was loaded; its truth is read from its files, never from the
    database. `on_query` hears the name of each query before it runs. `ValueError` if a pattern has
    no query, or the database cannot be asked.
    """
    from neo4j import GraphDatabase
    from neo4j.exceptions import DriverError, Neo4jError

    cases = cases_of(dataset)
    planted = {case.pattern for case in cases}
    asked = [load_query(name) for name in patterns or sorted(planted & set(query_names()))]
    found = []
    try:
        with GraphDatabase.driver(
            place.uri, auth=(place.user, password), notifications_min_severity="OFF"
        ) as driver:
            driver.verify_connectivity()
            for query in asked:
                on_query(query.name)
                began = perf_counter()
                alerts = alerts_of(driver, place.database, query)
                seconds = perf_counter() - began
                scores = tuple(score(query.name, alerts, cases))
                found.append(Detection(query, seconds, len(alerts), scores))
    except (DriverError, Neo4jError) as error:
        said = getattr(error, "message", None) or str(error)
        raise ValueError(f"{place.uri}/{place.database}: {said.splitlines()[0]}") from error
    return found


def alerts_of(driver: Driver, database: str, query: Query) -> set[Alert]:
    """Run a query, read only, and give its alerts."""
    from neo4j import RoutingControl

    records, _, _ = driver.execute_query(
        query.text, database_=database, routing_=RoutingControl.READ
    )
    return {frozenset(record["entities"]) for record in records}
