"""Sessions: people open their bank's app or site from the devices and addresses they use.

Each `signs_in` edge fires at its rate, at the hours of its profile in its person's time zone.
Sessions that other walks need (a payment ordered on the way, a changed address) are brought by
those.

Source: Malauzai Software, 7 million sign-ins: 17 to 18.6 mobile sign-ins a user and month, 7.7 to
8.9 on the web, lasting 80 to 94 seconds on average on mobile and 154 on the web.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphgen.compiled import compiled
from graphgen.firing import SectionRates
from graphgen.proposals import SectionDay, Sessions
from graphgen.public_day import PublicDay, Rows
from graphgen.schema import NULL_NUMBER, SCHEMAS, words
from graphgen.section import Draws, Section
from graphgen.table import Array, Table
from graphgen.walk import Ground, Today, Walk

__all__ = ["SessionWalk", "durations"]

_MEDIAN_MS = 62_000
_SPREAD = 0.85
"""A log-normal with these has the mean of 89 seconds that Malauzai published for mobile."""
_LONGEST_MS = 3_600_000
_NEVER = NULL_NUMBER
_SIGNS_IN = words.WALKED_EDGES.index("signs_in")


class SessionWalk(Walk):
    """Fires `signs_in`."""

    events = ("session",)

    def __init__(self, ground: Ground, section: Section) -> None:
        super().__init__(ground, section)
        self.edges = section.tables.get("signs_in")
        if self.edges is None:
            return
        edges = self.edges
        self.start = section.starts["signs_in"]
        self.clock = ground.clock(edges["hours"], edges["user_id"])
        self.valid_to = np.ascontiguousarray(edges["valid_to"])
        rated = np.arange(len(edges), dtype=np.int32)
        self.rates = SectionRates.of(section, ground.world.seed, "signs_in", rated, self.clock)

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose the day's sessions, in the order of their edges."""
        if self.edges is None:
            return
        edge = self.rates.fired(rng, today.week, today.monday, today.hours.weight)
        block = self.section.block_of("signs_in", edge)
        duration = rng.each(block, durations)
        keep, time = _times(
            edge,
            duration,
            rng.each(block, np.random.Generator.random),
            self.clock,
            today.hours.quantile,
            today.midnight,
            self.edges["valid_from"],
            self.valid_to,
        )
        edge = edge[keep]
        so_far.add(
            Sessions(
                time=time,
                duration=duration[keep],
                user=self.edges["user_id"][edge],
                device=self.edges["device_id"][edge],
                ip=self.edges["ip_id"][edge],
                table=np.full(len(edge), _SIGNS_IN, np.int8),
                edge=(edge + self.start).astype(np.int32),
            )
        )

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell the sessions."""
        sessions, look = day.proposed[Sessions], day.look
        table = Table(
            SCHEMAS["session"],
            {
                "session_id": day.event_ids(len(sessions)),
                "time": sessions.time,
                "utc_offset": look.offset(day.proposed.today, sessions.time, sessions.user),
                "user_id": look.ids("user")[sessions.user],
                "device_id": look.ids("device")[sessions.device],
                "ip_id": look.ids("ip")[sessions.ip],
                "duration_ms": sessions.duration,
            },
        )
        yield Rows(table, sessions.table, sessions.edge)


def durations(rng: np.random.Generator, count: int) -> Array:
    """Draw how long sessions last: int32, ms."""
    drawn = _MEDIAN_MS * np.exp(_SPREAD * rng.standard_normal(count, np.float32))
    return np.asarray(np.clip(drawn, 4_000, _LONGEST_MS), np.int32)


@compiled
def _times(
    edge: Array,
    duration: Array,
    u: Array,
    clock: Array,
    quantile: Array,
    midnight: int,
    valid_from: Array,
    valid_to: Array,
) -> tuple[Array, Array]:
    """Give firings a time of the day; what is not valid then is left out.

    A session ends before its edge does.
    """
    keep = np.empty(len(edge), np.int64)
    time = np.empty(len(edge), np.int64)
    steps = quantile.shape[1] - 1
    n = 0
    for i in range(len(edge)):
        e = edge[i]
        c = clock[e]
        place = u[i] * steps
        step = int(place)
        low = quantile[c, step]
        at = midnight + int(low + (place - step) * (quantile[c, step + 1] - low))
        ends = at + duration[i]
        if valid_from[e] <= at and (ends < valid_to[e] or valid_to[e] == _NEVER):
            keep[n] = i
            time[n] = at
            n += 1
    return keep[:n], time[:n]
