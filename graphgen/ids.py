"""Public ids: ten digits that say nothing and do not move when the world grows.

An id is a keyed bijection of (kind, block, row) on a fixed domain. The population's rows lie in the
lower half of the domain; every pattern's block lies in the upper half, at a place that its name
gives. So neither a larger population nor another pattern moves an id.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from graphgen.rng import stream
from graphgen.schema import SCHEMAS, Kind
from graphgen.table import Array

__all__ = [
    "FIRST_ID",
    "digits_of",
    "event_ids",
    "letter_of",
    "parse_id",
    "public_ids",
    "scramble",
    "spell_id",
]

_BITS = 33
_DOMAIN = 1 << _BITS
_HALF = 1 << (_BITS - 1)
FIRST_ID = 1_000_000_000
"""The smallest id; the largest is `FIRST_ID + 2**33 - 1`, so each has ten digits."""

_FIRST_DAY = 1_000
_RANKS = 100_000_000


def event_ids(day: int, first: int, count: int) -> Array:
    """Give the ids of `count` events of a day from rank `first` on: twelve digits, int64."""
    if first + count > _RANKS:
        raise ValueError(f"day {day}: {first + count} events of one kind; at most {_RANKS}")
    start = (_FIRST_DAY + day) * _RANKS + first
    return np.arange(start, start + count, dtype=np.int64)


def scramble(seed: int, kind: str, positions: Array) -> Array:
    """Map positions (0 to 2**33 - 1) one to one to ids of `kind`; int64."""
    rng = stream(seed, "id", kind)
    mask = np.uint64(_DOMAIN - 1)
    x = positions.astype(np.uint64)
    for shift in (17, 15, 16):
        factor, offset = (np.uint64(n) for n in rng.integers(0, _DOMAIN, 2))
        x *= factor | np.uint64(1)  # odd, so that it has an inverse modulo a power of two
        x += offset
        x &= mask
        x ^= x >> np.uint64(shift)
    return x.astype(np.int64) + FIRST_ID


def public_ids(seed: int, kind: str, blocks: Sequence[tuple[str, int]]) -> Array:
    """Give the ids of all rows of a kind; `blocks` are names and sizes, the population first."""
    positions, taken = [], list[tuple[int, int]]()
    for place, (name, size) in enumerate(blocks):
        if place == 0:
            if size > _HALF:
                raise ValueError(f"{size} rows of {kind}; at most {_HALF}")
            positions.append(np.arange(size, dtype=np.int64))
        elif size:
            start = _place(name, size, taken)
            taken.append((start, start + size))
            positions.append(_HALF + np.arange(start, start + size, dtype=np.int64))
    return scramble(seed, kind, np.concatenate(positions))


def _place(name: str, size: int, taken: list[tuple[int, int]]) -> int:
    """Find where a block's rows lie: where its name's hash says, or the next hash that is free."""
    attempt = name
    while True:
        start = crc32(attempt.encode()) % (_HALF - size)
        if all(start + size <= low or high <= start for low, high in taken):
            return start
        attempt += "+"


def letter_of(kind: str) -> str:
    """Give the letter that ids of `kind` begin with in text."""
    return SCHEMAS[kind].letter


def digits_of(kind: str) -> int:
    """Give how many digits an id of `kind` has: twelve of an event (`event_ids`), else ten."""
    return 12 if SCHEMAS[kind].kind is Kind.EVENT else 10


def spell_id(number: int, kind: str) -> str:
    """Spell one id in text, as in `A1234567890`."""
    return f"{letter_of(kind)}{number:0{digits_of(kind)}d}"


def parse_id(text: str | int, kind: str) -> int:
    """Read an id as someone typed it: its number, or the kind's letter and its digits.

    `ValueError` says what an id of `kind` looks like.
    """
    letter, digits = letter_of(kind), digits_of(kind)
    number = str(text).strip()
    if letter in (number[:1], number[:1].upper()):
        number = number[1:]
    if not (len(number) == digits and number.isascii() and number.isdigit() and number[0] != "0"):
        raise ValueError(
            f"{text!r} is no id of kind {kind}; one is {letter} and {digits} digits, "
            f"or the digits alone"
        )
    return int(number)
