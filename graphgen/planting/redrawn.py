"""Cards that are drawn, paid in on by cheques of others, and drawn again before these come back.

Everything works on grids: a row for each person, along the next axis their cards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from graphgen.planting.flow import first_day, on_open_days, times, within
from graphgen.planting.spree import everyday, spells, split, spree
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.planting.credit import Cards
    from graphgen.planting.drawers import Given

__all__ = ["Drawn", "Redrawing", "redrawing", "redrawn"]

Drawn: TypeAlias = tuple[Array, Array, Array]
"""What is drawn of each card, drawn again, and paid in between: float64 grids, minor units."""

_EARLY = 0.08
"""How much of what is paid in comes before, in one small cheque; our assumption."""
_FEW, _MORE, _MANY = 4, 12, 6
"""How many purchases there are in either round at easy, how many more at hard, and to which power
of the hardness: at medium they are hardly more; our assumption."""
_MADE_GOOD = 5, 8
"""So many days after cheques were paid in an honest drawer brings what has come back: after two
business days; our assumption."""
_A_MINUTE, _HOURS = 60_000, 4 * 3_600_000


@dataclass(frozen=True)
class Redrawing:
    """When each card is drawn, paid on by cheque, and drawn again: int64 ms."""

    at: Array
    """(people, cards, moments): purchases, a small cheque, the large ones, and as many purchases
    as before, ascending but for the small cheque."""

    made_good: Array
    """(people, cards): when an honest drawer pays in what has come back."""

    parts: int
    """How many purchases there are in either round."""

    def spells(self, here: Array, made_good: Array) -> tuple[Array, Array]:
        """Say when each person's cards (bool) are first drawn, and last: int64 ms.

        Those that are `made_good` (bool) come to an end as they are.
        """
        begin, end = spells(self.at, here)
        return begin, np.maximum(end, self.made_good.max(axis=1, where=made_good, initial=0))


def redrawing(
    graph: Graph, rng: np.random.Generator, person: Array, here: Array, days: int, hardness: float
) -> Redrawing:
    """Draw when the cards of people (int32 users) are drawn, within so many days.

    `here` (bool, people by cards) says which there are. There are purchases on days before, a small
    cheque on one of them, the large ones all on one day, and as many purchases within hours of the
    last. The harder, the more days it takes.
    """
    parts = _FEW + round(_MORE * hardness**_MANY)
    most = min(days, graph.world.days)
    lasts = max(2, round(most * (0.25 + 0.75 * hardness)))
    wait = min(_MADE_GOOD[1], max(0, most - 2))
    lasts = min(max(2, most), lasts + wait)
    first = first_day(graph, rng, len(person), lasts)
    first = on_open_days(graph, rng, first, 0, graph.world.days - lasts)[:, None, None]
    who, shape = person[:, None, None], (*here.shape, parts)
    paid_in = first + 1 + rng.integers(0, lasts - 1 - wait, (*here.shape, 1))
    paid_in = on_open_days(graph, rng, paid_in, first + 1, first + lasts - 1 - wait)
    before = first + (rng.random(shape) * (paid_in - first)).astype(np.int64)
    bought = np.sort(times(graph, rng, who, before, "shopping"), axis=2)
    early = on_open_days(graph, rng, before[:, :, :1], first, paid_in - 1)
    early = times(graph, rng, who, early, "counter")
    cheques = np.broadcast_to(paid_in, (*here.shape, 1 + round(2 * hardness)))
    cheques = np.sort(times(graph, rng, who, cheques, "counter"), axis=2)
    on = np.sort(rng.integers(_A_MINUTE, _HOURS, shape), axis=2)
    at = np.concatenate([bought, early, cheques, cheques[:, :, -1:] + on], axis=2)
    soon, late = paid_in[:, :, 0] + np.minimum(_MADE_GOOD, wait)[:, None, None]
    again = on_open_days(graph, rng, rng.integers(soon, late + 1), soon, late)
    again = times(graph, rng, person[:, None], again, "counter")
    again = np.maximum(again, at.max(axis=2) + _A_MINUTE)
    both = np.concatenate([at, again[:, :, None]], axis=2)
    both = within(graph, both, here[:, :, None])
    return Redrawing(both[:, :, :-1], both[:, :, -1], parts)


def redrawn(
    graph: Graph,
    rng: np.random.Generator,
    cards: Cards,
    when: Redrawing,
    drawn: Drawn,
    given: Given,
    *,
    person: Array,
    here: Array,
    case: Array,
    hardness: float,
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield the purchases of both rounds, the cheques between them, and cash that makes these good.

    Parameters
    ----------
    graph, rng, cards, when, drawn, given
        What is planted on, where chance comes from, the cards, when they are drawn, how much, and
        whose cheques are paid in between.
    person, case
        int32 (people,): whose cards they are, and the rows of the cases.
    here
        bool (people, cards): which cards there are.
    hardness, is_fraud
        The harder, the more of the purchases are small ones; and whether it is the crime.

    """
    (bought, again, paid), at, parts = drawn, when.at, when.parts
    small = _small(graph, rng, when, paid, hardness)
    rounds = (
        (slice(parts), here, bought, "theft"),
        (slice(-parts, None), given.twice, again, "integration"),
    )
    for part, some, total, of_crime in rounds:
        yield spree(
            graph, rng, cards, at[:, :, part], total, small[:, :, part],
            person=person[:, None],
            case=case[:, None],
            here=some,
            hardness=hardness,
            stage=of_crime if is_fraud else None,
        )  # fmt: skip
    between = slice(parts, -parts)
    amount = split(rng, paid, small[:, :, between])
    stage = "preparation" if is_fraud else None
    yield given.cheques(graph, cards, at[:, :, between], amount, case=case, stage=stage)
    if given.made_good.any():
        yield given.cash(graph, cards, when.made_good, np.ceil(paid).astype(np.int64), case=case)


def _small(
    graph: Graph, rng: np.random.Generator, when: Redrawing, paid: Array, hardness: float
) -> Array:
    """Draw which purchases and cheques are small, and how small: float64, 0 where one is large."""
    at, parts = when.at, when.parts
    is_small = rng.random(at.shape) < 0.4 + 0.5 * hardness**2
    small = np.where(is_small, everyday(graph, rng, at.shape), 0)
    # several of either round are large: one that is declined is not half of it
    small[:, :, [0, 1, -3, -2, -1, *range(parts, at.shape[2] - parts)]] = 0
    small[:, :, parts] = _EARLY * paid
    return small
