"""The network of transfers is the one that was asked for."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from graphgen.population import transfers
from graphgen.population.transfers import degrees, largest_degree, transfer_network
from graphgen.realism.tail import fit_tail
from graphgen.table import Array
from graphgen.world import TRANSFERS, Transfers

PEOPLE = 20_000
SHAPES = {
    **TRANSFERS,
    "steep": Transfers(in_exponent=3.0, out_exponent=3.0),
    "dense": Transfers(mean_degree=8.0, clustering=0.05),
    "one-way": Transfers(reciprocity=0.0),
    "mutual": Transfers(reciprocity=0.5),
    "lively": Transfers(clustering=0.05, reciprocity=0.3),
    "few hubs": Transfers(in_exponent=2.4, out_exponent=3.5),
    "few who are paid by many": Transfers(in_exponent=3.5, out_exponent=2.15),
    "loose": Transfers(clustering=0.01),
}

every_shape = pytest.mark.parametrize("name", SHAPES)


@cache
def network(name: str, people: int = PEOPLE, seed: int = 1) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    return transfer_network(rng, rng.random(people), SHAPES[name])


def tail_exponent(degree: Array) -> float:
    """Fit a discrete power law that ends where degrees do to where it fits best."""
    return fit_tail(degree, most=max(largest_degree(len(degree)), degree.max())).exponent


def clustering(payer: Array, payee: Array) -> float:
    """Give the mean local clustering coefficient of all who have a partner, directions left aside.

    With networkx, and not as the code that draws them measures it.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_edges_from(zip(payer.tolist(), payee.tolist(), strict=True))
    return float(nx.average_clustering(graph))


@every_shape
def test_nobody_pays_themselves_and_nobody_is_paid_twice_by_one(name: str) -> None:
    payer, payee, _ = network(name)
    assert (payer != payee).all()
    assert len(np.unique(payer.astype(np.int64) << 32 | payee)) == len(payer)
    assert payer.dtype == payee.dtype == np.int32
    assert min(payer.min(), payee.min()) >= 0
    assert max(payer.max(), payee.max()) < PEOPLE


@every_shape
def test_people_pay_as_many_others_as_asked_on_average(name: str) -> None:
    assert len(network(name)[0]) / PEOPLE == pytest.approx(SHAPES[name].mean_degree, rel=0.08)


@every_shape
def test_as_many_are_paid_back_as_asked(name: str) -> None:
    payer, payee, pair = network(name)
    edges = payer.astype(np.int64) << 32 | payee
    back = np.isin(payee.astype(np.int64) << 32 | payer, edges)
    assert back.mean() == pytest.approx(SHAPES[name].reciprocity, abs=0.03)
    # an edge and its opposite are one pair, and no other two edges are
    assert (np.bincount(pair)[pair] == np.where(back, 2, 1)).all()
    low, high = np.minimum(payer, payee), np.maximum(payer, payee)
    ends = np.stack([pair, low, high], axis=1)
    assert len(np.unique(ends, axis=0)) == len(np.unique(pair))


@every_shape
@pytest.mark.parametrize("people", [5_000, PEOPLE])
def test_friends_of_friends_are_friends_as_often_as_asked(name: str, people: int) -> None:
    payer, payee, _ = network(name, people)
    assert clustering(payer, payee) == pytest.approx(SHAPES[name].clustering, rel=0.35)


def test_what_is_tried_on_a_stretch_of_a_large_world_holds_for_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transfers, "_TRIED", PEOPLE // 4)
    payer, payee, _ = network.__wrapped__("rabobank", PEOPLE)
    asked = SHAPES["rabobank"].clustering
    assert clustering(payer, payee) == pytest.approx(asked, rel=0.35)


@pytest.mark.parametrize("exponent", [1.72, 2.15, 2.4, 3.0, 3.5, 4.0])
def test_degrees_have_the_mean_and_the_tail_that_were_asked_for(exponent: float) -> None:
    drawn = degrees(np.random.default_rng(2), 400_000, exponent, 2.36)
    assert drawn.mean() == pytest.approx(2.36, rel=0.05)
    assert drawn.min() >= 0
    assert tail_exponent(drawn) == pytest.approx(exponent, abs=0.1)


@every_shape
def test_a_network_s_tails_have_the_exponents_that_were_asked_for(name: str) -> None:
    payer, payee, _ = network(name)
    for ends, asked in ((payer, SHAPES[name].out_exponent), (payee, SHAPES[name].in_exponent)):
        count = np.bincount(ends, minlength=PEOPLE)
        assert tail_exponent(count) == pytest.approx(asked, abs=0.25)


def test_a_larger_exponent_makes_a_thinner_tail() -> None:
    most = [
        np.sort(degrees(np.random.default_rng(2), 100_000, exponent, 2.36))[-1_000:].sum()
        for exponent in (1.8, 2.2, 2.6, 3.2)
    ]
    assert most == sorted(most, reverse=True)


@pytest.mark.parametrize("people", [0, 1, 2, 3, 5, 40])
@pytest.mark.parametrize("seed", range(4))
def test_a_handful_of_people_have_a_network_too(people: int, seed: int) -> None:
    payer, payee, pair = network("rabobank", people, seed)
    assert len(payer) == len(payee) == len(pair)
    if people < 2:
        assert not len(payer)
    assert len(payer) <= people * max(0, people - 1)
    assert (payer != payee).all()
    assert len(set(zip(payer.tolist(), payee.tolist(), strict=True))) == len(payer)


def test_the_same_stream_draws_the_same_network_and_another_one_another() -> None:
    again = network.__wrapped__("rabobank", PEOPLE, 1)
    for one, other in zip(network("rabobank"), again, strict=True):
        assert (one == other).all()
    edges = {
        seed: set(zip(*(side.tolist() for side in network("rabobank", seed=seed)[:2]), strict=True))
        for seed in (1, 2)
    }
    assert len(edges[1] & edges[2]) < 0.01 * len(edges[1])
