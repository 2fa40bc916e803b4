"""Rows parted so that no two connections touch the same node at once.

Two transactions that add relationships to one node wait for each other, and may each wait for the
other. So nodes that are there before fall into parts by a hash of their id, rows into cells by the
parts of their ends, and cells into waves: within a wave no part comes twice. Waves are made one
after another, the cells of one at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["cell_of", "place", "wave_of", "waves_of_pairs"]

_CELLS = 1000
"""More than the cells of a wave."""


def place(labels: Sequence[str], columns: Sequence[str], connections: int) -> str:
    """Give an SQL expression of a row's place: its wave and its cell.

    Its ends are nodes with these labels, their ids (or keys) stand in these columns. Rows with
    three ends or more have one place, so they are made one batch at a time.
    """
    if connections == 1 or len(labels) not in (1, 2):
        return "0"
    if len(labels) == 1:
        return f"(hash({columns[0]}) % {connections})::INTEGER"
    one, other = columns
    if labels[0] != labels[1]:
        part = [f"(hash({column}) % {connections})::INTEGER" for column in (one, other)]
        return f"(({part[1]} - {part[0]} + {connections}) % {connections}) * {_CELLS} + {part[0]}"
    parts = 2 * connections
    table = waves_of_pairs(parts)
    found = f"(hash({one}) % {parts} * {parts} + hash({other}) % {parts} + 1)::BIGINT"
    return f"{[wave * _CELLS + cell for wave, cell in table]}[{found}]"


def waves_of_pairs(parts: int) -> list[tuple[int, int]]:
    """Give the wave and the cell of each pair of an even number of parts, row by row.

    A part with itself is of wave 0. The others are the rounds of a tournament, in each of which
    every part meets one other (the circle method).
    """
    found = [(0, 0)] * (parts * parts)
    for one in range(parts):
        found[one * parts + one] = 0, one
    for wave in range(1, parts):
        round_ = [parts - 1, *((wave + n) % (parts - 1) for n in range(parts - 1))]
        for cell in range(parts // 2):
            one, other = round_[cell], round_[parts - 1 - cell]
            found[one * parts + other] = found[other * parts + one] = wave, cell
    return found


def wave_of(where: int) -> int:
    """Give the wave of a place."""
    return where // _CELLS


def cell_of(where: int) -> int:
    """Give the cell of a place, within its wave."""
    return where % _CELLS
