"""Hubs: who belongs to a case whose money comes together at one of them, or goes out from one.

That one is the hub, the others around it its ring. The harder a ring is to be found, the fewer
people its hub deals with otherwise, and the more of the ring are the hub's friends anyway, before
all those who are paid online by habit and are no new payees: so the hub deals with hardly more
people, and adds hardly more payees, than others do. Honest rings are of friends at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
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

__all__ = ["FEWEST", "Ring", "sizes"]

FEWEST = 3
"""Fewer than three around a hub are no ring; our assumption."""
_BUSIER = 0.95
"""Share of the people who deal with too many others to be a hub at hard; our assumption."""
_UNUSUAL = 0.5
"""Share of the people who would add more payees than is usual, or fewer, to pay somebody new at
hard; our assumption."""
_PER_PAYEE = 2.0
"""A payee more or less than people usually add counts as so many people that a hub deals with; our
assumption."""
_CARD, _CASH = words.RAILS.index("card"), words.RAILS.index("cash")
_ONLINE = words.CHANNELS.index("online")

End = Literal["creditor", "debtor"]
_FAR: dict[End, End] = {"creditor": "debtor", "debtor": "creditor"}


def sizes(rng: np.random.Generator, count: int, most: int, hardness: float) -> Array:
    """Draw how many stand around each hub: bool (count, most), true where there is somebody.

    At hard it is the fewest.
    """
    room = round((most - FEWEST) * (1 - hardness))
    return np.arange(most) < rng.integers(FEWEST, FEWEST + room + 1, (count, 1))


class Ring:
    """Draws the people of a pattern's cases, nobody twice; all can order payments at any time."""

    def __init__(
        self, graph: Graph, rng: np.random.Generator, pattern: Pattern, *, is_fraud: bool
    ) -> None:
        self._graph, self._rng = graph, rng
        self._hardness, self._what = pattern.hardness, f"{pattern.name}: members"
        self._is_fraud = is_fraud
        self._free = np.zeros(graph.size("user"), bool)
        self._free[banking(graph)] = True

    def people(self, shape: tuple[int, ...]) -> Array:
        """Draw anybody: int32 users, a grid of that shape."""
        return self._take(choose(self._rng, np.flatnonzero(self._free), shape, self._what))

    def payers(self, shape: tuple[int, ...], least: int = 0) -> Array:
        """Draw who pays somebody new; the harder, the nearer they then are to adding as usual.

        They begin with `least` on their main accounts, in minor units, or more.
        """
        free = holding(self._graph, np.flatnonzero(self._free), least)
        free = self._rng.permutation(free)
        adds = self._dealings("debtor").adds
        far = np.abs(adds[free] + 1 - _mean(adds[free]))
        asked = round(len(free) * (1 - _UNUSUAL * self._hardness))
        usual = free[np.argsort(far, kind="stable")][: max(asked, int(np.prod(shape)))]
        return self._take(choose(self._rng, usual, shape, self._what))

    def hubs(self, count: int, *ends: End, of_friends: bool = True) -> Array:
        """Draw those at whom payments of the cases meet, at these ends of them: int32 users.

        An end that is named twice counts twice, when those are looked for who deal with few. Around
        hubs that are not `of_friends` there will be others than these.
        """
        free = self._rng.permutation(np.flatnonzero(self._free))
        deals = np.zeros(len(self._free))
        for end in ends:
            those = self._dealings(end)
            deals += those.strangers + np.maximum(those.friends, FEWEST * of_friends)
            if end == "debtor":
                added = those.adds + np.maximum(FEWEST - those.usual, 0)
                deals += _PER_PAYEE * np.abs(added - _mean(those.adds[free]))
        quietest = free[np.argsort(deals[free], kind="stable")]
        asked = max(count, round(len(free) * (1 - _BUSIER * self._hardness)))
        return self._take(choose(self._rng, quietest[:asked], (count,), self._what))

    def around(self, hub: Array, most: int, end: End) -> Array:
        """Draw who stands around each hub, which is at this end of their payments.

        Gives int32 users, a grid (hubs, most). Around a look-alike's hub the first are its friends,
        around a crime's they are so the more often the harder it is to be.
        """
        those = self._dealings(end)
        people = self.people((len(hub), most))
        among_friends = self._hardness**2 if self._is_fraud else 1.0
        for place in range(most):
            row = np.searchsorted(those.near, hub) + place
            row = np.where(row < len(those.near), row, -1)
            known = those.near[row] == hub if len(those.near) else np.zeros(len(hub), bool)
            one = np.where(known, those.friend[row], -1) if known.any() else np.full(len(hub), -1)
            joins = self._rng.random(len(hub)) < among_friends
            some = np.flatnonzero(joins & (one >= 0) & self._free[one])
            some = some[np.unique(one[some], return_index=True)[1]]
            people[some, place] = self._take(one[some])
        return people

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
    """Pairs of people and friends, in the order of the people: whoever makes the fewest new payees
    comes first."""
    usual: Array
    """float64 (users,): how many friends there are between whom money goes online by habit."""
    strangers: Array
    friends: Array
    """float64 (users,): how many of them are to be expected in the window."""
    adds: Array
    """float64 (users,): how many payees people add for errands, whom they do not pay by habit."""


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
    known = (near >= 0) & (far >= 0) & (far != near)
    strange = (near >= 0) & ~known
    strangers, friends = (
        np.bincount(near[some], fires[some], len(main)) for some in (strange, known)
    )
    pair = near[known].astype(np.int64) << 32 | far[known]
    # of the edges of a pair, the first is one of habit if there is any
    pair, first = np.unique(pair << 1 | ~by_habit[known], return_index=True)
    first = first[np.unique(pair >> 1, return_index=True)[1]]
    near, far, by_habit = near[known][first], far[known][first], by_habit[known][first]
    new = adds[far] + ~by_habit if end == "creditor" else ~by_habit
    order = np.lexsort((far, np.abs(new - adds.mean()) if end == "creditor" else new, near))
    usual = np.bincount(near, by_habit, len(main))
    return _Dealings(near[order], far[order], usual, strangers, friends, adds)


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else 0.0
