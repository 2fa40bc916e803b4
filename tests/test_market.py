"""Tests of the market: what is listed, when it is traded, and how prices behave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from graphgen.market.listing import listing
from graphgen.market.minutes import curve, minutes
from graphgen.market.prices import Tape, written
from graphgen.market.sessions import sessions
from graphgen.region import load_region
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import World

Tables = Mapping[str, Table]

US = load_region("us")
HERE = listing(US)
STOCK, ETF, BOND = (np.flatnonzero(HERE.type == code) for code in range(3))
LIQUID = STOCK[HERE.price[STOCK] > 1_000]
"""Of a penny stock a cent is a large step."""
LONG = World(users=1, days=3_000, start=date(2016, 1, 1), patterns={})
SHORT = World(users=60, days=9, start=date(2025, 11, 24), patterns={}, walks=("bar", "price"))
"""With a day of thanks, and the half day after it."""


@pytest.fixture(scope="module")
def tape() -> Tape:
    return written(LONG)


@pytest.fixture(scope="module")
def returns(tape: Tape) -> Array:
    return np.diff(np.log(tape.close.astype(float)), axis=0)


def memory(values: Array, lag: int) -> float:
    """Give the median autocorrelation of columns."""
    off = values - values.mean(axis=0)
    return float(np.median((off[lag:] * off[:-lag]).mean(axis=0) / (off**2).mean(axis=0)))


def tail(values: Array) -> float:
    """Give Hill's estimate of the exponent, off the largest twentieth."""
    large = np.sort(np.abs(values))[::-1][: len(values) // 20 + 1]
    return float(1 / np.mean(np.log(large[:-1] / large[-1])))


def test_a_region_lists_stocks_funds_and_bonds() -> None:
    assert [len(STOCK), len(ETF), len(BOND)] == [103, 40, 40]
    assert len(HERE.sectors) == 11
    assert (HERE.price > 0).all()


@pytest.mark.parametrize("tickers", ["invented", "real"])
def test_tickers_are_invented_unless_real_ones_are_asked_for(
    tickers: str, tables_of: Callable[[World], Tables]
) -> None:
    world = World(users=5, days=1, patterns={}, tickers=tickers)  # type: ignore[arg-type]
    security = tables_of(world)["security"]
    symbols, names = security["symbol"].to_pylist(), security["name"].to_pylist()
    assert len(set(symbols)) == len(symbols)
    assert ("AAPL" in symbols) == (tickers == "real")
    assert ("Apple" in names) == (tickers == "real")
    if tickers == "invented":
        assert not set(symbols) & set(US.csv("securities")["real_symbol"][:143])


def test_everything_that_is_listed_refers_to_what_there_is(
    tables_of: Callable[[World], Tables],
) -> None:
    tables = tables_of(SHORT)
    security, weight = tables["security"], tables["constituent"]
    assert np.isin(security["issuer_id"], tables["issuer"]["issuer_id"]).all()
    assert np.isin(security["exchange_id"], tables["exchange"]["exchange_id"]).all()
    for index in tables["index"]["index_id"]:
        assert weight["weight"][weight["index_id"] == index].sum() == pytest.approx(1, abs=1e-5)


def test_exchanges_open_on_weekdays_that_are_no_holiday_and_close_early_before_some() -> None:
    found = sessions(US, date(2025, 11, 24), 9)
    assert found.day.tolist() == [0, 1, 2, 4, 7, 8]
    hours = (found.closes - found.opens) / 3_600_000
    assert hours.tolist() == [6.5, 6.5, 6.5, 3.5, 6.5, 6.5]
    assert (found.on(2), found.on(3), found.on(99)) == (2, -1, -1)


def test_a_session_begins_at_the_same_local_time_in_winter_and_in_summer() -> None:
    found = sessions(US, date(2026, 3, 6), 4)
    at = [datetime.fromtimestamp(ms / 1000, UTC).hour for ms in found.opens.tolist()]
    assert at == [14, 13]


def test_a_world_of_no_day_has_no_price() -> None:
    assert written(replace(LONG, days=0)).close.shape == (0, 183)


def test_another_seed_moves_every_price_and_the_same_moves_none(tape: Tape) -> None:
    assert np.array_equal(written(LONG).close, tape.close)
    assert (written(replace(LONG, seed=8)).close[0] != tape.close[0])[STOCK].mean() > 0.95


def test_a_longer_world_begins_with_the_same_prices(tape: Tape) -> None:
    few = written(replace(LONG, days=500))
    assert np.array_equal(few.close, tape.close[: len(few.close)])


def test_returns_have_no_memory(returns: Array) -> None:
    assert abs(memory(returns[:, LIQUID], 1)) < 0.05


def test_returns_have_heavy_tails(returns: Array) -> None:
    assert 2.5 < np.median([tail(returns[:, one]) for one in LIQUID]) < 4.5
    assert 2.5 < tail(returns[:, ETF[0]]) < 4.6


def test_volatility_clusters_and_forgets_slowly(returns: Array) -> None:
    lags = [memory(np.abs(returns[:, LIQUID]), lag) for lag in (1, 5, 20, 60)]
    assert lags[0] > 0.05
    assert lags[2] > 0.02
    assert lags[0] > lags[2] > lags[3] > 0


def test_the_market_is_wilder_after_it_has_fallen(returns: Array) -> None:
    funds = ETF[:4]
    after = [np.corrcoef(returns[:-1, one], np.abs(returns[1:, one]))[0, 1] for one in funds]
    assert np.mean(after) < -0.01


def test_volume_is_larger_when_prices_move(tape: Tape, returns: Array) -> None:
    volume = np.log(tape.volume[1:])
    both = [np.corrcoef(np.abs(returns[:, one]), volume[:, one])[0, 1] for one in LIQUID]
    assert np.median(both) > 0.3


def test_stocks_of_one_sector_move_together_more_than_others(returns: Array) -> None:
    moves = np.corrcoef(returns[:, LIQUID].T)
    sector = HERE.sector[LIQUID]
    same = (sector[:, None] == sector) & ~np.eye(len(LIQUID), dtype=bool)
    assert moves[same].mean() > moves[sector[:, None] != sector].mean() + 0.03
    assert 0.1 < moves[sector[:, None] != sector].mean() < 0.4


def test_a_fund_is_worth_what_it_holds(tape: Tape) -> None:
    stocks = [row for row in STOCK if HERE.sector[row] == 0]
    worth = (tape.close[:, stocks] * HERE.outstanding[stocks]).sum(axis=1)
    fund = ETF[[HERE.basket[row] == "sector" and HERE.sector[row] == 0 for row in ETF]][0]
    moved = np.diff(np.log(worth.astype(float)))
    assert np.corrcoef(moved, np.diff(np.log(tape.close[:, fund].astype(float))))[0, 1] > 0.9


def test_bonds_are_calmer_than_stocks_and_the_longer_the_wilder(returns: Array) -> None:
    spread = returns.std(axis=0)
    treasuries = BOND[HERE.sector[BOND] < 0]
    assert np.corrcoef(HERE.duration[treasuries], spread[treasuries])[0, 1] > 0.95
    assert np.median(spread[BOND]) < 0.7 * np.median(spread[STOCK])


def test_every_session_s_prices_lie_between_its_lowest_and_highest(tape: Tape) -> None:
    assert (tape.low >= 1).all()
    assert (tape.low <= np.minimum(tape.open, tape.close)).all()
    assert (tape.high >= np.maximum(tape.open, tape.close)).all()
    assert (tape.volume >= 1).all()


def test_firms_report_four_times_a_year_and_funds_never(tape: Tape) -> None:
    a_year = tape.reports.sum(axis=0) / (len(tape.sessions) / 252)
    assert (np.abs(a_year[STOCK] - 4) < 0.3).all()
    assert not tape.reports[:, ETF].any()


@pytest.mark.parametrize("session", [0, 500, 1_500])
def test_minutes_add_up_to_their_session(tape: Tape, session: int) -> None:
    found = minutes(LONG, tape, session)
    assert (found.open[:, 0] == tape.open[session]).all()
    assert (found.close[:, -1] == tape.close[session]).all()
    assert (found.high.max(axis=1) == tape.high[session]).all()
    assert (found.low.min(axis=1) == tape.low[session]).all()
    assert (found.volume.sum(axis=1) == tape.volume[session]).all()
    assert (found.volume >= 0).all()
    assert (found.open[:, 1:] == found.close[:, :-1]).all()
    assert (found.low <= np.minimum(found.open, found.close)).all()
    assert (found.high >= np.maximum(found.open, found.close)).all()


def test_volume_is_largest_at_the_open_and_the_close(tape: Tape) -> None:
    assert curve(390).sum() == pytest.approx(1)
    full = [s for s in range(200) if tape.sessions.closes[s] - tape.sessions.opens[s] > 2e7]
    traded = np.mean([_shares_of_day(tape, session) for session in full[:40]], axis=0)
    assert 0.24 < traded[-60:].sum() < 0.32  # ITG: 28 %
    assert traded[:30].mean() > 1.5 * traded[120:270].mean()
    assert traded[-1] > 0.05


def _shares_of_day(tape: Tape, session: int) -> Array:
    volume = minutes(LONG, tape, session).volume[LIQUID]
    return np.asarray((volume / volume.sum(axis=1, keepdims=True)).mean(axis=0))


def test_what_is_written_of_a_session_is_its_tape(tables_of: Callable[[World], Tables]) -> None:
    tables, tape = tables_of(SHORT), written(SHORT)
    price, bar = tables["price"], tables["bar"]
    assert len(price) == 183 * 6
    assert len(bar) == 183 * (5 * 390 + 210)
    assert set(price["time"].tolist()) == set(tape.sessions.closes.tolist())
    for name in ("price", "bar"):
        assert (np.diff(tables[name]["time"]) >= 0).all()
    assert sorted(price["volume"].tolist()) == sorted(tape.volume.reshape(-1).tolist())
    assert bar["volume"].sum() == price["volume"].sum()


def test_a_price_says_nothing_of_a_crime() -> None:
    assert not {"price", "bar"} & set(words.EVENTS)
