"""What every pattern promises, whoever wrote it: the registry's patterns are all held to it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

import numpy as np
import pytest

from graphgen.fields import fields_of
from graphgen.grow import grow, populate
from graphgen.pattern import Pattern, named
from graphgen.registry import PATTERNS
from graphgen.rng import stream
from graphgen.schema import NODES, NULL_NUMBER, SCHEMAS, words
from graphgen.table import Array, Table, assert_equal
from graphgen.verify.cases import statements
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

COUNT = 8
RECIPES = ("pays", "signs_in", "acts")
WALKED = [event for event in words.EVENTS if event in World().walks]
HONEST = World(users=1_000, days=30, patterns={})

every_pattern = pytest.mark.parametrize("name", named("crime", market=False), scope="module")
"""Of a module's scope: all that is asked of one pattern is asked while its world is in memory."""


def planted(name: str, count: int | None = COUNT, world: World = HONEST) -> World:
    """Give a world with one pattern in it."""
    return replace(world, patterns={name: PATTERNS.load(name, Pattern)(count=count)})


def rows_of(label: Table, event: str) -> Table:
    return label.take(label["event"] == words.EVENTS.index(event))


def walked_off(label: Table, edge: str) -> Array:
    here: Array = label["edge"] == words.WALKED_EDGES.index(edge)
    return here


def look_up(ids: Array, wanted: Array) -> Array:
    """Find the row of each id that is wanted; all must be there."""
    order = np.argsort(ids)
    rows = order[np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)]
    assert (ids[rows] == wanted).all()
    return np.asarray(rows)


def plain(values: object) -> Array:
    if isinstance(values, np.ndarray):
        return values
    return np.array(values.to_pylist(), object)  # type: ignore[attr-defined]


def as_set(table: Table, *columns: str) -> set[tuple[object, ...]]:
    return set(zip(*(plain(table[column]).tolist() for column in columns), strict=True))


@every_pattern
def test_a_count_of_none_plants_nothing_at_all(name: str, tables_of: Collect) -> None:
    with_none, without = tables_of(planted(name, 0)), tables_of(HONEST)
    for table, rows in without.items():
        assert_equal(with_none[table], rows)


@every_pattern
@pytest.mark.parametrize("decoys", [0.0, 1.0, 2.5])
def test_as_many_cases_are_planted_as_asked_and_decoys_for_each(name: str, decoys: float) -> None:
    case = grow(replace(planted(name), decoys=decoys))["case"]
    assert case["is_fraud"].sum() == COUNT
    assert (~case["is_fraud"]).sum() == round(COUNT * decoys)
    assert set(case["pattern"].to_pylist()) == {name}


@every_pattern
def test_prevalence_says_how_many_there_are_among_ten_thousand_in_a_quarter(name: str) -> None:
    pattern = PATTERNS.load(name, Pattern)()
    graph = populate(replace(HONEST, users=2_000, days=45))
    assert pattern.instances(graph) == round(pattern.prevalence / 5 / 2)
    assert pattern.prevalence > 0


@every_pattern
def test_every_case_has_members_an_edge_and_events(name: str, tables_of: Collect) -> None:
    tables = tables_of(planted(name))
    cases = set(tables["case"]["case_id"].tolist())
    assert set(tables["member"]["case_id"].tolist()) == cases
    assert cases <= {case for edge in RECIPES for case in tables[edge]["case_id"].tolist()}
    assert set(tables["event_label"]["case_id"].tolist()) - {-1} == cases


@every_pattern
def test_every_edge_of_a_case_touches_a_member_of_it(name: str, tables_of: Collect) -> None:
    tables = tables_of(planted(name))
    member = tables["member"]
    belongs = as_set(member, "case_id", "entity", "entity_id")
    for edge, ends in (
        ("pays", {"debtor_account_id": "account", "creditor_account_id": "account"}),
        ("signs_in", {"user_id": "user", "device_id": "device", "ip_id": "ip"}),
        ("acts", {"user_id": "user"}),
    ):
        rows = tables[edge].take(tables[edge]["case_id"] >= 0)
        for row in range(len(rows)):
            case = int(rows["case_id"][row])
            assert any(
                (case, words.ENTITIES.index(entity), int(rows[column][row])) in belongs
                for column, entity in ends.items()
            )


@every_pattern
def test_a_label_is_a_join_from_event_to_edge_to_case(name: str, tables_of: Collect) -> None:
    tables = tables_of(planted(name))
    label, case = tables["event_label"], tables["case"]
    expected = np.full(len(label), -1, np.int64)
    for edge in RECIPES:
        here = walked_off(label, edge)
        expected[here] = tables[edge]["case_id"][label["edge_id"][here]]
    assert (label["case_id"] == expected).all()
    of_case = expected >= 0
    crime = case["is_fraud"][look_up(case["case_id"], expected[of_case])]
    assert (label["is_fraud"][of_case] == crime).all()
    assert not label["is_fraud"][~of_case].any()
    assert crime.any()
    assert not crime.all()
    for event in WALKED:
        assert (rows_of(label, event)["event_id"] == tables[event][f"{event}_id"]).all()


@every_pattern
def test_a_case_lasts_from_its_first_edge_to_its_last(name: str, tables_of: Collect) -> None:
    world = planted(name)
    tables = tables_of(world)
    case, label = tables["case"], tables["event_label"]
    assert (case["start"] <= case["end"]).all()
    assert (case["start"] >= world.start_ms).all()
    assert (case["end"] < world.end_ms).all()
    for edge in RECIPES:
        rows = tables[edge].take(tables[edge]["case_id"] >= 0)
        mine = look_up(case["case_id"], rows["case_id"])
        begins = rows["valid_from"]
        assert (begins >= case["start"][mine]).all()
        assert ((begins <= case["end"][mine]) | (begins >= world.end_ms)).all()
    for event in WALKED:
        here = rows_of(label, event)
        rows, time = np.flatnonzero(here["case_id"] >= 0), tables[event]["time"]
        if event == "payment":
            rows = rows[tables[event]["leg"][rows] == words.LEGS.index("original")]
        mine = look_up(case["case_id"], here["case_id"][rows])
        session_before = 3_600_000 if event != "payment" else 0
        assert (time[rows] >= case["start"][mine] - session_before).all()
        assert (time[rows] <= case["end"][mine] + session_before).all()


@every_pattern
def test_all_instances_are_planted_at_once(name: str) -> None:
    graph = populate(HONEST)

    def yielded(count: int) -> list[str]:
        pattern = PATTERNS.load(name, Pattern)(count=count)
        rng = stream(1, "plant")
        plants = (pattern.plant, pattern.plant_lookalike)
        return [table.name for plant in plants for table in plant(graph.bed(), rng)]

    assert yielded(30) == yielded(2)


def honest_events(tables: Tables, base: Tables) -> dict[str, Table]:
    """Give what was walked off the edges of `base`, with the edge's row there for an id."""
    label, found = tables["event_label"], {}
    is_base = np.zeros(len(label), bool)
    where = np.full(len(label), -1, np.int64)
    for edge in words.WALKED_EDGES:
        here = np.flatnonzero(walked_off(label, edge))
        place = _places_in(base[edge], tables[edge])[label["edge_id"][here]]
        is_base[here], where[here] = place >= 0, place
    for event in WALKED:
        rows = label["event"] == words.EVENTS.index(event)
        keep = is_base[rows]
        found[event] = (
            tables[event]
            .take(keep)
            .with_columns(edge=label["edge"][rows][keep], edge_id=where[rows][keep])
        )
    return found


def _places_in(base: Table, grown: Table) -> Array:
    """Find the row of `base` that each row of a grown edge table was, -1 for a new one."""
    if base.schema.recipe:
        rows = np.arange(len(grown))
        return np.where(rows < len(base), rows, -1)
    key = [column.name for column in base.schema.columns if not column.nullable]
    rows_of_base = {
        row: place
        for place, row in enumerate(zip(*(base[column].tolist() for column in key), strict=True))
    }
    grown_rows = zip(*(grown[column].tolist() for column in key), strict=True)
    return np.array([rows_of_base.get(row, -1) for row in grown_rows], np.int64)


def _session_times(events: Table, sessions: Table) -> Array:
    """Say when each event's session began, as ids of sessions may move."""
    time = np.full(len(events), -1, np.int64)
    some = np.flatnonzero(events["session_id"] >= 0)
    rows = look_up(sessions["session_id"], events["session_id"][some])
    time[some] = sessions["time"][rows]
    return time


def comparable(tables: Tables, base: Tables) -> dict[str, Table]:
    """Give honest events without what may follow the balances: ids, balances, statuses."""
    events = honest_events(tables, base)
    payment = events["payment"]
    is_sum = base["pays"]["amount_of"][payment["edge_id"]] == words.AMOUNT_OF.index("sum")
    ordered = payment["leg"] == words.LEGS.index("original")
    events["payment"] = payment.take(is_sum & ordered)
    may_follow = {"debtor_balance_minor", "creditor_balance_minor", "status", "session_id"}
    comparable = {}
    for event, rows in events.items():
        columns = {c: v for c, v in rows.columns.items() if c not in {*may_follow, f"{event}_id"}}
        if event != "session":
            columns["session"] = _session_times(rows, tables["session"])
        kept = Table(rows.schema, columns)
        order = np.lexsort((plain(kept["edge_id"]), plain(kept["edge"]), kept["time"]))
        comparable[event] = kept.take(order)
    return comparable


@every_pattern
def test_a_pattern_changes_no_honest_row_s_time_parties_or_amount(
    name: str, tables_of: Collect
) -> None:
    base = tables_of(HONEST)
    without, with_it = comparable(base, base), comparable(tables_of(planted(name)), base)
    for event in WALKED:
        assert len(without[event]) > 1_000
        assert_equal(with_it[event], without[event])


@every_pattern
def test_a_pattern_moves_no_id_and_no_attribute_of_the_population(
    name: str, tables_of: Collect
) -> None:
    base, tables = tables_of(HONEST), tables_of(planted(name))
    for schema in NODES:
        there = np.isin(tables[schema.name][schema.key], base[schema.name][schema.key])
        assert_equal(tables[schema.name].take(there), base[schema.name])
    for edge in ("has_account", "has_email", "has_phone", "lives_at", "employed_by", "knows"):
        # until when an address holds may follow from what was given to the bank instead
        columns = [column.name for column in SCHEMAS[edge].columns if not column.nullable]
        assert as_set(base[edge], *columns) <= as_set(tables[edge], *columns)
    for recipe in RECIPES:
        first = np.arange(len(base[recipe]))
        assert_equal(tables[recipe].take(first), base[recipe])


@every_pattern
def test_the_other_patterns_move_nothing_that_a_pattern_plants(
    name: str, tables_of: Collect
) -> None:
    every = {
        other: PATTERNS.load(other, Pattern)(count=COUNT) for other in named("crime", market=False)
    }
    alone, among = tables_of(planted(name)), tables_of(replace(HONEST, patterns=every))
    mine = np.flatnonzero(plain(among["case"]["pattern"]) == name)
    # what a share of a balance comes to may follow from what others did to it
    nothing = np.zeros(len(mine), np.int64)
    cost = {"loss_minor": nothing, "recovered_minor": nothing}
    own_cases = among["case"].take(mine).with_columns(**cost)
    assert_equal(own_cases, alone["case"].with_columns(**cost))
    for table in ("member", *RECIPES):
        ours = np.isin(among[table]["case_id"], among["case"]["case_id"][mine])
        own = alone[table].take(alone[table]["case_id"] >= 0)
        moved = {"edge_id", "follows", "into", "via"}
        for column in set(own) - moved:
            assert (plain(among[table][column])[ours] == plain(own[column])).all(), column


FEW = replace(HONEST, users=500)
SMALL = {
    "one user": World(users=1, days=10),
    "no day": replace(FEW, days=0),
    "one business day": replace(FEW, days=1, start=date(2026, 1, 5)),
    "one holiday": replace(FEW, days=1),
    "a weekend": replace(FEW, days=2, start=date(2026, 1, 3)),
    "a leap day": replace(FEW, days=6, start=date(2028, 2, 25)),
    "summer time begins": replace(FEW, days=14, start=date(2026, 3, 1)),
    "summer time ends": replace(FEW, days=14, start=date(2026, 10, 20)),
    "long ago": replace(FEW, days=5, start=date(1971, 1, 1)),
}


@every_pattern
@pytest.mark.parametrize("window", SMALL)
def test_a_pattern_fits_into_any_window(name: str, window: str, tables_of: Collect) -> None:
    world = SMALL[window]
    tables = tables_of(planted(name, None if world.users == 1 else COUNT, world))
    case = tables["case"]
    fraud, decoy = int(case["is_fraud"].sum()), int((~case["is_fraud"]).sum())
    assert fraud == decoy
    assert fraud in {0, COUNT}
    assert (case["start"] <= case["end"]).all() or not world.days
    if world.days:
        assert len(tables["payment"])
        midnight = world.start_ms
        assert tables["payment"]["time"].min() >= midnight
        assert tables["payment"]["time"].max() < world.end_ms
    labelled = tables["event_label"]["case_id"] if world.days else np.empty(0)
    assert set(np.unique(labelled)) - {-1} <= set(case["case_id"].tolist())


@every_pattern
def test_more_members_than_people_is_one_line_that_names_the_pattern(name: str) -> None:
    with pytest.raises(ValueError, match=name) as raised:
        grow(planted(name, 5_000, World(users=30, days=10)))
    assert "\n" not in str(raised.value)
    assert "30" in str(raised.value)


def ordered(tables: Tables, *, crimes: bool) -> Table:
    """Give what is ordered, of crimes or of everybody else, by time and parties."""
    label = rows_of(tables["event_label"], "payment")
    payment = tables["payment"]
    keep = (payment["leg"] == words.LEGS.index("original")) & (label["is_fraud"] == crimes)
    some = payment.take(keep)
    through = some["counterparty_account_id"]
    some = some.with_columns(
        amount_of=tables["pays"]["amount_of"][label["edge_id"][keep]],
        payer=np.where(through >= 0, through, some["debtor_account_id"]),
    )
    return some.take(np.lexsort((some["creditor_account_id"], some["payer"], some["time"])))


@every_pattern
@pytest.mark.parametrize("left_out", ["crimes", "lookalikes"])
def test_in_a_twin_world_every_other_payment_is_there_at_its_time_between_its_parties(
    name: str, left_out: Literal["crimes", "lookalikes"], tables_of: Collect
) -> None:
    tables = tables_of(planted(name))
    twin = tables_of(replace(planted(name), leave_out=left_out))
    case = twin["case"]
    assert len(case) == COUNT
    assert (case["is_fraud"] == (left_out == "lookalikes")).all()
    is_left_out = {
        "crimes": rows_of(tables["event_label"], "payment")["is_fraud"],
        "lookalikes": ~rows_of(tables["event_label"], "payment")["is_fraud"]
        & (rows_of(tables["event_label"], "payment")["case_id"] >= 0),
    }[left_out]
    kept = {
        **tables,
        "payment": tables["payment"].take(~is_left_out),
        "event_label": rows_of(tables["event_label"], "payment").take(~is_left_out),
    }
    for crimes in (False, True):
        one, other = ordered(kept, crimes=crimes), ordered(twin, crimes=crimes)
        # a share of a balance that a crime has emptied is no payment
        sums = [t.take(t["amount_of"] == words.AMOUNT_OF.index("sum")) for t in (one, other)]
        for column in ("time", "payer", "creditor_account_id", "amount_minor", "rail", "device_id"):
            assert np.array_equal(sums[0][column], sums[1][column]), column


@every_pattern
def test_a_pattern_says_in_sql_what_every_case_of_it_keeps(name: str) -> None:
    found = statements(name)
    assert len(found) >= 4
    for text, query in found:
        assert len(text.split()) > 4, query
        assert query.split()[0].upper() in {"SELECT", "WITH", "FROM"}
    about = " ".join(query for _, query in found)
    assert "part" in about
    assert "declared" in about or "case_end" in about


@every_pattern
def test_the_same_seed_plants_the_same_and_another_seed_all_else(
    name: str, tables_of: Collect
) -> None:
    world = planted(name)
    tables = tables_of(world)
    again: dict[str, list[Table]] = {}
    for table in world.tables():
        again.setdefault(table.name, []).append(table)
    for table, parts in again.items():
        assert_equal(Table.concat(parts), tables[table])
    other = tables_of(replace(world, seed=8))
    assert not as_set(other["member"], "entity_id") & as_set(tables["member"], "entity_id")
    assert not as_set(other["case"], "start") & as_set(tables["case"], "start")
    for event in WALKED:
        same = as_set(other[event], "time") & as_set(tables[event], "time")
        assert len(same) < 0.01 * len(tables[event])


@every_pattern
def test_a_pattern_tells_its_story_and_its_source_and_documents_every_field(name: str) -> None:
    text = inspect.getdoc(PATTERNS.module(name)) or ""
    assert "Source" in text
    assert len(text.split()) > 50
    for field in fields_of(PATTERNS.load(name, Pattern)):
        assert field.doc, field.name


@every_pattern
def test_whom_and_what_a_pattern_adds_has_an_honest_life_too(name: str, tables_of: Collect) -> None:
    base, tables = tables_of(HONEST), tables_of(planted(name))
    label = rows_of(tables["event_label"], "payment")
    honest = tables["payment"].take(label["case_id"] < 0)
    member = tables["member"]
    is_account = member["entity"] == words.ENTITIES.index("account")
    new = np.setdiff1d(member["entity_id"][is_account], base["account"]["account_id"])
    pays = np.isin(new, honest["debtor_account_id"])
    earns = np.isin(new, honest["creditor_account_id"])
    assert (pays | earns).all()
    assert len(new) == 0 or min(pays.mean(), earns.mean()) > 0.9
    account = tables["account"].take(np.isin(tables["account"]["account_id"], new))
    assert (account["opened"] < HONEST.start_ms).all()
    people = np.setdiff1d(tables["user"]["user_id"], base["user"]["user_id"])
    visits = tables["session"].take(rows_of(tables["event_label"], "session")["case_id"] < 0)
    assert np.isin(people, visits["user_id"]).mean() > 0.9 if len(people) else True
    for edge in ("has_email", "has_phone", "lives_at"):
        now = tables[edge]["until"] == NULL_NUMBER
        assert np.isin(people, tables[edge]["user_id"][now]).all()


@every_pattern
def test_difficulty_changes_what_is_planted(name: str) -> None:
    graph = populate(HONEST)

    def crimes(difficulty: str) -> list[Table]:
        pattern = PATTERNS.load(name, Pattern)(count=COUNT, difficulty=difficulty)
        return [t for t in pattern.plant(graph.bed(), stream(1, "plant")) if t.name != "case"]

    for easy, hard in zip(crimes("easy"), crimes("hard"), strict=True):
        if len(easy) != len(hard) or any(
            not np.array_equal(plain(easy[column]), plain(hard[column])) for column in easy
        ):
            return
    pytest.fail("the hardest crimes are the easiest ones")
