"""Prices: for each session and security its first, highest, lowest and last price, and its volume.

A stock's return is its beta times the market's, a sector's, its own, and a jump when it reports
earnings. Market, sectors and stocks have returns whose volatility clusters, with heavy tails
(`graphgen.market.volatility`). Funds are what they hold; bonds move with yields and credit spreads.
Every security draws from a stream of its own name, so another one moves nothing of it.

Sources: market, alpha .02, gamma .14, beta .89, 7 degrees of freedom, within what is found for the
NASDAQ index (persistence .96 to .99, 5.2 to 6.7 degrees of freedom, gamma .10 to .18:
https://pmc.ncbi.nlm.nih.gov/articles/PMC8162171/table/Tab12). 16 % volatility a year of the market,
10 % of a sector, four reports a year that move a price by 5 %, a drift of 5 % a year, a quarter of
a session's variance overnight, the volumes and the yields are our assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.compiled import compiled
from graphgen.market.listing import Listing, listing
from graphgen.market.sessions import Sessions, sessions
from graphgen.market.volatility import Garch, shocks
from graphgen.rng import stream
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.market.overlay import Overlay
    from graphgen.world import World

__all__ = ["Tape", "fund_weights", "of_funds", "written"]

_STOCK, _ETF, _BOND = (words.SECURITY_TYPES.index(w) for w in ("stock", "etf", "bond"))
_A_YEAR = 252
_BEFORE = 252
"""Sessions before the first of a world, in which volatility finds its level."""
_MARKET = Garch(0.02, 0.14, 0.89, 7.0)
_SECTOR = Garch(0.05, 0.03, 0.91, 6.0)
_OWN = Garch(0.05, 0.03, 0.91, 4.5)
_MARKET_VOLATILITY, _SECTOR_VOLATILITY, _DRIFT = 0.16, 0.10, 0.05
_REPORTS, _JUMP = 63, 0.05
"""Sessions from one report of a firm's earnings to its next, and how far they move its price."""
_YIELD_A_DAY, _YIELD, _BACK = 0.0006, 0.042, 1 / 500
"""How far yields move in a session, where they are, and how fast they come back to it."""
_SPREAD_TO_MARKET, _SPREAD_OWN = -0.035, 0.0004
"""How credit spreads move with the market, and by themselves in a session."""
_OFF = 0.0002
"""How far a fund's price is off what it holds."""
_OVERNIGHT = 0.25
_KEPT, _VOLUME_SPREAD, _VOLUME_OF_MOVE = 0.7, 0.25, 0.45
"""Volume: how much of yesterday's excess is left, its spread, and how it grows with the move."""


@dataclass(frozen=True)
class Tape:
    """What was traded: arrays (sessions, securities); prices in minor units, int64."""

    sessions: Sessions
    open: Array
    high: Array
    low: Array
    close: Array
    volume: Array
    """int64."""
    spread: Array
    """float32: standard deviation of the logarithm from open to close, as it was expected."""
    reports: Array
    """bool: whether a firm reported its earnings before the open."""
    clean: Tape | None = None
    """What would have been traded if no case had moved it, if one has."""
    overlay: Overlay | None = None
    """What cases lay over it."""


def written(world: World) -> Tape:
    """Draw the prices of a world, and of the year before it that nobody sees."""
    here = listing(world.place)
    days = sessions(world.place, world.start, world.days)
    steps = _BEFORE + len(days)
    move, spread, jump = _returns(world, here, steps)
    last = np.s_[_BEFORE:]
    noise, u = _noise(world, here, steps)
    bars = _bars(
        here.price,
        move[last],
        spread[last],
        jump[last],
        noise[0, last],
        u[0, last],
        u[1, last],
    )
    volume = _volumes(here, noise[1], move + jump, spread)[last]
    inside = (np.sqrt(1 - _OVERNIGHT) * spread[last]).astype(np.float32)
    return Tape(days, *bars, volume, inside, jump[last] != 0)


def _returns(world: World, here: Listing, steps: int) -> tuple[Array, Array, Array]:
    """Draw moves in logarithms, their expected spread, and jumps: float64 (steps, securities)."""
    a_day = np.sqrt(_A_YEAR)
    market, market_spread = _series(world, "market", _MARKET, _MARKET_VOLATILITY / a_day, steps)
    some = [
        _series(world, f"sector {name}", _SECTOR, _SECTOR_VOLATILITY / a_day, steps)
        for name in here.sectors
    ]
    sector, sector_spread = (np.array([one[part] for one in some]) for part in (0, 1))
    move, spread, jump = (np.zeros((len(here), steps)) for _ in range(3))
    for row in np.flatnonzero(here.type == _STOCK):
        own, own_spread, jump[row] = _own(world, int(row), here.volatility[row] / a_day, steps)
        of, beta = here.sector[row], here.beta[row]
        move[row] = _DRIFT / _A_YEAR + beta * market + sector[of] + own
        spread[row] = np.sqrt((beta * market_spread) ** 2 + sector_spread[of] ** 2 + own_spread**2)
    _yielding(world, here, market, market_spread, move, spread)
    weights = fund_weights(here)
    funds = np.flatnonzero(weights.any(axis=1))
    gross = of_funds(weights[funds], np.expm1(move + jump))
    off = np.array([_stream(world, f"fund {row}").normal(0, _OFF, steps) for row in funds])
    move[funds] = np.log1p(gross) + np.diff(off, axis=1, prepend=0.0)
    heavy = of_funds(weights[funds], here.beta[:, None])
    spread[funds] = np.sqrt((heavy * market_spread) ** 2 + (0.04 / a_day) ** 2)
    return tuple(np.ascontiguousarray(part.T) for part in (move, spread, jump))  # type: ignore[return-value]


def _stream(world: World, *path: str) -> np.random.Generator:
    return stream(world.seed, "market", *path)


def _series(
    world: World, name: str, process: Garch, volatility: float, steps: int
) -> tuple[Array, Array]:
    drawn = shocks(_stream(world, name), process.freedom, steps)[None]
    value, spread = process.walked(drawn, np.array([volatility]))
    return value[0], spread[0]


def _own(world: World, row: int, volatility: float, steps: int) -> tuple[Array, Array, Array]:
    """Draw what is a stock's own: its moves, their expected spread, and its jumps on reports."""
    move, spread = _series(world, f"stock {row}", _OWN, volatility, steps)
    rng = _stream(world, f"reports {row}")
    at = np.arange(rng.integers(_REPORTS), steps, _REPORTS)
    jump = np.zeros(steps)
    jump[at] = rng.normal(0, _JUMP, len(at))
    return move, spread, jump


def _yielding(
    world: World,
    here: Listing,
    market: Array,
    market_spread: Array,
    move: Array,
    spread: Array,
) -> None:
    """Draw what bonds, and funds of bonds, move by."""
    steps = len(market)
    change = _YIELD_A_DAY * shocks(_stream(world, "yields"), 6.0, steps)
    level = _pulled(change, _YIELD, _BACK)
    change = np.diff(level, prepend=_YIELD)
    wider = _SPREAD_TO_MARKET * market
    wider += _SPREAD_OWN * shocks(_stream(world, "credit"), 6.0, steps)
    rows = np.flatnonzero(here.duration > 0)
    long, risk = here.duration[rows, None], here.credit[rows, None]
    own = np.array([_stream(world, f"bond {row}").normal(0, 0.0001, steps) for row in rows])
    move[rows] = -long * (change + risk * wider) + own + level / _A_YEAR
    spread[rows] = np.sqrt(
        (long * _YIELD_A_DAY) ** 2
        + (long * risk * _SPREAD_OWN) ** 2
        + (long * risk * _SPREAD_TO_MARKET * market_spread) ** 2
    )


@compiled
def _pulled(change: Array, home: float, back: float) -> Array:
    """Add up changes of a level that is pulled back to where it is at home, never below 0.001."""
    level = np.empty(len(change))
    now = home
    for t in range(len(change)):
        now = max(0.001, now + back * (home - now) + change[t])
        level[t] = now
    return level


def fund_weights(here: Listing) -> Array:
    """Say what funds of stocks hold: float64 (securities, securities), rows add up to 1 or 0."""
    weights = np.zeros((len(here), len(here)))
    stocks = np.flatnonzero(here.type == _STOCK)
    by_worth = stocks[np.argsort(-here.worth[stocks], kind="stable")]
    by_beta = stocks[np.argsort(-here.beta[stocks], kind="stable")]
    third = len(stocks) // 3
    held = {
        "all": stocks,
        "large": by_worth[:third],
        "small": by_worth[-third:],
        "equal": stocks,
        "high_beta": by_beta[:third],
        "low_beta": by_beta[-third:],
    }
    for row, basket in enumerate(here.basket):
        if basket == "sector":
            some = stocks[here.sector[stocks] == here.sector[row]]
        elif basket in held:
            some = held[basket]
        else:
            continue
        worth = np.ones(len(some)) if basket == "equal" else here.worth[some]
        weights[row, some] = worth / worth.sum()
    return weights


@compiled
def of_funds(weights: Array, held: Array) -> Array:
    """Add up what funds hold: float64 (funds, steps).

    `weights` is (funds, securities), `held` (securities, steps), contiguous by row. A
    library's product of matrices adds in an order that depends on the machine and on how many steps
    there are: a longer world would not go on from a shorter one to the last bit.
    """
    total = np.zeros((len(weights), held.shape[1]))
    for fund in range(len(weights)):
        for security in range(len(held)):
            weight = weights[fund, security]
            if weight != 0:
                for step in range(held.shape[1]):
                    total[fund, step] += weight * held[security, step]
    return total


def _noise(world: World, here: Listing, steps: int) -> tuple[Array, Array]:
    """Draw what bars need: normal and uniform numbers, float64 (2, steps, securities) each."""
    normal, uniform = np.empty((len(here), 2, steps)), np.empty((len(here), 2, steps))
    for row in range(len(here)):
        # a longer world goes on from a shorter one: what is drawn of a step comes step by step
        normal[row] = _stream(world, f"bars {row}").standard_normal((steps, 2)).T
        uniform[row] = _stream(world, f"ranges {row}").random((steps, 2)).T
    return (np.ascontiguousarray(part.transpose(1, 2, 0)) for part in (normal, uniform))  # type: ignore[return-value]


@compiled
def _bars(
    price: Array,
    move: Array,
    spread: Array,
    jump: Array,
    normal: Array,
    up: Array,
    down: Array,
) -> tuple[Array, Array, Array, Array]:
    """Turn moves into prices: a part of each overnight, the extremes as a Brownian bridge's are.

    Of a bridge over a span of variance v that ends x higher than it began, the highest point lies
    above m with probability exp(-2 m (m - x) / v).
    """
    steps, securities = move.shape
    shape = (steps, securities)
    first, high = np.empty(shape, np.int64), np.empty(shape, np.int64)
    low, last = np.empty(shape, np.int64), np.empty(shape, np.int64)
    level = np.log(price.astype(np.float64))
    for t in range(steps):
        for i in range(securities):
            variance = spread[t, i] * spread[t, i]
            overnight = (
                _OVERNIGHT * move[t, i]
                + np.sqrt(_OVERNIGHT * (1 - _OVERNIGHT) * variance) * normal[t, i]
            )
            x = move[t, i] - overnight
            v = (1 - _OVERNIGHT) * variance
            begin = level[i] + jump[t, i] + overnight
            above = (x + np.sqrt(x * x - 2 * v * np.log(1 - up[t, i]))) / 2
            below = (x - np.sqrt(x * x - 2 * v * np.log(1 - down[t, i]))) / 2
            level[i] = begin + x
            opening = max(1, int(np.rint(np.exp(begin))))
            closing = max(1, int(np.rint(np.exp(level[i]))))
            first[t, i], last[t, i] = opening, closing
            high[t, i] = max(int(np.rint(np.exp(begin + above))), opening, closing)
            low[t, i] = max(1, min(int(np.rint(np.exp(begin + below))), opening, closing))
    return first, high, low, last


def _volumes(here: Listing, normal: Array, move: Array, spread: Array) -> Array:
    """Draw volumes: int64 (steps, securities), larger where prices moved further than expected."""
    usual = np.log(np.maximum(1.0, here.turnover * here.outstanding))
    excess = _VOLUME_OF_MOVE * (np.abs(move) / np.maximum(spread, 1e-9) - 0.8)
    drawn = _kept(_VOLUME_SPREAD * np.sqrt(1 - _KEPT**2) * normal, _KEPT)
    shares: Array = np.maximum(1, np.exp(usual + drawn + excess)).astype(np.int64)
    return shares


@compiled
def _kept(step: Array, kept: float) -> Array:
    """Walk an autoregressive process of the first order in each column."""
    level = np.empty(step.shape)
    for i in range(step.shape[1]):
        now = 0.0
        for t in range(step.shape[0]):
            now = kept * now + step[t, i]
            level[t, i] = now
    return level
