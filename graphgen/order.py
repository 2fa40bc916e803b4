"""The order of times within a day: a radix sort, three times as fast as a comparison sort."""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.table import Array

__all__ = ["among", "by_time", "distinct", "members_of"]

_DIGIT = 14
_MASK = (1 << _DIGIT) - 1


@compiled
def by_time(time: Array, midnight: int) -> Array:
    """Give the order of times (int64 ms) of the day that begins at `midnight`: int32.

    Equal times stay in the order in which they came.
    """
    count = len(time)
    low_first = np.zeros(_MASK + 2, np.int32)
    high_first = np.zeros(_MASK + 2, np.int32)
    for i in range(count):
        key = time[i] - midnight
        low_first[(key & _MASK) + 1] += 1
        high_first[(key >> _DIGIT) + 1] += 1
    for digit in range(_MASK):
        low_first[digit + 1] += low_first[digit]
        high_first[digit + 1] += high_first[digit]
    half, keys = np.empty(count, np.int32), np.empty(count, np.int32)
    for i in range(count):
        key = time[i] - midnight
        place = low_first[key & _MASK]
        low_first[key & _MASK] = place + 1
        half[place] = i
        keys[place] = key >> _DIGIT
    order = np.empty(count, np.int32)
    for i in range(count):
        place = high_first[keys[i]]
        high_first[keys[i]] = place + 1
        order[place] = half[i]
    return order


def among(values: Array, known: Array) -> Array:
    """Say which values are among the known ones: bool.

    By bisection: for many numbers that takes less time and memory than `numpy.isin`.
    """
    if not len(known) or not len(values):
        return np.zeros(values.shape, bool)
    ascending = np.sort(known)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return np.asarray(ascending[place] == values)


def distinct(values: Array) -> Array:
    """Give each value once, ascending: of many numbers in less time than `numpy.unique` takes."""
    ascending = np.sort(values)
    first = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=first[1:])
    return np.asarray(ascending[first])


def members_of(size: Array) -> tuple[Array, Array]:
    """Give the members of groups of these sizes, group after group: int64, two numbers of each.

    The first is the group that it is of, the second its place there, from 0.
    """
    group = np.repeat(np.arange(len(size)), size)
    return group, np.arange(len(group)) - np.repeat(np.cumsum(size) - size, size)
