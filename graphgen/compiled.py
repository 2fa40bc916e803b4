"""Compiled loops: for the places where order matters and one numpy operation cannot say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["compiled"]

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a function over numpy arrays with numba, and keep the machine code on disk."""
    import numba

    return numba.njit(cache=True, error_model="numpy", nogil=True)(function)  # type: ignore[no-any-return]
