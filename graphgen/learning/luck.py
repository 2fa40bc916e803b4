"""Chance by id, in SQL: a number that depends on nothing but a seed, what it is for, and an id.

So a label's delay does not move when another pattern, another case or another format is added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphgen.rng import stream

if TYPE_CHECKING:
    import duckdb

__all__ = ["MACROS", "key", "make_macros"]

MACROS = (
    "CREATE MACRO once_mixed(x) AS xor(x, x >> 16) * 2146121005 % 4294967296",
    "CREATE MACRO twice_mixed(x) AS xor(x, x >> 15) * 2221713035 % 4294967296",
    "CREATE MACRO folded(id) AS xor(id % 4294967296, id // 4294967296 * 2654435769 % 4294967296)",
    "CREATE MACRO keyed(id, key) AS (folded(id::UBIGINT) + key::UBIGINT) % 4294967296",
    "CREATE MACRO luck(id, key) AS (twice_mixed(once_mixed(keyed(id, key))) + 0.5) / 4294967296",
    "CREATE MACRO far(id, key) AS sqrt(-2 * ln(luck(id, key)))",
    "CREATE MACRO normal(id, key) AS far(id, key) * cos(2 * pi() * luck(id, key + 1))",
)
"""`luck(id, key)` lies between 0 and 1, `normal(id, key)` has the standard normal distribution
(Box and Muller 1958). The constants of the two rounds are those of Wellons' lowbias32
(https://nullprogram.com/blog/2018/07/31/), the one that folds is the golden ratio's (Knuth, The Art
of Computer Programming, volume 3, section 6.4)."""


def make_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the macros in a connection."""
    for macro in MACROS:
        connection.execute(macro)


def key(seed: int, what: str) -> int:
    """Give the key of what luck is drawn for: an even number, so that the next one is free."""
    return int(stream(seed, "learning", what).integers(0, 2**31)) * 2
