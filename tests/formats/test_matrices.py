"""DGraph-Fin's and Elliptic's files open with numpy, pandas, and the readers of PyG."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphgen.learning.frame import Frame

KEYS = {
    "x", "y", "edge_index", "edge_type", "edge_timestamp", "train_mask", "valid_mask", "test_mask",
}  # fmt: skip


@pytest.fixture(scope="module")
def arrays(write: Any) -> Any:
    return dict(np.load(write("npz") / "dgraphfin.npz"))


def test_the_arrays_have_dgraph_fin_s_keys_and_shapes(arrays: Any) -> None:
    nodes, edges = len(arrays["node_id"]), len(arrays["edge_id"])
    assert arrays.keys() >= KEYS
    assert arrays["x"].shape == (nodes, 17)
    assert arrays["x"].dtype == np.float32
    assert np.isfinite(arrays["x"]).all()
    assert arrays["edge_index"].shape == (edges, 2)
    assert arrays["edge_index"].max() < nodes
    assert set(np.unique(arrays["y"])) == {0, 1, 3}
    assert 1 <= arrays["edge_type"].min() <= arrays["edge_type"].max() <= 11
    assert 1 <= arrays["edge_timestamp"].min() <= arrays["edge_timestamp"].max() <= 40


def test_masks_are_lists_of_people_s_accounts_without_any_twice(arrays: Any) -> None:
    masks = [arrays[name] for name in ("train_mask", "valid_mask", "test_mask")]
    together = np.concatenate(masks)
    assert len(np.unique(together)) == len(together)
    assert (np.sort(together) == np.flatnonzero(arrays["y"] != 3)).all()


def test_who_is_a_criminal_there_is_one_in_truth(arrays: Any, frame: Frame) -> None:
    wanted = frame.sql("SELECT entity_id FROM node_label WHERE entity = 'account' AND told")
    found = arrays["node_id"][arrays["y"] == 1]
    people = {account for (account,) in frame.sql("SELECT account_id FROM account_part").fetchall()}
    assert set(found.tolist()) == {id_ for (id_,) in wanted.fetchall()} & people


def test_edges_lead_back_to_payments(arrays: Any, frame: Frame) -> None:
    ends = arrays["node_id"][arrays["edge_index"]]
    wanted = frame.sql(
        "SELECT id, payer, payee FROM transfer WHERE status = 'booked' ORDER BY id"
    ).fetchall()
    found = zip(arrays["edge_id"].tolist(), *ends.T.tolist(), strict=True)
    assert list(found) == wanted


def test_a_blind_file_says_of_nobody_what_he_is(write: Any) -> None:
    blind = np.load(write("npz", blind=True) / "dgraphfin.npz")
    assert set(np.unique(blind["y"])) == {2, 3}
    classes = (write("elliptic", blind=True) / "elliptic_txs_classes.csv").read_text().splitlines()
    assert {line.partition(",")[2] for line in classes[1:]} == {"unknown"}


def test_pyg_reads_dgraph_fin_s_file(write: Any, tmp_path: Path, arrays: Any) -> None:
    datasets = pytest.importorskip("torch_geometric.datasets", reason="PyG is not installed")
    (tmp_path / "raw").mkdir()
    with zipfile.ZipFile(tmp_path / "raw" / "DGraphFin.zip", "w") as packed:
        packed.write(write("npz") / "dgraphfin.npz", "dgraphfin.npz")
    data = datasets.DGraphFin(str(tmp_path))[0]
    assert data.validate(raise_on_error=True)
    assert data.num_nodes == len(arrays["node_id"])
    assert int(data.train_mask.sum()) == len(arrays["train_mask"])


def test_pyg_reads_elliptic_s_files(write: Any, tmp_path: Path, frame: Frame) -> None:
    datasets = pytest.importorskip("torch_geometric.datasets", reason="PyG is not installed")
    (tmp_path / "raw").symlink_to(write("elliptic"))
    data = datasets.EllipticBitcoinDataset(str(tmp_path))[0]
    assert data.validate(raise_on_error=True)
    [(payments, crimes)] = frame.sql(
        "SELECT count(*), count(*) FILTER (told AND status = 'booked') FROM transfer"
    ).fetchall()
    assert data.num_nodes == payments
    assert int((data.y == 1).sum()) == crimes
    assert 0 < int(data.test_mask.sum()) < int(data.train_mask.sum())


def test_an_edge_leads_to_the_next_payment_that_the_payee_makes(write: Any, frame: Frame) -> None:
    lines = (write("elliptic") / "elliptic_txs_edgelist.csv").read_text().splitlines()
    assert lines[0] == "txId1,txId2"
    found = {tuple(map(int, line.split(","))) for line in lines[1:]}
    wanted = frame.sql(
        "SELECT a.id, b.id FROM transfer AS a ASOF JOIN transfer AS b "
        "ON b.payer = a.payee AND b.id > a.id"
    ).fetchall()
    assert found == set(wanted)


def test_time_steps_are_equal_parts_of_the_world_s_time(write: Any) -> None:
    lines = (write("elliptic") / "elliptic_txs_features.csv").read_text().splitlines()
    steps = [int(line.split(",")[1]) for line in lines]
    assert steps == sorted(steps)
    assert set(steps) == set(range(1, 50))
