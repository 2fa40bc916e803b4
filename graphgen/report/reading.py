"""A written dataset as columns of numbers: what the report measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from graphgen.schema import Column, Meaning, words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["NONE", "Cases", "Events", "Facts", "Members", "asked", "local", "read"]

NONE = -(1 << 31)
"""What stands for "none" in a column of numbers that are no references; of those it is -1."""

_SIZES = {Meaning.CATEGORY: "TINYINT", Meaning.TEXT: "SMALLINT", Meaning.BOOL: "TINYINT"}
_NODES = (
    *("user", "account", "device", "ip", "email", "phone", "address", "bank", "card"),
    "security",
)
_EDGES = (
    *("has_account", "uses_device", "uses_ip", "has_email", "has_phone", "lives_at"),
    "knows",
)


@dataclass(frozen=True)
class Cases:
    """The cases, in order of their ids."""

    id: Array
    pattern: Array
    """Names."""
    is_fraud: Array
    difficulty: Array
    """Names."""
    start: Array
    end: Array
    """Milliseconds, both inside."""
    loss: Array
    recovered: Array
    """Minor units."""

    def __len__(self) -> int:
        return len(self.id)

    @property
    def patterns(self) -> list[str]:
        """The patterns that there are cases of."""
        return sorted(set(self.pattern.tolist()))

    def of(self, pattern: str, *, is_fraud: bool = True) -> Array:
        """Say which cases are crimes (or look-alikes) of a pattern; all patterns if it is ""."""
        ours = (self.pattern == pattern) | (not pattern)
        return np.asarray(ours & (self.is_fraud == is_fraud), bool)


@dataclass(frozen=True)
class Members:
    """Who belongs to which case."""

    case: Array
    """Rows of the cases."""
    entity: Array
    """Names of tables."""
    id: Array
    role: Array
    """Names."""


@dataclass(frozen=True)
class Events:
    """An event table, in order of time."""

    name: str
    columns: Mapping[str, Array]
    """Times in ms; words as their codes; references as ids; -1 or `NONE` where there is none."""
    case: Array
    """The row of each event's case, -1 for none: int32."""
    is_crime: Array
    """Whether that case is a crime."""

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.case)


@dataclass(frozen=True)
class Facts:
    """A whole dataset, read."""

    dataset: Dataset
    cases: Cases
    members: Members
    tables: Mapping[str, Mapping[str, Array]]
    """Nodes and edges: columns by table, nodes in order of their ids."""
    events: Mapping[str, Events]

    @property
    def seed(self) -> int:
        """The world's seed."""
        return int(self.dataset.run["seed"])

    @property
    def begin(self) -> int:
        """When the first day begins: ms."""
        days = self.dataset.days
        return int(np.datetime64(days[0], "ms").astype(np.int64)) if days else 0

    def rows(self, name: str, ids: Array) -> Array:
        """Find the rows of a node table that ids name: int64, -1 for none."""
        known = self.tables[name][f"{name}_id"]
        if not len(known):
            return np.full(len(ids), -1)
        place = np.minimum(np.searchsorted(known, ids), len(known) - 1)
        return np.where(known[place] == ids, place, -1)

    @cached_property
    def sort_of_account(self) -> Array:
        """What sort each account is: its type, and of a bank's own what it is for: int64."""
        sort = self.tables["account"]["type"].astype(np.int64)
        bank = self.tables["bank"]
        own = [name for name in bank if name.endswith("_account_id")]
        for number, name in enumerate(own, len(words.ACCOUNT_TYPES)):
            place = self.rows("account", bank[name])
            sort[place[place >= 0]] = number
        return sort

    @cached_property
    def sorts_of_accounts(self) -> list[str]:
        """The names of the sorts of account."""
        own = [name for name in self.tables["bank"] if name.endswith("_account_id")]
        return [*words.ACCOUNT_TYPES, *(name.removesuffix("_account_id") for name in own)]


def read(dataset: Dataset) -> Facts:
    """Read all that the report looks at."""
    dataset.connection.execute("SET memory_limit = '1200MB'")
    dataset.connection.execute("SET threads = 2")
    cases = _cases(dataset)
    tables = {name: _numbers(dataset, name, texts=False) for name in (*_NODES, *_EDGES)}
    there = [name for name in words.EVENTS if name in dataset.run["tables"]]
    return Facts(
        dataset,
        cases,
        _members(dataset, cases),
        tables,
        {name: _events(dataset, name, cases) for name in there},
    )


def local(events: Events) -> Array:
    """Give the minutes of local time since 1970 at which events happen; UTC if none is told."""
    if "utc_offset" not in events.columns:
        return np.asarray(events["time"] // 60_000)
    offset = events["utc_offset"].astype(np.int64)
    return np.asarray(events["time"] // 60_000 + np.where(offset == NONE, 0, offset))


def _events(dataset: Dataset, name: str, cases: Cases) -> Events:
    columns = _numbers(dataset, name, texts=True)
    order = np.argsort(columns[f"{name}_id"], kind="stable")
    if not (np.diff(order) > 0).all():
        columns = {column: values[order] for column, values in columns.items()}
    event, of = asked(
        dataset,
        'SELECT event_id, case_id FROM event_label JOIN "case" USING (case_id) '
        "WHERE kind <> 'event' AND event = ?",
        [name],
    )
    ids = columns[f"{name}_id"]
    case = np.full(len(ids), -1, np.int32)
    case[np.searchsorted(ids, event)] = np.searchsorted(cases.id, of)
    return Events(name, columns, case, np.append(cases.is_fraud, False)[case])


def _cases(dataset: Dataset) -> Cases:
    return Cases(
        *asked(
            dataset,
            'SELECT case_id, pattern, is_fraud, difficulty, epoch_ms(start), epoch_ms("end"), '
            "loss_minor, recovered_minor FROM \"case\" WHERE kind <> 'event' ORDER BY case_id",
        )
    )


def _members(dataset: Dataset, cases: Cases) -> Members:
    case, entity, member, role = asked(
        dataset,
        'SELECT case_id, entity, entity_id, role FROM member JOIN "case" USING (case_id) '
        "WHERE kind <> 'event' ORDER BY ALL",
    )
    return Members(np.searchsorted(cases.id, case), entity, member, role)


def _numbers(dataset: Dataset, name: str, *, texts: bool) -> dict[str, Array]:
    """Read every column of a table that numbers can hold, with its few texts as codes if asked."""
    schema = dataset.schema(name)
    chosen = {
        column.name: _number(dataset, name, column)
        for column in schema.columns
        if (column.meaning is not Meaning.TEXT or (texts and column.repeats))
        and column.name not in {"is_fraud", "pattern", "case_id"}
    }
    order = f' ORDER BY "{schema.key}"' if schema.key and not texts else ""
    query = ", ".join(f'{how} AS "{column}"' for column, how in chosen.items())
    found = asked(dataset, f'SELECT {query} FROM "{name}"{order}')  # noqa: S608 - names of the schema
    return dict(zip(chosen, found, strict=True))


def _number(dataset: Dataset, table: str, column: Column) -> str:
    """Say in SQL how a column becomes numbers without nulls."""
    name = f'"{column.name}"'
    match column.meaning:
        case Meaning.CATEGORY | Meaning.TEXT:
            values: tuple[str, ...] = column.values
            if column.meaning is Meaning.TEXT:
                (known,) = asked(
                    dataset,
                    f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL ORDER BY 1",  # noqa: S608
                )
                values = tuple(known.tolist())
            listed = ", ".join("'" + word.replace("'", "''") + "'" for word in values)
            code = f"coalesce(list_position([{listed}]::VARCHAR[], {name}), 0) - 1"
            return f"CAST({code} AS {_SIZES[column.meaning]})"
        case Meaning.TIME:
            return f"coalesce(epoch_ms({name}), {NONE})"
        case Meaning.REF | Meaning.ID:
            return f"coalesce({name}, -1)"
        case Meaning.BOOL:
            return f"CAST({name} AS TINYINT)"
        case Meaning.IP:
            return f"CAST(hash({name}) >> 33 AS BIGINT)"
        case _:
            return f"coalesce({name}, {NONE})"


def asked(dataset: Dataset, query: str, values: list[object] | None = None) -> list[Array]:
    """Ask for columns without nulls."""
    found = dataset.connection.execute(query, values).fetchnumpy()
    return [np.asarray(column) for column in found.values()]
