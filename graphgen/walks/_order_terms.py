"""Terms of orders: side, type, time in force, quantity and limit, and how they would be filled.

Market 35 %, limit 60 %, stop 5 %, a fifth of the limits such that they are filled at once; 10 %
immediate or cancel, 3 % good till cancelled, which are farther from the price; so that 40 to 60 %
of limit orders are cancelled: our assumption. Sizes are such that more than half of the trades in
stocks are odd lots, and about 12 % of the volume, as in the United States in 2020 ("Modernizing odd
lot trading", https://discovery.researcher.life/article/modernizing-odd-lot-trading/2a939ebebf853588b1d2fe7249946c70).
A stock is bought rather than sold as it rises, and sold as it falls; short sellers go against it
(Diether, Lee and Werner, "Short-sale strategies and return predictability", Review of Financial
Studies 22, 2009).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.minutes import MINUTE_MS
from graphgen.market.orders import filled, is_bought, priced
from graphgen.market.resting import rested
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.market.minutes import Minutes
    from graphgen.market.prices import Tape
    from graphgen.section import Draws, Section
    from graphgen.world import World

__all__ = ["order_terms"]

_OF_HOLDING = words.QUANTITY_OF.index("holding")
_MATCHED_MS = 1_500
"""How long after the second of two orders they are matched at most, as soon as any other order that
is filled at once; our assumption."""
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
_PARTLY, _BOLD = 0.06, 0.03
"""Shares of limit orders that find another side for a part only, and of orders that are given
whether there is money or not."""
_ROUND, _ROUND_SHARE = 0.6, 0.43
"""Share of numbers of shares that people begin with which are round, and of those that a share of
cash or of a holding comes to: as many as are round of the former once there is less to spend."""
_CLOSED_OUT = (0.12, 0.2, 0.27)
"""Shares of sales that are of all that is held, of a half, and of a quarter."""
_SHORTED, _COVERED = 0.5, (0.6, 0.8, 0.85)
"""Share of orders of those who sell a stock short that do, the others cover; and shares of these
that cover all, a half, and a quarter."""
_LEANS, _STEEP = 0.3, 0.04
"""How much likelier a stock is bought as it has risen, and by how much it then has, in logarithms;
our assumption."""


def order_terms(
    world: World,
    rng: Draws,
    section: Section,
    edge: Array,
    told: Array,
    meets: Array,
    time: Array,
    bars: Minutes,
    tape: Tape,
    session: int,
    spread: Array,
) -> dict[str, Array]:
    """Draw what is ordered off rows of a section's `trades`, and see what would become of it.

    `told` is the side of each (int8, -1 for any), `meets` the row of `trades` whose order it meets
    (int32, -1 for none), `time` when it is given (int64 ms), in a session of the tape whose minutes
    are `bars`; `spread` that of each security, a share of its price. Gives columns of `Orders`.
    """
    edges, start = section.tables["trades"], section.starts["trades"]
    block = section.block_of("trades", edge)
    u = rng.each(block, lambda stream, count: stream.random((count, 8)))
    z = rng.each(block, lambda stream, count: stream.standard_normal((count, 3)))
    security, opens = edges["security_id"][edge], int(bars.time[0])
    mid = priced(time, security, opens, bars.open, bars.close)
    before = tape.close[session - 1] if session else tape.open[session]
    leans = _LEANS * np.tanh(np.log(mid / before[security]) / _STEEP)
    is_habit = edges["rate"][edge] > 0
    crossed = is_habit & (meets >= 0)
    shorts = is_habit & (told == _SHORT)
    drawn = np.where(
        shorts,
        np.where(u[:, 0] < _SHORTED + leans, _SHORT, _COVER),
        np.where(u[:, 0] < _BOUGHT + leans, _BUY, _SELL),
    )
    side = np.where((told >= 0) & ~shorts, told, drawn).astype(np.int8)
    kind = np.digitize(u[:, 1], _TYPES).astype(np.int8)
    is_set = edges["type"][edge] >= 0
    kind = np.where(is_set, edges["type"][edge], kind)
    # who meets another is there to trade now
    kind[crossed & (kind == _STOP)] = _MARKET
    rests = (kind != _MARKET) & ((side == _BUY) | (side == _SELL)) & is_habit & ~crossed
    rests &= u[:, 2] > 1 - np.where(kind == _STOP, _STOP_RESTS, _RESTS)
    off = mid * _OFF * np.exp(_OFF_SPREAD * z[:, 0]) * np.where(rests, _FARTHER, 1)
    at_market = (u[:, 7] < _AT_MARKET) & ~rests | crossed
    off = np.where((kind == _LIMIT) & at_market, -off, off)
    off = np.where(is_set, mid * edges["off"][edge], off)
    # a limit lies on the better side of the price, a stop on the worse
    better = (kind == _LIMIT) == is_bought(side)
    limit = np.maximum(1, np.rint(np.where(better, mid - off, mid + off))).astype(np.int64)
    limit[kind == _MARKET] = 0
    lasts = edges["lasts"][edge]
    at_once = (u[:, 2] < _AT_ONCE) & (kind != _STOP) & ~crossed & (lasts == 0)
    tif = np.where(at_once, _IOC, _DAY)
    tif = np.where(rests, _GTC, tif).astype(np.int8)
    patience = _PATIENCE_MS * np.exp(_PATIENCE_SPREAD * z[:, 1])
    patience = np.where(u[:, 3] < _HASTY, _HASTE_MS * np.exp(z[:, 1]), patience)
    patience = np.where(lasts > 0, lasts, patience)
    impatient = ((u[:, 3] < _IMPATIENT) & (kind != _MARKET) & ~rests) | (lasts > 0)
    cancelled = np.where(impatient, time + patience.astype(np.int64), np.iinfo(np.int64).max)
    wanted = edges["quantity"][edge] * np.exp(edges["spread"][edge] * z[:, 2])
    fill, price, end = filled(
        time,
        security,
        side,
        kind,
        tif,
        limit,
        mid,
        spread[security],
        cancelled,
        u[:, 4:6],
        opens,
        bars.high,
        bars.low,
    )
    late = np.flatnonzero(rests & (fill == 0))
    if len(late):
        stays = np.ceil(_STAYS * np.exp(z[late, 1])).astype(np.int64)
        fill[late], price[late], end[late] = rested(
            world,
            tape,
            session,
            security[late],
            side[late],
            kind[late],
            limit[late],
            np.where(u[late, 3] < _IMPATIENT, stays, 0),
            u[late, 4:6],
        )
    fill, price = _met(
        edge + start, meets, fill, price, time, int(bars.time[-1]) + MINUTE_MS, mid, u[:, 4]
    )
    # nobody's limit lies on the wrong side of where they met
    bound = np.where(is_bought(side), np.maximum(limit, price), np.minimum(limit, price))
    limit = np.where(crossed & (kind == _LIMIT) & (fill > 0), bound, limit)
    part, of = edges["share"][edge], edges["quantity_of"][edge]
    closes = is_habit & ((side == _SELL) | (side == _COVER))
    for sold, covered, some in zip(_CLOSED_OUT, _COVERED, (1.0, 0.5, 0.25), strict=True):
        here = closes & (u[:, 6] < np.where(side == _COVER, covered, sold)) & (part == 0)
        part, of = np.where(here, some, part), np.where(here, _OF_HOLDING, of)
    return {
        "meets": meets,
        "part": np.where(lasts > 0, -1.0, _parts(u[:, 7], kind)).astype(np.float32),
        "share": part.astype(np.float32),
        "quantity_of": of.astype(np.int8),
        "is_round": u[:, 6] < _ROUND_SHARE,
        "side": side,
        "type": kind,
        "tif": tif,
        "quantity": np.where(is_habit, _rounded(wanted, u[:, 6]), edges["quantity"][edge]),
        "limit": limit,
        "fill": fill,
        "price": price,
        "end": end,
    }


def _parts(u: Array, kind: Array) -> Array:
    """Say which part of each order finds another side, off a uniform number: float64."""
    of = u * 97 % 1
    part = np.where((kind == _LIMIT) & (of > 1 - _PARTLY), 0.1 + 0.8 * (u * 89 % 1), 1.0)
    return np.where(of < _BOLD, -1.0, part)


def _met(
    edge: Array,
    meets: Array,
    fill: Array,
    price: Array,
    time: Array,
    closes: int,
    mid: Array,
    u: Array,
) -> tuple[Array, Array]:
    """Let orders that meet be filled at one moment, at the price in the middle of the spread.

    That is before the session closes.
    """
    some = np.flatnonzero(meets >= 0)
    if not len(some):
        return fill, price
    by_edge = some[np.argsort(edge[some], kind="stable")]
    found = by_edge[np.minimum(np.searchsorted(edge[by_edge], meets[some]), len(by_edge) - 1)]
    both = edge[found] == meets[some]
    one, other = some[both], found[both]
    fill, price = fill.copy(), price.copy()
    fill[some] = 0
    later = np.where(time[one] >= time[other], one, other)
    soon = time[later] + 1 + (_MATCHED_MS * u[later]).astype(np.int64)
    fill[one] = np.minimum(closes - 1, soon)
    price[one] = np.maximum(1, np.rint(mid[later])).astype(np.int64)
    return fill, price


def _rounded(wanted: Array, u: Array) -> Array:
    """Round numbers of shares as people do, most of them: to fives, tens or hundreds; int64."""
    unit = np.select([wanted >= 60, wanted >= 20, wanted >= 10], [100, 10, 5], 1)  # noqa: PLR2004
    unit = np.where(u < _ROUND, unit, 1)
    return np.asarray(np.maximum(1, np.rint(wanted / unit)) * unit, np.int64)
