"""Randomness with names: every draw comes from a stream that its path names, never from an order.

Two streams of one seed with different paths are independent, and a stream depends on nothing but
its seed and its path. So a new pattern, a new walk or another worker moves nobody else's draws.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np

__all__ = ["stream"]


def stream(seed: int, *path: str | int) -> np.random.Generator:
    """Give the random stream of `seed` that `path` names.

    Parameters
    ----------
    seed
        The world's seed, at least 0.
    path
        What the stream is for, from the general to the particular, as in
        `stream(7, "payment", "population", 31)`. Each part is hashed with CRC-32.

    """
    spawn_key = [crc32(str(part).encode()) for part in path]
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=spawn_key))
