"""Parts of a world open in networkx and igraph, and know of time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graphgen import Dataset
from graphgen.dataset import DatasetError
from graphgen.exporter import DatasetExporter
from graphgen.ids import spell_id
from graphgen.learning import subgraph
from graphgen.learning.frame import Frame
from graphgen.registry import EXPORTERS
from graphgen.stage import StoreError


@pytest.fixture(scope="module")
def case(frame: Frame) -> tuple[int, str]:
    [(id_,)] = frame.sql(
        "SELECT min(case_id) FROM case_label WHERE pattern = 'cycle' AND is_fraud"
    ).fetchall()
    return id_, spell_id(id_, "case")


def test_a_case_has_its_members_and_its_payments(
    write: Any, frame: Frame, case: tuple[int, str]
) -> None:
    graph = nx.read_graphml(write("graphml", case=case[1]), force_multigraph=True)
    members = frame.sql(
        f"SELECT entity_id FROM member WHERE case_id = {case[0]} AND entity = 'account'"
    ).fetchall()
    assert {spell_id(id_, "account") for (id_,) in members} <= set(graph)
    paid = {told["payment"] for *_, told in graph.edges(data=True) if told.get("case_id")}
    wanted = frame.sql(f"SELECT 'P' || id FROM transfer WHERE case_id = {case[0]}").fetchall()
    assert paid >= {id_ for (id_,) in wanted} != set()


def test_igraph_reads_the_same_graph(write: Any, case: tuple[int, str]) -> None:
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    file = write("graphml", case=case[1])
    graph = igraph.Graph.Read_GraphML(str(file))
    other = nx.read_graphml(file, force_multigraph=True)
    assert (graph.vcount(), graph.ecount()) == (len(other), other.number_of_edges())
    assert sorted(graph.vs["id"]) == sorted(other)


def test_what_is_around_an_account_is_within_its_hops(write: Any, frame: Frame) -> None:
    [(account,)] = frame.sql(
        "SELECT payer FROM transfer WHERE is_fraud ORDER BY id LIMIT 1"
    ).fetchall()
    ego = spell_id(account, "account")
    graph = nx.read_gexf(write("gexf", ego=ego, hops=1))
    paid = nx.Graph((a, b) for a, b, told in graph.edges(data=True) if told["kind"] == "pays")
    near = nx.single_source_shortest_path_length(paid, ego)
    assert max(near.values()) == 1
    partners = frame.sql(
        f"SELECT DISTINCT if(payer = {account}, payee, payer) FROM transfer "
        f"WHERE {account} IN (payer, payee)"
    ).fetchall()
    assert {spell_id(id_, "account") for (id_,) in partners} <= set(near)


def test_every_payment_in_gexf_has_its_time(
    write: Any, frame: Frame, case: tuple[int, str]
) -> None:
    graph = nx.read_gexf(write("gexf", case=case[1]))
    assert graph.graph["mode"] == "dynamic"
    times = {
        told["payment"]: told["start"]
        for *_, told in graph.edges(data=True)
        if told["kind"] == "pays"
    }
    wanted = frame.sql(
        "SELECT 'P' || id, strftime(time, '%Y-%m-%dT%H:%M:%S') FROM transfer "
        f"WHERE case_id = {case[0]}"
    ).fetchall()
    assert {name: times[name] for name, _ in wanted} == dict(wanted)


def test_what_is_too_large_is_refused_with_the_way_out(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subgraph, "MOST", 100)
    exporter = EXPORTERS.load("graphml", DatasetExporter)(str(tmp_path / "all.graphml"))
    with pytest.raises(StoreError, match=r"edges; at most 100 .* --case ID or --ego ACCOUNT"):
        exporter.load(dataset, force=False, tell=lambda *_: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"case": "C1000000000"}, "no case 'C1000000000'"),
        ({"ego": "A1000000000"}, "no account 'A1000000000'"),
        ({"ego": "nobody"}, "is no id of kind account"),
        ({"ego": "A1000000000", "case": "C1000000000"}, "a case or an ego"),
        ({"case": "C1000000000", "blind": True}, "is truth, which blind leaves out"),
    ],
)
def test_what_cannot_be_cut_out_is_told(
    asked: dict[str, Any], said: str, dataset: Dataset, tmp_path: Path
) -> None:
    exporter = EXPORTERS.load("gexf", DatasetExporter)(str(tmp_path / "part.gexf"), **asked)
    with pytest.raises((StoreError, DatasetError, ValueError), match=said):
        exporter.load(dataset, force=False, tell=lambda *_: None)
