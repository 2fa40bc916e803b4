"""Compiled loops run wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from graphgen.blocks import BLOCK, copy_block
from graphgen.compiled import compiled
from graphgen.table import Array

if TYPE_CHECKING:
    import pytest


def test_a_block_is_copied_from_and_to_any_place() -> None:
    def copied(out: Array, at: int, data: Array, start: int) -> None:
        copy_block(out, at, data, start)

    data = np.arange(60, dtype=np.uint8)
    for at, start in ((0, 0), (1, 7), (13, 3), (40, 44)):
        out = np.zeros(60, np.uint8)
        numba.njit(copied)(out, at, data, start)
        wanted = np.zeros(60, np.uint8)
        wanted[at : at + BLOCK] = data[start : start + BLOCK]
        assert (out == wanted).all()


def test_machine_code_that_can_be_kept_nowhere_is_made_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    njit = numba.njit

    def without_place(*functions: object, cache: bool = False, **how: bool) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(*functions, **how)

    def added(values: Array) -> int:
        return int(values.sum())

    monkeypatch.setattr(numba, "njit", without_place)
    assert compiled(added)(np.arange(4)) == 6
