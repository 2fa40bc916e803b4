"""What was between two accounts before: how often, how long ago, and the numbers of their ports.

Ports are what Multi-GNN numbers edges by (Egressy et al., Provably Powerful Graph Neural Networks
for Directed Multigraphs, AAAI 2024): of each account's partners, in order of their first payment.
"""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.features.feature import Feature
from graphgen.features.lookup import empty_slots, find, larger_slots, put
from graphgen.features.reading import Day
from graphgen.table import Array

__all__ = ["FEATURES", "Pairs"]

_NEVER = -(1 << 62)
_HOURS = 1 / 3_600_000


def _gap(name: str, doc: str) -> Feature:
    return Feature(name, f"{doc}; none: never.", "all", "hours", nullable=True)


FEATURES = (
    Feature("pair_is_new", "Whether the payer has never paid the payee.", "all", "", "flag"),
    Feature("pair_count", "Payments from this payer to this payee.", "all", "payments", "count"),
    _gap("pair_gap", "Time since the payer last paid the payee"),
    Feature("reverse_count", "Payments from the payee to the payer.", "all", "payments", "count"),
    _gap("reverse_gap", "Time since the payee last paid the payer"),
    Feature(
        "out_port",
        "The payee's place among the payer's payees, by who was paid first, from 1.",
        "all",
        "",
        "count",
    ),
    Feature(
        "in_port",
        "The payer's place among the payee's payers, by who paid first, from 1.",
        "all",
        "",
        "count",
    ),
    _gap("payer_out_gap", "Time since the payer last paid anybody"),
    _gap("payer_in_gap", "Time since the payer was last paid"),
    _gap("payee_out_gap", "Time since the payee last paid anybody"),
    _gap("payee_in_gap", "Time since the payee was last paid"),
)
"""The features, in the order in which `_pass` writes them."""


class Pairs:
    """Every pair of accounts of which one has paid the other, and each account's last payments.

    Pairs are numbered in order of their first payment; what was between them is never forgotten.
    """

    def __init__(self, accounts: int) -> None:
        self.accounts = accounts
        self.count = 0
        self._slots = empty_slots(0)
        self._key = np.empty(0, np.int64)
        self._last = np.empty(0, np.int64)
        self._told = np.empty((0, 4), np.int32)
        """By pair: payments so far, the number of the reverse pair (-1: none), both ports."""
        self.last = np.full((accounts, 2), _NEVER)
        """When each account last paid, and was last paid: ms."""
        self.partners = np.zeros((accounts, 2), np.int32)
        """Whom each account has ever paid, and who has ever paid it."""

    def walk(self, day: Day, found: Array) -> Array:
        """Write a day's features, and give the pair of each move, -1 of what is none: int32."""
        self._make_room(int(day.is_move.sum()))
        pair = np.empty(len(day), np.int32)
        self.count = _pass(
            (day.time, day.payer, day.payee, day.is_move),
            self._slots,
            self._key,
            self._last,
            self._told,
            self.last,
            self.partners,
            self.count,
            pair,
            found,
        )
        return pair

    @property
    def room(self) -> int:
        """How many pairs there may be before there is room for more."""
        return len(self._key)

    def _make_room(self, more: int) -> None:
        if self.count + more <= self.room:
            return
        room = max(2 * self.room, self.count + more)
        self._key = _grown(self._key, room)
        self._last = _grown(self._last, room)
        self._told = _grown(self._told, room)
        self._slots = larger_slots(self._key, self.count, room)


def _grown(values: Array, size: int) -> Array:
    larger = np.zeros((size, *values.shape[1:]), values.dtype)
    larger[: len(values)] = values
    return larger


@compiled
def _pass(
    day: tuple[Array, Array, Array, Array],
    slots: Array,
    key: Array,
    last_of_pair: Array,
    told: Array,
    last: Array,
    partners: Array,
    count: int,
    pair: Array,
    found: Array,
) -> int:
    time, payer, payee, is_move = day
    accounts = len(last)
    for row in range(len(time)):
        one, other, now = payer[row], payee[row], time[row]
        here = find(slots, key, one * accounts + other)
        back = told[here, 1] if here >= 0 else find(slots, key, other * accounts + one)
        found[0, row] = here < 0
        found[1, row] = told[here, 0] if here >= 0 else 0
        found[2, row] = (now - last_of_pair[here]) * _HOURS if here >= 0 else np.nan
        found[3, row] = told[back, 0] if back >= 0 else 0
        found[4, row] = (now - last_of_pair[back]) * _HOURS if back >= 0 else np.nan
        found[5, row] = told[here, 2] if here >= 0 else partners[one, 0] + 1
        found[6, row] = told[here, 3] if here >= 0 else partners[other, 1] + 1
        for end in range(2):
            account = other if end else one
            for side in range(2):
                then = last[account, side]
                found[7 + 2 * end + side, row] = (now - then) * _HOURS if then > _NEVER else np.nan
        pair[row] = -1
        if not is_move[row]:
            continue
        if here < 0:
            here = count
            count += 1
            key[here] = one * accounts + other
            put(slots, key, here)
            back = here if one == other else back
            if back >= 0:
                told[back, 1] = here
            partners[one, 0] += 1
            partners[other, 1] += 1
            told[here, 0], told[here, 1] = 0, back
            told[here, 2], told[here, 3] = partners[one, 0], partners[other, 1]
        told[here, 0] += 1
        last_of_pair[here] = now
        last[one, 0] = now
        last[other, 1] = now
        pair[row] = here
    return count
