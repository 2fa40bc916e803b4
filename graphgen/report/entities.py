"""Which single feature of an account, a person, a device or an address gives a crime away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphgen.report.features import Features
from graphgen.report.leaks import (
    FEATURE_LIMITS,
    LEAST_HONEST,
    Leak,
    Mute,
    are_defined_by,
    counterparts,
    definitions,
    difficulty_of,
    is_of_one,
    measured,
    subjects,
)
from graphgen.report.reading import Facts
from graphgen.report.separation import chance, placed, separation
from graphgen.rng import stream
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["leaks", "mute_ids"]

_BROKERAGE = words.ACCOUNT_TYPES.index("brokerage")


def leaks(facts: Facts, found: dict[str, Features]) -> Iterator[Leak]:
    """Measure each feature of the members of crimes, by role, beside all who are in no crime."""
    by = definitions(facts)
    for pattern, ours in subjects(facts):
        limit = FEATURE_LIMITS[difficulty_of(facts, pattern)]
        for entity, role, row, case in _parts(facts, ours, found, by_role=bool(pattern)):
            if not pattern and is_of_one(facts, case):
                continue
            sort = _sort(facts, entity)
            honest = _honest(facts, entity)
            where = f"{entity}, {role}" if role else entity
            for name, values in found[entity].items():
                others, against, like = honest, "honest", None
                if name in by[pattern]:
                    like = _lookalikes(facts, pattern, entity, role)
                    others, against = like >= 0, "look-alike"
                place, kept = _placed_by_sort(values, sort, row, others)
                if not pattern:
                    kept = kept & ~are_defined_by(facts, by, name)[case]
                if not kept.any() or (not pattern and is_of_one(facts, case[kept])):
                    continue
                if measured(place[kept], case[kept]):
                    back = None if like is None else _back(values, sort, row[kept], like)
                    told = separation(place[kept], case[kept], back)
                    yield Leak(
                        pattern,
                        where,
                        name,
                        against,
                        told.above,
                        told.error,
                        told.rows,
                        told.cases,
                        limit,
                    )


def mute_ids(facts: Facts, found: dict[str, Features]) -> Iterator[Mute]:
    """Test by case whether the ids of crimes' members stand anywhere but anywhere."""
    for pattern in facts.cases.patterns:
        ours = facts.cases.of(pattern)
        for entity, _, row, case in _parts(facts, ours, found, by_role=False):
            ids = facts.tables[entity][f"{entity}_id"]
            honest = np.sort(ids[_honest(facts, entity)])
            rng = stream(facts.seed, "report", entity, pattern, "id")
            if len(honest) < len(row):
                continue
            p = chance(
                rng, [placed(ids[row], honest)], [case], [placed(honest, honest)], block=False
            )
            yield Mute(pattern, entity, f"{entity}_id", len(np.unique(case)), p)


def _parts(
    facts: Facts, ours: Array, found: dict[str, Features], *, by_role: bool
) -> Iterator[tuple[str, str, Array, Array]]:
    """Yield the members of crimes by table and role: rows, each once a case, and their cases."""
    members = facts.members
    in_crime = ours[members.case]
    for entity in found:
        here = in_crime & (members.entity == entity)
        for role in np.unique(members.role[here]) if by_role else [""]:
            some = here & (members.role == role) if role else here
            row = facts.rows(entity, members.id[some])
            pair = np.unique(np.stack([members.case[some], row]), axis=1)
            if pair.shape[1]:
                yield entity, str(role), pair[1], pair[0]


def _honest(facts: Facts, entity: str) -> Array:
    """Say which rows of a table belong to no crime: bool."""
    members = facts.members
    crime = facts.cases.is_fraud[members.case] & (members.entity == entity)
    honest = np.ones(len(facts.tables[entity][f"{entity}_id"]), bool)
    honest[facts.rows(entity, members.id[crime])] = False
    return honest


def _lookalikes(facts: Facts, pattern: str, entity: str, role: str) -> Array:
    """Give the look-alike of a pattern that each row of a table belongs to, and to no crime: -1.

    Where the pattern says which role of theirs has the same part as this one, only those in it.
    """
    members = facts.members
    like = facts.cases.of(pattern, is_fraud=False)[members.case] & (members.entity == entity)
    if role in counterparts(pattern):
        like &= members.role == counterparts(pattern)[role]
    chosen = np.full(len(facts.tables[entity][f"{entity}_id"]), -1, np.int64)
    chosen[facts.rows(entity, members.id[like])] = members.case[like]
    return np.where(_honest(facts, entity), chosen, -1)


def _back(values: Array, sort: Array, row: Array, like: Array) -> tuple[Array, Array]:
    """Place rows of look-alikes among a crime's of their sort; and give their cases."""
    crime = np.zeros(len(values), bool)
    crime[row] = True
    others = np.flatnonzero(like >= 0)
    place, kept = _placed_by_sort(values, sort, others, crime, least=1)
    return place[kept], like[others[kept]]


def _sort(facts: Facts, entity: str) -> Array:
    """Give the sort of each row: accounts and internet addresses are put beside those of theirs.

    People who invest are put beside others who do.
    """
    if entity == "user":
        held = facts.tables["has_account"]
        kind = facts.tables["account"]["type"][facts.rows("account", held["account_id"])]
        invests = np.zeros(len(facts.tables["user"]["user_id"]), np.int64)
        invests[facts.rows("user", held["user_id"][kind == _BROKERAGE])] = 1
        return invests
    if entity == "account":
        return facts.sort_of_account
    if entity == "ip":
        return facts.tables["ip"]["kind"]
    return np.zeros(len(facts.tables[entity][f"{entity}_id"]), np.int64)


def _placed_by_sort(
    values: Array, sort: Array, row: Array, honest: Array, least: int = LEAST_HONEST
) -> tuple[Array, Array]:
    """Place rows among honest ones of their sort; and where there were enough of these.

    Rows without a number are left out, on both sides.
    """
    place, kept = np.zeros(len(row)), np.zeros(len(row), bool)
    there = ~np.isnan(values)
    for each in np.unique(sort[row]):
        here = (sort[row] == each) & there[row]
        known = np.sort(values[honest & (sort == each) & there])
        if len(known) >= least:
            place[here], kept[here] = placed(values[row[here]], known), True
    return place, kept
