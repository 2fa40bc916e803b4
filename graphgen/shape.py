"""The shape of a network: reciprocity, clustering, components, correlations; no loop over nodes."""

from __future__ import annotations

import numpy as np

from graphgen.order import members_of
from graphgen.table import Array

__all__ = ["assortativity", "clustering", "largest_component", "rank_correlation", "reciprocity"]

_WEDGES = 1 << 22
"""Pairs of neighbours that are looked up at a time: some hundred megabytes."""


def reciprocity(source: Array, target: Array) -> float:
    """Give the share of distinct directed edges whose opposite exists; rows of nodes."""
    size = int(max(source.max(), target.max())) + 1
    edge = np.unique(source.astype(np.int64) * size + target)
    opposite = edge % size * size + edge // size
    return float(np.isin(opposite, edge, assume_unique=True).mean())


def clustering(source: Array, target: Array) -> float:
    """Give the mean local clustering coefficient of the undirected simple graph.

    The mean is over nodes with an edge; one with a single neighbour counts as 0.
    """
    node, edges = np.unique(np.stack([source, target]), return_inverse=True)
    low, high = np.sort(edges.reshape(2, -1), axis=0)
    size = len(node)
    edge = np.unique((low.astype(np.int64) * size + high)[low != high])
    one, other = edge // size, edge % size
    degree = np.bincount(one, minlength=size) + np.bincount(other, minlength=size)
    triangles = _triangles(one, other, degree)
    pairs = degree * (degree - 1) / 2
    return float((triangles / np.maximum(pairs, 1)).mean())


def _triangles(one: Array, other: Array, degree: Array) -> Array:
    """Count the triangles at each node: every edge points to the higher degree, wedges close."""
    size = len(degree)
    rank = np.empty(size, np.int64)
    rank[np.argsort(degree, kind="stable")] = np.arange(size)
    low, high = np.sort(np.stack([rank[one], rank[other]]), axis=0)
    edge = np.sort(low * size + high)
    low, high = edge // size, edge % size
    last = np.searchsorted(low, np.arange(size), side="right")[low]
    mates = last - np.arange(len(edge)) - 1
    found = np.zeros(size, np.int64)
    ends = np.cumsum(mates)
    begin = 0
    while begin < len(edge):
        stop = int(np.searchsorted(ends, (ends[begin - 1] if begin else 0) + _WEDGES)) + 1
        here = np.arange(begin, min(stop, len(edge)))
        group, step = members_of(mates[here])
        first = here[group]
        second = first + 1 + step
        key = high[first] * size + high[second]
        place = np.minimum(np.searchsorted(edge, key), len(edge) - 1)
        closed = edge[place] == key
        for corner in (low[first], high[first], high[second]):
            found += np.bincount(corner[closed], minlength=size)
        begin = stop
    return found[rank]


def largest_component(source: Array, target: Array) -> float:
    """Give the share of nodes in the largest weakly connected component.

    Labels fall to the least of an edge's two, then to their own label's label, until none falls.
    """
    node, edges = np.unique(np.stack([source, target]), return_inverse=True)
    one, other = edges.reshape(2, -1)
    label = np.arange(len(node))
    while True:
        least = np.minimum(label[one], label[other])
        new = label.copy()
        np.minimum.at(new, label[one], least)
        np.minimum.at(new, label[other], least)
        np.minimum.at(new, one, least)
        np.minimum.at(new, other, least)
        new = new[new]
        if (new == label).all():
            return float(np.bincount(label).max() / len(node))
        label = new


def assortativity(source: Array, target: Array, degree: Array) -> float:
    """Give the correlation of a degree of nodes (in, out) at the two ends of directed edges."""
    return _correlation(degree[source], degree[target])


def rank_correlation(one: Array, other: Array) -> float:
    """Give Spearman's correlation of two columns; equal values share their mean rank."""
    return _correlation(_ranks(one), _ranks(other))


def _ranks(values: Array) -> Array:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place])


def _correlation(one: Array, other: Array) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
