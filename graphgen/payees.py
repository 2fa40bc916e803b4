"""Payees: whom an account pays online by habit, and whom an errand pays for the first time."""

from __future__ import annotations

import numpy as np

from graphgen.order import among
from graphgen.schedule import ONCE
from graphgen.schema import words
from graphgen.table import Array, Table

__all__ = ["is_new_payee", "payees_by_habit"]

_CARD, _ONLINE = words.RAILS.index("card"), words.CHANNELS.index("online")


def payees_by_habit(pays: Table, since: int) -> Array:
    """Give pairs that pay online by habit from before a moment (ms): int64, see `pairs`."""
    usual = (pays["schedule"] != ONCE) & (pays["channel"] == _ONLINE) & (pays["rail"] != _CARD)
    return _pairs(pays, np.flatnonzero(usual & (pays["valid_from"] <= since)))


def is_new_payee(pays: Table, block: Array, known: Array, since: int) -> tuple[Array, Array]:
    """Say which edges are the first to pay online, in their block, from an account to another.

    They are errands, and habits that begin after a moment (ms). One between a pair that is known
    introduces nobody. Gives a bool for each row, and the pairs that are new: int64, payer's account
    << 32 | payee's, as `known` is.
    """
    later = (pays["schedule"] == ONCE) | (pays["valid_from"] > since)
    some = np.flatnonzero(later & (pays["channel"] == _ONLINE) & (pays["rail"] != _CARD))
    pair, block = _pairs(pays, some), block[some]
    order = np.lexsort((pays["valid_from"][some], pair, block))
    pair, block = pair[order], block[order]
    first = np.ones(len(pair), bool)
    first[1:] = (pair[1:] != pair[:-1]) | (block[1:] != block[:-1])
    first &= ~among(pair, known)
    is_new = np.zeros(len(pays), bool)
    is_new[some[order[first]]] = True
    return is_new, pair[first]


def _pairs(pays: Table, rows: Array) -> Array:
    payer = pays["debtor_account_id"][rows].astype(np.int64)
    return np.asarray(payer << 32 | pays["creditor_account_id"][rows])
