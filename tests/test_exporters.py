"""Every file format gives back what was written, bit for bit, and spells it as it says."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphgen.arrow import arrow_schema, canonical, from_arrow, id_digits, to_arrow
from graphgen.exporter import FileExporter
from graphgen.ids import FIRST_ID
from graphgen.registry import EXPORTERS
from graphgen.schema import SCHEMAS, Column, Meaning, Schema
from graphgen.table import Table, text

FORMS = [("parquet", "int"), ("parquet", "text"), ("csv", "int"), ("jsonl", "int")]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def sink(name: str, ids: str = "int", target: str = ".") -> FileExporter:
    kind: type[FileExporter] = EXPORTERS.load(name, FileExporter)
    return kind(target, ids=ids)  # type: ignore[arg-type]


CELLS: dict[Meaning, st.SearchStrategy[Any]] = {
    Meaning.TIME: st.integers(-2_208_988_800_000, 253_402_300_799_999),
    Meaning.BOOL: st.booleans(),
    Meaning.FLOAT: st.floats(width=32, allow_nan=False, allow_infinity=False),
    Meaning.GEO: st.floats(-180, 180),
    Meaning.IP: st.integers(0, 2**32 - 1),
    Meaning.MONEY: st.integers(-(10**17), 10**17),
}


def values(column: Column, schema: Schema, rows: int) -> st.SearchStrategy[Any]:
    """Any values that a column may hold, none among them if it may be none."""
    dtype = column.dtype
    if dtype is None:
        word = st.none() | TEXTS if column.nullable else TEXTS
        some = st.lists(word, min_size=rows, max_size=rows)
        return some.map(lambda words: pa.array(words, pa.string()))
    if column.meaning in {Meaning.ID, Meaning.REF}:
        digits = id_digits(schema, column)
        one = st.integers(10 ** (digits - 1), 10**digits - 1)
        dtype = np.dtype(np.int64)
    elif column.meaning is Meaning.CATEGORY:
        one = st.integers(0, len(column.values) - 1)
    elif column.meaning is Meaning.INT:
        largest = 2 ** (8 * dtype.itemsize - 1) - 1
        one = st.integers(0 if column.nullable else -largest - 1, largest)
    else:
        one = CELLS[column.meaning]
    if column.nullable:
        one |= st.just(column.null)
    return st.lists(one, min_size=rows, max_size=rows).map(lambda cells: np.array(cells, dtype))


@st.composite
def tables(draw: st.DrawFn, name: str) -> Table:
    schema = SCHEMAS[name]
    rows = draw(st.integers(0, 6))
    return Table(schema, {c.name: draw(values(c, schema, rows)) for c in schema.columns})


@pytest.mark.parametrize("table", SCHEMAS)
def test_what_was_written_is_read_back_with_the_same_types_and_values(table: str) -> None:
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(tables(table))
    def there_and_back(rows: Table) -> None:
        wanted = canonical(to_arrow(rows), rows.schema)
        for form in FORMS:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "table"
                exporter = sink(*form)
                exporter.write_file(rows, path)
                read = exporter.read_file(path, rows.schema)
            read.validate(full=True)
            assert read.schema.equals(wanted.schema, check_metadata=True), form
            for column in wanted.column_names:
                assert read[column].equals(wanted[column]), (form, column)

    there_and_back()


@pytest.mark.parametrize("table", SCHEMAS)
def test_what_is_read_back_and_written_again_has_the_same_bytes(table: str) -> None:
    @settings(
        max_examples=6,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(tables(table))
    def again(rows: Table) -> None:
        for form in FORMS:
            with tempfile.TemporaryDirectory() as folder:
                one, other = Path(folder) / "one", Path(folder) / "other"
                exporter = sink(*form)
                exporter.write_file(rows, one)
                read = exporter.read_file(one, rows.schema)
                exporter.write_file(from_arrow(read, rows.schema), other)
                assert one.read_bytes() == other.read_bytes(), form

    again()


def payments(rows: int) -> Table:
    """Payments that hold every kind of cell, and nothing in each column that may be none."""
    schema = SCHEMAS["payment"]
    columns: dict[str, Any] = {}
    for place, column in enumerate(schema.columns):
        number = np.arange(rows) + place
        match column.meaning:
            case Meaning.TEXT:
                columns[column.name] = text(["USD", "5411"], np.arange(rows) % 2)
            case Meaning.ID | Meaning.REF:
                events = {"payment", "session"}
                big = 10**11 if (column.refers or schema.name) in events else FIRST_ID
                columns[column.name] = number + big
            case Meaning.CATEGORY:
                columns[column.name] = (number % len(column.values)).astype(np.int8)
            case _:
                columns[column.name] = number.astype(column.dtype)
        if column.nullable and column.meaning is not Meaning.TEXT:
            columns[column.name][::2] = column.null
    return Table(schema, columns)


@pytest.mark.parametrize(("name", "ids"), FORMS)
def test_the_same_table_gives_the_same_bytes(name: str, ids: str, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for path in (one, other):
        sink(name, ids).write_file(payments(10_000), path)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_lines_are_the_same_however_many_rows_come_at_a_time(name: str, tmp_path: Path) -> None:
    whole, pieces = tmp_path / "whole", tmp_path / "pieces"
    rows = payments(9_000)
    exporter = sink(name)
    exporter.write_file(rows, whole)
    with exporter.open(rows.schema, pieces) as put:
        for start in (0, 5, 8_999):
            stop = {0: 5, 5: 8_999, 8_999: 9_000}[start]
            put(rows.take(np.arange(start, stop)))
    assert whole.read_bytes() == pieces.read_bytes()


def actions() -> Table:
    schema = SCHEMAS["action"]
    return Table(
        schema,
        {
            "action_id": np.array([100_000_000_000, 100_000_000_001]),
            "time": np.array([1_767_225_600_007, -1]),
            "utc_offset": np.array([-300, 60], np.int16),
            "user_id": np.array([1_000_000_000, 9_589_934_591]),
            "session_id": np.array([100_000_000_000, 100_000_000_001]),
            "type": np.array([0, 3], np.int8),
            "payee_account_id": np.array([-1, 1_234_567_890]),
        },
    )


def test_csv_is_spelled_as_its_page_says(tmp_path: Path) -> None:
    sink("csv").write_file(actions(), tmp_path / "a")
    assert (tmp_path / "a").read_text() == (
        "action_id,time,utc_offset,user_id,session_id,type,payee_account_id\n"
        "N100000000000,2026-01-01T00:00:00.007Z,-300,U1000000000,S100000000000,sign_in,\n"
        "N100000000001,1969-12-31T23:59:59.999Z,60,U9589934591,S100000000001,payee_added,"
        "A1234567890\n"
    )


def test_json_lines_are_spelled_as_their_page_says(tmp_path: Path) -> None:
    sink("jsonl").write_file(actions().take(np.array([0])), tmp_path / "a")
    assert (tmp_path / "a").read_text() == (
        '{"action_id":"N100000000000","time":"2026-01-01T00:00:00.007Z","utc_offset":-300,'
        '"user_id":"U1000000000","session_id":"S100000000000","type":"sign_in"}\n'
    )


def test_a_table_without_rows_has_a_header_in_csv_and_nothing_in_json_lines(tmp_path: Path) -> None:
    none = actions().take(np.empty(0, np.int64))
    for name in ("csv", "jsonl"):
        sink(name).write_file(none, tmp_path / name)
    assert (tmp_path / "csv").read_text().startswith("action_id,time,")
    assert (tmp_path / "csv").read_text().count("\n") == 1
    assert (tmp_path / "jsonl").read_bytes() == b""


def test_csv_tells_an_empty_text_from_none(tmp_path: Path) -> None:
    rows = payments(2)
    rows = rows.with_columns(mcc=pa.array(["", None]), currency=pa.array(['a"b', "c,\nd"]))
    sink("csv").write_file(rows, tmp_path / "a")
    read = sink("csv").read_file(tmp_path / "a", rows.schema)
    assert read["mcc"].to_pylist() == ["", None]
    assert read["currency"].to_pylist() == ['a"b', "c,\nd"]


def test_every_date_is_spelled_as_the_calendar_has_it(tmp_path: Path) -> None:
    days = np.arange(-25_567, 73_415, 13)
    rows = actions().take(np.zeros(len(days), np.int64)).with_columns(time=days * 86_400_000)
    sink("csv").write_file(rows, tmp_path / "a")
    spelled = [line.split(",")[1][:10] for line in (tmp_path / "a").read_text().splitlines()[1:]]
    assert spelled == [str(np.datetime64(int(day), "D")) for day in days]


def test_parquet_says_in_its_metadata_what_a_column_is(tmp_path: Path) -> None:
    sink("parquet").write_file(payments(3), tmp_path / "a.parquet")
    field = pq.read_schema(tmp_path / "a.parquet").field("amount_minor")
    assert field.metadata[b"doc"] == b"Amount in minor units."
    assert field.metadata[b"unit"] == b"minor units"
    assert not field.nullable


def test_parquet_holds_ids_in_text_when_asked(tmp_path: Path) -> None:
    sink("parquet", "text").write_file(payments(3), tmp_path / "a.parquet")
    read = pq.read_table(tmp_path / "a.parquet")
    assert read["debtor_account_id"].to_pylist()[0].startswith("A1")
    assert read.schema.equals(arrow_schema(SCHEMAS["payment"], "text"))


def test_a_folder_of_files_is_written_from_tables_in_any_number(tmp_path: Path) -> None:
    exporter = sink("parquet", target=str(tmp_path))
    exporter.write([payments(3), actions(), payments(4)])
    assert pq.read_table(tmp_path / "events" / "payment.parquet").num_rows == 7
    assert pq.read_table(tmp_path / "events" / "action.parquet").num_rows == 2


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_a_word_that_its_vocabulary_does_not_have_is_named(name: str, tmp_path: Path) -> None:
    sink(name).write_file(actions(), tmp_path / "a")
    wrong = (tmp_path / "a").read_text().replace("sign_in", "sign_up")
    (tmp_path / "a").write_text(wrong)
    with pytest.raises(ValueError, match=r"action\.type: no word sign_up; there is: sign_in, "):
        sink(name).read_file(tmp_path / "a", SCHEMAS["action"])
