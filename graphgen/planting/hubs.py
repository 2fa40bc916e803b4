"""Hubs: who belongs to a case whose money comes together at one of them, or goes out from one.

That one is the hub, the others around it its ring. The harder a ring is to be found, the more of
it are people whom the hub deals with by habit anyway, so that few payees are new, and the fewer the
hub deals with otherwise: in all hardly more than others do. Honest rings are of friends at any
time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from graphgen.order import among
from graphgen.pattern import choose
from graphgen.planting.flow import banking, firing, holding
from graphgen.population.holders import holders
from graphgen.schedule import ONCE, stands_for
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["FEWEST", "Ring", "adding", "sizes"]

FEWEST = 3
"""Fewer than three around a hub are no ring; our assumption."""
_BUSIER = 0.97
"""Share of the people who deal with too many others, or pay too few by habit, to be a hub at hard;
our assumption."""
_UNUSUAL = 0.5
"""Share of the people who would add more payees than is usual, or fewer, to pay somebody new at
hard; our assumption."""
_PAYERS = 2.5
"""How much more it tells by how many somebody is paid than how many they pay; our assumption."""
_USUAL = 0.4
"""Share of all people who deal with fewer than is usual for an account."""
_LAST_ONE = 3.0
"""How much more it tells whom all of it comes to; our assumption."""
_EACH = 10
"""A hub is drawn among so many at least; our assumption."""
_STRANGER = 0.38
"""One of the ring with whom the hub does not deal by habit makes it stand out as much as if it had
passed so large a share of all people by what it deals; our assumption."""
_TOO_BUSY = 0.8
"""Who stands out as much with all they deal with is no friend that is asked; our assumption."""
_LAST = 1e6
"""More than anybody deals with: friends of no habit are the last that are asked."""
_TRIES = 4
"""How often hubs look for another friend, when several have come to the same one."""
_CARD, _CASH = words.RAILS.index("card"), words.RAILS.index("cash")
_ONLINE = words.CHANNELS.index("online")

End = Literal["creditor", "debtor"]
_FAR: dict[End, End] = {"creditor": "debtor", "debtor": "creditor"}
_END: dict[str, End] = {"creditor": "creditor", "debtor": "debtor"}


def sizes(rng: np.random.Generator, count: int, most: int, hardness: float) -> Array:
    """Draw how many stand around each hub: bool (count, most), true where there is somebody.

    At hard it is the fewest.
    """
    room = round((most - FEWEST) * (1 - hardness))
    return np.arange(most) < rng.integers(FEWEST, FEWEST + room + 1, (count, 1))


def adding(
    graph: Graph, rng: np.random.Generator, pool: Array, need: int, hardness: float
) -> Array:
    """Leave those users in a pool who add as many payees as usual, if they add one more: int32.

    All at easy, half of them at hard, but not fewer than are needed.
    """
    pool = rng.permutation(pool)
    adds = graph.once("dealings of a debtor", lambda: _look(graph, "debtor")).adds[pool]
    far = np.abs(adds + 1 - _mean(adds))
    asked = round(len(pool) * (1 - _UNUSUAL * hardness))
    return pool[np.argsort(far, kind="stable")][: max(asked, need)]


class Ring:
    """Draws the people of a pattern's cases, nobody twice; all can order payments at any time."""

    def __init__(
        self, graph: Graph, rng: np.random.Generator, pattern: Pattern, *, is_fraud: bool
    ) -> None:
        self._graph, self._rng = graph, rng
        self._hardness, self._what = pattern.hardness, f"{pattern.name}: members"
        self._among_friends = self._hardness**2 if is_fraud else 1.0
        self._free = np.zeros(graph.size("user"), bool)
        self._free[banking(graph)] = True

    def payers(self, shape: tuple[int, ...], least: int = 0) -> Array:
        """Draw who pays somebody new; the harder, the nearer they then are to adding as usual.

        They begin with `least` on their main accounts, in minor units, or more.
        """
        free = holding(self._graph, np.flatnonzero(self._free), least)
        usual = adding(self._graph, self._rng, free, int(np.prod(shape)), self._hardness)
        return self._take(choose(self._rng, usual, shape, self._what))

    def hubs(self, count: int, *, goes_on: bool = False, **around: int) -> Array:
        """Draw those at whom payments of the cases meet: int32 users.

        `around` says at which ends of payments they are (creditor, debtor), and how many will be
        around them at each; at 0 it is one from elsewhere. What `goes_on` does so to somebody whom
        one of those around pays by habit.
        """
        free = self._rng.permutation(np.flatnonzero(self._free))
        several = len(around) > 1
        excess = [
            each
            for end, most in around.items()
            for each in self._excess(_END[end], most, several=several, goes_on=goes_on)
        ]
        stands_out = np.square(excess).sum(axis=0)
        quietest = free[np.argsort(stands_out[free], kind="stable")]
        asked = max(_EACH * count, round(len(free) * (1 - _BUSIER * self._hardness)))
        return self._take(choose(self._rng, quietest[:asked], (count,), self._what))

    def _excess(self, end: End, most: int, *, several: bool, goes_on: bool) -> Iterator[Array]:
        """Say how far each would stand out as a hub at an end of payments: float64 (users,).

        By whom it deals with, how often, how many payees it adds, and whom that is with.
        """
        those, users = self._dealings(end), len(self._free)
        friends = those.is_usual & self._free[those.friend] & (those.busy <= _TOO_BUSY)
        if several and end == "creditor":  # who is paid by the hub does not pay it too
            friends &= ~those.is_mutual
        ready = np.flatnonzero(friends)
        near = those.near[ready]
        ring = ready[np.arange(len(ready)) - np.searchsorted(near, near) < most]
        around, busy = those.near[ring], those.busy[ring]
        new = max(1, most) - np.bincount(around, minlength=users)
        yield (_PAYERS if end == "creditor" else 1.0) * _above(those.partners, new)
        yield _above(those.times, max(1, most))
        yield _STRANGER * new
        yield np.bincount(around, busy, users) / max(1, most)
        if end == "debtor":
            yield _above(those.adds, new)
        if goes_on:
            onward, last = np.ones((2, users))
            np.minimum.at(onward, near, those.busy[ready])
            np.minimum.at(last, around, onward[those.friend[ring]])
            yield _LAST_ONE * last

    def around(self, hub: Array, here: Array, end: End) -> Array:
        """Draw who stands around each hub, which is at this end of their payments.

        Gives int32 users, a grid as `here` (hubs, places), -1 where that says that nobody is.
        Around a look-alike's hub the first are its friends, around a crime's they are so the more
        often the harder it is to be.
        """
        people = np.full(here.shape, -1, np.int32)
        joins = self._rng.random(here.shape) < self._among_friends
        for place in range(here.shape[1]):
            some = np.flatnonzero(here[:, place] & joins[:, place])
            people[some, place] = self._friends(hub[some], end)
        rest = here & (people < 0)
        people[rest] = self.payers((int(rest.sum()),))
        return people

    def beyond(self, people: Array, end: End) -> Array:
        """Draw a friend of any of each case's people, as of hubs at this end: int32 (cases, 1).

        The one that fewest others deal with, as all of these come on top; where there is none, or
        in a crime that is not to look as if there were, it is anybody.
        """
        joins = self._rng.random(len(people)) < self._among_friends
        found = np.full(len(people), -1, np.int32)
        found[joins] = self._friends(people[joins], end, lonely=True)
        found[found < 0] = self.payers((int((found < 0).sum()),))
        return found[:, None]

    def _friends(self, hub: Array, end: End, *, lonely: bool = False) -> Array:
        """Take a friend of each hub, or of any of several, that is free: int32 (hubs,).

        Those with whom they deal by habit first, then who deals with few; or the `lonely` at once,
        where a habit counts as one whom they deal with less. It is -1 where there is none, or where
        other hubs have taken it.
        """
        those = self._dealings(end)
        late = those.busy - _LAST * those.is_usual
        if lonely:
            late = those.others - those.is_usual
            those, late = those.by(late)
        hubs = hub.reshape(len(hub), -1 if len(hub) else 1)
        found = np.full(len(hubs), -1, np.int32)
        for _ in range(_TRIES):
            left = np.flatnonzero(self._free[those.friend] & (those.busy <= _TOO_BUSY))
            if not len(left):
                break
            row = left[np.minimum(np.searchsorted(those.near[left], hubs), len(left) - 1)]
            there = those.near[row] == hubs
            last = np.where(there, late[row], np.inf).argmin(axis=1)
            best = np.take_along_axis(row, last[:, None], axis=1)[:, 0]
            asks = np.flatnonzero((found < 0) & there.any(axis=1))
            one, first = np.unique(those.friend[best[asks]], return_index=True)
            found[asks[first]] = self._take(one)
            if len(one) == len(asks):
                break
        return found

    def _take(self, user: Array) -> Array:
        self._free[user] = False
        return user.astype(np.int32)

    def _dealings(self, end: End) -> _Dealings:
        """Give what `_look` gives, which is looked at once for all patterns."""
        return self._graph.once(f"dealings of a {end}", lambda: _look(self._graph, end))


@dataclass(frozen=True)
class _Dealings:
    """Whom people deal with at one end of honest payments."""

    near: Array
    friend: Array
    """Pairs of people and friends, in the order of the people: those between whom money goes online
    by habit come first, then friends who deal with few."""
    is_usual: Array
    is_mutual: Array
    """Which pairs those of habit are, and which deal with each other at the other end too: bool."""
    busy: Array
    """float64: how far the friend of each pair stands out at the other end, with a payment more."""
    others: Array
    """float64: with how many the friend of each pair deals at the other end, as is expected."""
    partners: Array
    """float64 (users,): with how many people and others they deal, as is to be expected."""
    times: Array
    """float64 (users,): how many payments that is, beside those that are due."""
    adds: Array
    """float64 (users,): how many payees people add for errands, whom they do not pay by habit."""

    def by(self, late: Array) -> tuple[_Dealings, Array]:
        """Give the pairs of each of the people in another order, and how late each comes."""
        order = np.lexsort((self.friend, late, self.near))
        pairs = ("near", "friend", "is_usual", "is_mutual", "busy", "others")
        return replace(self, **{name: getattr(self, name)[order] for name in pairs}), late[order]


def _look(graph: Graph, end: End) -> _Dealings:
    pays, main = graph["pays"], holders(graph).main
    owner = np.full(graph.size("account"), -1, np.int32)
    owner[main[main >= 0]] = np.flatnonzero(main >= 0)
    rows = np.flatnonzero((pays["rail"] != _CARD) & (pays["rail"] != _CASH))
    once, online = pays["schedule"][rows] == ONCE, pays["channel"][rows] == _ONLINE
    by_habit = ~once & online & (pays["valid_from"][rows] <= graph.world.start_ms)
    payer, payee = pays["debtor_account_id"][rows], pays["creditor_account_id"][rows]
    who = payer.astype(np.int64) << 32 | payee
    new = np.flatnonzero(once & online & (owner[payer] >= 0))
    new = new[~among(who[new], who[by_habit])]
    adds = np.bincount(owner[payer[new]], minlength=len(main)) * stands_for(graph.world)
    near = owner[pays[f"{end}_account_id"][rows]]
    far = owner[pays[f"{_FAR[end]}_account_id"][rows]]
    fires = firing(graph, rows)
    often = np.where(once, fires, pays["rate"][rows] * graph.world.days)
    partners, times, others, there = (
        np.bincount(who[who >= 0], weight[who >= 0], len(main))
        for who in (near, far)
        for weight in (fires, often)
    )
    busy = _above(others, 0) + _above(there, 1)
    known = (near >= 0) & (far >= 0) & (far != near)
    pair = near[known].astype(np.int64) << 32 | far[known]
    # of the edges of a pair, the first is one of habit if there is any
    pair, first = np.unique(pair << 1 | ~by_habit[known], return_index=True)
    first = first[np.unique(pair >> 1, return_index=True)[1]]
    near, far, by_habit = near[known][first], far[known][first], by_habit[known][first]
    order = np.lexsort((far, busy[far], ~by_habit, near))
    near, far, by_habit = near[order], far[order], by_habit[order]
    is_mutual = among(far.astype(np.int64) << 32 | near, near.astype(np.int64) << 32 | far)
    return _Dealings(near, far, by_habit, is_mutual, busy[far], others[far], partners, times, adds)


def _above(values: Array, more: Array | int) -> Array:
    """Say how far above usual each would be with so much more, as a share of all people: 0 to .6.

    Usual is a little below the middle, as the second accounts of people deal with few.
    """
    known, raised = np.sort(values), values + more
    place = sum(np.searchsorted(known, raised, side) for side in ("left", "right"))
    return np.asarray(np.maximum(0.0, place / (2 * max(1, len(known))) - _USUAL))


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else 0.0
