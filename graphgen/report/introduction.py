"""Introduction: whether who orders a payment adds the payee for it, or has not long before."""

from __future__ import annotations

import numpy as np

from graphgen.order import among
from graphgen.report.acquaintance import payers
from graphgen.report.reading import Events, Facts
from graphgen.schema import words
from graphgen.table import Array
from graphgen.world import DAY_MS

__all__ = ["adds_payee", "days_added", "orderers", "since_added"]

_ADDED, _ORIGINAL = words.ACTIONS.index("payee_added"), words.LEGS.index("original")


def adds_payee(facts: Facts, payment: Events) -> Array:
    """Say of payments whether the payee was added in their session, before them: int8, 1 or 0.

    It is -1 for what is ordered in no session.
    """
    found = np.full(len(payment), -1, np.int8)
    action = facts.events.get("action")
    row = np.flatnonzero((payment["session_id"] >= 0) & (payment["leg"] == _ORIGINAL))
    if action is None or not len(row):
        return found
    added = action["type"] == _ADDED
    done, payee = action["session_id"][added], action["payee_account_id"][added]
    number = np.unique(np.append(done, payment["session_id"][row]), return_inverse=True)[1]
    payee = facts.rows("account", payee)
    key = number.astype(np.int64) << 32 | np.append(payee, payers(facts, payment)[1][row])
    # a session adds a payee once
    order = np.argsort(key[: len(done)], kind="stable")
    known = key[: len(done)][order]
    place = np.minimum(np.searchsorted(known, key[len(done) :]), max(0, len(known) - 1))
    found[row] = among(key[len(done) :], known)
    if len(known):
        found[row] &= action["time"][added][order][place] <= payment["time"][row]
    return found


def days_added(facts: Facts, payment: Events) -> Array:
    """Say for how many days payees of payments have been added by who orders them: int64.

    These are whole days, 0 for less than one. Who added a payee before the first day, or needs not
    add it, is said to have done so a day before. It is -1 for what is ordered in no session.
    """
    found = np.full(len(payment), -1, np.int64)
    row = np.flatnonzero((payment["session_id"] >= 0) & (payment["leg"] == _ORIGINAL))
    if "action" in facts.events and len(row):
        since = since_added(facts, payment, row, orderers(facts, payment, row))
        seen = payment["time"][row] - payment["time"].min()
        found[row] = np.where(since < 0, seen // DAY_MS + 1, since // DAY_MS)
    return found


def orderers(facts: Facts, payment: Events, row: Array) -> Array:
    """Find who orders payments, by the sessions in which they do: rows of users, -1 for none."""
    session = facts.events["session"]
    ids = session["session_id"]
    place = np.minimum(np.searchsorted(ids, payment["session_id"][row]), len(ids) - 1)
    there = ids[place] == payment["session_id"][row]
    return np.where(there, facts.rows("user", session["user_id"][place]), -1)


def since_added(facts: Facts, payment: Events, row: Array, user: Array) -> Array:
    """Say how long before some payments who orders them (`user`) added the payee last: int64 ms.

    It is -1 where nobody has been seen to, and for what is ordered in no session.
    """
    action = facts.events["action"]
    added = np.flatnonzero(action["type"] == _ADDED)
    found = np.full(len(row), -1, np.int64)
    if not (len(added) and len(row)):
        return found
    who = np.append(facts.rows("user", action["user_id"][added]), user)
    payee = np.append(
        facts.rows("account", action["payee_account_id"][added]), payers(facts, payment)[1][row]
    )
    pair = np.unique(who.astype(np.int64) << 32 | payee, return_inverse=True)[1]
    time = np.append(action["time"][added], payment["time"][row])
    time -= time.min()
    key = pair * (int(time.max()) + 1) + time
    order = np.argsort(key[: len(added)], kind="stable")
    place = np.searchsorted(key[: len(added)], key[len(added) :], "right", sorter=order) - 1
    last = order[np.maximum(place, 0)]
    known = np.flatnonzero((place >= 0) & (pair[last] == pair[len(added) :]) & (user >= 0))
    found[known] = time[len(added) + known] - time[last[known]]
    return found
