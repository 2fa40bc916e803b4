"""A dataset with its labels and splits, in SQL: what every format for learners is written from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from graphgen.learning.labelling import Labelling
from graphgen.learning.labels import make_labels
from graphgen.learning.luck import make_macros
from graphgen.learning.splits import make_splits, split_columns
from graphgen.learning.view import WHOLE, make_view
from graphgen.schema import SCHEMAS, Kind

if TYPE_CHECKING:
    import duckdb

    from graphgen.dataset import Dataset

__all__ = ["EDGES", "Frame", "labelled"]

_MEMORY = "1GB"
"""What DuckDB may hold; more it spills to disk."""


class Frame:
    """The tables of a dataset in a connection to DuckDB, whole or as a bank sees them.

    Beside the dataset's views there are the tables that `make_labels` and `make_splits` tell of,
    and the views `transfer` and `dealing`: edges with all that is said of them.

    * `transfer` (id, time, payer, payee, and the columns of the payment): payments as they were
      ordered, from the account that pays to the account that is paid, whatever clears between them.
      What is settled, returned or charged for them is not in it; declined attempts are.
    * `dealing` (id, time, payer, payee, ...): trades, from an account to a security.

    Both have `case_id`, `pattern`, `stage`, `is_fraud`, `is_lookalike`, `told`, `reported_at`, and
    the four splits.
    """

    def __init__(
        self, dataset: Dataset, how: Labelling | None = None, *, bank: int | None = None
    ) -> None:
        """Open a dataset; as the bank with an id sees it, if one is given."""
        import duckdb

        self.dataset = dataset
        self.how = how or Labelling()
        self.bank = bank
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect()
        for setting in (
            "TimeZone = 'UTC'",
            "enable_progress_bar = false",
            f"memory_limit = '{_MEMORY}'",
        ):
            self.connection.execute(f"SET {setting}")
        seed = int(dataset.run["seed"])
        make_macros(self.connection)
        for macro, days in (("world_start", 0), ("world_end", len(dataset.days))):
            midnight = date.fromisoformat(dataset.run["start"]) + timedelta(days=days)
            self.connection.execute(f"CREATE MACRO {macro}() AS TIMESTAMPTZ '{midnight} 00:00:00Z'")
        self._prefix = "" if bank is None else WHOLE
        dataset.make_views(self.connection, self._prefix)
        if dataset.run["labels"] == "inline":
            self.show(None)
        if bank is not None:
            make_view(self.connection, bank)
        make_splits(self.connection, dataset, seed)
        make_labels(self.connection, seed, self.how)
        for name, (event, rows) in EDGES.items():
            self.connection.execute(f"CREATE VIEW {name} AS {labelled(rows, event)}")

    def days(self, rows: int) -> Iterator[range]:
        """Part the days into runs of about so many rows of events, one at least."""
        files = self.dataset.run["files"]
        first, held = 0, 0
        of_day = dict.fromkeys(map(str, self.dataset.days), 0)
        for path, file in files.items():
            if path.startswith("events/"):
                of_day[path.partition("/day=")[2].partition("/")[0]] += file["rows"]
        for day, here in enumerate(of_day.values()):
            if held and held + here > rows:
                yield range(first, day)
                first, held = day, 0
            held += here
        if first < len(of_day):
            yield range(first, len(of_day))

    def show(self, days: range | None) -> None:
        """Let the tables of events, and `transfer` and `dealing`, have the rows of some days.

        None: of all. Labels and splits stay those of the whole.
        """
        some = range(len(self.dataset.days)) if days is None else days
        for name, schema in SCHEMAS.items():
            if schema.kind is not Kind.EVENT:
                continue
            rows = self.dataset.select(name, some)
            inline = set(self.dataset.schema(name).names) - set(schema.names)
            if inline:  # a label that stands in the data is no label of a frame
                rows = f"SELECT * EXCLUDE ({', '.join(sorted(inline))}) FROM ({rows})"
            self.connection.execute(f'CREATE OR REPLACE VIEW "{self._prefix}{name}" AS {rows}')

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """Ask DuckDB."""
        return self.connection.sql(query)

    def close(self) -> None:
        """Let go of the connection, and of what it holds."""
        self.connection.close()


_ORDERED = (
    "SELECT payment_id AS id, *, coalesce(counterparty_account_id, debtor_account_id) AS payer, "
    "creditor_account_id AS payee FROM payment WHERE leg = 'original'"
)
_TRADED = "SELECT trade_id AS id, *, account_id AS payer, security_id AS payee FROM trade"
EDGES = {"transfer": ("payment", _ORDERED), "dealing": ("trade", _TRADED)}
"""The views of edges: the event that each is of, and its rows."""


def labelled(rows: str, event: str, schema: str = "", *, splits: bool = True) -> str:
    """Give the query of an event's rows with labels and splits; `schema` is where labels lie.

    Without `splits` their four columns are not there, and a row costs a third of the time.
    """
    shown = f", {split_columns()}" if splits else ""
    parts = _PARTS.format(schema=schema) if splits else ""
    return (
        "SELECT e.*, l.case_id, l.pattern, l.stage, coalesce(l.is_fraud, false) AS is_fraud, "
        "l.case_id IS NOT NULL AND NOT l.is_fraud AS is_lookalike, "
        "CASE WHEN l.event_id IS NULL THEN false ELSE l.told END AS told, l.reported_at"
        f"{shown} FROM ({rows}) AS e "
        f"LEFT JOIN {schema}edge_label AS l ON l.event = '{event}' AND l.event_id = e.id {parts}"
    )


_PARTS = """
LEFT JOIN {schema}account_part AS payer_part ON payer_part.account_id = e.payer
LEFT JOIN {schema}account_part AS payee_part ON payee_part.account_id = e.payee
LEFT JOIN {schema}case_label AS case_part ON case_part.case_id = l.case_id"""
