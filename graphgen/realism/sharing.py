"""Sharing: how many people are behind one device or address, and how often they come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphgen.realism.metric import OURS, Metric

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["metrics"]

_DEVICES = """
SELECT avg((users = 1)::INT), avg((users BETWEEN 2 AND 4)::INT), max(users) FROM (
    SELECT count(DISTINCT user_id) AS users FROM uses_device GROUP BY device_id
)
"""
_ADDRESSES = """
SELECT kind, avg(users), max(users) FROM (
    SELECT i.kind, count(DISTINCT u.user_id) AS users FROM uses_ip AS u JOIN ip AS i USING (ip_id)
    GROUP BY i.kind, u.ip_id
) GROUP BY kind ORDER BY kind
"""
_USERS_OF_ADDRESS = {
    "home": (1.0, 3.0),
    "mobile": (50.0, 2000.0),
    "office": (2.0, 500.0),
    "public": (5.0, 500.0),
    "vpn": (2.0, 200.0),
    "hosting": (1.0, 50.0),
}
"""Mean users of an address by its kind; no public number was found: our assumption."""
_A_MONTH = 365.25 / 12


def metrics(dataset: Dataset) -> Iterator[Metric]:
    """Measure who shares what."""
    connection = dataset.connection
    one, some, most = connection.execute(_DEVICES).fetchone() or (None, None, None)
    if one is not None:
        yield Metric("devices: share with one user", one, 0.85, 0.95, OURS)
        yield Metric("devices: share with 2 to 4 users", some, 0.03, 0.15, OURS)
        yield Metric("devices: most users", float(most), 5.0, 100.0, f"kiosks; {OURS}")
    for kind, mean, _ in connection.execute(_ADDRESSES).fetchall():
        low, high = _USERS_OF_ADDRESS[kind]
        yield Metric(f"{kind} addresses: users, mean", mean, low, high, OURS)
    if "session" in dataset.run["tables"]:
        query = "SELECT (SELECT count(*) FROM session) / (SELECT count(*) FROM user)"
        (sessions,) = connection.execute(query).fetchone() or (0,)
        yield Metric(
            "sessions: of a user and month",
            sessions / len(dataset.days) * _A_MONTH,
            17.0,
            32.0,
            "17 to 18.6 mobile and 7.7 to 8.9 on the web: Malauzai",
        )
