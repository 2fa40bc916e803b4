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

from graphgen.compiled import compiled
from graphgen.market.minutes import MINUTE_MS, Minutes, minutes
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.market.prices import Tape
    from graphgen.market.sessions import Sessions
    from graphgen.table import Table
    from graphgen.world import World

__all__ = ["Laid", "Overlay"]

_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class Laid:
    """What is laid over a session: over some securities evenly, over others minute by minute."""

    even: Array
    """int64 (s,): securities whose prices are elsewhere in every minute alike."""
    shift: Array
    """float64 (s,): what is added to their logarithms."""
    scale: Array
    """float64 (s,): what these are multiplied by before."""
    security: Array
    """int64 (k,): the other securities that it touches."""
    begin: Array
    end: Array
    """float64 (k, minutes): what is added to logarithms as each minute begins, and as it ends."""
    factor: Array
    """float64 (k,): what logarithms are multiplied by before."""
    volume: Array
    """float64 (k, minutes): what volumes are multiplied by."""

    def among(self, some: Array) -> Laid:
        """Give what lies over some securities alone (ascending), by their places among these."""
        even, security = np.isin(self.even, some), np.isin(self.security, some)
        return Laid(
            np.searchsorted(some, self.even[even]),
            self.shift[even],
            self.scale[even],
            np.searchsorted(some, self.security[security]),
            self.begin[security],
            self.end[security],
            self.factor[security],
            self.volume[security],
        )

    def over(self, clean: Minutes) -> Minutes:
        """Lay it over the minutes of a session, of all securities that it knows."""
        changed = {name: getattr(clean, name).copy() for name in _PRICES}
        volume = clean.volume.copy()
        moved = self.moved(clean.rows(self.security))
        for name, prices in changed.items():
            prices[self.even] = self.evenly(prices[self.even].T).T
            prices[self.security] = getattr(moved, name)
        volume[self.security] = moved.volume
        return replace(clean, **changed, volume=volume)

    def evenly(self, clean: Array) -> Array:
        """Give the prices of the securities that are elsewhere all day: arrays (..., s)."""
        return _elsewhere(clean, self.scale, self.shift)

    def moved(self, clean: Minutes) -> Minutes:
        """Lay it over the minutes of the securities that move within the session."""
        high, low = np.maximum(self.begin, self.end), np.minimum(self.begin, self.end)
        shifts = dict(zip(_PRICES, (self.begin, high, low, self.end), strict=True))
        changed = {
            name: _elsewhere(getattr(clean, name), self.factor[:, None], shift)
            for name, shift in shifts.items()
        }
        volume = np.rint(clean.volume * self.volume).astype(np.int64)
        return replace(clean, **changed, volume=volume)


def _elsewhere(clean: Array, factor: Array, shift: Array) -> Array:
    """Give prices for clean ones: int64; the larger stays the larger."""
    rounded: Array = np.rint(np.exp(factor * np.log(clean) + shift)).astype(np.int64)
    return np.maximum(1, rounded)


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
        added, active = mine.swung(session)
        over = mine.end <= opens
        shift = np.bincount(place, added + np.where(over, mine.drift, 0.0))
        factor = 1.0 + np.bincount(place, active)
        now = np.flatnonzero(~over & (mine.begin < closes))
        moving, among = np.unique(place[now], return_inverse=True)
        even = np.ones(len(security), bool)
        even[moving] = False
        moved = (mine.begin[now] - opens, mine.end[now] - opens, mine.drift[now], mine.volume[now])
        begin, end, volume = _within(*moved, among, shift[moving], int(closes - opens))
        still = (security[even], shift[even], factor[even])
        return Laid(*still, security[moving], begin, end, factor[moving], volume)

    def swung(self, session: int) -> tuple[Array, Array]:
        """Say what swings add to logarithms in a session, and to what these are multiplied by."""
        more = np.where(self.first <= session, self.swing - 1, 0.0)
        over = self.last < session
        added = more * np.where(over, self.after - self.before, -self.before)
        return added, np.where(over, 0.0, more)

    def over(self, world: World, clean: Tape, security: Array) -> dict[str, Array]:
        """Lay it over clean bars: open, high, low, close and volume, int64 (sessions, columns).

        Of each column `security` says whose clean bars it begins with, int64 (columns,); what
        moves it has the column's number for a security.
        """
        changed = {name: getattr(clean, name)[:, security] for name in (*_PRICES, "volume")}
        for session in range(len(self.sessions)):
            laid = self.at(session)
            if laid is None:
                continue
            for name in _PRICES:
                changed[name][session, laid.even] = laid.evenly(changed[name][session, laid.even])
            rows = laid.security
            if not len(rows):
                continue
            bars = laid.moved(minutes(world, clean, session, security[rows]))
            changed["open"][session, rows] = bars.open[:, 0]
            changed["high"][session, rows] = bars.high.max(axis=1)
            changed["low"][session, rows] = bars.low.min(axis=1)
            changed["close"][session, rows] = bars.close[:, -1]
            changed["volume"][session, rows] = bars.volume.sum(axis=1)
        return changed


@compiled
def _within(
    begin: Array,
    end: Array,
    drift: Array,
    volume: Array,
    place: Array,
    shift: Array,
    count: int,
) -> tuple[Array, Array, Array]:
    """Give what moves do within a session's minutes, to the securities at `place`.

    These begin at `shift`. What is added as minutes begin and as they end, and what volumes are
    multiplied by: float64 (securities, minutes). A move that has no length is done at its moment.
    """
    shape = (len(shift), count)
    begins, ends, louder = np.empty(shape), np.empty(shape), np.ones(shape)
    for i in range(len(shift)):
        begins[i], ends[i] = shift[i], shift[i]
    for move in range(len(place)):
        i, first, last, by = place[move], begin[move], end[move], drift[move]
        length = last - first
        for t in range(max(0, int(np.floor(first))), count):
            if length > 0:
                begins[i, t] += by * min(1.0, max(0.0, (t - first) / length))
                ends[i, t] += by * min(1.0, (t + 1 - first) / length)
            else:
                begins[i, t] += by if t >= first else 0.0
                ends[i, t] += by
        if volume[move] != 1.0:
            for t in range(max(0, int(np.floor(first))), min(count, int(np.ceil(last)))):
                louder[i, t] *= volume[move]
    return begins, ends, louder


def _clock(sessions: Sessions, base: Array, time: Array) -> Array:
    """Turn moments into minutes of trading since the first session's open: float64."""
    if not len(sessions):
        return np.zeros(len(time))
    place = np.searchsorted(sessions.opens, time, side="right") - 1
    last = np.maximum(place, 0)
    within = (time - sessions.opens[last]) / MINUTE_MS
    return np.asarray(base[last] + np.clip(within, 0, np.diff(base)[last]), np.float64)
