"""What realism measures is what it says it measures."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite, pi
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from graphgen import shape
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.realism import realism, rhythm
from graphgen.realism.tail import fit_tail, hurwitz_zeta
from graphgen.registry import EXPORTERS
from graphgen.world import World


def graph_of(nodes: int, edges: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw edges without loops among nodes of unequal weight; some stand twice."""
    rng = np.random.default_rng(seed)
    weight = rng.pareto(1.2, nodes) + 0.1
    source, target = rng.choice(nodes, (2, edges), p=weight / weight.sum())
    some = source != target
    return source[some], target[some]


@pytest.mark.parametrize("exponent", [1.8, 2.15, 2.4, 3.0])
def test_a_power_law_gives_its_exponent_back(exponent: float) -> None:
    values = np.random.default_rng(3).zipf(exponent, 40_000)
    assert fit_tail(values[values < 1 << 40]).exponent == pytest.approx(exponent, abs=0.06)


@pytest.mark.parametrize("exponent", [1.8, 2.15, 2.4, 3.0])
def test_a_power_law_that_ends_gives_its_exponent_back(exponent: float) -> None:
    values = np.random.default_rng(3).zipf(exponent, 60_000)
    values = values[values <= 80]
    assert fit_tail(values, most=80).exponent == pytest.approx(exponent, abs=0.06)


def test_a_tail_is_found_above_what_is_no_power_law() -> None:
    rng = np.random.default_rng(4)
    tail = rng.zipf(2.3, 200_000)
    tail = tail[(tail >= 8) & (tail < 1 << 40)]
    body = rng.integers(1, 8, 3 * len(tail))
    fit = fit_tail(np.concatenate([tail, body]))
    assert fit.begins >= 7
    assert fit.exponent == pytest.approx(2.3, abs=0.1)


@pytest.mark.filterwarnings("ignore:Standard error")
def test_a_fit_is_the_one_that_the_package_powerlaw_finds() -> None:
    powerlaw = pytest.importorskip("powerlaw")
    values = np.random.default_rng(5).zipf(2.2, 3_000) + np.random.default_rng(6).integers(
        0, 2, 3_000
    )
    theirs = powerlaw.Fit(values, discrete=True, estimate_discrete=False, verbose=False)
    ours = fit_tail(values, least=2)
    assert ours.begins == theirs.xmin
    assert ours.exponent == pytest.approx(theirs.alpha, abs=1e-3)
    assert ours.distance == pytest.approx(theirs.D, abs=1e-4)


def test_too_few_values_have_no_tail() -> None:
    with pytest.raises(ValueError, match="a tail needs 50"):
        fit_tail(np.arange(1, 30))


def test_zeta_is_exact() -> None:
    one, two = hurwitz_zeta(2.0, np.array([1, 2]))
    assert one == pytest.approx(pi**2 / 6, abs=1e-10)
    assert one - two == pytest.approx(1.0, abs=1e-10)
    assert hurwitz_zeta(4.0, np.array([1]))[0] == pytest.approx(pi**4 / 90, abs=1e-10)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clustering_components_and_assortativity_are_those_of_networkx(seed: int) -> None:
    source, target = graph_of(300, 900, seed)
    graph = nx.Graph(zip(source.tolist(), target.tolist(), strict=True))
    largest = max(len(component) for component in nx.connected_components(graph))
    assert shape.clustering(source, target) == pytest.approx(nx.average_clustering(graph))
    assert shape.largest_component(source, target) == pytest.approx(largest / len(graph))
    directed = nx.DiGraph(zip(source.tolist(), target.tolist(), strict=True))
    source, target = np.array(directed.edges).T
    for name, end in (("in", target), ("out", source)):
        degree = np.bincount(end, minlength=300)
        theirs = nx.degree_assortativity_coefficient(directed, x=name, y=name)
        assert shape.assortativity(source, target, degree) == pytest.approx(theirs)


def test_triangles_are_counted_the_same_however_many_are_looked_up_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, target = graph_of(200, 2_000, 4)
    whole = shape.clustering(source, target)
    monkeypatch.setattr(shape, "_WEDGES", 7)
    assert shape.clustering(source, target) == whole


def test_reciprocity_is_that_of_networkx() -> None:
    source, target = graph_of(100, 900, 5)
    graph = nx.DiGraph(zip(source.tolist(), target.tolist(), strict=True))
    assert shape.reciprocity(source, target) == pytest.approx(nx.overall_reciprocity(graph))


def test_two_islands_of_equal_size_are_half_the_graph() -> None:
    line = np.arange(999)
    assert shape.largest_component(np.r_[line, line + 2000], np.r_[line + 1, line + 2001]) == 0.5


def test_ranks_correlate_whatever_the_scale_and_share_ties() -> None:
    values = np.array([1.0, 5.0, 2.0, 9.0])
    assert shape.rank_correlation(values, np.exp(values)) == pytest.approx(1.0)
    assert shape.rank_correlation(values, -values) == pytest.approx(-1.0)
    assert shape.rank_correlation(np.array([1, 1, 2]), np.array([3, 4, 5])) == pytest.approx(
        0.75**0.5
    )


def test_bursts_are_measured_from_regular_to_random_to_bursty() -> None:
    import duckdb

    rng = np.random.default_rng(7)
    gaps = [
        np.full((200, 40), 9e6),
        rng.exponential(9e6, (200, 40)),
        rng.pareto(1.1, (200, 40)) * 1e6,
    ]
    measured = []
    for some in gaps:
        key = np.repeat(np.arange(200), 40)
        ms = np.cumsum(some, axis=1).astype(np.int64).reshape(-1)
        events = {"key": key, "ms": ms}
        connection = duckdb.connect()
        connection.register("event", _arrow(events))
        query = rhythm._BURSTS.format(events="SELECT key, make_timestamp_ms(ms) AS time FROM event")
        measured.append(connection.execute(query).fetchall()[0][0])
    regular, random, bursty = measured
    assert regular == pytest.approx(-1.0)
    assert random == pytest.approx(0.0, abs=0.03)
    assert bursty > 0.3


def _arrow(columns: dict[str, np.ndarray]) -> object:
    import pyarrow as pa

    return pa.table(columns)


def test_a_world_is_measured_the_same_in_every_format(tmp_path: Path) -> None:
    found = []
    for form in ("parquet", "csv"):
        exporter = EXPORTERS.load(form, FileExporter)(str(tmp_path / form))
        generate(World(users=300, days=20, patterns={}), [exporter])
        found.append([asdict(metric) for metric in realism(tmp_path / form)])
    parquet, csv = found
    assert [m["name"] for m in parquet] == [m["name"] for m in csv]
    assert [m["value"] for m in parquet] == pytest.approx([m["value"] for m in csv])
    assert len({metric["name"] for metric in parquet}) == len(parquet)
    assert all(isfinite(metric[end]) for metric in parquet for end in ("value", "low", "high"))
    assert all(metric["low"] < metric["high"] or "weekday" in metric["name"] for metric in parquet)
    assert all(
        metric["ok"] == (metric["low"] <= metric["value"] <= metric["high"]) for metric in parquet
    )


def test_a_world_without_events_is_measured_by_its_sharing_alone(tmp_path: Path) -> None:
    exporter = EXPORTERS.load("parquet", FileExporter)(str(tmp_path / "world"))
    generate(World(users=300, days=0, patterns={}), [exporter])
    names = [metric.name for metric in realism(tmp_path / "world")]
    assert names
    assert all("devices" in name or "addresses" in name for name in names)
