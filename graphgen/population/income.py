"""Income: salaries, benefits, what a business takes and what it buys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.holders import Holders
from graphgen.population.since import since
from graphgen.schedule import BIWEEKLY, BY_RATE, PRECEDING, WEEKLY
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["business_income", "commerce_life", "income", "side_income"]

_FRIDAYS = (5, 12)
_PAYDAYS = (
    (BIWEEKLY + _FRIDAYS[0], 26),
    (BIWEEKLY + _FRIDAYS[1], 26),
    (WEEKLY + 4, 52),
    (PRECEDING + 15, 24),
    (PRECEDING + 31, 12),
)
"""Schedule and paydays a year; the fourth is paid on the last of the month too."""
_PAYDAY_SHARES = (0.22, 0.21, 0.27, 0.20, 0.10)
"""Bureau of Labor Statistics, Current Employment Statistics, February 2023: biweekly 43 %, weekly
27 %, semimonthly 20 %, monthly 10 % of private firms."""
_SEMIMONTHLY = 3
_SIDE_INCOME = 0.22
"""What a second account earns, as a share of the person's income; our assumption."""
_EMPLOYED = words.EMPLOYMENT.index("employed")
_SELF_EMPLOYED = words.EMPLOYMENT.index("self_employed")
_EXTERNAL = words.ACCOUNT_TYPES.index("external")
_BATCH, _CHEQUE = words.RAILS.index("batch"), words.RAILS.index("cheque")
_FILE, _BRANCH = words.CHANNELS.index("file"), words.CHANNELS.index("branch")
_TAKES_CASH = 0.4
"""Share of small businesses and of shops that pay in cash at a counter; our assumption. Of others,
somebody comes for it."""
_SUPPLY_BY_BATCH = 0.6
"""Share of firms that pay suppliers by batch transfer, the others by cheque; our assumption."""


def income(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array
) -> Iterator[Table]:
    """Yield the income of people's main accounts: a salary from the employer, or a benefit."""
    paid_by = np.full(graph.size("user"), -1, np.int32)
    employment = graph["employed_by"]
    still = employment["until"] < 0
    paid_by[employment["user_id"][still]] = employment["employer_id"][still]
    status = graph["user"]["employment"][user]
    works = (paid_by[user] >= 0) & (status == _EMPLOYED)
    yield from _salaries(graph, rng, everybody, user[works], paid_by[user[works]])
    alone = ~works & (status == _SELF_EMPLOYED)
    yield from _drawings(graph, rng, everybody, user[alone])
    rest = user[~works & ~alone]
    yield Table.of(
        "pays",
        debtor_account_id=_outside(graph, rng, len(rest)),
        creditor_account_id=everybody.main[rest],
        habit="benefit",
        rail="batch",
        channel="file",
        amount_minor=np.rint(everybody.income[rest]).astype(np.int64),
        spread=0.0,
        amount_of="sum",
        share=0.0,
        rate=0.0,
        schedule=PRECEDING + rng.integers(1, 29, len(rest)),
        hours=_hours(graph, "benefit"),
        valid_from=since(graph, rng, everybody.main[rest]),
    )


def _salaries(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array, employer: Array
) -> Iterator[Table]:
    """Yield salaries; everybody at a firm has the same payday, by the firm's row."""
    kinds = _payday_of(graph.size("employer"))[employer]
    schedule, a_year = np.array(_PAYDAYS).T
    for days in (schedule, np.where(np.arange(len(schedule)) == _SEMIMONTHLY, PRECEDING + 31, 0)):
        paid = np.flatnonzero(days[kinds] > 0)
        yield Table.of(
            "pays",
            debtor_account_id=graph["employer"]["account_id"][employer[paid]],
            creditor_account_id=everybody.main[user[paid]],
            habit="salary",
            rail="batch",
            channel="file",
            amount_minor=np.rint(everybody.income[user[paid]] * 12 / a_year[kinds[paid]]).astype(
                np.int64
            ),
            spread=np.where(rng.random(len(paid)) < 0.4, 0.06, 0.0),  # noqa: PLR2004 - by the hour
            amount_of="sum",
            share=0.0,
            rate=0.0,
            schedule=days[kinds[paid]],
            hours=_hours(graph, "salary"),
            valid_from=since(graph, rng, everybody.main[user[paid]]),
        )


def _payday_of(employers: int) -> Array:
    """Give each employer's kind of payday, the same whoever asks: by a golden-ratio sequence."""
    place = np.arange(1, employers + 1) * 0.6180339887498949 % 1
    return np.searchsorted(np.cumsum(_PAYDAY_SHARES)[:-1], place, side="right")


def _drawings(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array
) -> Iterator[Table]:
    """Yield what customers pay the self-employed on their own account, at irregular times."""
    a_day = 0.12
    yield Table.of(
        "pays",
        debtor_account_id=_outside(graph, rng, len(user)),
        creditor_account_id=everybody.main[user],
        habit="revenue",
        rail="batch",
        channel="file",
        amount_minor=np.rint(everybody.income[user] / 30.4 / a_day / 1.13).astype(np.int64),
        spread=0.5,
        amount_of="sum",
        share=0.0,
        rate=a_day,
        schedule=BY_RATE,
        hours=_hours(graph, "revenue"),
        valid_from=since(graph, rng, everybody.main[user]),
    )


def side_income(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array, account: Array
) -> tuple[Array, Iterator[Table]]:
    """Give the monthly side income of second accounts (float64), and the habits that bring it."""
    earned = everybody.income[user] * _SIDE_INCOME * rng.lognormal(0, 0.4, len(user))
    table = Table.of(
        "pays",
        debtor_account_id=_outside(graph, rng, len(user)),
        creditor_account_id=account,
        habit="salary",
        rail="batch",
        channel="file",
        amount_minor=np.rint(earned * 12 / 26).astype(np.int64),
        spread=0.1,
        amount_of="sum",
        share=0.0,
        rate=0.0,
        schedule=BIWEEKLY + rng.choice(np.array(_FRIDAYS), len(user)),
        hours=_hours(graph, "salary"),
        valid_from=since(graph, rng, account),
    )
    return earned, iter((table,))


def business_income(
    graph: Graph, rng: np.random.Generator, everybody: Holders, user: Array, account: Array
) -> Iterator[Table]:
    """Yield the takings and purchases of people's business accounts."""
    turnover = everybody.income[user] * rng.lognormal(0.3, 0.6, len(user))
    yield from _trade(graph, rng, account, turnover, takings=8.0, orders=3.0)
    yield _till(graph, rng, account[rng.random(len(account)) < _TAKES_CASH])


def commerce_life(graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
    """Yield what employers take in, enough for their payroll, and what merchants buy."""
    work = graph["employed_by"]
    monthly = graph["user"]["income_minor"][work["user_id"]] / 12.0
    payroll = np.bincount(work["employer_id"], monthly, graph.size("employer"))
    employer = graph["employer"]["account_id"]
    place = graph.world.place
    yield from _trade(
        graph, rng, employer, payroll * 1.1 + place.amount("payroll"), takings=9.0, orders=2.0
    )
    merchant = graph["merchant"]["account_id"]
    turnover = place.amount("orders") * rng.lognormal(0, 1.0, len(merchant))
    yield from _trade(graph, rng, merchant, turnover, takings=0.0, orders=3.0)
    cash = ~graph["merchant"]["online"] & (rng.random(len(merchant)) < _TAKES_CASH)
    yield _till(graph, rng, merchant[cash])


def _till(graph: Graph, rng: np.random.Generator, account: Array) -> Table:
    """Pay in what is in the till, at the counter, about once a week."""
    bank = graph["account"]["bank_id"][account]
    holds = graph.world.place.amount("till") * rng.lognormal(0, 0.7, len(account))
    return Table.of(
        "pays",
        debtor_account_id=graph["bank"]["vault_account_id"][bank],
        creditor_account_id=account,
        habit="cash_deposit",
        rail="cash",
        channel="branch",
        amount_minor=np.rint(holds).astype(np.int64),
        spread=0.6,
        amount_of="sum",
        share=0.0,
        rate=1 / 7,
        schedule=BY_RATE,
        hours=_hours(graph, "cash_deposit"),
        valid_from=since(graph, rng, account),
    )


def _trade(
    graph: Graph,
    rng: np.random.Generator,
    account: Array,
    turnover: Array,
    *,
    takings: float,
    orders: float,
) -> Iterator[Table]:
    """Yield takings from, and orders paid to, the world outside: so many times a month each."""
    for times, habit in ((takings, "revenue"), (orders, "supply")):
        if not times:
            continue
        outside = _outside(graph, rng, len(account))
        comes_in = habit == "revenue"
        share = 1.0 if comes_in else 0.6
        by = np.full(len(account), _BATCH) if comes_in else _either(rng, len(account))
        yield Table.of(
            "pays",
            debtor_account_id=outside if comes_in else account,
            creditor_account_id=account if comes_in else outside,
            habit=habit,
            rail=by,
            channel=np.where(by == _CHEQUE, _BRANCH, _FILE),
            amount_minor=np.rint(turnover * share / times / 1.13).astype(np.int64),
            spread=0.5,
            amount_of="sum",
            share=0.0,
            rate=times / 30.4,
            schedule=BY_RATE,
            hours=_hours(graph, habit),
            valid_from=since(graph, rng, account),
        )


def _either(rng: np.random.Generator, count: int) -> Array:
    return np.where(rng.random(count) < _SUPPLY_BY_BATCH, _BATCH, _CHEQUE)


def _outside(graph: Graph, rng: np.random.Generator, count: int) -> Array:
    outside = np.flatnonzero(graph["account"]["type"] == _EXTERNAL).astype(np.int32)
    return rng.choice(outside, count)


def _hours(graph: Graph, habit: str) -> int:
    from graphgen.population.habits import habits

    return int(habits(graph.world.place).hours[words.HABITS.index(habit)])
