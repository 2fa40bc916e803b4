"""Rows of a kind with when the first edge led to each."""

from __future__ import annotations

__all__ = ["with_first"]


def with_first(table: str, edges: str, since: str) -> str:
    """Give a node table's rows, with the earliest `since` of the edges to each as `first`."""
    return (
        f"{table} LEFT JOIN (SELECT {table}_id, min({since}) AS first FROM {edges} GROUP BY 1) "
        f"USING ({table}_id)"
    )
