"""What cases do to prices and volumes, laid over the clean ones.

Clean prices are a function of the world alone (`graphgen.market.prices`). `moves` edges lie over
them: each moves the logarithm of a security's price by its `drift`, evenly over the minutes of
trading from `valid_from` to `valid_to`, or at once if there are none between; in the sessions that
it touches it makes the price's own moves `swing` times as large, and for its time the volume
`volume` times. What has been moved stays where it is until another edge moves it back. All of it
adds up in logarithms: without a case, a price is exactly what it would have been.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.minutes import MINUTE_MS, Minutes, minutes
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.market.prices import Tape
    from graphgen.market.sessions import Sessions
    from graphgen.table import Table
    from graphgen.world import World

__all__ = ["Laid", "Overlay"]


@dataclass(frozen=True)
class Laid:
    """What is laid over a session."""

    security: Array
    """int64 (k,): the securities that it touches."""
    begin: Array
    end: Array
    """float64 (k, minutes): what is added to logarithms as each minute begins, and as it ends."""
    factor: Array
    """float64 (k,): what logarithms are multiplied by."""
    volume: Array
    """float64 (k, minutes)."""
    is_flat: bool
    """Whether it is the same in every minute, and leaves volumes alone."""

    def price(self, clean: Array, shift: Array) -> Array:
        """Give prices for clean ones, arrays (k, n): int64; the larger stays the larger."""
        level = self.factor[:, None] * np.log(clean) + shift
        rounded: Array = np.rint(np.exp(level)).astype(np.int64)
        return np.maximum(1, rounded)

    def over(self, clean: Minutes) -> Minutes:
        """Lay it over the minutes of a session."""
        rows, high = self.security, np.maximum(self.begin, self.end)
        low = np.minimum(self.begin, self.end)
        shifts = {"open": self.begin, "high": high, "low": low, "close": self.end}
        changed = {}
        for name, shift in shifts.items():
            changed[name] = getattr(clean, name).copy()
            changed[name][rows] = self.price(changed[name][rows], shift)
        volume = clean.volume.copy()
        volume[rows] = np.rint(volume[rows] * self.volume).astype(np.int64)
        return replace(clean, **changed, volume=volume)


@dataclass(frozen=True)
class Overlay:
    """The moves of a world's cases, one entry each; times in minutes of trading (`clock`)."""

    sessions: Sessions
    base: Array
    """int64 (sessions + 1,): the minutes of trading before each session."""
    security: Array
    drift: Array
    swing: Array
    volume: Array
    begin: Array
    end: Array
    first: Array
    last: Array
    """int64: the sessions whose own moves are larger, where `swing` is not 1."""
    before: Array
    after: Array
    """float64: the clean price as a logarithm, before the first of these and after the last."""

    @classmethod
    def of(cls, clean: Tape, moves: Table) -> Overlay:
        """Read `moves` edges."""
        sessions = clean.sessions
        lengths = (sessions.closes - sessions.opens) // MINUTE_MS
        base = np.concatenate([[0], np.cumsum(lengths)])
        begin, end = (_clock(sessions, base, moves[f"valid_{e}"]) for e in ("from", "to"))
        first = np.searchsorted(sessions.closes, moves["valid_from"], side="right")
        last = np.searchsorted(sessions.opens, moves["valid_to"], side="left") - 1
        security = moves["security_id"].astype(np.int64)
        swing = np.where(last >= first, moves["swing"].astype(np.float64), 1.0)
        here, there = np.clip((first, last), 0, max(0, len(sessions) - 1))
        before = np.where(
            first > 0,
            clean.close[np.maximum(here - 1, 0), security],
            clean.open[here, security],
        )
        return cls(
            sessions,
            base,
            security,
            moves["drift"].astype(np.float64),
            swing,
            moves["volume"].astype(np.float64),
            begin,
            end,
            first,
            last,
            np.log(before),
            np.log(clean.close[there, security]),
        )

    def of_moves(self, some: Array) -> Overlay:
        """Give the overlay of some of the moves alone."""
        own = ["security", "drift", "swing", "volume", "begin", "end"]
        own += ["first", "last", "before", "after"]
        return replace(self, **{name: getattr(self, name)[some] for name in own})

    def at(self, session: int) -> Laid | None:
        """Give what is laid over a session, if anything is."""
        opens, closes = self.base[session], self.base[session + 1]
        swings = (self.swing != 1) & (self.first <= session)
        rows = np.flatnonzero((self.begin < closes) | swings)
        if not len(rows):
            return None
        mine = self.of_moves(rows)
        security, place = np.unique(mine.security, return_inverse=True)
        tau = opens + np.arange(closes - opens)
        begin, end = np.zeros((2, len(security), len(tau)))
        factor, volume = np.ones(len(security)), np.ones(begin.shape)
        swung, active = mine.swung(session)
        np.add.at(factor, place, active)
        np.add.at(begin, place, swung[:, None])
        end += begin
        np.add.at(begin, place, mine.gone(tau, at_once=True))
        np.add.at(end, place, mine.gone(tau + 1, at_once=False))
        louder = np.flatnonzero((mine.volume != 1) & (mine.end > opens))
        for one in louder:
            during = (mine.begin[one] < tau + 1) & (mine.end[one] > tau)
            volume[place[one], during] *= mine.volume[one]
        is_flat = bool((begin[:, :1] == begin).all() and (begin == end).all())
        return Laid(security, begin, end, factor, volume, is_flat and bool((volume == 1).all()))

    def swung(self, session: int) -> tuple[Array, Array]:
        """Say what swings add to logarithms in a session, and to what these are multiplied by."""
        more = np.where(self.first <= session, self.swing - 1, 0.0)
        over = self.last < session
        added = more * np.where(over, self.after - self.before, -self.before)
        return added, np.where(over, 0.0, more)

    def gone(self, tau: Array, *, at_once: bool) -> Array:
        """Say how far each move has come at each moment: float64 (moves, moments).

        A move that has no length is done at its moment if `at_once`, else after it.
        """
        begin, end = self.begin[:, None], self.end[:, None]
        done = begin <= tau if at_once else begin < tau
        part = (tau - begin) / np.maximum(end - begin, 1e-9)
        return np.asarray(
            self.drift[:, None] * np.where(end > begin, np.clip(part, 0.0, 1.0), done)
        )

    def over(self, world: World, clean: Tape) -> Tape:
        """Lay it over a world's clean tape."""
        changed = {
            name: getattr(clean, name).copy() for name in ("open", "high", "low", "close", "volume")
        }
        for session in range(len(self.sessions)):
            laid = self.at(session)
            if laid is None:
                continue
            rows = laid.security
            if laid.is_flat:
                for name in ("open", "high", "low", "close"):
                    told = changed[name][session, rows][:, None]
                    changed[name][session, rows] = laid.price(told, laid.begin[:, :1])[:, 0]
                continue
            bars = laid.over(minutes(world, clean, session))
            changed["open"][session, rows] = bars.open[rows, 0]
            changed["high"][session, rows] = bars.high[rows].max(axis=1)
            changed["low"][session, rows] = bars.low[rows].min(axis=1)
            changed["close"][session, rows] = bars.close[rows, -1]
            changed["volume"][session, rows] = bars.volume[rows].sum(axis=1)
        return replace(clean, **changed, clean=clean, overlay=self)


def _clock(sessions: Sessions, base: Array, time: Array) -> Array:
    """Turn moments into minutes of trading since the first session's open: float64."""
    if not len(sessions):
        return np.zeros(len(time))
    place = np.searchsorted(sessions.opens, time, side="right") - 1
    last = np.maximum(place, 0)
    within = (time - sessions.opens[last]) / MINUTE_MS
    return np.asarray(base[last] + np.clip(within, 0, np.diff(base)[last]), np.float64)
