"""Deposits: cash that is paid in by parts, each below a threshold, and wired on once all is there.

Everything works on grids: a row for each case, along the last axis its payments: the deposits, and
in the last place the wire.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.pattern import cases, choose, errands, members
from graphgen.planting.flow import banking, first_day, on_open_days, open_days, outside, times
from graphgen.planting.hubs import adding
from graphgen.population.holders import holders
from graphgen.schedule import TILLS
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["collected"]

_DEPOSIT, _SENT, _SUPPLY = (words.HABITS.index(w) for w in ("cash_deposit", "transfer", "supply"))
_CASH, _BATCH, _INSTANT = (words.RAILS.index(w) for w in ("cash", "batch", "instant"))
_ATM, _BRANCH, _FILE, _ONLINE = (
    words.CHANNELS.index(w) for w in ("atm", "branch", "file", "online")
)
_PLACEMENT, _LAYERING = words.STAGES.index("placement"), words.STAGES.index("layering")
_FIRMS, _AT_AN_ATM = 0.35, 0.4
"""Share of cases in which the account is a firm's, and of people's deposits that are made at a
machine, as in the population; our assumption."""
_LOOKS = 8
"""How often an hour is thought of for a wire; our assumption."""
_ROUND, _TENS = 0.2, 1_000
"""Some people always pay in the same round sum, in minor units: so of what people pay in, this
share more is rounded down to it than the habit says, unless that is too little; our assumption."""


def collected(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    here: Array,
    *,
    days: int,
    threshold: int,
    shares: tuple[float, float],
    wired: tuple[float, float],
    roles: tuple[str, str],
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield the deposits and the wire of each case, the cases, and whose account collects.

    Parameters
    ----------
    graph, rng, pattern
        What is planted on, where chance comes from, and whose cases they are.
    here
        bool (cases, deposits): which deposits there are, at least two; the first of each line.
    days
        Within so many days a case is done.
    threshold
        Each deposit is below it, in minor units.
    shares, wired
        Between which shares of the threshold a deposit is, and which of all deposits are wired on.
    roles
        What the person is called who pays in, and the account; it is of people or of firms.
    is_fraud
        Whether it is the crime.

    """
    (count, most), size = here.shape, here.sum(axis=1, keepdims=True)
    days = max(1, min(days, graph.world.days))
    account, user = _takers(graph, rng, pattern, count)
    is_wire, is_firm = np.arange(most + 1) == most, user < 0
    at, is_open = _moments(graph, rng, user, size, most, days)
    ways = _ways(rng, is_wire, is_firm, is_open)
    paid_in = _sums(rng, at.shape, threshold, shares, is_firm)
    ends, share = _ends(graph, rng, account, is_wire), rng.uniform(*wired, (count, 1))
    case = graph.new("case", count)
    yield errands(
        graph,
        at,
        case=case[:, None],
        here=np.append(here, np.ones((count, 1), bool), axis=1),
        into=np.where(is_wire, -1, most),
        hours="counter",
        user_id=user,
        amount_minor=np.rint(paid_in).astype(np.int64),
        stage=np.where(is_wire, _LAYERING, _PLACEMENT) if is_fraud else None,
        share=share,
        **ends,
        **ways,
    )
    yield cases(graph, pattern, case, at[:, 0], at[:, -1], is_fraud=is_fraud)
    yield from members(case, user={roles[0]: user}, account={roles[1]: account})


def _ends(graph: Graph, rng: np.random.Generator, account: Array, is_wire: Array) -> dict[str, Any]:
    """Say from which account to which each payment goes: columns of `pays`.

    Cash comes from the vault of the account's bank; one wire goes to the world outside.
    """
    vault = graph["bank"]["vault_account_id"][graph["account"]["bank_id"][account]]
    away = outside(graph, rng, account.shape)
    return {
        "debtor_account_id": np.where(is_wire, account, vault),
        "creditor_account_id": np.where(is_wire, away, account),
    }


def _ways(
    rng: np.random.Generator, is_wire: Array, is_firm: Array, is_open: Array
) -> dict[str, Any]:
    """Draw how each payment is made: columns `habit`, `rail` and `channel`.

    Where no counter is open (`is_open`, bool, a grid), people pay in at a machine.
    """
    at_a_machine = ~is_firm & (~is_open | (rng.random(is_open.shape) < _AT_AN_ATM))
    by_batch = is_firm | (rng.random(is_open.shape) < _AT_AN_ATM)
    paid_in_at = np.where(at_a_machine, _ATM, _BRANCH)
    return {
        "habit": np.where(is_wire, np.where(is_firm, _SUPPLY, _SENT), _DEPOSIT),
        "rail": np.where(is_wire, np.where(by_batch, _BATCH, _INSTANT), _CASH),
        "channel": np.where(is_wire, np.where(is_firm, _FILE, _ONLINE), paid_in_at),
    }


def _moments(
    graph: Graph, rng: np.random.Generator, user: Array, size: Array, most: int, days: int
) -> tuple[Array, Array]:
    """Draw when cash is paid in, and when it is wired: int64 ms; and which days are open: bool."""
    count = len(user)
    first = first_day(graph, rng, count, days)
    first = on_open_days(graph, rng, first, 0, graph.world.days - days)[:, None]
    day = first + rng.integers(0, days, (count, most + 1))
    # firms go to a counter, and most people do; machines are there on any day
    visits = (user < 0) | (rng.random(day.shape) >= _AT_AN_ATM)
    day = np.where(visits, on_open_days(graph, rng, day, first, first + days - 1), day)
    moments = np.sort(times(graph, rng, user, day, "counter"), axis=1)
    is_open = np.append(open_days(graph), False)[(moments - graph.world.start_ms) // DAY_MS]
    # each deposit at another counter or machine than the one before
    till = (rng.integers(0, TILLS, (count, 1)) + np.arange(most)) % TILLS
    moments[:, :-1] += till - moments[:, :-1] % TILLS
    # the wire comes once all is there
    last, wire = (np.take_along_axis(moments, size - back, axis=1) for back in (1, 0))
    wire = _at_home(graph, rng, user, wire, last, first + days)
    at = np.append(moments[:, :-1], wire, axis=1)
    return at, is_open


def _sums(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    threshold: int,
    shares: tuple[float, float],
    is_firm: Array,
) -> Array:
    """Draw what is paid in at a time: float64 minor units; none is rounded to the threshold."""
    sums = rng.uniform(*shares, shape) * threshold
    # the walk rounds some to the nearest such sum: none of them to the threshold
    below = _TENS * ((threshold - 1) // _TENS) + _TENS // 2 - 1
    sums = np.minimum(sums, below)
    tens = _TENS * np.floor(sums / _TENS)
    is_round = ~is_firm & (rng.random(shape) < _ROUND) & (tens >= shares[0] * threshold)
    return np.where(is_round, tens, sums)


def _at_home(
    graph: Graph, rng: np.random.Generator, user: Array, wire: Array, last: Array, until: Array
) -> Array:
    """Let people order what they wire when people do: int64 ms.

    That is after the `last` deposit, on any day before the day `until`.
    """
    day = (last - graph.world.start_ms) // DAY_MS
    day = day + (rng.random((len(user), _LOOKS)) * (until - day)).astype(np.int64)
    drawn = times(graph, rng, user, day, "people")
    late = drawn > last
    at = np.take_along_axis(drawn, late.argmax(axis=1)[:, None], axis=1)
    return np.where((user >= 0) & late.any(axis=1, keepdims=True), at, wire)


def _takers(
    graph: Graph, rng: np.random.Generator, pattern: Pattern, count: int
) -> tuple[Array, Array]:
    """Choose accounts that take cash by habit: int32 (count, 1), rows of `account` and `user`.

    Those of firms have no user (-1).
    """
    pays = graph["pays"]
    takes = np.zeros(graph.size("account"), bool)
    takes[pays["creditor_account_id"][pays["habit"] == _DEPOSIT]] = True
    firms = takes & (graph["account"]["type"] == words.ACCOUNT_TYPES.index("business"))
    people, main = banking(graph), holders(graph).main
    people = people[takes[main[people]]]
    of_firms = rng.binomial(count, _FIRMS)
    firm = choose(rng, np.flatnonzero(firms), (of_firms,), f"{pattern.name}: firms")
    people = adding(graph, rng, people, count - of_firms, pattern.hardness)
    user = choose(rng, people, (count - of_firms,), f"{pattern.name}: people")
    both = np.append(firm, main[user]), np.append(np.full(of_firms, -1, np.int32), user)
    order = rng.permutation(count)
    return both[0][order, None], both[1][order, None]
