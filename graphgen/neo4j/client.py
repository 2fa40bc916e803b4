"""A connection to a Neo4j server, and what goes wrong with one in a line."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from graphgen.neo4j.address import Address
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from types import TracebackType

    from neo4j import Driver, ManagedTransaction, Session

__all__ = ["Client", "Made", "Row"]

Row = tuple[Any, ...]
Made = tuple[int, int]
"""How many nodes and relationships came to be."""

_CONNECTS_IN = 15.0
_RETRIES_FOR = 60.0
"""Seconds: for a connection, and for a transaction that others stood in the way of."""
_INDEXED_IN = 600
"""Seconds in which indexes over what is there have to be made."""


class Client:
    """A driver's connections to one database."""

    def __init__(self, address: Address, connections: int = 1) -> None:
        """Connect, and log in; `StoreError` if that cannot be."""
        # the driver tells of what it tries again where nobody asked for logs
        logging.getLogger("neo4j").addHandler(logging.NullHandler())
        self.address = address
        with self.explained():
            self._driver = self._connected(address.server, connections)

    def _connected(self, server: str, connections: int) -> Driver:
        import neo4j
        from neo4j.exceptions import ServiceUnavailable

        driver = neo4j.GraphDatabase.driver(
            server,
            auth=self.address.login(),
            connection_timeout=_CONNECTS_IN,
            connection_acquisition_timeout=_CONNECTS_IN,
            max_transaction_retry_time=_RETRIES_FOR,
            max_connection_pool_size=connections + 1,
            notifications_min_severity="OFF",
            user_agent="graphgen",
        )
        try:
            with driver.session(database=self.address.database or None) as session:
                session.run("RETURN 1").consume()
        except BaseException as error:
            driver.close()
            if isinstance(error, ServiceUnavailable) and server.startswith("neo4j"):
                # a driver that asks for routes does not say what came in the way
                self._connected(f"bolt{server.removeprefix('neo4j')}", connections).close()
            raise
        return driver

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._driver.close()

    def session(self) -> Session:
        """Open a session: one connection, for one thread."""
        return self._driver.session(database=self.address.database or None)

    def ask(self, text: str, **values: object) -> list[Row]:
        """Read rows, in a transaction that is tried again where that helps."""
        with self.explained(), self.session() as session:
            return session.execute_read(_rows, text, values)

    def do(self, text: str, **values: object) -> Made:
        """Run a statement in a transaction that is tried again where that helps."""
        with self.session() as session:
            return self.write(session, text, values)

    def write(self, session: Session, text: str, values: dict[str, object], load: str = "") -> Made:
        """Run a statement over a session's connection; the server can tell which load's it is."""
        from neo4j import unit_of_work

        with self.explained():
            work = unit_of_work(metadata={"graphgen": load} if load else None)(_made)
            return session.execute_write(work, text, values)

    def run(self, text: str, **values: object) -> Made:
        """Run what makes transactions of its own: it is not tried again."""
        with self.explained(), self.session() as session:
            counters = session.run(text, values).consume().counters
            return counters.nodes_created, counters.relationships_created

    def define(self, statements: Sequence[str]) -> None:
        """Make constraints and indexes, and wait until they hold."""
        for statement in statements:
            self.run(statement)
        self.run(f"CALL db.awaitIndexes({_INDEXED_IN})")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what a driver raises into a `StoreError` of one line."""
        from neo4j.exceptions import DriverError, Neo4jError

        try:
            yield
        except (DriverError, Neo4jError, OSError, ValueError) as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"{self.address}: {_told(error, self.address)}") from error


def _rows(transaction: ManagedTransaction, text: str, values: dict[str, Any]) -> list[Row]:
    return [tuple(record.values()) for record in transaction.run(text, values)]


def _made(transaction: ManagedTransaction, text: str, values: dict[str, Any]) -> Made:
    counters = transaction.run(text, values).consume().counters
    return counters.nodes_created, counters.relationships_created


_CODES = {
    "Security.Unauthorized": "the server knows no such user with this password",
    "Security.AuthenticationRateLimit": "too many wrong passwords; the server asks to wait",
    "Security.CredentialsExpired": "the password has to be changed first (ALTER CURRENT USER)",
    "Security.Forbidden": "the user may not do that; a load needs a user who may write",
    "Database.DatabaseNotFound": "the server has no such database",
    "General.WriteOnReadOnlyAccessDatabase": "the database is read-only",
    "General.ForbiddenOnReadOnlyDatabase": "the database is read-only",
    "Schema.ConstraintValidationFailed": "something with the same key is there already; --merge "
    "adds to what is there",
    "Transaction.TransactionLogError": "the server cannot write to its disk: is it full? make "
    "room, start it anew, and run this again",
    "Transaction.TransactionStartFailed": "the database has stopped at an error of its own, a full "
    "disk perhaps: its log says which; start it anew",
    "General.MemoryPoolOutOfMemoryError": "the server's memory for transactions does not suffice; "
    "raise dbms.memory.transaction.total.max",
}
"""What a server's codes mean, by their last two parts."""


def _told(error: Exception, address: Address) -> str:
    code = str(getattr(error, "code", "") or "")
    known = _CODES.get(".".join(code.split(".")[-2:]))
    if known:
        return f"{known} (as {address.user})" if "Security." in code and address.user else known
    causes = list(_causes(error))
    said = " ".join(str(each) for each in causes)
    if any(isinstance(each, ssl.SSLError) for each in causes) or "SSL" in said:
        return "no encrypted connection, or not with this certificate; its scheme asks for one"
    if "looks like HTTP" in said or "HTTP" in said:
        return "somebody else answers there, over HTTP: Bolt's port is needed (7687 by default)"
    if any(isinstance(each, ConnectionRefusedError) for each in causes):
        return "nobody listens there: is the server up?"
    message = str(getattr(error, "message", "") or error).splitlines() or [type(error).__name__]
    lost = type(error).__name__ in {"ServiceUnavailable", "SessionExpired", "IncompleteCommit"}
    return f"no connection, or none any more: {message[0]}" if lost else message[0]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
