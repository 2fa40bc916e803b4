"""Compiled loops: for the places where order matters and one numpy operation cannot say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

__all__ = ["compiled"]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function over numpy arrays with numba, and keep the machine code on disk.

    Where neither the package's folder nor the user's can be written, each process compiles anew,
    unless NUMBA_CACHE_DIR names a folder.
    """
    import numba

    how: dict[str, Any] = {"error_model": "numpy", "nogil": True}
    try:
        loop = numba.njit(cache=True, **how)(function)
    except RuntimeError:  # there is no place for the machine code
        loop = numba.njit(**how)(function)
    return cast("Callable[Parameters, Result]", loop)
