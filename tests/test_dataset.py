"""A written dataset reads the same in Arrow and in SQL, whatever files it lies in."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from graphgen.arrow import canonical, to_arrow
from graphgen.dataset import Dataset, DatasetError
from graphgen.exporter import FileExporter
from graphgen.publish import inlined
from graphgen.registry import EXPORTERS
from graphgen.run_record import Labels, Run
from graphgen.schema import SCHEMAS
from graphgen.store import Store
from graphgen.table import Table, text

START = date(2026, 1, 31)
FORMS = [("parquet", "int"), ("parquet", "text"), ("csv", "int"), ("jsonl", "int")]


def accounts() -> Table:
    return Table(
        SCHEMAS["account"],
        {
            "account_id": np.array([1_000_000_001, 1_000_000_002, 9_589_934_591]),
            "bank_id": np.full(3, 1_234_567_890),
            "type": np.array([0, 5, 2], np.int8),
            "currency": text(["USD"], np.zeros(3, np.int32)),
            "opened": np.array([0, 1_767_225_600_001, -5]),
            "opening_balance_minor": np.array([12_345, -1, 0]),
            "credit_limit_minor": np.array([0, np.iinfo(np.int64).min, 500_000]),
            "risk_profile": np.array([-1, -1, 2], np.int8),
            "brokerage_type": np.array([-1, -1, 1], np.int8),
        },
    )


def ips() -> Table:
    return Table(
        SCHEMAS["ip"],
        {
            "ip_id": np.array([1_000_000_001, 1_000_000_002]),
            "address": np.array([4_026_531_841, 4_294_967_295], np.uint32),
            "kind": np.array([0, 5], np.int8),
            "country": text(["US", "", 'a"b,\n'], np.array([1, 2])),
            "asn": np.array([4_200_000_000, 64_512]),
            "as_name": text(["Ünïcode"], np.zeros(2, np.int32)),
        },
    )


def actions(day: int) -> Table:
    return Table(
        SCHEMAS["action"],
        {
            "action_id": np.arange(3) + (1_000 + day) * 10**8,
            "time": np.arange(3) + 1_769_817_600_000 + day * 86_400_000,
            "utc_offset": np.full(3, -300, np.int16),
            "user_id": np.full(3, 1_000_000_007),
            "session_id": np.arange(3) + (1_000 + day) * 10**8,
            "type": np.array([0, day, 3], np.int8),
            "payee_account_id": np.array([-1, -1, 1_000_000_001]),
        },
    )


def labels(day: int) -> Table:
    return Table(
        SCHEMAS["event_label"],
        {
            "event": np.array([2], np.int8),
            "event_id": np.array([(1_000 + day) * 10**8]),
            "edge": np.array([1], np.int8),
            "edge_id": np.array([4], np.int32),
            "case_id": np.array([-1]),
            "is_fraud": np.array([False]),
        },
    )


def write(root: Path, name: str, ids: str = "int") -> Dataset:
    exporter = EXPORTERS.load(name, FileExporter)(str(root), ids=ids)
    run = Run({"region": "us"}, 7, START, 2, "graphgen generate")
    with Store.create(root, exporter, run) as store:
        store.commit([store.stage(accounts()), store.stage(ips())])
        for day in range(2):
            store.commit([store.stage(actions(day), day), store.stage(labels(day), day)], day)
        store.finish()
    return Dataset(root)


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def dataset(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """One small dataset in each form, in a folder whose name has what globs and SQL mind."""
    return write(tmp_path_factory.mktemp("it's [a]") / "w?", *request.param)


def test_a_table_is_the_same_in_every_format(dataset: Dataset) -> None:
    for table in (accounts(), ips()):
        wanted = canonical(to_arrow(table), table.schema)
        assert dataset[table.name].equals(wanted)
        assert dataset[table.name].schema.equals(wanted.schema, check_metadata=True)


def test_an_event_table_is_its_days_one_after_the_other(dataset: Dataset) -> None:
    wanted = [to_arrow(actions(day)) for day in range(2)]
    assert dataset["action"].to_pylist() == pa.concat_tables(wanted).to_pylist()
    assert [part.to_pylist() for part in dataset.scan("action")] == [w.to_pylist() for w in wanted]
    assert dataset.day("action", date(2026, 2, 1)).to_pylist() == wanted[1].to_pylist()


def test_a_day_that_is_not_there_is_named_with_those_that_are(dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="no action of 2026-02-02; there are 2026-01-31 to 2026"):
        dataset.day("action", date(2026, 2, 2))


def test_a_dataset_says_what_is_in_it(dataset: Dataset) -> None:
    assert dataset.tables() == ["account", "action", "event_label", "ip"]
    assert dataset.days == [date(2026, 1, 31), date(2026, 2, 1)]
    assert dataset.run["seed"] == 7
    assert len(dataset.files("event_label")) == 2


def test_sql_sees_the_rows_and_types_that_arrow_sees(dataset: Dataset) -> None:
    for name in dataset.tables():
        wanted = dataset[name]
        columns = ", ".join(f'"{column}"' for column in wanted.column_names)
        seen = dataset.sql(f'SELECT {columns} FROM "{name}"').to_arrow_table()
        for field in seen.schema:
            kind = wanted.schema.field(field.name).type
            plain = pa.string() if pa.types.is_dictionary(kind) else kind
            same = field.type == plain or (
                pa.types.is_timestamp(kind) and pa.types.is_timestamp(field.type)
            )
            assert same, (name, field)
        assert seen.to_pylist() == wanted.to_pylist(), name


def test_sql_gives_major_units_beside_minor_ones(dataset: Dataset) -> None:
    rows = dataset.sql("SELECT opening_balance, credit_limit FROM account ORDER BY 1").fetchall()
    assert [[None if cell is None else str(cell) for cell in row] for row in rows] == [
        ["-0.01", None],
        ["0.00", "5000.00"],
        ["123.45", "0.00"],
    ]


def test_a_table_that_the_world_has_not_is_empty_in_arrow_and_in_sql(dataset: Dataset) -> None:
    assert dataset["payment"].num_rows == 0
    assert dataset.sql("SELECT count(*) FROM payment").fetchall() == [(0,)]


def test_an_unknown_table_is_named_with_those_that_there_are(dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="no table called 'accounts'; there is: account, action"):
        dataset["accounts"]


def test_labels_are_columns_of_events_when_they_are_inline(tmp_path: Path) -> None:
    exporter = EXPORTERS.load("csv", FileExporter)(str(tmp_path))
    inline: Labels = "inline"
    run = Run({"region": "us"}, 7, START, 1, "graphgen generate", inline)
    labelled = Table(
        inlined(SCHEMAS["action"]),
        {
            **actions(0).columns,
            "is_fraud": np.array([True, False, False]),
            "pattern": text(["kiting"], np.array([0, -1, -1])),
            "case_id": np.array([1_000_000_003, -1, -1]),
        },
    )
    with Store.create(tmp_path / "w", exporter, run) as store:
        store.commit([store.stage(labelled, 0)], 0)
        store.finish()
    dataset = Dataset(tmp_path / "w")
    assert dataset["action"]["pattern"].to_pylist() == ["kiting", None, None]
    query = "SELECT case_id FROM action WHERE is_fraud"
    assert dataset.sql(query).fetchall() == [(1_000_000_003,)]


def test_what_is_no_dataset_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no dataset; graphgen generate --to parquet:.* makes"):
        Dataset(tmp_path)


def test_an_unfinished_dataset_says_how_to_finish_it(tmp_path: Path) -> None:
    exporter = EXPORTERS.load("csv", FileExporter)(str(tmp_path))
    run = Run({"users": 5}, 7, START, 1, "graphgen generate")
    Store.create(tmp_path / "w", exporter, run).close()
    dataset = Dataset(tmp_path / "w")
    assert dataset.run["world"] == {"users": 5}
    with pytest.raises(DatasetError, match="not finished; graphgen generate --resume completes it"):
        dataset["account"]


def test_a_dataset_of_another_format_says_what_reads_it(tmp_path: Path) -> None:
    write(tmp_path / "w", "csv")
    path = tmp_path / "w" / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(DatasetError, match=r"format 99 is read by graphgen .*, not by this one"):
        Dataset(tmp_path / "w")


def test_a_file_that_is_gone_or_broken_is_named(tmp_path: Path) -> None:
    dataset = write(tmp_path / "w", "parquet")
    (tmp_path / "w" / "nodes" / "ip.parquet").write_bytes(b"no Parquet")
    with pytest.raises(DatasetError, match=r"ip\.parquet: cannot be read: ") as told:
        dataset["ip"]
    assert "\n" not in str(told.value)
    (tmp_path / "w" / "nodes" / "account.parquet").unlink()
    with pytest.raises(DatasetError, match=r"account\.parquet: cannot be read: "):
        dataset["account"]
