"""Compiled loops that spell ids and addresses as text. It imports numba: import it where used."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from graphgen.blocks import BLOCK, copy_block
from graphgen.compiled import compiled
from graphgen.table import Array

__all__ = ["id_text", "ip_text", "spell_rows"]


@compiled
def _number(out: Array, at: int, value: int | np.uint32, digits: int) -> None:
    """Write the last `digits` digits of `value`, which is not negative, from `at` on."""
    left = np.uint64(value)  # to divide by a constant takes half the time without a sign
    for place in range(at + digits - 2, at - 1, -2):
        rest = left // np.uint64(100)
        pair = np.uint32(left - rest * np.uint64(100))
        ten = (pair * np.uint32(205)) >> np.uint32(11)  # a tenth, of numbers below a hundred
        out[place] = np.uint32(48) + ten
        out[place + 1] = np.uint32(48) + pair - ten * np.uint32(10)
        left = rest
    if digits & 1:
        out[at] = np.uint64(48) + left % np.uint64(10)


@compiled
def _ids(out: Array, offsets: Array, ids: Array, letters: Array, digits: int) -> int:
    at = 0
    step = 0 if len(letters) == 1 else 1
    for row in range(len(ids)):
        offsets[row] = at
        if ids[row] >= 0:
            out[at] = letters[row * step]
            _number(out, at + 1, ids[row], digits)
            at += 1 + digits
    offsets[len(ids)] = at
    return at


@compiled
def _addresses(out: Array, offsets: Array, addresses: Array) -> int:
    at = 0
    for row in range(len(addresses)):
        offsets[row] = at
        for shift in (24, 16, 8, 0):
            part = (addresses[row] >> np.uint32(shift)) & np.uint32(255)
            digits = 1 + (part > 9) + (part > 99)  # noqa: PLR2004 - powers of ten
            _number(out, at, part, digits)
            out[at + digits] = 46
            at += digits + 1
        at -= 1
    offsets[len(addresses)] = at
    return at


def id_text(ids: Array, letters: Array, digits: int, validity: pa.Buffer | None) -> pa.Array:
    """Spell ids as a letter and so many digits.

    Parameters
    ----------
    ids
        int64; -1 is none.
    letters
        uint8: the letter of each row, or one for all.
    digits
        How many digits an id has.
    validity
        Arrow's bitmap of the rows that are not none; none if all are.

    """
    out = np.empty(len(ids) * (1 + digits), np.uint8)
    offsets = np.empty(len(ids) + 1, np.int32)
    size = _ids(out, offsets, ids, letters, digits)
    return _strings(out[:size], offsets, validity)


def ip_text(addresses: Array) -> pa.Array:
    """Spell IPv4 addresses (uint32) as dotted quads."""
    out = np.empty(len(addresses) * 16, np.uint8)
    offsets = np.empty(len(addresses) + 1, np.int32)
    size = _addresses(out, offsets, addresses)
    return _strings(out[:size], offsets, None)


def _strings(out: Array, offsets: Array, validity: pa.Buffer | None) -> pa.Array:
    return pa.StringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(out), validity
    )


@compiled
def _date(out: Array, at: int, day: int) -> None:
    """Write the date of a day since 1970-01-01 as `YYYY-MM-DD`.

    The calendar repeats after 400 years of 146,097 days; years are counted from March on, so that a
    leap day ends one (Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
    """
    day += 719_468
    era = day // 146_097
    of_era = day - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    of_month = of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9  # noqa: PLR2004 - from March's count to January's
    _number(out, at, year + era * 400 + (month < 3), 4)  # noqa: PLR2004 - before March
    out[at + 4] = out[at + 7] = 45
    _number(out, at + 5, month, 2)
    _number(out, at + 8, of_month, 2)


@compiled
def _time(out: Array, at: int, time: int) -> int:
    """Write milliseconds since 1970-01-01 as `YYYY-MM-DDThh:mm:ss.mmmZ`; give where it ends."""
    day = time // 86_400_000
    _date(out, at, day)
    left = np.uint32(time - day * 86_400_000)
    seconds = left // np.uint32(1_000)
    minutes = seconds // np.uint32(60)
    hours = minutes // np.uint32(60)
    out[at + 10] = 84
    _number(out, at + 11, hours, 2)
    _number(out, at + 14, minutes - hours * np.uint32(60), 2)
    _number(out, at + 17, seconds - minutes * np.uint32(60), 2)
    _number(out, at + 20, left - seconds * np.uint32(1_000), 3)
    out[at + 13] = out[at + 16] = 58
    out[at + 19], out[at + 23] = 46, 90
    return at + 24


_LEAST = -(1 << 63)
_LEAST_TENTH = (1 << 63) // 10


@compiled
def _integer(out: Array, at: int, value: int) -> int:
    """Write a whole number; give where it ends."""
    if value < 0:
        out[at] = 45
        at += 1
        if value == _LEAST:  # what it is without its sign has no place in 64 bits
            _number(out, at, _LEAST_TENTH, 18)
            out[at + 18] = 56
            return at + 19
        value = -value
    digits, power = 1, 10
    while digits < 19 and power <= value:  # noqa: PLR2004 - digits of the largest int64
        digits += 1
        power *= 10
    _number(out, at, value, digits)
    return at + digits


@compiled
def _decimal(out: Array, at: int, value: int, digits: int) -> int:
    """Write a whole number of hundredths, or of what so many digits say; give where it ends."""
    if value < 0:
        out[at] = 45
        at += 1
        value = -value
    power = 1
    for _ in range(digits):
        power *= 10
    at = _integer(out, at, value // power)
    if digits:
        out[at] = 46
        _number(out, at + 1, value % power, digits)
        at += 1 + digits
    return at


@compiled
def _bytes(out: Array, at: int, data: Array, start: int, stop: int) -> int:
    """Copy bytes, and up to a block of what stands behind them; give where they end."""
    for place in range(start, stop, BLOCK):
        copy_block(out, at + place - start, data, place)
    return at + stop - start


@compiled
def spell_rows(
    out: Array,
    matrix: Array,
    marks: Array,
    rows: int,
    plan: Array,
    words: Array,
    starts: Array,
    around: Array,
    bounds: Array,
) -> int:
    """Spell rows one after the other, and give how many bytes they took.

    `matrix` holds the cells by column and row, `marks` the letters of ids. `plan` says of each
    column: its kind (0 number, 1 id, 2 time, 3 word, 4 decimal), whether it is nullable, what null
    is, how many digits an id or a decimal has, and where its words begin in `starts`. `around`
    holds what stands between, before and after each column's cells, and what ends a row. `out`,
    `words` and `around` have room for a block (`graphgen.blocks`) behind what is in them.
    """
    at = 0
    columns = len(plan)
    for row in range(rows):
        for column in range(columns):
            text = 3 * column
            at = _bytes(out, at, around, bounds[text], bounds[text + 1])
            value = matrix[column, row]
            kind = plan[column, 0]
            if plan[column, 1] and value == plan[column, 2]:
                continue
            at = _bytes(out, at, around, bounds[text + 1], bounds[text + 2])
            if kind == 1:
                out[at] = marks[column, row]
                _number(out, at + 1, value, plan[column, 3])
                at += 1 + plan[column, 3]
            elif kind == 2:  # noqa: PLR2004 - a kind
                at = _time(out, at, value)
            elif kind == 3:  # noqa: PLR2004 - a kind
                word = plan[column, 4] + value
                at = _bytes(out, at, words, starts[word], starts[word + 1])
            elif kind == 4:  # noqa: PLR2004 - a kind
                at = _decimal(out, at, value, plan[column, 3])
            else:
                at = _integer(out, at, value)
            at = _bytes(out, at, around, bounds[text + 2], bounds[text + 3])
        at = _bytes(out, at, around, bounds[3 * columns], bounds[3 * columns + 1])
    return at
