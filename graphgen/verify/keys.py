"""Keys: ids that say nothing, events in order of time, references that lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphgen.ids import FIRST_ID
from graphgen.schema import SCHEMAS, Kind, Meaning, Schema
from graphgen.verify.promise import Promise, Setup

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["PROMISES", "SETUP"]

SETUP = Setup(())
_LAST_ID = FIRST_ID + (1 << 33) - 1


def _written(dataset: Dataset) -> list[Schema]:
    return [dataset.schema(name) for name in SCHEMAS if name in dataset.run["tables"]]


def _bad_ids(dataset: Dataset) -> str:
    """Find ids that are not ten digits, and rows that do not stand in the order of their ids."""
    return " UNION ALL ".join(
        f"""
        SELECT '{schema.name}' AS "table", id, before FROM (
            SELECT "{schema.key}" AS id, lag("{schema.key}") OVER () AS before FROM "{schema.name}"
        ) WHERE id <= before OR id NOT BETWEEN {FIRST_ID} AND {_LAST_ID}
        """  # noqa: S608 - names of the schema
        for schema in _written(dataset)
        if schema.letter and schema.kind is not Kind.EVENT
    )


def _bad_event_ids(dataset: Dataset) -> str:
    """Find events whose id does not follow the one before: the next rank, or the first of a day."""
    return (
        " UNION ALL ".join(
            f"""
        SELECT '{schema.name}' AS "table", id, before, time, time_before FROM (
            SELECT "{schema.key}" AS id, lag("{schema.key}") OVER () AS before,
                time, lag(time) OVER () AS time_before
            FROM "{schema.name}"
        ) WHERE time < time_before OR CASE
            WHEN id % 100000000 = 0 THEN coalesce(id <= before, false)
            ELSE coalesce(id <> before + 1, true) END
        """  # noqa: S608 - names of the schema
            for schema in _written(dataset)
            if schema.kind is Kind.EVENT
        )
        or "SELECT 1 WHERE false"
    )


def _bad_rows(dataset: Dataset) -> str:
    """Find edges of the recipe that are not numbered by their rows."""
    return " UNION ALL ".join(
        f"""
        SELECT '{schema.name}' AS "table", edge_id, row FROM (
            SELECT edge_id, row_number() OVER () - 1 AS row FROM "{schema.name}"
        ) WHERE edge_id <> row
        """  # noqa: S608 - names of the schema
        for schema in _written(dataset)
        if schema.recipe
    )


def _dangling(dataset: Dataset) -> str:
    """Find references to rows that are not there."""
    return " UNION ALL ".join(
        f"""
        SELECT '{schema.name}' AS "table", '{column}' AS "column", t."{column}" AS id, t.row
        FROM (SELECT *, row_number() OVER () AS row FROM "{schema.name}") AS t
        ANTI JOIN "{target}" AS r ON r."{SCHEMAS[target].key}" = t."{column}"
        WHERE t."{column}" IS NOT NULL AND {where}
        """  # noqa: S608 - names of the schema
        for schema in _written(dataset)
        for column, target, where in _references(schema)
        if target in dataset.run["tables"] or SCHEMAS[target].kind is not Kind.EVENT
    )


def _references(schema: Schema) -> Iterator[tuple[str, str, str]]:
    """Yield columns that refer, the tables they refer to, and on which rows they do."""
    for column in schema.columns:
        if column.meaning is not Meaning.REF:
            continue
        if column.refers.startswith("="):
            named_by = column.refers[1:]
            for target in schema.by_name[named_by].values:
                yield column.name, target, f"t.\"{named_by}\" = '{target}'"
        else:
            yield column.name, column.refers, "true"
    for name, target in (("follows", "pays"), ("into", "pays"), ("via", "signs_in")):
        if name in schema.by_name:
            yield name, target, "true"


PROMISES = (
    Promise(
        "ids",
        "every id is unique and has ten digits, and rows stand in the order of their ids",
        _bad_ids,
    ),
    Promise(
        "event ids",
        "every event's id is its day and its rank in the day, without a gap, in the order of time",
        _bad_event_ids,
    ),
    Promise("edge rows", "the edges of the recipe are numbered by their rows", _bad_rows),
    Promise("references", "every reference leads to a row that there is", _dangling),
    Promise(
        "pairs",
        "people who know each other are two different people, in the order of their ids, once",
        """
        SELECT user_id, other_user_id, count(*) AS rows FROM knows GROUP BY ALL
        HAVING user_id >= other_user_id OR rows > 1
        """,
    ),
)
