"""What the graph network sees: a payment's own columns, and those of the payments just before it.

Two rings of payments lie around each: the last ones over its two accounts, and over the accounts at
the other end of these the last ones before them. All come before the payment, by time and id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from graphgen.baseline.columns import column_names
from graphgen.baseline.neighbours import Neighbours, neighbours
from graphgen.baseline.rows import RAW
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.baseline.rows import Rows

__all__ = ["PORTS", "Ring", "Surroundings"]

PORTS = (
    "pair_is_new", "pair_count", "out_port", "in_port",
    "payer_out_gap", "payer_in_gap", "payee_out_gap", "payee_in_gap",
)  # fmt: skip
"""The features of a payment that place it among its accounts' others: the ports and the gaps that
networks on payments are given (Egressy et al. 2024, arXiv 2306.11586, sections 4.1 and 5)."""
_NEAR, _FAR = 12, 6
"""Payments of each account in the inner and in the outer ring; our assumption."""
_WORDS = {"rail": words.RAILS, "channel": words.CHANNELS, "purpose": words.PURPOSES}
_HOUR = 3_600_000
_WIDEST = 5.0
"""Deviations from the mean beyond which a column is cut off; our assumption."""


class Ring(NamedTuple):
    """Payments around a batch of others, by payment, account and place."""

    columns: Array
    """float32, (..., `Surroundings.edge`)."""
    is_paid: Array
    """Whether the account is paid there; else it pays."""
    is_there: Array
    """Whether there is one: accounts with few payments fill no ring."""


class Surroundings:
    """Gives the columns of payments and of what was around them."""

    def __init__(self, rows: Rows, values: Array) -> None:
        """Take the columns of every row as `columns.matrix` gives them: float32, by row."""
        self._around: Neighbours = neighbours(rows.payer, rows.payee)
        self._payer, self._payee = rows.payer, rows.payee
        train = rows.part == 0
        names = column_names()
        numbers = [place for place, name in enumerate(names) if name not in _WORDS]
        scaled = _scaled(values[:, numbers], train)
        at = {names[place]: column for column, place in enumerate(numbers)}
        of_edge = [at[name] for name in (*RAW, *PORTS) if name not in _WORDS]
        self._numbers = scaled[:, of_edge]
        self._words = np.concatenate(
            [
                np.eye(1 + len(there), dtype=np.float32)[values[:, names.index(name)].astype(int)]
                for name, there in _WORDS.items()
            ],
            axis=1,
        )
        self._past = np.delete(scaled, of_edge, axis=1)
        self._time = rows.time / _HOUR
        self._amount = rows.raw[RAW.index("amount")].astype(np.float64)
        self.edge = 2 * self._numbers.shape[1] + self._words.shape[1] + 6
        """Columns of a payment in a ring."""
        self.past = self._past.shape[1]
        """Columns that a payment itself has beside those: what its accounts did before."""

    def of(self, chosen: Array) -> tuple[Array, Array, Ring, Ring]:
        """Give rows' own columns, what was before them, and both rings, the inner one first."""
        around = self._around
        near = around.before(around.place[:, chosen].T, _NEAR)
        far = around.before(np.maximum(around.across(near), 0), _FAR)
        far = np.where((near >= 0)[..., None], far, -1)
        whose = chosen[:, None, None]
        return (
            self._columns(chosen, chosen, chosen, np.full_like(chosen, -1)),
            self._past[chosen],
            self._ring(near, whose, whose),
            self._ring(far, around.event[near][..., None], whose[..., None]),
        )

    def _ring(self, place: Array, after: Array, whose: Array) -> Ring:
        event, is_paid = self._around.event[place], self._around.is_paid[place]
        other = np.where(is_paid, self._payer[event], self._payee[event])
        after, whose = (np.broadcast_to(each, place.shape) for each in (after, whose))
        columns = self._columns(event, after, whose, other)
        columns[place < 0] = 0
        return Ring(columns, is_paid, place >= 0)

    def _columns(self, event: Array, after: Array, whose: Array, other: Array) -> Array:
        """Give payments' columns; what they lack of the payment after them, its gap and ratio.

        And whether the account at the other end is one of the scored payment's own: a network tells
        no account from another by itself (ego ids; Egressy et al. 2024, section 4.2).
        """
        gap = np.log1p(np.maximum(0, self._time[after] - self._time[event])) / 3
        ratio = np.clip(self._amount[after] - self._amount[event], -4, 4)
        alike = np.exp(-((ratio + 0.04) ** 2) / 0.005)  # a sum that is passed on, less a fee
        own = (other == self._payer[whose], other == self._payee[whose])
        more = np.stack([gap, ratio, alike, np.exp(-gap * 3), *own], -1)
        numbers = self._numbers[event]
        parts = [numbers, self._numbers[after] - numbers, self._words[event], more]
        return np.concatenate(parts, -1).astype(np.float32)


def _scaled(values: Array, train: Array) -> Array:
    """Give columns (NaN for none) around training's mean, 0 for none: float32, by row."""
    small = np.sign(values) * np.log1p(np.abs(values))
    known = small[train]
    known[:, np.isnan(known).all(axis=0)] = 0  # of what training never has, there is no mean
    mean, deviation = np.nanmean(known, axis=0), np.nanstd(known, axis=0)
    found = np.clip((small - mean) / (deviation + 1e-6), -_WIDEST, _WIDEST)
    return np.asarray(np.nan_to_num(found), np.float32)
