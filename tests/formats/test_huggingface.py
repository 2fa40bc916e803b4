"""`datasets` and `mlcroissant` open what was written for them, with no network."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from graphgen.learning.frame import Frame


@pytest.fixture(scope="module")
def folder(write: Any) -> Any:
    return write("huggingface")


@pytest.fixture
def datasets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    return pytest.importorskip("datasets", reason="datasets is not installed")


def test_payments_load_by_default_in_three_splits(
    datasets: Any, folder: Any, frame: Frame, tmp_path: Path
) -> None:
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    wanted = dict(frame.sql("SELECT split_time, count(*) FROM transfer GROUP BY 1").fetchall())
    assert {name: len(rows) for name, rows in loaded.items()} == wanted
    crimes = frame.sql("SELECT id FROM transfer WHERE is_fraud AND split_time = 'train'").fetchall()
    found = loaded["train"].filter(lambda row: row["is_fraud"])
    assert {row["payment_id"] for row in found} == {id_ for (id_,) in crimes}


def test_every_configuration_of_the_card_loads(datasets: Any, folder: Any, tmp_path: Path) -> None:
    front = yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])
    for config in front["configs"]:
        loaded = datasets.load_dataset(
            str(folder), config["config_name"], cache_dir=str(tmp_path / "cache")
        )
        assert sum(map(len, loaded.values())) > 0, config["config_name"]


def test_the_card_says_what_every_column_is(folder: Any) -> None:
    text = (folder / "README.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \| (.*) \|$|^\| `(\w+)` \| .* \|$", text, re.MULTILINE)
    assert len(rows) > 100
    assert [row[0] for row in rows if row[0] and not row[2].strip()] == []
    for heading in ("## Labels", "## Splits", "## Limits", "## Biases"):
        assert heading in text


def test_croissant_is_valid_and_its_records_can_be_read(folder: Any, frame: Frame) -> None:
    croissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    opened = croissant.Dataset(jsonld=str(folder / "croissant.json"))
    assert not opened.metadata.issues.errors
    record = next(iter(opened.records("payment_test")))
    wanted = frame.sql("SELECT min(id) FROM transfer WHERE split_time = 'test'").fetchall()
    assert record["payment_test/payment_id"] == wanted[0][0]
    for name, key in (("account", "account_id"), ("bank", "bank_id"), ("member", "case_id")):
        found = [record[f"{name}/{key}"] for record in opened.records(name)]
        wanted = frame.sql(f"SELECT {key} FROM {name} ORDER BY 1").fetchall()
        assert found == [id_ for (id_,) in wanted], name


def test_croissant_says_which_column_of_which_file_a_key_is_of(folder: Any) -> None:
    import pyarrow.parquet as pq

    told = json.loads((folder / "croissant.json").read_text())
    files = {one["@id"]: folder / one["contentUrl"] for one in told["distribution"]}

    def values(source: Any) -> set[object]:
        file = files[source["fileObject"]["@id"]]
        return set(pq.read_table(file, columns=[source["extract"]["column"]])[0].to_pylist())

    refers = {
        field["@id"]: (field["source"], field["references"])
        for records in told["recordSet"]
        for field in records["field"]
        if "references" in field
    }
    assert {
        *("payment_test/payer", "payment_test/case_id", "has_account/user_id", "account/bank_id"),
        *("bank/vault_account_id", "knows/other_user_id", "trade_train/payee", "member/case_id"),
    } <= set(refers)
    for name, (source, other) in refers.items():
        assert values(source) - {None} <= values(other), name


def test_croissant_tells_of_every_column_of_every_file(folder: Any) -> None:
    import pyarrow.parquet as pq

    told = json.loads((folder / "croissant.json").read_text())
    assert told["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    fields = {one["name"]: [f["name"] for f in one["field"]] for one in told["recordSet"]}
    files = {one["name"].removesuffix(".parquet"): one for one in told["distribution"]}
    assert fields.keys() == files.keys()
    for name, file in files.items():
        assert pq.read_schema(folder / file["contentUrl"]).names == fields[name]
        assert file["encodingFormat"] == "application/x-parquet"
    assert len(list((folder / "data").iterdir())) == len(files)
