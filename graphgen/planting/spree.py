"""Sprees: many purchases by card in shops that also others go to.

Small ones, as people make every day, hide the large ones. The harder it is to be found, the more of
the small ones are made where the card is used anyway, and the more of the large ones in one shop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.pattern import errands
from graphgen.population.holders import holders
from graphgen.population.shops import Shops, shops
from graphgen.population.spending import Goods, goods
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.planting.credit import Cards

__all__ = ["everyday", "spells", "split", "spree"]

_PURCHASE = words.HABITS.index("purchase")
_POS, _ONLINE = words.CHANNELS.index("pos"), words.CHANNELS.index("online")
_SORTS = ("5732", "5712", "5251", "5651", "5691", "5941", "7538")
"""What is bought for much: electronics, furniture, tools, clothes, sporting goods, repairs."""
_LARGE_ONLINE = 0.1
"""Share of these that is bought at a distance; our assumption."""
_MEANS_DIFFER = 0.9
"""Spread of the logarithm of what people can spend, about as it comes out; our assumption."""
_AGAIN = 0.5
"""To which power of the hardness purchases are made where others have been; our assumption."""
_JITTER = 0.5


def split(rng: np.random.Generator, total: Array, small: Array) -> Array:
    """Split sums (the grid without its last axis) into parts, some of them small: int64.

    `small` has the amounts of the small parts where it is above 0; the large ones share the rest.
    Where small ones would be more than half of the sum, they are less; where all are small, they
    share the sum.
    """
    large = (small <= 0) | (small > 0).all(axis=-1, keepdims=True)
    little = np.where(large, 0.0, small)
    much = little.sum(axis=-1, keepdims=True)
    little *= np.minimum(1, 0.5 * total[..., None] / np.maximum(much, 1))
    weight = large * rng.lognormal(0, _JITTER, small.shape)
    rest = total[..., None] - little.sum(axis=-1, keepdims=True)
    shared = rest * weight / weight.sum(axis=-1, keepdims=True)
    return np.asarray(np.maximum(1, np.rint(little + shared)), np.int64)


def _everyday(graph: Graph) -> tuple[Array, Array]:
    """Find people's purchases: rows of `pays`, and the running sum of how often they happen."""
    pays = graph["pays"]
    usual = np.flatnonzero((pays["habit"] == _PURCHASE) & (pays["rate"] > 0))
    return usual, np.cumsum(pays["rate"][usual], dtype=np.float64)


def everyday(graph: Graph, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw sums that people spend by card on any day: float64, minor units."""
    pays = graph["pays"]
    usual, often = graph.once("everyday", lambda: _everyday(graph))
    if not len(usual):
        return np.zeros(shape)
    place = np.searchsorted(often, rng.random(shape) * often[-1], side="right")
    drawn = usual[np.minimum(place, len(usual) - 1)]
    sums = pays["amount_minor"][drawn] * np.exp(pays["spread"][drawn] * rng.standard_normal(shape))
    return np.asarray(sums)


def spree(
    graph: Graph,
    rng: np.random.Generator,
    cards: Cards,
    at: Array,
    total: Array,
    small: Array,
    *,
    person: Array,
    case: Array,
    here: Array,
    hardness: float,
    stage: str | None,
) -> Table:
    """Give purchases by card, in shops near the person or online, that come to a total by card.

    The grid of times (ms) has an axis more than those of cards, totals and `here`; `small` is as of
    `split`: these are of everyday things, the others of what is bought for much. `person` and
    `case` (int32) broadcast against the cards.
    """
    everybody, market = holders(cards.seen), shops(cards.seen)
    person, large = np.broadcast_to(person[..., None], at.shape), small <= 0
    amount, sold = split(rng, total, small), goods(cards.seen.world.place, market)
    dear = np.isin(sold.category, [market.category(code) for code in _SORTS])
    what = np.where(large, _such(rng, sold, amount, dear), _such(rng, sold, amount))
    remote = rng.random(at.shape) < np.where(large, _LARGE_ONLINE, sold.online[what])
    sort, place = sold.category[what], everybody.place[np.maximum(person, 0)]
    shop = market.pick(rng, sort.reshape(-1), place.reshape(-1), remote.reshape(-1))
    again = rng.random(at.shape) < hardness**_AGAIN
    shop = _again(rng, cards, market, shop.reshape(at.shape), amount, large, again)
    return errands(
        graph,
        at,
        case=case[..., None],
        here=here[..., None],
        hours="shopping",
        debtor_account_id=cards.account[..., None],
        creditor_account_id=market.account[shop],
        user_id=person,
        card_id=cards.card[..., None],
        habit="purchase",
        rail="card",
        channel=np.where(market.online[shop], _ONLINE, _POS),
        amount_minor=amount,
        stage=stage,
    )


def _again(
    rng: np.random.Generator,
    cards: Cards,
    market: Shops,
    shop: Array,
    amount: Array,
    large: Array,
    again: Array,
) -> Array:
    """Go to a shop for the second time where `again` (bool) says so: int32, rows of merchants.

    With a small sum where the card is used by habit for about as much, with a large one where the
    card's first large one is.
    """
    one = large.argmax(axis=-1)[..., None]
    shop = np.where(large & again, np.take_along_axis(shop, one, axis=-1), shop)
    of_account = np.full(int(market.account.max(initial=0)) + 1, -1, np.int32)
    of_account[market.account] = np.arange(len(market.account))
    known = (cards.usual >= 0)[..., None, :]
    away = np.log(amount[..., None] / cards.paid[..., None, :]) ** 2
    likely = np.where(known, rng.gumbel(size=away.shape) - away / 2, -np.inf)
    there = np.take_along_axis(cards.usual, likely.argmax(axis=-1), axis=-1)
    return np.where(~large & again & (there >= 0), of_account[there], shop)


def _such(
    rng: np.random.Generator, sold: Goods, amount: Array, among: Array | None = None
) -> Array:
    """Draw what costs so much: rows of `sold`, each as often as people pay such a sum for it.

    With `among` (bool), of these rows alone.
    """
    spread = np.hypot(sold.spread, _MEANS_DIFFER * sold.elastic)
    away = (np.log(amount[..., None]) - np.log(sold.median)) / spread
    likely = np.log(sold.visits / spread) - away**2 / 2
    if among is not None:
        likely = np.where(among, likely, -np.inf)
    return np.asarray((likely + rng.gumbel(size=likely.shape)).argmax(axis=-1))


def spells(at: Array, here: Array) -> tuple[Array, Array]:
    """Say when each case begins and ends: int64 ms, of times where `here` (an axis less) is."""
    axes = tuple(range(1, at.ndim))
    there = np.broadcast_to(here[..., None], at.shape)
    return at.min(axis=axes, where=there, initial=2**62), at.max(axis=axes, where=there, initial=0)
