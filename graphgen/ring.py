"""Rings: who belongs to a case of people that pay each other.

Whom money goes out from or comes together at is a hub. The harder a ring is to be found, the fewer
people its hub deals with otherwise, and the more of the ring are the hub's friends anyway: so the
hub deals with hardly more people than others do. Honest rings are of friends at any time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from graphgen.flow import banking, firing
from graphgen.pattern import choose
from graphgen.population.holders import holders
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["FEWEST", "Ring", "sizes"]

FEWEST = 3
"""Fewer than three around a hub are no ring; our assumption."""
_BUSIER = 0.9
"""Share of the people who deal with too many others to be a hub at hard; our assumption."""
_CARD, _CASH = words.RAILS.index("card"), words.RAILS.index("cash")

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

    def hubs(self, count: int, *ends: End) -> Array:
        """Draw those at whom payments of the cases meet, at these ends of them: int32 users.

        An end that is named twice counts twice, when those are looked for who deal with few.
        """
        free = np.flatnonzero(self._free)
        deals = np.zeros(len(self._free))
        for end in ends:
            _, _, strangers, friends = self._dealings(end)
            deals += strangers + np.maximum(friends, FEWEST)
        quietest = free[np.argsort(deals[free], kind="stable")]
        asked = max(count, round(len(free) * (1 - _BUSIER * self._hardness)))
        return self._take(choose(self._rng, quietest[:asked], (count,), self._what))

    def around(self, hub: Array, most: int, end: End) -> Array:
        """Draw who stands around each hub, which is at this end of their payments.

        Gives int32 users, a grid (hubs, most). Around a look-alike's hub the first are its friends,
        around a crime's they are so the more often the harder it is to be.
        """
        near, friend, _, _ = self._dealings(end)
        people = self.people((len(hub), most))
        among_friends = self._hardness**2 if self._is_fraud else 1.0
        for place in range(most):
            row = np.searchsorted(near, hub) + place
            row = np.where(row < len(near), row, -1)
            one = np.where(near[row] == hub, friend[row], -1) if len(near) else hub
            joins = self._rng.random(len(hub)) < among_friends
            some = np.flatnonzero(joins & (one >= 0) & self._free[one])
            some = some[np.unique(one[some], return_index=True)[1]]
            people[some, place] = self._take(one[some])
        return people

    def _take(self, user: Array) -> Array:
        self._free[user] = False
        return user.astype(np.int32)

    def _dealings(self, end: End) -> tuple[Array, Array, Array, Array]:
        """Give what `_look` gives, which is looked at once for all patterns."""
        return self._graph.once(f"dealings of a {end}", lambda: self._look(end))

    def _look(self, end: End) -> tuple[Array, Array, Array, Array]:
        """Look at whom people deal with at one end of honest payments.

        Gives pairs of people and friends, in the order of the people; and for each user how many
        strangers and how many friends there are to expect in the window, float64.
        """
        pays, main = self._graph["pays"], holders(self._graph).main
        owner = np.full(self._graph.size("account"), -1, np.int32)
        owner[main[main >= 0]] = np.flatnonzero(main >= 0)
        rows = np.flatnonzero((pays["rail"] != _CARD) & (pays["rail"] != _CASH))
        near = owner[pays[f"{end}_account_id"][rows]]
        rows, near = rows[near >= 0], near[near >= 0]
        far = owner[pays[f"{_FAR[end]}_account_id"][rows]]
        fires = firing(self._graph, rows)
        known = (far >= 0) & (far != near)
        strangers, friends = (
            np.bincount(near[some], fires[some], len(main)) for some in (~known, known)
        )
        pair = np.unique(near[known].astype(np.int64) << 32 | far[known])
        return pair >> 32, (pair & 0xFFFFFFFF).astype(np.int32), strangers, friends
