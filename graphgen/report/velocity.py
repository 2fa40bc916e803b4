"""What a bank knows when an order comes: counts and sums of strictly earlier events."""

from __future__ import annotations

import numpy as np

from graphgen.report.introduction import orderers, since_added
from graphgen.report.moves import Moves
from graphgen.report.reading import Events, Facts
from graphgen.report.windows import recent
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["pairs_before", "recently", "velocity"]

_HOUR = 3_600_000
_WINDOWS = {"1 h": _HOUR, "1 d": 24 * _HOUR, "7 d": 7 * 24 * _HOUR, "30 d": 30 * 24 * _HOUR}
_BITS = 42
"""Milliseconds since 1970 fit into so many bits until 2109."""
_CHANGES = ("password_changed", "email_changed", "phone_changed", "address_changed")


def velocity(facts: Facts, moves: Moves, chosen: Array) -> dict[str, Array]:
    """Give features of the chosen orders, by name: float32."""
    sums = ("paid", "sum paid", "received", "sum received")
    found = recently(moves, chosen, ("payer", "payee"), sums)
    found.update(pairs_before(moves, chosen))
    found.update(_visits(facts, moves, chosen))
    return {name: values.astype(np.float32) for name, values in found.items()}


def recently(
    moves: Moves, chosen: Array, ends: tuple[str, str], sums: tuple[str, str, str, str]
) -> dict[str, Array]:
    """Count and sum what either end did, and what was done to it, in windows before each order.

    `ends` names the ends; `sums` the number and sum of what they did, and of what was done to them.
    """
    windows = np.array(list(_WINDOWS.values()))
    around, since = recent(
        moves.first, moves.entry, moves.time, moves.amount, moves.booked, windows
    )
    found: dict[str, Array] = {}
    amount = moves.amount[chosen]
    for side, whose in enumerate(ends):
        own = around[2 * chosen + side]
        for place, window in enumerate(_WINDOWS):
            for number, what in enumerate(sums):
                found[f"{whose}: {what} in {window}"] = own[:, place, number]
        mean = own[:, -1, 2 * side + 1] / np.maximum(1, own[:, -1, 2 * side])
        found[f"{whose}: amount over mean"] = amount / np.maximum(1, mean)
        for other, what in enumerate(sums[::2]):
            found[f"{whose}: since {what}"] = since[2 * chosen + side, other]
    return found


def pairs_before(moves: Moves, chosen: Array) -> dict[str, Array]:
    """Tell how often there was an order between the same two before, and how long ago."""
    order = np.argsort(moves.pair, kind="stable")
    pair = moves.pair[order]
    begin = np.flatnonzero(np.append(True, np.diff(pair) > 0))
    number = np.arange(len(pair)) - np.repeat(begin, np.diff(np.append(begin, len(pair))))
    gap = np.append(0, np.diff(moves.time[order]))
    times, since = np.empty(len(pair), np.int64), np.empty(len(pair), np.int64)
    times[order], since[order] = number, np.where(number > 0, gap, -1)
    return {"pair: paid before": times[chosen], "pair: since": since[chosen]}


def _visits(facts: Facts, moves: Moves, chosen: Array) -> dict[str, Array]:
    """Tell how new the device, address and payee are, and what the payer did before."""
    payment, session = facts.events["payment"], facts.events.get("session")
    if session is None or not len(session):
        return {}
    row = moves.row[chosen]
    user = orderers(facts, payment, row)
    there = user >= 0
    time = moves.time[chosen]
    found: dict[str, Array] = {}
    people = facts.rows("user", session["user_id"])
    for entity in ("device", "ip"):
        thing = facts.rows(entity, session[f"{entity}_id"])
        many = len(facts.tables[entity][f"{entity}_id"]) + 1
        keys, first = np.unique(people * many + thing, return_index=True)
        mine = user * many + facts.rows(entity, payment[f"{entity}_id"][row])
        known = np.minimum(np.searchsorted(keys, mine), len(keys) - 1)
        age = time - session["time"][first[known]]
        found[f"{entity}: known for"] = np.where(there & (keys[known] == mine), age, -1)
    action = facts.events.get("action")
    if action is None:
        return found
    found["payee: added for"] = since_added(facts, payment, row, user)
    for what, types in (
        ("failed sign-ins", ("sign_in_failed",)),
        ("changes", _CHANGES),
        ("new payees", ("payee_added",)),
        ("new devices", ("device_registered",)),
    ):
        for window in ("1 d", "7 d"):
            number = _earlier(facts, action, types, user, time, _WINDOWS[window])
            found[f"payer: {what} in {window}"] = np.where(there, number, -1)
    return found


def _earlier(
    facts: Facts, action: Events, types: tuple[str, ...], user: Array, time: Array, window: int
) -> Array:
    """Count a user's actions of some types in the window before a time, that time excluded."""
    some = np.isin(action["type"], [words.ACTIONS.index(each) for each in types])
    own = facts.rows("user", action["user_id"][some])
    keys = np.sort((own << _BITS) + action["time"][some])
    upto = np.searchsorted(keys, (user << _BITS) + time)
    return np.asarray(upto - np.searchsorted(keys, (user << _BITS) + time - window))
