"""Memory that was freed, given back to the machine.

Growing a graph makes and drops columns of many sizes; what the C library keeps of that for later
would stand beside the graph to the end of the run, half as large as the graph itself.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

import pyarrow as pa

__all__ = ["give_back"]


def give_back() -> None:
    """Ask the C library and Arrow to give back what is free; where they cannot, nothing happens."""
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError, TypeError):  # it is the GNU C library's alone
        ctypes.CDLL(None).malloc_trim(0)
