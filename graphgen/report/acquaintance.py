"""Acquaintance: whether who pays is known to know who is paid, where both are people."""

from __future__ import annotations

import numpy as np

from graphgen.order import among
from graphgen.report.reading import Events, Facts
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["known_ends", "knows_payee", "payers"]

_CHECKING = words.ACCOUNT_TYPES.index("checking")
_OWNER = words.ACCOUNT_ROLES.index("owner")
_ORIGINAL, _BOOKED = words.LEGS.index("original"), words.STATUSES.index("booked")


def payers(facts: Facts, payment: Events) -> tuple[Array, Array]:
    """Find the accounts at the ends of orders, behind the clearing: rows, -1 for none."""
    behind = payment["counterparty_account_id"]
    payer = np.where(behind >= 0, behind, payment["debtor_account_id"])
    return facts.rows("account", payer), facts.rows("account", payment["creditor_account_id"])


def knows_payee(facts: Facts, payment: Events) -> Array:
    """Say of payments whether the payer knows the payee: int8, 1 or 0.

    It is -1 for what no person orders for another: both own a checking account.
    """
    held, knows = facts.tables["has_account"], facts.tables["knows"]
    owner = np.full(
        len(facts.tables["account"]["account_id"]) + 1, -1
    )  # its last is where -1 leads
    owns = held["role"] == _OWNER
    row = facts.rows("account", held["account_id"][owns])
    owner[row] = facts.rows("user", held["user_id"][owns])
    owner[:-1][facts.tables["account"]["type"] != _CHECKING] = -1
    one, other = (owner[end] for end in payers(facts, payment))
    ends = (facts.rows("user", knows[name]) for name in ("user_id", "other_user_id"))
    known = among(_pair(one, other), _pair(*ends))
    between = (one >= 0) & (other >= 0) & (one != other) & (payment["leg"] == _ORIGINAL)
    return np.where(between, known, -1).astype(np.int8)


def known_ends(facts: Facts, payment: Events) -> dict[str, Array]:
    """Say what share of those whom accounts deal with their owners know: float64, by feature.

    Of people whom an account pays, or who pay it; NaN where there are none.
    """
    knows, count = knows_payee(facts, payment), len(facts.tables["account"]["account_id"])
    some = (knows >= 0) & (payment["status"] == _BOOKED)
    payer, payee = (end[some] for end in payers(facts, payment))
    pair, first = np.unique(payer.astype(np.int64) * count + payee, return_index=True)
    known = knows[some][first].astype(np.float64)
    found = {}
    for name, end in (("payees known", pair // count), ("payers known", pair % count)):
        many = np.bincount(end, minlength=count)
        share = np.bincount(end, known, count) / np.maximum(1, many)
        found[name] = np.where(many > 0, share, np.nan)
    return found


def _pair(one: Array, other: Array) -> Array:
    return np.minimum(one, other).astype(np.int64) << 32 | np.maximum(one, other)
