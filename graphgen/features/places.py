"""Devices, internet addresses and tills: whom they have seen, and how far apart they are.

A sighting is a session, or an order online without one (a card's); a payment in a session has the
features of the session's beginning, so that its own session is not among what was before. Of one
moment sessions come first. What `uses_device` and `uses_ip` date before the first day was seen
before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphgen.compiled import compiled
from graphgen.features.feature import Feature
from graphgen.features.lookup import empty_slots, find, larger_slots, put
from graphgen.features.reading import Day, Facts
from graphgen.table import Array

__all__ = ["FEATURES", "Places"]

_HOURS = 1 / 3_600_000
_NEVER = -(1 << 62)
_DIAMETER = 12742.0
"""Of the earth: km."""
_BITS = 31


def _seen(entity: str, what: str, plural: str) -> tuple[Feature, ...]:
    none = "none: it is not ordered online"
    return (
        Feature(
            f"{entity}_users",
            f"People who were seen on the {what} before; {none}.",
            "all",
            "people",
            "count",
            nullable=True,
        ),
        Feature(
            f"{entity}_is_new",
            f"Whether the person was never seen on the {what} before; {none}.",
            "all",
            "",
            "flag",
            nullable=True,
        ),
        Feature(
            f"{entity}_known_for",
            f"Time since the person was first seen on the {what}; none: never, or not online.",
            "all",
            "hours",
            nullable=True,
        ),
        Feature(
            f"user_{entity}s",
            f"{plural} that the person was seen on before; {none}.",
            "all",
            f"{what}{'es' if what.endswith('s') else 's'}",
            "count",
            nullable=True,
        ),
    )


_NO_TILL = "none: no card is shown at a till"
FEATURES = (
    *_seen("device", "device", "Devices"),
    *_seen("ip", "internet address", "Internet addresses"),
    Feature(
        "home_distance",
        "From the till to the nearest address that the bank had of the cardholder when the day "
        f"began; {_NO_TILL}.",
        "day",
        "km",
        nullable=True,
    ),
    Feature(
        "place_distance",
        f"From the till to the last one where the person showed a card; {_NO_TILL}, or never "
        "before.",
        "all",
        "km",
        nullable=True,
    ),
    Feature("place_gap", "Time since then; none: as it.", "all", "hours", nullable=True),
    Feature(
        "place_speed",
        "That distance over that time, which counts as a minute at least; none: as it.",
        "all",
        "km/h",
        nullable=True,
    ),
)
"""The features, in the order in which they are written."""


@dataclass
class _Sights:
    """Who was seen on which things of a kind, and since when."""

    things: int
    people: int

    def __post_init__(self) -> None:
        self.count = 0
        self.slots = empty_slots(0)
        self.key = np.empty(0, np.int64)
        self.first = np.empty(0, np.int64)
        self.users = np.zeros(self.things, np.int32)
        self.owned = np.zeros(self.people, np.int32)

    def see(self, user: Array, thing: Array, time: Array, found: Array) -> None:
        """Write the four features of sightings (in order of time), each as it was before it."""
        if self.count + len(user) > len(self.key):
            room = max(2 * len(self.key), self.count + len(user))
            for name in ("key", "first"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.empty(room - len(old), np.int64)]))
            self.slots = larger_slots(self.key, self.count, room)
        state = (self.slots, self.key, self.first, self.users, self.owned)
        self.count = _see(user, thing, time, state, self.count, found)


class Places:
    """What each person was seen on, and where a card of theirs was last shown."""

    def __init__(self, facts: Facts) -> None:
        people = len(facts.user)
        self._facts = facts
        self._sights = {
            "device": _Sights(len(facts.device), people),
            "ip": _Sights(len(facts.ip), people),
        }
        for name, sights in self._sights.items():
            user, thing, since = facts.seen_before[name]
            order = np.argsort(since, kind="stable")
            none = np.empty((4, len(user)), np.float32)
            sights.see(user[order], thing[order], since[order], none)
        self._last = np.full((people, 2), np.nan)
        self._last_time = np.full(people, _NEVER)

    def walk(self, day: Day, found: Array) -> None:
        """Write a day's features."""
        found[:] = np.nan
        visits = day.visits
        # a payment in a session takes what the session's beginning has
        session = np.searchsorted(visits.id, day.session)
        session = np.minimum(session, max(0, len(visits.id) - 1))
        inside = np.zeros(len(day), bool)
        if len(visits.id):
            inside = (day.session >= 0) & (visits.id[session] == day.session)
        alone = np.flatnonzero(~inside & day.is_order & (day.user >= 0) & (day.device >= 0))
        time = np.concatenate([visits.time, day.time[alone]])
        order = np.argsort(time, kind="stable")
        user = np.concatenate([visits.user, day.user[alone]])[order]
        for at, (name, sights) in enumerate(self._sights.items()):
            thing = np.concatenate([getattr(visits, name), getattr(day, name)[alone]])[order]
            told = np.empty((4, len(order)), np.float32)
            seen = np.empty_like(told)
            sights.see(user, thing, time[order], seen)
            told[:, order] = seen
            block = found[4 * at : 4 * at + 4]
            block[:, inside] = told[:, session[inside]]
            block[:, alone] = told[:, len(visits.id) :]
        homes = self._homes(day.begin)
        till = np.flatnonzero(day.is_at_till & (day.user >= 0) & (day.merchant >= 0))
        at_till = self._facts.merchant_at[day.merchant[till]]
        walked = np.empty((4, len(till)), np.float32)
        _walk(day.time[till], day.user[till], at_till, homes, self._last, self._last_time, walked)
        found[8:, till] = walked

    def _homes(self, now: int) -> tuple[Array, Array]:
        """Give where people live at a time: where each one's homes begin, and the homes."""
        homes = self._facts.homes
        some = (homes.since <= now) & (now < homes.until)
        many = np.bincount(homes.user[some], minlength=len(self._last))
        return np.concatenate([[0], np.cumsum(many)]), homes.at[some]


@compiled
def _see(
    user: Array,
    thing: Array,
    time: Array,
    state: tuple[Array, Array, Array, Array, Array],
    count: int,
    found: Array,
) -> int:
    slots, key, first, users, owned = state
    for row in range(len(user)):
        one, other = user[row], thing[row]
        if one < 0 or other < 0:
            found[:, row] = np.nan
            continue
        both = (np.int64(one) << _BITS) + other
        here = find(slots, key, both)
        found[0, row] = users[other]
        found[1, row] = here < 0
        found[2, row] = (time[row] - first[here]) * _HOURS if here >= 0 else np.nan
        found[3, row] = owned[one]
        if here < 0:
            key[count], first[count] = both, time[row]
            put(slots, key, count)
            count += 1
            users[other] += 1
            owned[one] += 1
    return count


@compiled
def _distance(one: Array, other: Array) -> float:
    """Give the way between two places over the globe: km (the haversine formula)."""
    north, south = np.radians(one[0]), np.radians(other[0])
    turn = np.radians(one[1] - other[1])
    half = np.sin((north - south) / 2) ** 2 + np.cos(north) * np.cos(south) * np.sin(turn / 2) ** 2
    return float(_DIAMETER * np.arcsin(np.sqrt(min(1.0, half))))


@compiled
def _walk(
    time: Array,
    user: Array,
    at: Array,
    homes: tuple[Array, Array],
    last: Array,
    last_time: Array,
    found: Array,
) -> None:
    first, home = homes
    for row in range(len(time)):
        one = user[row]
        found[0, row] = np.nan
        for place in range(first[one], first[one + 1]):
            far = _distance(at[row], home[place])
            found[0, row] = far if place == first[one] else min(far, found[0, row])
        found[1:, row] = np.nan
        if last_time[one] > _NEVER:
            far = _distance(at[row], last[one])
            hours = (time[row] - last_time[one]) * _HOURS
            found[1, row], found[2, row] = far, hours
            found[3, row] = far / max(hours, 1 / 60)
        last[one], last_time[one] = at[row], time[row]
