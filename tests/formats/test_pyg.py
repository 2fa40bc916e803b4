"""PyTorch Geometric loads what was written for it, and learns a step from it."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from graphgen.learning.frame import Frame

torch = pytest.importorskip("torch", reason="torch is not installed")
data = pytest.importorskip("torch_geometric.data", reason="PyG is not installed")


class Graph(data.InMemoryDataset):  # type: ignore[misc,name-defined]
    """A dataset as its user writes it."""

    processed_file_names = "data.pt"

    def __init__(self, root: str, kind: type) -> None:
        super().__init__(root)
        self.load(self.processed_paths[0], data_cls=kind)


@pytest.fixture(scope="module")
def hetero(write: Any) -> Any:
    return Graph(str(write("pyg") / "hetero"), data.HeteroData)[0]


@pytest.fixture(scope="module")
def temporal(write: Any) -> Any:
    return Graph(str(write("pyg") / "temporal"), data.TemporalData)[0]


def test_both_graphs_are_valid(hetero: Any, temporal: Any) -> None:
    assert hetero.validate(raise_on_error=True)
    assert not hetero.is_undirected()
    assert (temporal.t.diff() >= 0).all()
    assert temporal.num_events == hetero["pays"].num_edges


def test_ids_lead_back_to_payments_and_accounts(hetero: Any, frame: Frame) -> None:
    pays = hetero["account", "pays", "account"]
    ends = hetero["account"].id[pays.edge_index]
    found = zip(pays.id.tolist(), *ends.tolist(), pays.time.tolist(), strict=True)
    wanted = frame.sql(
        "SELECT id, payer, payee, epoch(time)::BIGINT FROM transfer WHERE status = 'booked' "
        "ORDER BY id"
    ).fetchall()
    assert list(found) == wanted


def test_labels_and_their_clock_are_those_of_the_frame(hetero: Any, frame: Frame) -> None:
    pays = hetero["account", "pays", "account"]
    [(crimes, known)] = frame.sql(
        "SELECT count(*) FILTER (told), count(reported_at) FROM transfer WHERE status = 'booked'"
    ).fetchall()
    assert int((pays.y == 1).sum()) == crimes > 0
    assert int((pays.reported_at >= 0).sum()) == known
    late = pays.reported_at >= 0
    assert (pays.reported_at[late] >= pays.time[late]).all()


def test_masks_part_the_payments_by_whole_days(hetero: Any) -> None:
    pays = hetero["account", "pays", "account"]
    masks = torch.stack([pays.train_mask, pays.val_mask, pays.test_mask])
    assert (masks.sum(0) == 1).all()
    days = pays.time // 86_400
    assert days[masks[0]].max() < days[masks[1]].min()
    assert days[masks[1]].max() < days[masks[2]].min()


def test_who_is_in_the_test_by_account_is_in_no_payment_of_training(hetero: Any) -> None:
    pays = hetero["account", "pays", "account"]
    unseen = hetero["account"].test_mask[pays.edge_index].any(0)
    assert unseen.any()
    assert (pays.split_inductive[unseen] == 2).all()


def test_one_step_of_training_lowers_the_loss(hetero: Any) -> None:
    from torch_geometric.nn import SAGEConv

    torch.manual_seed(0)
    pays = hetero["account", "pays", "account"]
    x = torch.nn.functional.normalize(hetero["account"].x)
    conv = SAGEConv(x.shape[1], 16)
    score = torch.nn.Linear(32 + pays.edge_attr.shape[1], 1)
    optimiser = torch.optim.SGD([*conv.parameters(), *score.parameters()], lr=0.05)
    learnt = pays.edge_index[:, pays.train_mask]
    losses = []
    for _ in range(2):
        hidden = conv(x, learnt).relu()
        ends = torch.cat([hidden[learnt[0]], hidden[learnt[1]], pays.edge_attr[pays.train_mask]], 1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            score(ends)[:, 0], pays.y[pays.train_mask].float()
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[1] < losses[0]


def test_the_page_beside_the_graphs_says_how_they_are_loaded(write: Any) -> None:
    folder = write("pyg")
    [code] = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    run = [sys.executable, "-c", f"{code}\nprint(hetero.num_nodes, temporal.num_events)"]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_same_dataset_makes_the_same_graph(write: Any, hetero: Any) -> None:
    again = Graph(str(write("pyg", again=True) / "hetero"), data.HeteroData)[0]
    for one, other in zip(hetero.stores, again.stores, strict=True):
        assert list(one.keys()) == list(other.keys())
        for name, value in one.items():
            assert torch.equal(value, other[name]), name
