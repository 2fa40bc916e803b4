"""Hash tables of whole numbers, for compiled loops: open addressing, looked through one by one."""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.table import Array

__all__ = ["Rows", "empty_slots", "find", "larger_slots", "put"]

_SPREAD = -7046029254386353131
"""2^64 over the golden ratio, odd, as int64 holds it (Knuth's multiplicative hashing)."""
_FEWEST = 16


@compiled
def find(slots: Array, keys: Array, key: int) -> int:
    """Find the place of a key in `keys`; -1 if it is not there."""
    mask = len(slots) - 1
    slot = (key * _SPREAD >> 32) & mask
    while slots[slot] >= 0:
        if keys[slots[slot]] == key:
            return int(slots[slot])
        slot = (slot + 1) & mask
    return -1


@compiled
def put(slots: Array, keys: Array, place: int) -> None:
    """Make `keys[place]`, which is not there yet, one that can be found."""
    mask = len(slots) - 1
    slot = (keys[place] * _SPREAD >> 32) & mask
    while slots[slot] >= 0:
        slot = (slot + 1) & mask
    slots[slot] = place


@compiled
def _put_all(slots: Array, keys: Array, count: int) -> None:
    for place in range(count):
        put(slots, keys, place)


@compiled
def _find_all(slots: Array, keys: Array, wanted: Array, found: Array) -> None:
    for row in range(len(wanted)):
        found[row] = find(slots, keys, wanted[row])


def empty_slots(count: int) -> Array:
    """Give slots for so many keys: int32, -1 is free; at most half of them are ever taken."""
    return np.full(1 << max(_FEWEST, 2 * count - 1).bit_length(), -1, np.int32)


def larger_slots(keys: Array, count: int, room: int) -> Array:
    """Give slots for `room` keys, in which the first `count` of `keys` are found."""
    slots = empty_slots(room)
    _put_all(slots, keys, count)
    return slots


class Rows:
    """Finds rows of a node table by their ids."""

    def __init__(self, ids: Array) -> None:
        self.ids = np.ascontiguousarray(ids, np.int64)
        self._slots = larger_slots(self.ids, len(ids), len(ids))

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, ids: Array) -> Array:
        """Give the row of each id: int32, -1 for one that there is not."""
        found = np.empty(len(ids), np.int32)
        _find_all(self._slots, self.ids, ids, found)
        return found
