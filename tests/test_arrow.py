"""Arrow types follow from meanings, and numbers are not copied on the way."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from graphgen.arrow import arrow_schema, canonical, to_arrow
from graphgen.schema import SCHEMAS
from graphgen.table import Table, text


def labels() -> Table:
    """Labels of a payment, a session and an action: references whose kind differs by row."""
    return Table(
        SCHEMAS["event_label"],
        {
            "event": np.array([0, 1, 2], np.int8),
            "event_id": np.array([100_000_000_000, 100_000_000_001, 136_599_999_999]),
            "edge": np.array([0, 1, 1], np.int8),
            "edge_id": np.array([5, 6, 7], np.int32),
            "case_id": np.array([-1, 1_000_000_000, 9_589_934_591]),
            "is_fraud": np.array([False, True, False]),
        },
    )


def ips(*addresses: int) -> Table:
    rows = len(addresses)
    return Table(
        SCHEMAS["ip"],
        {
            "ip_id": np.arange(rows) + 1_000_000_000,
            "address": np.array(addresses, np.uint32),
            "kind": np.zeros(rows, np.int8),
            "country": text(["US"], np.zeros(rows, np.int32)),
            "asn": np.arange(rows),
            "as_name": pa.array(["one", "two", "one", "two"][:rows]),
        },
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_only_what_may_be_none_is_a_nullable_field(name: str) -> None:
    for field in arrow_schema(SCHEMAS[name]):
        assert field.nullable == SCHEMAS[name].by_name[field.name].nullable


def test_each_meaning_has_its_type() -> None:
    types = {field.name: str(field.type) for field in arrow_schema(SCHEMAS["payment"])}
    assert types["payment_id"] == types["card_id"] == types["amount_minor"] == "int64"
    assert types["time"] == "timestamp[ms, tz=UTC]"
    assert types["utc_offset"] == "int16"
    assert types["rail"] == "dictionary<values=string, indices=int8, ordered=0>"
    assert types["currency"] == "dictionary<values=string, indices=int32, ordered=0>"


def test_a_sentinel_becomes_null_and_only_where_none_is_allowed() -> None:
    rows = to_arrow(labels())
    assert rows["case_id"].to_pylist() == [None, 1_000_000_000, 9_589_934_591]
    offsets = labels().with_columns(edge_id=np.array([-1, 0, 1], np.int32))
    assert to_arrow(offsets)["edge_id"].to_pylist() == [-1, 0, 1]


def test_ids_in_text_are_the_letter_of_their_row_and_all_their_digits() -> None:
    rows = to_arrow(labels(), "text")
    assert rows["event_id"].to_pylist() == ["P100000000000", "S100000000001", "N136599999999"]
    assert rows["case_id"].to_pylist() == [None, "C1000000000", "C9589934591"]
    assert rows["edge_id"].to_pylist() == [5, 6, 7]


@pytest.mark.parametrize("name", ["pays", "signs_in"])
def test_the_key_of_a_recipe_is_a_number_in_text_too(name: str) -> None:
    assert arrow_schema(SCHEMAS[name], "text").field("edge_id").type == pa.int64()


def test_addresses_are_dotted() -> None:
    rows = to_arrow(ips(0, 1, 4_026_531_840, 4_294_967_295))
    assert rows["address"].to_pylist() == ["0.0.0.0", "0.0.0.1", "240.0.0.0", "255.255.255.255"]  # noqa: S104 - no socket is bound


def test_numbers_are_the_table_s_own_memory() -> None:
    table = labels()
    column = to_arrow(table)["event_id"].chunk(0)
    assert column.buffers()[1].address == table["event_id"].ctypes.data


def test_words_that_repeat_are_a_dictionary_however_they_came() -> None:
    names = to_arrow(ips(1, 2, 3, 4))["as_name"]
    assert pa.types.is_dictionary(names.type)
    assert names.to_pylist() == ["one", "two", "one", "two"]


@pytest.mark.parametrize("ids", ["int", "text"])
def test_what_to_arrow_gives_is_valid(ids: str) -> None:
    for table in (labels(), ips(1, 2), labels().take(np.empty(0, np.int64))):
        to_arrow(table, ids).validate(full=True)  # type: ignore[arg-type]


def test_ids_in_text_come_back_as_numbers() -> None:
    spelled, plain = to_arrow(labels(), "text"), to_arrow(labels())
    assert canonical(spelled, SCHEMAS["event_label"]).equals(plain)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="event_label: column 'case_id' is missing"):
        canonical(to_arrow(labels()).drop_columns("case_id"), SCHEMAS["event_label"])


def test_a_value_that_its_column_cannot_hold_is_named() -> None:
    rows = to_arrow(labels(), "text")
    wrong = rows.set_column(1, "event_id", pa.array(["P1", "Px", "P3"]))
    with pytest.raises(ValueError, match=r"event_label\.event_id: .*'x'"):
        canonical(wrong, SCHEMAS["event_label"])
