"""What had been reported as fraud by then: the only features that know labels, and late.

A report counts from its time on, towards the accounts, the device and the address of the payment
that it is about. What happened before the payment and was reported after it does not count.
"""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.features.feature import Feature
from graphgen.features.reading import Day, Facts
from graphgen.table import Array

__all__ = ["FEATURES", "OF_ACCOUNTS", "Known", "Reports"]

_KINDS = ("payer", "payee", "device", "ip")

FEATURES = (
    *(
        Feature(
            f"known_{end}_count",
            f"Payments reported as fraud by then, with the {end} at either end.",
            "all",
            "payments",
            "count",
        )
        for end in ("payer", "payee")
    ),
    *(
        Feature(
            f"known_{entity}_count",
            f"Payments reported as fraud by then, ordered over this {what}; none: it has none.",
            "all",
            "payments",
            "count",
            nullable=True,
        )
        for entity, what in (("device", "device"), ("ip", "internet address"))
    ),
)
"""The features of payments, in the order in which they are written."""

OF_ACCOUNTS = (
    Feature(
        "known_count",
        "Payments reported as fraud by the day's end, with the account at either end.",
        "all",
        "payments",
        "count",
    ),
)
"""The features of accounts and days."""

Reports = tuple[Array, Array]
"""Ids of payments (int64, ascending), and when each was reported as fraud (int64, ms)."""


class Known:
    """Counts reports as they come in."""

    def __init__(self, facts: Facts, reports: Reports) -> None:
        event, at = (np.ascontiguousarray(values, np.int64) for values in reports)
        if len(event) != len(at) or not (event[1:] > event[:-1]).all():
            raise ValueError("reports: ids of payments must ascend, each with its time")
        self._event, self._at = event, at
        self._order = np.argsort(at, kind="stable")
        self._next = np.zeros(1, np.int64)
        self._ends = np.full((len(event), len(_KINDS)), -1, np.int32)
        """What each report is about, once its payment has been seen: rows."""
        self._late = np.zeros(len(event), bool)
        """Whether it came before its payment did, and waits for that."""
        self._counts = (
            np.zeros(len(facts.account), np.int32),
            np.zeros(len(facts.device), np.int32),
            np.zeros(len(facts.ip), np.int32),
        )

    def walk(self, day: Day, found: Array) -> None:
        """Write a day's features."""
        place = np.minimum(np.searchsorted(self._event, day.id), max(0, len(self._event) - 1))
        about = np.full(len(day), -1)
        if len(self._event):
            about = np.where(self._event[place] == day.id, place, -1)
        columns = (day.time, day.payer, day.payee, day.device, day.ip, about)
        state = (self._at, self._order, self._next, self._ends, self._late)
        _pass(columns, state, self._counts, found)

    def told(self, account: Array, end: int, found: Array) -> None:
        """Write the features of accounts when their day is over, at `end` (ms)."""
        _come_in(end, (self._at, self._order, self._next, self._ends, self._late), self._counts)
        found[0] = self._counts[0][account]


State = tuple[Array, Array, Array, Array, Array]
Counts = tuple[Array, Array, Array]


@compiled
def _count_in(report: int, ends: Array, counts: Counts) -> None:
    accounts, devices, ips = counts
    payer, payee, device, ip = ends[report]
    accounts[payer] += 1
    if payee != payer:
        accounts[payee] += 1
    if device >= 0:
        devices[device] += 1
    if ip >= 0:
        ips[ip] += 1


@compiled
def _come_in(now: int, state: State, counts: Counts) -> None:
    """Count the reports of before now; one of a payment to come waits for it."""
    at, order, following, ends, late = state
    while following[0] < len(order) and at[order[following[0]]] < now:
        report = order[following[0]]
        if ends[report, 0] >= 0:
            _count_in(report, ends, counts)
        else:
            late[report] = True
        following[0] += 1


@compiled
def _pass(columns: tuple[Array, ...], state: State, counts: Counts, found: Array) -> None:
    time, payer, payee, device, ip, about = columns
    ends, late = state[3], state[4]
    accounts, devices, ips = counts
    for row in range(len(time)):
        _come_in(time[row], state, counts)
        found[0, row] = accounts[payer[row]]
        found[1, row] = accounts[payee[row]]
        found[2, row] = devices[device[row]] if device[row] >= 0 else np.nan
        found[3, row] = ips[ip[row]] if ip[row] >= 0 else np.nan
        report = about[row]
        if report >= 0:
            ends[report, 0], ends[report, 1] = payer[row], payee[row]
            ends[report, 2], ends[report, 3] = device[row], ip[row]
            if late[report]:
                _count_in(report, ends, counts)
