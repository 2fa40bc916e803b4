"""Compiled loops: for the places where order matters and one numpy operation cannot say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

__all__ = ["compiled"]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function over numpy arrays with numba, and keep the machine code on disk."""
    import numba

    loop = numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    return cast("Callable[Parameters, Result]", loop)
