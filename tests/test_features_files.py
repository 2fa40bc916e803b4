"""Files of features: whole, of the dataset that they lie beside, in whatever format that is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from graphgen import Dataset, World
from graphgen.cli import main
from graphgen.dataset import DatasetError
from graphgen.exporters.csv import Csv
from graphgen.exporters.jsonl import Jsonl
from graphgen.exporters.parquet import Parquet
from graphgen.features import features, read
from graphgen.generate import generate
from graphgen.stage import StoreError

TABLES = ("payment", "account_day")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("world")
    sinks = [
        Parquet(str(made / "parquet")),
        Parquet(str(made / "text"), ids="text"),
        Csv(str(made / "csv")),
        Jsonl(str(made / "jsonl")),
    ]
    generate(World(users=60, days=5), sinks)
    features(made / "parquet")
    return made


@pytest.fixture
def folder(world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world / "parquet", tmp_path / "world"))


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    sys.argv = ["graphgen", *words]
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.mark.parametrize("form", ["text", "csv", "jsonl"])
def test_every_format_has_the_same_features_with_ids_as_its_files_spell_them(
    world: Path, form: str
) -> None:
    features(world / form, force=True)
    for table in TABLES:
        ours = read(Dataset(world / "parquet"), table)
        theirs = read(Dataset(world / form), table)
        key, letter = ours.column_names[0], "P" if table == "payment" else "A"
        spelled = pc.binary_join_element_wise(letter, ours[key].cast(pa.string()), "")
        assert theirs[key].equals(spelled)
        assert theirs.drop_columns(key).equals(ours.drop_columns(key))


def test_features_join_with_the_files_beside_them(world: Path) -> None:
    features(world / "text", force=True)
    dataset = Dataset(world / "text")
    glob, path = dataset.path_glob("payment"), world / "text" / "features" / "payment.parquet"
    joined = f"SELECT count(*) FROM '{glob}' JOIN '{path}' USING (payment_id)"
    [(rows,)] = dataset.connection.execute(joined).fetchall()
    assert rows == dataset.run["tables"]["payment"]


def test_a_dataset_with_features_is_verified_as_before(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "verify", str(folder))
    assert code == 0, out


def test_the_command_says_what_it_wrote(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "features", str(folder))
    assert (code, out) == (2, "")
    assert err == f"error: {folder}/features: there are features; replace them with --force\n"
    code, out, err = run(capsys, "features", str(folder), "--force", "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["target"] == str(folder / "features")
    assert told["rows"]["payment"] == Dataset(folder).run["tables"]["payment"]
    assert run(capsys, "features", str(folder), "--force", "--quiet") == (0, "", "")
    code, out, _ = run(capsys, "features", str(folder), "--force")
    assert "account_day" in out
    assert max(map(len, out.splitlines()[:-1])) <= 80


def test_features_go_with_the_world_that_is_replaced(folder: Path) -> None:
    generate(World(users=60, days=5, seed=8), [Parquet(str(folder))], force=True)
    assert not (folder / "features").exists()
    features(folder)


def test_features_of_another_world_are_not_read(world: Path, tmp_path: Path) -> None:
    generate(World(users=60, days=5, seed=8), [Parquet(str(tmp_path / "other"))])
    shutil.copytree(world / "parquet" / "features", tmp_path / "other" / "features")
    with pytest.raises(DatasetError, match="of another dataset than is there now"):
        read(Dataset(tmp_path / "other"), "payment")


def test_what_cannot_be_read_is_told_with_what_there_is(folder: Path, tmp_path: Path) -> None:
    assert read(Dataset(folder), "payment", ["pair_count"]).column_names == ["pair_count"]
    with pytest.raises(DatasetError, match="no column 'pair'"):
        read(Dataset(folder), "payment", ["pair"])
    with pytest.raises(DatasetError, match="no features called 'trade'; there is: payment, acc"):
        read(Dataset(folder), "trade")
    shutil.rmtree(folder / "features")
    with pytest.raises(DatasetError, match="not there; graphgen features"):
        read(Dataset(folder), "payment")
    with pytest.raises(DatasetError, match="no dataset"):
        features(tmp_path)


def test_what_is_not_graphgens_is_not_replaced(folder: Path) -> None:
    (folder / "features" / "mine.csv").write_text("1")
    with pytest.raises(StoreError, match=r"holds mine\.csv, which is not graphgen's"):
        features(folder, force=True)
    shutil.rmtree(folder / "features")
    (folder / "features").write_text("1")
    with pytest.raises(StoreError, match="is in the way"):
        features(folder, force=True)


def test_an_unfinished_dataset_has_no_features(folder: Path) -> None:
    told = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(told | {"complete": False}))
    with pytest.raises(DatasetError, match="not finished"):
        features(folder, force=True)


def _changed(folder: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    path = next(iter(sorted((folder / "events" / "payment").glob("*/*"))))
    pq.write_table(change(pq.read_table(path, partitioning=None)), path)


def test_payments_out_of_order_are_refused_and_the_old_features_stay(folder: Path) -> None:
    before = read(Dataset(folder), "payment")
    _changed(folder, lambda table: table.take(list(range(len(table) - 1, -1, -1))))
    with pytest.raises(DatasetError, match="payment of 2026-01-01: rows are not in order of time"):
        features(folder, force=True)
    assert read(Dataset(folder), "payment").equals(before)
    assert not (folder / ".features").exists()


def test_an_account_that_is_not_there_is_named(folder: Path) -> None:
    def strange(table: pa.Table) -> pa.Table:
        place = table.column_names.index("creditor_account_id")
        return table.set_column(place, table.field(place), pa.array([77] * len(table)))

    _changed(folder, strange)
    with pytest.raises(DatasetError, match="creditor_account_id 77 is no account of nodes"):
        features(folder, force=True)


def test_two_cannot_write_features_at_once(folder: Path) -> None:
    def again(_: object) -> None:
        with pytest.raises(StoreError, match="are being written by another process"):
            features(folder, force=True)

    features(folder, force=True, on_progress=lambda told: told.done and again(told))
    assert len(read(Dataset(folder), "payment"))


def test_what_the_system_refuses_is_told_in_one_line(folder: Path) -> None:
    (folder / ".features").write_text("in the way")
    with pytest.raises(StoreError, match=f"{folder}: File exists"):
        features(folder, force=True)


@pytest.mark.process
@pytest.mark.parametrize("had", [True, False], ids=["old ones", "none"])
def test_who_is_killed_leaves_the_old_features_or_none(
    folder: Path, python: Callable[..., subprocess.Popen[str]], *, had: bool
) -> None:
    before = read(Dataset(folder), "payment")
    if not had:
        shutil.rmtree(folder / "features")
    code = """
import sys, time
from graphgen.features import features
def tell(told):
    print(told.done, flush=True)
    if told.done == 3 and told.rows:
        time.sleep(600)
features(sys.argv[1], force=True, on_progress=tell)
"""
    process = python(code, str(folder))
    assert process.stdout is not None
    while process.stdout.readline().strip() != "3":
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert (folder / "features").exists() == had
    if had:
        assert read(Dataset(folder), "payment").equals(before)
    features(folder, force=True)
    assert read(Dataset(folder), "payment").equals(before)
    assert not (folder / ".features").exists()
