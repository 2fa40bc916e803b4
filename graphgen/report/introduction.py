"""Introduction: whether who orders a payment adds the payee for it."""

from __future__ import annotations

import numpy as np

from graphgen.order import among
from graphgen.report.acquaintance import payers
from graphgen.report.reading import Events, Facts
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["adds_payee"]

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
