"""The listing: exchanges, sectors, issuers, securities and indexes of a world, as nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table, text
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.region import Region
    from graphgen.world import World

__all__ = ["Listing", "listed", "listing"]

_STOCK, _ETF, _BOND = (words.SECURITY_TYPES.index(w) for w in ("stock", "etf", "bond"))
_YEAR = 365.25
_TICK_MINOR = 1
"""A cent: 17 CFR 242.612 for stocks above a dollar; of a bond's price per 100, our assumption."""
_SHORTABLE_MINOR = 50_000_000_000
"""What a firm must be worth so that its stock can be borrowed, in minor units; our assumption."""


@dataclass(frozen=True)
class Listing:
    """What the region's file says of securities, in its order: one entry each."""

    type: Array
    """int8: codes of `words.SECURITY_TYPES`."""
    sector: Array
    """int64: which of `sectors`, -1 for none."""
    sectors: tuple[str, ...]
    price: Array
    """int64: minor units at the start."""
    outstanding: Array
    """int64: shares."""
    turnover: Array
    """float64: share of them that is traded in a session, at the median."""
    spread: Array
    """float64: between bid and ask, as a share of the price, at the median."""
    beta: Array
    volatility: Array
    """float64: with the market, and a stock's own in a year."""
    basket: tuple[str, ...]
    """What a fund holds: bonds, or stocks (all, large, small, equal, of some beta, of a sector)."""
    duration: Array
    credit: Array
    """float64: years, and how far credit spreads move it, of bonds and funds of bonds."""
    coupon: Array
    years: Array
    """float64: of bonds: percent a year, and years to their end."""

    def __len__(self) -> int:
        return len(self.type)

    @property
    def worth(self) -> Array:
        """What all shares of each are worth at the start: float64, minor units."""
        return np.asarray(self.price * self.outstanding.astype(np.float64))


@cache
def listing(region: Region) -> Listing:
    """Read a region's securities."""
    file = region.csv("securities")
    sectors = tuple(dict.fromkeys(name for name in file["sector"] if name))
    return Listing(
        type=np.array([words.SECURITY_TYPES.index(one) for one in file["type"]], np.int8),
        sector=np.array([sectors.index(name) if name else -1 for name in file["sector"]]),
        sectors=sectors,
        price=file["price_minor"].astype(np.int64),
        outstanding=file["shares"].astype(np.int64),
        turnover=file["turnover"].astype(np.float64),
        spread=file["spread_bp"] / 10_000,
        beta=file["beta"].astype(np.float64),
        volatility=file["volatility"].astype(np.float64),
        basket=tuple(file["basket"]),
        duration=file["duration"].astype(np.float64),
        credit=file["credit"].astype(np.float64),
        coupon=file["coupon"].astype(np.float64),
        years=file["years"].astype(np.float64),
    )


def listed(world: World) -> Iterator[Table]:
    """Yield the nodes of the market, and what indexes are made of."""
    region = world.place
    file, spec, here = region.csv("securities"), region.toml("market"), listing(region)
    is_real = world.tickers == "real"
    symbols, names = (file[f"real_{what}" if is_real else what] for what in ("symbol", "name"))
    yield _exchanges(region, spec)
    yield Table.of("sector", name=pa.array(here.sectors, pa.string()))
    state = spec["issuer_of_treasuries"]
    issuers = [state if _is_state(here, row) else name for row, name in enumerate(names)]
    known = list(dict.fromkeys(issuers))
    first = [issuers.index(name) for name in known]
    yield Table.of(
        "issuer",
        name=pa.array(known, pa.string()),
        sector_id=np.where(here.type[first] == _ETF, -1, here.sector[first]),
        country=_same(region.country, len(known)),
    )
    is_bond = here.type == _BOND
    due = world.start_ms + (here.years * _YEAR).astype(np.int64) * DAY_MS
    mics = [one["mic"] for one in spec["exchanges"]]
    yield Table.of(
        "security",
        symbol=pa.array(symbols, pa.string()),
        name=pa.array(_titles(world, here, names), pa.string()),
        type=here.type,
        issuer_id=np.array([known.index(name) for name in issuers]),
        exchange_id=np.array([mics.index(mic) for mic in file["exchange"]]),
        currency=_same(region.currency, len(here)),
        tick_minor=_TICK_MINOR,
        outstanding=here.outstanding,
        is_shortable=~is_bond & ((here.type == _ETF) | (here.worth > _SHORTABLE_MINOR)),
        coupon_bp=np.where(is_bond, np.rint(100 * here.coupon), -1),
        matures=np.where(is_bond, due, NULL_NUMBER),
    )
    yield from _indexes(here, spec)


def _exchanges(region: Region, spec: dict[str, Any]) -> Table:
    some = spec["exchanges"]
    return Table.of(
        "exchange",
        mic=pa.array([one["mic"] for one in some], pa.string()),
        name=pa.array([one["name"] for one in some], pa.string()),
        country=_same(region.country, len(some)),
        time_zone=_same(spec["time_zone"], len(some)),
    )


def _indexes(here: Listing, spec: dict[str, Any]) -> Iterator[Table]:
    some = spec["indexes"]
    yield Table.of(
        "index",
        symbol=pa.array([one["symbol"] for one in some], pa.string()),
        name=pa.array([one["name"] for one in some], pa.string()),
    )
    stocks = np.flatnonzero(here.type == _STOCK)
    by_worth = stocks[np.argsort(-here.worth[stocks], kind="stable")]
    for number, one in enumerate(some):
        members = np.sort(by_worth[: one["largest"] or len(by_worth)])
        yield Table.of(
            "constituent",
            index_id=number,
            security_id=members,
            weight=here.worth[members] / here.worth[members].sum(),
        )


def _is_state(here: Listing, row: int) -> bool:
    return bool(here.type[row] == _BOND and here.sector[row] < 0)


def _titles(world: World, here: Listing, names: list[str]) -> list[str]:
    """Name securities; a bond's name has its coupon, and the year in which it falls due."""
    return [
        f"{name} {here.coupon[row]:.3f}% {world.start.year + max(1, round(here.years[row]))}"
        if here.type[row] == _BOND
        else name
        for row, name in enumerate(names)
    ]


def _same(word: str, count: int) -> pa.DictionaryArray:
    return text([word], np.zeros(count, np.int32))
