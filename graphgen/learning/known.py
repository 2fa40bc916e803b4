"""From when on somebody who keeps the books can know of a row, and what of it is known only later.

What is not known from a time of its own (a household, a firm) was known when the world began; what
is older than the world is known from its start on, so that no task goes back to it.
"""

from __future__ import annotations

from graphgen.schema import SCHEMAS, Kind

__all__ = ["ENDS", "LATER", "first_known"]

_SINCE = {
    "account": "opened",
    "user": "customer_since",
    "merchant": "opened",
    "card": "issued",
    **dict.fromkeys(("uses_device", "uses_ip"), "first_seen"),
    **dict.fromkeys(
        ("has_account", "has_email", "has_phone", "lives_at", "employed_by", "knows", "insider_of"),
        "since",
    ),
}
"""The column that says from when on a row can be known."""
_THROUGH = {
    "device": ("uses_device", "first_seen"),
    "ip": ("uses_ip", "first_seen"),
    "email": ("has_email", "since"),
    "phone": ("has_phone", "since"),
    "address": ("lives_at", "since"),
}
"""The edges through which an entity becomes known, and since when these are."""

ENDS = {
    **dict.fromkeys(("has_email", "has_phone", "lives_at", "employed_by"), "until"),
    **dict.fromkeys(("uses_device", "uses_ip"), "last_seen"),
    "order": "ended",
}
"""The column that tells of the end of a row: nobody knows that before."""
LATER = {"order": ("status", "filled")}
"""What else is known only at the end of a row."""


def first_known(table: str) -> str:
    """Give the query of an entity's or an edge's rows with `known_from`: never before day 0."""
    schema = SCHEMAS[table]
    if schema.kind is Kind.EVENT:
        raise ValueError(f"{table}: an event is known from its time on")
    if table in _THROUGH:
        edges, since = _THROUGH[table]
        key = schema.key
        return (
            f"SELECT t.*, coalesce(greatest(first, world_start()), world_start()) AS known_from "
            f'FROM "{table}" AS t LEFT JOIN (SELECT {key}, min({since}) AS first FROM {edges} '
            f"GROUP BY 1) USING ({key})"
        )
    known = f"greatest({_SINCE[table]}, world_start())" if table in _SINCE else "world_start()"
    return f'SELECT *, {known} AS known_from FROM "{table}"'
