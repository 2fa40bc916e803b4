"""Bytes copied sixteen at a time: for the compiled loops that put short texts side by side.

A loop over bytes is what compilers make least of where texts are shorter than a register is wide,
and where they cannot know that two arrays do not overlap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from graphgen.table import Array

__all__ = ["BLOCK", "copy_block"]

BLOCK = 16
"""Bytes that are copied at a time: arrays that are read or written need so many more at their
end."""


def _copying(_context: Any, out: Any, at: Any, data: Any, start: Any) -> Any:  # noqa: ANN401
    """Give the types of `copy_block`, and what writes its instructions."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        block = ir.VectorType(ir.IntType(8), BLOCK)
        target, source = (
            builder.bitcast(
                builder.gep(
                    context.make_array(signature.args[array])(
                        context, builder, arguments[array]
                    ).data,
                    [arguments[array + 1]],
                ),
                block.as_pointer(),
            )
            for array in (0, 2)
        )
        builder.store(builder.load(source, align=1), target, align=1)
        return context.get_dummy_value()

    return types.void(out, at, data, start), code


copy_block = cast("Callable[[Array, int, Array, int], None]", intrinsic(_copying))
"""Copies `BLOCK` bytes to `out` from `at` on, of `data` from `start` on: arrays of uint8."""
