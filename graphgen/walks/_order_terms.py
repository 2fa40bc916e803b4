"""Terms of orders: side, type, time in force and limit; with their sizes and what becomes of them.

Market 35 %, limit 60 %, stop 5 %, a fifth of the limits such that they are filled at once; 10 %
immediate or cancel, 3 % good till cancelled, which are farther from the price; so that 40 to 60 %
of limit orders are cancelled: our assumption. A stock is bought rather than sold as it rises, and
sold as it falls; short sellers go against it (Diether, Lee and Werner, "Short-sale strategies and
return predictability", Review of Financial Studies 22, 2009).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.orders import is_bought
from graphgen.schema import words
from graphgen.table import Array
from graphgen.walks._given_orders import Chance
from graphgen.walks._order_fills import Terms, order_fills
from graphgen.walks._order_sizes import order_sizes

if TYPE_CHECKING:
    from graphgen.section import Draws
    from graphgen.walks._given_orders import Exchange, GivenOrders
    from graphgen.world import World

__all__ = ["order_terms"]

_BUY, _SELL, _SHORT, _COVER = (words.SIDES.index(w) for w in ("buy", "sell", "short", "cover"))
_MARKET, _LIMIT, _STOP = (words.ORDER_TYPES.index(w) for w in ("market", "limit", "stop"))
_DAY, _IOC, _GTC = (words.TIMES_IN_FORCE.index(w) for w in ("day", "ioc", "gtc"))
_TYPES = (0.35, 0.95)
_AT_ONCE = 0.1
_RESTS, _STOP_RESTS, _FARTHER, _STAYS = 0.04, 0.2, 5.0, 8.0
"""Shares of limits and of stops of habit, to buy or to sell, that are good till cancelled; how many
times farther from the price they lie, and after how many sessions they are cancelled at the
median."""
_BOUGHT = 0.53
"""Share of orders of habit that buy."""
_OFF, _OFF_SPREAD = 0.003, 0.9
"""How far limits and stops lie from the price: the median, and the spread of its logarithm."""
_IMPATIENT, _PATIENCE_MS, _PATIENCE_SPREAD = 0.9, 420_000, 1.5
"""Share of limit orders that are cancelled, after how long at the median, and the spread."""
_HASTY, _HASTE_MS = 0.08, 8_000
"""Share of limit orders that are cancelled within seconds, and within how many at the median."""
_AT_MARKET = 0.2
"""Share of limit orders whose limit lies on the far side of the price."""
_SHORTED = 0.5
"""Share of orders of those who sell a stock short that do; the others cover."""
_LEANS, _STEEP = 0.3, 0.04
"""How much likelier a stock is bought as it has risen, and by how much it then has, in logarithms;
our assumption."""


def order_terms(
    world: World, rng: Draws, given: GivenOrders, exchange: Exchange
) -> dict[str, Array]:
    """Draw what is ordered in a session of the exchange, and see what would become of it.

    Gives columns of `Orders`.
    """
    chance = Chance.of(rng, given)
    mid = exchange.priced(given.time, given.column("security_id"))
    terms = _terms(given, chance, exchange, mid)
    fill, price, end = order_fills(world, given, chance, terms, exchange, mid)
    # nobody's limit lies on the wrong side of where they met
    bound = np.where(
        is_bought(terms.side), np.maximum(terms.limit, price), np.minimum(terms.limit, price)
    )
    is_bound = given.is_crossed & (terms.kind == _LIMIT) & (fill > 0)
    return {
        "meets": given.meets,
        "side": terms.side,
        "type": terms.kind,
        "tif": terms.tif,
        "limit": np.where(is_bound, bound, terms.limit),
        "fill": fill,
        "price": price,
        "end": end,
        **order_sizes(given, chance, terms.side, terms.kind),
    }


def _terms(given: GivenOrders, chance: Chance, exchange: Exchange, mid: Array) -> Terms:
    """Draw on what terms orders are given, of which `mid` is the price then."""
    u, lasts = chance.u, given.column("lasts")
    leans = np.tanh(np.log(mid / exchange.before(given.column("security_id"))) / _STEEP)
    side = _sides(given, u[:, 0], _LEANS * leans)
    kind = _kinds(given, u[:, 1])
    rests = (kind != _MARKET) & ((side == _BUY) | (side == _SELL))
    rests &= given.is_habit & ~given.is_crossed
    rests &= u[:, 2] > 1 - np.where(kind == _STOP, _STOP_RESTS, _RESTS)
    at_once = (u[:, 2] < _AT_ONCE) & (kind != _STOP) & ~given.is_crossed & (lasts == 0)
    tif = np.where(rests, _GTC, np.where(at_once, _IOC, _DAY))
    return Terms(
        side=side,
        kind=kind,
        tif=tif.astype(np.int8),
        limit=_limits(given, chance, side, kind, rests, mid),
        rests=rests,
        cancelled=_cancelled(given, chance, (kind != _MARKET) & ~rests),
        stays=_stays(chance, rests),
    )


def _sides(given: GivenOrders, u: Array, leans: Array) -> Array:
    """Draw which side orders are on, those of habit the likelier to buy as `leans` says: int8."""
    shorts = given.is_habit & (given.side == _SHORT)
    drawn = np.where(
        shorts,
        np.where(u < _SHORTED + leans, _SHORT, _COVER),
        np.where(u < _BOUGHT + leans, _BUY, _SELL),
    )
    return np.where((given.side >= 0) & ~shorts, given.side, drawn).astype(np.int8)


def _kinds(given: GivenOrders, u: Array) -> Array:
    """Draw the types of orders whose type is not told: int8."""
    told = given.column("type")
    kind = np.where(told >= 0, told, np.digitize(u, _TYPES).astype(np.int8))
    # who meets another is there to trade now
    kind[given.is_crossed & (kind == _STOP)] = _MARKET
    return kind


def _limits(
    given: GivenOrders, chance: Chance, side: Array, kind: Array, rests: Array, mid: Array
) -> Array:
    """Draw limits and stops: int64, minor units, 0 for a market order."""
    off = mid * _OFF * np.exp(_OFF_SPREAD * chance.z[:, 0]) * np.where(rests, _FARTHER, 1)
    at_market = (chance.u[:, 7] < _AT_MARKET) & ~rests | given.is_crossed
    off = np.where((kind == _LIMIT) & at_market, -off, off)
    off = np.where(given.column("type") >= 0, mid * given.column("off"), off)
    # a limit lies on the better side of the price, a stop on the worse
    better = (kind == _LIMIT) == is_bought(side)
    limit = np.maximum(1, np.rint(np.where(better, mid - off, mid + off))).astype(np.int64)
    limit[kind == _MARKET] = 0
    return limit


def _cancelled(given: GivenOrders, chance: Chance, may_be: Array) -> Array:
    """Draw when investors lose patience, of those whose orders wait in the session: int64, ms."""
    u, z, lasts = chance.u[:, 3], chance.z[:, 1], given.column("lasts")
    patience = _PATIENCE_MS * np.exp(_PATIENCE_SPREAD * z)
    patience = np.where(u < _HASTY, _HASTE_MS * np.exp(z), patience)
    patience = np.where(lasts > 0, lasts, patience)
    impatient = ((u < _IMPATIENT) & may_be) | (lasts > 0)
    return np.where(impatient, given.time + patience.astype(np.int64), np.iinfo(np.int64).max)


def _stays(chance: Chance, rests: Array) -> Array:
    """Draw after how many sessions orders that rest are cancelled: int64, 0 for never."""
    stays = np.zeros(len(rests), np.int64)
    resting = np.flatnonzero(rests & (chance.u[:, 3] < _IMPATIENT))
    stays[resting] = np.ceil(_STAYS * np.exp(chance.z[resting, 1])).astype(np.int64)
    return stays
