"""What every format for learners keeps, whatever it is."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from contents import contents

from graphgen import Dataset, World
from graphgen.exporter import DatasetExporter, FileExporter
from graphgen.folder_exporter import FolderExporter
from graphgen.generate import generate
from graphgen.ids import spell_id
from graphgen.learning.exporter import LearningExporter
from graphgen.learning.frame import Frame
from graphgen.learning.labelling import Labelling
from graphgen.learning.splits import borders
from graphgen.one_file_exporter import OneFileExporter
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.stage import StoreError

Write = Callable[..., Path]
FORMATS = [
    name
    for name, kind in EXPORTERS.usable(DatasetExporter).items()
    if issubclass(kind, LearningExporter)
]
WRITTEN = [
    name
    for name, kind in EXPORTERS.usable(DatasetExporter).items()
    if issubclass(kind, FolderExporter | OneFileExporter)
]
"""All that becomes files: those for learners, and those for servers and graph databases."""
NEEDS = {"pyg": "torch_geometric", "ladybug": "ladybug"}
CANONICAL = ["amlworld", "elliptic", "gexf", "graphml", "huggingface", "npz", "relbench"]
NAMES = {
    "is_fraud", "is_victim", "is_lookalike", "case_id", "pattern", "stage", "told", "reported_at",
    "split_case", "Is Laundering", "event_label", "edge_label", "node_label", "case_label",
    "fraud_report", "payment_labelled", "GroundTruth", "MEMBER_OF", "caseId", "isFraud", "truth",
}  # fmt: skip
"""What labels, and tables of them, are called."""


def options(dataset: Dataset, name: str) -> dict[str, object]:
    """Give what a format has to be asked for: of those for drawing, a part."""
    if name not in ("graphml", "gexf"):
        return {}
    query = (
        "SELECT debtor_account_id FROM payment JOIN event_label ON event_id = payment_id AND "
        "event = 'payment' WHERE is_fraud ORDER BY payment_id LIMIT 1"
    )
    [(account,)] = dataset.sql(query).fetchall()
    return {"ego": spell_id(account, "account"), "hops": 1}


def needed(name: str) -> None:
    if name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")


def labels_in(path: Path, dataset: Dataset) -> list[str]:
    """Say where labels, ids of cases and names of patterns stand in files."""
    ids = [row[0] for row in dataset.sql('SELECT case_id FROM "case"').fetchall()]
    secret: set[object] = {
        *ids,
        *(spell_id(id_, "case") for id_ in ids),
        *dataset.run["world"]["patterns"],
    }
    return [
        f"{where}: {sorted(map(str, (names & NAMES) | (values & secret)))[:5]}"
        for where, names, values in contents(path)
        if names & NAMES or values & secret
    ]


def test_all_formats_are_looked_at() -> None:
    assert set(FORMATS) >= {*CANONICAL, "duckdb", "pyg"}
    assert set(WRITTEN) >= {*FORMATS, "ladybug", "neo4j_csv", "neo4j_admin", "es_bulk"}
    kinds = EXPORTERS.usable(DatasetExporter)
    assert [name for name in WRITTEN if "blind" not in kinds[name].__dataclass_fields__] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_no_format_carries_a_label_where_it_was_told_not_to(
    name: str, write: Write, dataset: Dataset
) -> None:
    needed(name)
    assert labels_in(write(name, blind=True, **options(dataset, name)), dataset) == []


@pytest.mark.parametrize("name", [name for name in WRITTEN if name not in ("npz", "elliptic")])
def test_a_label_that_is_there_is_seen(name: str, write: Write, dataset: Dataset) -> None:
    needed(name)  # npz and elliptic have labels by place alone: their own tests read these
    assert labels_in(write(name, **options(dataset, name)), dataset) != []


@pytest.mark.parametrize("name", CANONICAL)
def test_the_same_dataset_makes_the_same_bytes(name: str, write: Write, dataset: Dataset) -> None:
    asked = options(dataset, name)
    one, other = write(name, **asked), write(name, again=True, **asked)
    files = [one] if one.is_file() else sorted(f for f in one.rglob("*") if f.is_file())
    assert files
    for file in files:
        twin = other if one.is_file() else other / file.relative_to(one)
        assert file.read_bytes() == twin.read_bytes(), file.name


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_there_is_replaced_only_by_force_and_nothing_else_is(
    name: str, write: Write, dataset: Dataset, tmp_path: Path
) -> None:
    needed(name)
    asked = options(dataset, name)
    kind = EXPORTERS.load(name, DatasetExporter)
    with pytest.raises(StoreError, match="--force"):
        kind(str(write(name, **asked)), **asked).check(force=False)
    kind(str(write(name, **asked)), **asked).check(force=True)
    foreign = tmp_path / "foreign"
    if write(name, **asked).is_dir():
        foreign.mkdir()
        (foreign / "mine.txt").write_text("mine")
    else:
        foreign.write_text("mine")
    with pytest.raises(StoreError, match="of graphgen"):
        kind(str(foreign), **asked).check(force=True)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_cut_short_leaves_nothing(name: str, dataset: Dataset, tmp_path: Path) -> None:
    needed(name)
    target = tmp_path / "out"
    exporter = EXPORTERS.load(name, DatasetExporter)(str(target), **options(dataset, name))

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exporter.load(dataset, force=False, tell=stopped)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "package"), sorted(NEEDS.items()))
def test_a_missing_package_is_told_in_one_line(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda each: None if each == package else found(each)
    )
    exporter = EXPORTERS.load(name, DatasetExporter)("nowhere")
    with pytest.raises(StoreError, match=rf"^{package} is not installed; pip install 'graphgen\["):
        exporter.check(force=False)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("graphml", "gexf")])
def test_a_bank_s_view_is_smaller_than_the_world(
    name: str, dataset: Dataset, tmp_path: Path
) -> None:
    needed(name)
    [(bank,)] = dataset.sql(
        "SELECT bank_id FROM account GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    ).fetchall()
    kind = EXPORTERS.load(name, DatasetExporter)
    view = kind(str(tmp_path / "view"), view=f"bank:{spell_id(bank, 'bank')}")
    whole = kind(str(tmp_path / "whole"))
    seen, all_ = (each.load(dataset, force=False, tell=lambda *_: None) for each in (view, whole))
    assert 0 < sum(seen.values()) < sum(all_.values())


def test_labels_are_those_that_were_known_when_training_ended_where_that_is_asked_for(
    write: Write, dataset: Dataset
) -> None:
    day = borders(dataset)[0]
    frame = Frame(dataset, Labelling(known_at=day))
    [(edges,)] = frame.sql(
        "SELECT count(*) FROM transfer WHERE told AND status = 'booked'"
    ).fetchall()
    [(nodes,)] = frame.sql(
        "SELECT count(*) FROM node_label JOIN account_part ON account_id = entity_id "
        "WHERE told AND entity = 'account'"
    ).fetchall()
    frame.close()
    text = (write("amlworld", known_at="training") / "formatted_transactions.csv").read_text()
    assert text.count(",1\n") == edges > 0
    y = np.load(write("npz", known_at=str(day)) / "dgraphfin.npz")["y"]
    assert (y == 1).sum() == nodes > 0
    assert (y == 1).sum() < (np.load(write("npz") / "dgraphfin.npz")["y"] == 1).sum()


def test_a_day_that_is_none_is_told_in_one_line(dataset: Dataset, tmp_path: Path) -> None:
    kind = EXPORTERS.load("npz", DatasetExporter)
    exporter = kind(str(tmp_path / "out"), known_at="soon")
    with pytest.raises(StoreError, match=r"^known_at: 'soon' is no day; one is YYYY-MM-DD, or"):
        exporter.load(dataset, force=False, tell=lambda *_: None)


@pytest.mark.parametrize("name", ["relbench", "duckdb", "huggingface"])
def test_labels_that_stand_in_a_dataset_s_data_are_left_out_too(name: str, tmp_path: Path) -> None:
    world = World(users=200, days=6, patterns={"cycle": PATTERNS.load("cycle", Pattern)(count=2)})
    parquet = EXPORTERS.load("parquet", FileExporter)(str(tmp_path / "world"))
    generate(world, [parquet], labels="inline")
    dataset = Dataset(tmp_path / "world")
    exporter = EXPORTERS.load(name, DatasetExporter)(str(tmp_path / "out"), blind=True)
    exporter.load(dataset, force=False, tell=lambda *_: None)
    assert labels_in(tmp_path / "out", dataset) == []
