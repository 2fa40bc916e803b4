"""Compiled loops run wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from graphgen.compiled import compiled
from graphgen.table import Array

if TYPE_CHECKING:
    import pytest


def test_machine_code_that_can_be_kept_nowhere_is_made_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    njit = numba.njit

    def without_place(*, cache: bool = False, **how: bool) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(**how)

    def added(values: Array) -> int:
        return int(values.sum())

    monkeypatch.setattr(numba, "njit", without_place)
    assert compiled(added)(np.arange(4)) == 6
