"""Every table is declared whole, and so that every sink can spell it."""

from __future__ import annotations

import pytest

from graphgen.schema import EDGES, EVENTS, NODES, RECIPES, SCHEMAS, TRUTH, Kind, Meaning

NAMES = list(SCHEMAS)


def test_no_two_tables_have_one_name() -> None:
    assert len(SCHEMAS) == len([*NODES, *EDGES, *EVENTS, *TRUTH, *RECIPES])


@pytest.mark.parametrize("name", NAMES)
def test_every_table_and_column_says_what_it_is_in_one_line(name: str) -> None:
    for doc in (SCHEMAS[name].doc, *(column.doc for column in SCHEMAS[name].columns)):
        assert doc.endswith(".")
        assert "\n" not in doc


@pytest.mark.parametrize("name", NAMES)
def test_no_two_columns_of_a_table_have_one_name(name: str) -> None:
    assert len(set(SCHEMAS[name].names)) == len(SCHEMAS[name].columns)


@pytest.mark.parametrize("name", NAMES)
def test_a_reference_leads_to_a_table_with_ids(name: str) -> None:
    schema = SCHEMAS[name]
    for column in schema.columns:
        if column.meaning is not Meaning.REF:
            assert not column.refers
        elif column.refers.startswith("="):
            kinds = schema.by_name[column.refers[1:]].values
            assert kinds
            assert all(SCHEMAS[kind].letter for kind in kinds)
            events = {SCHEMAS[kind].kind is Kind.EVENT for kind in kinds}
            assert len(events) == 1, "ids of one column have one length"
        else:
            assert SCHEMAS[column.refers].letter


@pytest.mark.parametrize("name", NAMES)
def test_the_first_column_is_never_none(name: str) -> None:
    assert not SCHEMAS[name].columns[0].nullable


@pytest.mark.parametrize("name", NAMES)
def test_a_category_has_words_and_nothing_else_has(name: str) -> None:
    for column in SCHEMAS[name].columns:
        assert bool(column.values) == (column.meaning is Meaning.CATEGORY)
        assert len(set(column.values)) == len(column.values) < 128


@pytest.mark.parametrize("name", NAMES)
def test_what_may_be_none_has_a_value_that_can_stand_for_it(name: str) -> None:
    for column in SCHEMAS[name].columns:
        if column.nullable:
            assert column.meaning not in {Meaning.BOOL, Meaning.FLOAT, Meaning.GEO, Meaning.IP}


@pytest.mark.parametrize("schema", EVENTS, ids=lambda schema: schema.name)
def test_an_event_has_an_id_and_a_time_and_no_label(schema: object) -> None:
    from graphgen.schema import Schema

    assert isinstance(schema, Schema)
    assert schema.key == f"{schema.name}_id"
    assert schema.names[1] == "time"
    assert not {"case_id", "is_fraud", "edge_id", "pattern"} & set(schema.names)


def test_data_and_truth_lie_in_folders_of_their_own() -> None:
    assert {schema.folder for schema in (*TRUTH, *RECIPES)} == {"truth"}
    assert {s.folder for s in (*NODES, *EDGES, *EVENTS)} == {"nodes", "edges", "events"}
