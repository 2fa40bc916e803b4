"""Who sends money to whom: a directed network of given degrees, reciprocity and clustering.

People stand in a line, neighbours next to each other. Each draws how many people it pays and how
many pay it from discrete power laws; what is to be reciprocated is paired first, the rest of the
outgoing stubs meet incoming ones. Stubs meet inside small cells of the line first (that closes
triangles), what is left over in larger ones, at last anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.compiled import compiled
from graphgen.shape import clustering
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.world import Transfers

__all__ = ["degrees", "largest_degree", "transfer_network"]

Stubs = tuple[Array, Array, Array]
"""How many each person pays, how many pay each, and how many of the former pay back."""

_LARGEST_SHARE = 0.008
"""The largest degree as a share of all people: 12,700 of 1,624,030 (Rabobank, arXiv 2109.10703)."""
_SMALLEST_CUT = 12
_BLUR = 0.8
"""How loosely the number of people that one pays follows one's means; our assumption."""
_WIDER = 6
"""Each round of meeting takes cells this many times wider than the last; our assumption."""
_PAYABLE = 0.9
"""At most this share of what could be reciprocated is: some stubs find nobody; our assumption."""
_CELL = 11.0
"""About how many people are in a cell for a mean degree and a clustering coefficient of 1."""
_NARROWEST = 4.0
_TRIALS, _NEAR, _SLOPE = 6, 0.08, 0.8
"""How often another cell is tried at most until the logarithm of the clustering coefficient is that
near to what was asked, and how much it falls with that of the cell; seen in trials."""
_TRIED = 100_000
"""Of so many people the cell is tried; our assumption."""


def largest_degree(people: int) -> int:
    """Say where the distribution of partners ends among so many people."""
    return max(_SMALLEST_CUT, round(_LARGEST_SHARE * people))


def degrees(
    rng: np.random.Generator, people: int, exponent: float, mean: float
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Draw how many partners each person has: int64 (people,).

    P(k) is even from 1 to some bend, and falls as `k**-exponent` from there to a cut; the bend, or
    else a share of people with none, makes the mean what it should be, and leaves the tail's
    exponent alone.
    """
    cut = largest_degree(people)
    k = np.arange(1, cut + 1, dtype=float)

    def law(bend: float) -> Array:
        weight = np.maximum(k, bend) ** -exponent
        return np.asarray(weight / weight.sum())

    def expected(bend: float) -> float:
        return float((law(bend) * k).sum())

    low, high = 1.0, float(cut)
    if expected(low) < mean:
        for _ in range(50):
            bend = (low + high) / 2
            low, high = (bend, high) if expected(bend) < mean else (low, bend)
    probability = law(low)
    some = min(1.0, mean / expected(low))
    drawn = np.searchsorted(np.cumsum(probability), rng.random(people), side="right") + 1
    drawn = np.minimum(drawn, cut)
    return np.where(rng.random(people) < some, drawn, 0)


def transfer_network(
    rng: np.random.Generator, place: Array, shape: Transfers, *, means: Array | None = None
) -> tuple[Array, Array, Array]:
    """Draw the edges among people who stand in a line, in the order of `place`.

    Who has more `means` (float) pays more people, as a rule.

    Returns payer and payee, int32 (edges,), without loops or doubles, and for each edge the number
    of its pair: an edge and its opposite have one number, int32.
    """
    people = len(place)
    if people < 2:  # noqa: PLR2004 - it takes two
        nobody = np.empty(0, np.int32)
        return nobody, nobody, nobody
    out = degrees(rng, people, shape.out_exponent, shape.mean_degree)
    into = degrees(rng, people, shape.in_exponent, shape.mean_degree)
    if means is not None:
        rank = np.argsort(np.argsort(means * rng.lognormal(0, _BLUR, people)))
        out = np.sort(out)[rank]
    _even_out(rng, out, into)
    mutual = _mutual(rng, out, into, shape.reciprocity)
    line = np.argsort(place, kind="stable").astype(np.int32)
    stubs = out, into, mutual
    payer, payee, pair = _met(rng, stubs, _cell(rng, _stretch(rng, stubs), shape))
    return line[payer], line[payee], pair


def _stretch(rng: np.random.Generator, stubs: Stubs) -> Stubs:
    """Give the stubs of a stretch of the line, of all of it if it is not too long to be tried."""
    if len(stubs[0]) <= _TRIED:
        return stubs
    out, into, mutual = (each[:_TRIED].copy() for each in stubs)
    _even_out(rng, out, into)
    return out, into, np.minimum(mutual, np.minimum(out, into))


def _cell(rng: np.random.Generator, stubs: Stubs, shape: Transfers) -> float:
    """Find how many people a cell has with whom friends of friends are friends as often as asked.

    The narrower, the more often. By how much depends on how many stubs who has.
    """
    low, high = np.log(_NARROWEST), np.log(max(_NARROWEST, 2.0 * len(stubs[0])))
    cell = float(
        np.clip(np.log(_CELL * shape.mean_degree / max(shape.clustering, 1e-4)), low, high)
    )
    for _ in range(_TRIALS):
        payer, payee, _ = _met(rng, stubs, np.exp(cell))
        found = clustering(payer, payee)
        off = np.log(max(found, 1e-5) / max(shape.clustering, 1e-5))
        if abs(off) < _NEAR:
            break
        low, high = (cell, high) if off > 0 else (low, cell)
        # along the usual slope, but not beyond what has been seen to be too narrow or too wide
        step = cell + off / _SLOPE
        cell = step if low < step < high else (low + high) / 2
    return float(np.exp(cell))


def _met(rng: np.random.Generator, stubs: Stubs, cell: float) -> tuple[Array, Array, Array]:
    """Let all stubs meet: payers, payees and pairs (see `transfer_network`), by place in line."""
    out, into, mutual = stubs
    people = len(out)
    met = np.zeros(1 << int(4 * out.sum() + 64).bit_length(), np.int64)
    one, other = _meet(rng, mutual, mutual, cell, met, paired=True)
    paired = np.bincount(one, minlength=people) + np.bincount(other, minlength=people)
    src, dst = _meet(rng, out - paired, into - paired, cell, met, paired=False)
    pairs = np.arange(len(one))
    payer, payee = np.concatenate([one, other, src]), np.concatenate([other, one, dst])
    pair = np.concatenate([pairs, pairs, len(one) + np.arange(len(src))]).astype(np.int32)
    return payer, payee, pair


def _even_out(rng: np.random.Generator, out: Array, into: Array) -> None:
    """Take stubs from the side that has more, at random, until both have as many."""
    more, less = (out, into) if out.sum() > into.sum() else (into, out)
    stubs = np.repeat(np.arange(len(more)), more)
    np.subtract.at(more, rng.choice(stubs, int(more.sum() - less.sum()), replace=False), 1)


def _mutual(rng: np.random.Generator, out: Array, into: Array, reciprocity: float) -> Array:
    """Draw how many of each person's partners pay back: int64 (people,).

    Where too few people both pay and are paid by many, who pays more is made to be paid by more,
    for as many people as it takes (`into` is changed in place).
    """
    wanted = reciprocity * out.sum()
    order = rng.permutation(len(out))
    for share in (0.0, 0.1, 0.2, 0.4, 0.7, 1.0):
        some = order[: round(share * len(out))]
        into[some[np.argsort(out[some], kind="stable")]] = np.sort(into[some])
        both = np.minimum(out, into)
        if both.sum() * _PAYABLE > wanted:
            break
    return rng.binomial(both, min(1.0, wanted / max(1, both.sum())))


def _meet(
    rng: np.random.Generator, out: Array, into: Array, cell: float, met: Array, *, paired: bool
) -> tuple[Array, Array]:
    """Let stubs meet in ever wider cells; what would be a loop or a double tries again."""
    people = np.arange(len(out), dtype=np.int32)
    a = np.repeat(people, out)
    b = np.empty(0, np.int32) if paired else np.repeat(people, into)
    edges = []
    for width in (*cell * _WIDER ** np.arange(12.0), np.inf, np.inf):
        width_here = min(width, 2.0 * len(out))
        phase = rng.random() * min(width, len(out))
        loop = _meet_pairs if paired else _meet_sides
        one, other, a, b = loop(a, b, width_here, phase, rng.random(len(a) + len(b)), met)
        edges.append((one, other))
        a, b = np.sort(a), np.sort(b)
        if width > len(out) and len(a) <= 1:
            break
    return np.concatenate([e[0] for e in edges]), np.concatenate([e[1] for e in edges])


@compiled
def _is_new(one: int, other: int, met: Array) -> bool:
    """Note that two people met, in a hash table; say no if they had, or if they are one."""
    if one == other:
        return False
    key = (min(one, other) << 32 | max(one, other)) + 1
    mask = len(met) - 1
    place = ((key * -7046029254386353131) >> 20) & mask
    while met[place] != 0:
        if met[place] == key:
            return False
        place = (place + 1) & mask
    met[place] = key
    return True


@compiled
def _shuffle(stubs: Array, first: int, last: int, u: Array) -> None:
    for i in range(last - 1, first, -1):
        j = first + int(u[i] * (i - first + 1))
        stubs[i], stubs[j] = stubs[j], stubs[i]


@compiled
def _cell_end(stubs: Array, first: int, cell: int, width: float, phase: float) -> int:
    last = first
    while last < len(stubs) and int((stubs[last] + phase) / width) == cell:
        last += 1
    return last


@compiled
def _meet_pairs(
    a: Array, b: Array, width: float, phase: float, u: Array, met: Array
) -> tuple[Array, Array, Array, Array]:
    """Pair stubs of one kind within each cell; gives the pairs and the stubs left over."""
    one, other = np.empty(len(a) // 2 + 1, np.int32), np.empty(len(a) // 2 + 1, np.int32)
    left = np.empty(len(a), np.int32)
    pairs, lefts, first = 0, 0, 0
    while first < len(a):
        last = _cell_end(a, first, int((a[first] + phase) / width), width, phase)
        _shuffle(a, first, last, u)
        while first < last:
            if first + 1 < last and _is_new(a[first], a[first + 1], met):
                one[pairs], other[pairs] = a[first], a[first + 1]
                pairs, first = pairs + 1, first + 2
            else:
                left[lefts] = a[first]
                lefts, first = lefts + 1, first + 1
    return one[:pairs], other[:pairs], left[:lefts], b


@compiled
def _meet_sides(
    a: Array, b: Array, width: float, phase: float, u: Array, met: Array
) -> tuple[Array, Array, Array, Array]:
    """Match outgoing with incoming stubs within each cell; gives edges and both leftovers."""
    most = min(len(a), len(b))
    one, other = np.empty(most, np.int32), np.empty(most, np.int32)
    left_a, left_b = np.empty(len(a), np.int32), np.empty(len(b), np.int32)
    edges, lefts_a, lefts_b, i, j = 0, 0, 0, 0, 0
    while i < len(a):
        cell = int((a[i] + phase) / width)
        last_a = _cell_end(a, i, cell, width, phase)
        while j < len(b) and int((b[j] + phase) / width) < cell:
            left_b[lefts_b] = b[j]
            lefts_b, j = lefts_b + 1, j + 1
        last_b = _cell_end(b, j, cell, width, phase)
        _shuffle(a, i, last_a, u)
        _shuffle(b, j, last_b, u[len(a) :])
        while i < last_a and j < last_b:
            if _is_new(a[i], b[j], met):
                one[edges], other[edges] = a[i], b[j]
                edges += 1
            else:
                left_a[lefts_a], left_b[lefts_b] = a[i], b[j]
                lefts_a, lefts_b = lefts_a + 1, lefts_b + 1
            i, j = i + 1, j + 1
        while i < last_a:
            left_a[lefts_a] = a[i]
            lefts_a, i = lefts_a + 1, i + 1
        while j < last_b:
            left_b[lefts_b] = b[j]
            lefts_b, j = lefts_b + 1, j + 1
    while j < len(b):
        left_b[lefts_b] = b[j]
        lefts_b, j = lefts_b + 1, j + 1
    return one[:edges], other[:edges], left_a[:lefts_a], left_b[:lefts_b]
