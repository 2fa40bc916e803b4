"""No cheap trick finds a crime: no column of a row gives it away by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from graphgen.pattern import Pattern, named
from graphgen.registry import PATTERNS
from graphgen.schema import EDGES, EVENTS, NODES, RECIPES, SCHEMAS, TRUTH, Kind, Meaning, words
from graphgen.table import Array, Table
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

COUNT = 12
HONEST = World(users=2_000, days=40, patterns={})
ENOUGH = 20
"""So many honest rows must have whatever a crime's row has."""

every_pattern = pytest.mark.parametrize("name", named("crime", market=False), scope="module")
every_event = pytest.mark.parametrize("event", [e for e in words.EVENTS if e in World().walks])


def planted(name: str) -> World:
    return replace(HONEST, patterns={name: PATTERNS.load(name, Pattern)(count=COUNT)})


def parted(tables: Tables, event: str) -> tuple[Table, Table]:
    """Give the rows of the crimes, and all others."""
    label = tables["event_label"]
    is_fraud = label["is_fraud"][label["event"] == words.EVENTS.index(event)]
    return tables[event].take(is_fraud), tables[event].take(~is_fraud)


def auc(crime: Array, other: Array) -> float:
    """Give how often a crime's value is above another's, ties counting half."""
    everything = np.concatenate([crime, other])
    _, number, count = np.unique(everything, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    total = rank[number[: len(crime)]].sum()
    return float((total - len(crime) * (len(crime) + 1) / 2) / (len(crime) * len(other)))


def separation(crime: Array, other: Array) -> float:
    return max(0.5, abs(auc(crime, other) - 0.5) + 0.5)


def groups(table: Table) -> Array:
    """Give rows that are filled alike one number: a payment's rail, channel, leg."""
    kind = np.zeros(len(table), np.int64)
    for column in ("rail", "channel", "leg", "type"):
        if column in table.columns:
            kind = kind * 32 + table[column] + 1
    return kind


def paid_by_a_bank(rows: Table, tables: Tables) -> Array:
    """Tell out of which of its own accounts a bank pays a row: 0 where it does not."""
    number = np.zeros(len(rows), np.int64)
    if "debtor_account_id" in rows.columns:
        own = [name for name in tables["bank"] if name.endswith("_account_id")]
        for place, name in enumerate(own, 1):
            number[np.isin(rows["debtor_account_id"], tables["bank"][name])] = place
    return number << 20  # above what `groups` numbers


def is_null(table: Table, column: str) -> Array:
    values = table[column]
    if isinstance(values, np.ndarray):
        return np.asarray(values == table.schema.by_name[column].null)
    return np.asarray(values.is_null())


def is_banks_own(rows: Table) -> bool:
    """Say whether rows are what a bank books of itself once an item has come back."""
    own = {words.LEGS.index(leg) for leg in ("return", "fee")}
    return "leg" in rows.columns and set(np.unique(rows["leg"])) <= own


def words_of(table: Table) -> Iterator[tuple[str, Array]]:
    """Give the columns that say one of a few words."""
    for column in table.schema.columns:
        if column.meaning in {Meaning.CATEGORY, Meaning.BOOL}:
            yield column.name, table[column.name]
        elif column.meaning is Meaning.TEXT and column.repeats:
            yield column.name, np.array(table[column.name].to_pylist(), str)


def test_the_measure_of_separation_knows_a_leak_from_none() -> None:
    low, high = np.arange(100), np.arange(100, 200)
    assert separation(low, high) == separation(high, low) == 1.0
    assert separation(low, low[::-1]) == 0.5
    assert separation(np.zeros(5), np.zeros(9)) == 0.5


@every_pattern
@every_event
def test_a_crime_uses_no_word_that_honest_rows_do_not_use_too(
    name: str, event: str, tables_of: Collect
) -> None:
    crime, other = parted(tables_of(planted(name)), event)
    honest = dict(words_of(other))
    for column, values in words_of(crime):
        for value in np.unique(values):
            assert (honest[column] == value).sum() > ENOUGH, f"{column} {value}"


@every_pattern
@every_event
def test_a_crime_s_rows_are_filled_like_honest_rows_of_their_kind(
    name: str, event: str, tables_of: Collect
) -> None:
    tables = tables_of(planted(name))
    crime, other = parted(tables, event)
    ours, theirs = (groups(rows) + paid_by_a_bank(rows, tables) for rows in (crime, other))
    for kind in np.unique(ours):
        some, honest = crime.take(ours == kind), other.take(theirs == kind)
        # of what a bank loses there is little: that it loses without a crime has to do
        assert len(honest) > (ENOUGH if kind < 1 << 20 else 0), f"kind {kind}: crimes alone"
        if len(honest) <= ENOUGH:
            continue
        for column in crime.schema.names:
            for null in np.unique(is_null(some, column)):
                assert (is_null(honest, column) == null).sum() > ENOUGH, f"{column} {null}"


@every_pattern
@every_event
def test_the_last_digits_of_times_and_sums_say_nothing(
    name: str, event: str, tables_of: Collect
) -> None:
    crime, other = parted(tables_of(planted(name)), event)
    if len(crime) < 2 * COUNT:
        pytest.skip(f"{name} makes only {len(crime)} rows of {event}")
    ours, theirs = groups(crime), groups(other)
    other = other.take(np.isin(theirs, ours))
    for digits in (10, 1_000, 60_000):
        assert separation(crime["time"] % digits, other["time"] % digits) < 0.65
    if event == "payment":
        if "amount_minor" in PATTERNS.load(name, Pattern).defined_by:
            return
        for digits in (10, 100, 500):
            found = separation(crime["amount_minor"] % digits, other["amount_minor"] % digits)
            assert found < 0.9, digits


@every_pattern
@every_event
def test_no_single_number_of_a_row_tells_a_crime_from_rows_of_its_kind(
    name: str, event: str, tables_of: Collect
) -> None:
    tables = tables_of(planted(name))
    crime, other = parted(tables, event)
    ours, theirs = (groups(rows) + paid_by_a_bank(rows, tables) for rows in (crime, other))
    found = {}
    for kind in np.unique(ours):
        some, honest = crime.take(ours == kind), other.take(theirs == kind)
        if len(some) < 2 * COUNT or len(honest) < ENOUGH or is_banks_own(some):
            continue
        for column in crime.schema.columns:
            if column.name in PATTERNS.load(name, Pattern).defined_by:
                continue
            if column.meaning in {Meaning.MONEY, Meaning.INT, Meaning.CATEGORY}:
                area = separation(some[column.name], honest[column.name])
                found[int(kind), column.name] = round(area, 3)
    assert not {where: area for where, area in found.items() if area >= 0.9}


@every_pattern
@every_event
def test_crimes_happen_at_hours_at_which_honest_people_act_too(
    name: str, event: str, tables_of: Collect
) -> None:
    crime, other = parted(tables_of(planted(name)), event)

    def hour(table: Table) -> Array:
        local = table["time"] // 60_000 + table["utc_offset"]
        return np.asarray(local // 60 % 24)

    for moment in np.unique(hour(crime)):
        assert (hour(other) == moment).sum() > ENOUGH


@every_pattern
def test_neither_ids_nor_the_order_of_rows_tell_what_was_planted(
    name: str, tables_of: Collect
) -> None:
    base, tables = tables_of(HONEST), tables_of(planted(name))
    for schema in NODES:
        table = tables[schema.name]
        assert (np.diff(table[schema.key]) > 0).all()
        new = ~np.isin(table[schema.key], base[schema.name][schema.key])
        if new.sum() > ENOUGH and (~new).sum() > ENOUGH:
            assert separation(table[schema.key][new], table[schema.key][~new]) < 0.7
    for name_of, schema in SCHEMAS.items():
        if schema.kind is Kind.EVENT and name_of in tables:
            assert (np.diff(tables[name_of]["time"]) >= 0).all()
            assert (np.diff(tables[name_of][schema.key]) > 0).all()


@every_pattern
def test_what_is_new_has_no_word_that_the_population_lacks(name: str, tables_of: Collect) -> None:
    base, tables = tables_of(HONEST), tables_of(planted(name))
    for schema in NODES:
        table = tables[schema.name]
        new = ~np.isin(table[schema.key], base[schema.name][schema.key])
        common = dict(words_of(base[schema.name]))
        for column, values in words_of(table.take(new)):
            if len(np.unique(common[column])) > len(common[column]) / 50:
                continue  # of names there are so many that some are rare
            strange = ~np.isin(values, common[column])
            assert strange.sum() <= 0.1 * len(strange) + 1, f"{schema.name}.{column}"


@every_pattern
def test_time_between_two_rows_of_a_crime_is_not_always_the_same(
    name: str, tables_of: Collect
) -> None:
    tables = tables_of(planted(name))
    label, payment = tables["event_label"], tables["payment"]
    label = label.take(label["event"] == words.EVENTS.index("payment"))
    own = label["is_fraud"] & (payment["leg"] == words.LEGS.index("original"))
    for case in np.unique(label["case_id"][own]):
        gaps = np.diff(payment["time"][own & (label["case_id"] == case)])
        assert len(gaps) < 3 or len(np.unique(gaps)) > len(gaps) / 2


@every_pattern
def test_what_is_new_is_like_what_is_old_in_every_number(name: str, tables_of: Collect) -> None:
    base, tables = tables_of(HONEST), tables_of(planted(name))
    found, defined = {}, PATTERNS.load(name, Pattern).defined_by
    for schema in NODES:
        table, old = tables[schema.name], base[schema.name]
        added = table.take(~np.isin(table[schema.key], old[schema.key]))
        for kind in np.unique(groups(added)):
            new, like = added.take(groups(added) == kind), old.take(groups(old) == kind)
            if len(new) < 2 * COUNT:
                continue
            for column in schema.columns:
                if column.name in defined:
                    continue
                if column.meaning in {Meaning.MONEY, Meaning.TIME, Meaning.INT, Meaning.GEO}:
                    area = separation(new[column.name], like[column.name])
                    found[schema.name, column.name, int(kind)] = round(area, 3)
    assert not {where: area for where, area in found.items() if area >= 0.9}


@every_pattern
def test_new_edges_are_filled_and_worded_like_old_ones(name: str, tables_of: Collect) -> None:
    base, tables = tables_of(HONEST), tables_of(planted(name))
    for schema in EDGES:
        old, ends = base[schema.name], [c.name for c in schema.columns if c.refers]
        known = set(zip(*(old[end].tolist() for end in ends), strict=True))
        pairs = zip(*(tables[schema.name][end].tolist() for end in ends), strict=True)
        new = tables[schema.name].take(np.array([pair not in known for pair in pairs], bool))
        common = dict(words_of(old))
        for column, values in words_of(new):
            for value in np.unique(values):
                is_rare = (values == value).mean() <= 0.1
                least = 0 if is_rare else ENOUGH
                assert (common[column] == value).sum() > least, f"{schema.name}.{column} {value}"
        for column in schema.names:
            for null in np.unique(is_null(new, column)):
                least = 0 if (is_null(new, column) == null).mean() <= 0.1 else ENOUGH
                assert (is_null(old, column) == null).sum() > least, f"{schema.name}.{column}"


def test_nothing_outside_of_truth_names_a_case_or_a_crime() -> None:
    for schema in (*NODES, *EDGES, *EVENTS):
        assert not schema.recipe
        for column in schema.columns:
            assert column.refers != "case"
            assert not {"case", "fraud", "pattern", "label"} & set(column.name.split("_"))
    assert all(schema.folder == "truth" for schema in (*TRUTH, *RECIPES))
