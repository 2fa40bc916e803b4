"""Hops: how a crime's money passes through people's accounts, and how it leaves them.

Everything works on grids: a row for each case, along the last axis its people or payments. How long
money lies, and all shares, are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.pattern import cases, errands, members
from graphgen.planting.flow import dwell, main_accounts, open_days, outside, times, within
from graphgen.population.holders import holders
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["Hops", "planned", "through"]

_ALONE = 0.8
"""Share of hard cases in which all that comes in does so from one account."""
_LIES_MS, _LIES_SPREAD, _LONGER = 20 * 60_000, 1.2, 10
"""For how long mules let money lie when it is easy to see: the median, and the spread of its
logarithm; and how many times longer still at hard."""
_DRAWN, _SENT = words.HABITS.index("cash_withdrawal"), words.HABITS.index("transfer")
_BY_CASH, _INSTANT = (words.RAILS.index(w) for w in ("cash", "instant"))
_ATM, _BRANCH, _FILE, _ONLINE = (
    words.CHANNELS.index(w) for w in ("atm", "branch", "file", "online")
)
_LAYERING, _INTEGRATION, _RECOVERY = (
    words.STAGES.index(w) for w in ("layering", "integration", "recovery")
)


@dataclass(frozen=True)
class Hops:
    """Payments of cases and the hops that pass them on: grids (cases, payments)."""

    at: Array
    """When each is made: int64 ms."""
    here: Array
    """Which there are: bool."""
    payer: Array
    payee: Array
    """int32 users. Where the payer is -1, money comes from the world outside; where the payee is,
    it leaves."""
    follows: Array
    """int64 (payments,): the earlier place whose receipt a place passes on, or -1."""
    cash: Array
    """Which are drawn in cash, of those that leave: bool."""
    at_machine: Array
    """Which of these at a machine, others at a counter: bool."""
    amount: Array
    """What is paid first, int64 minor units; 0 for hops."""
    share: Array
    """Of what a place refers to: its receipt, or a balance; float64."""

    @property
    def first(self) -> Array:
        """The first moment of each case, int64 ms."""
        return np.asarray(self.at.min(axis=1, where=self.here, initial=np.iinfo(np.int64).max))

    @property
    def last(self) -> Array:
        """The last moment of each case, int64 ms."""
        return np.asarray(self.at.max(axis=1, where=self.here, initial=0))


def planned(
    graph: Graph,
    rng: np.random.Generator,
    at: Array,
    here: Array,
    *,
    payer: Array,
    payee: Array,
    follows: Array,
    amount: Array | int = 0,
    share: Array | float = 0.0,
    weight: Array | float = 1.0,
    passed: tuple[float, float],
    drawn: Array,
    hardness: float,
    longer: float = 1.0,
) -> Hops:
    """Draw what is passed on of each receipt, how, and when.

    Parameters
    ----------
    graph, rng
        What is planted on, and where chance comes from.
    at, here, payer, payee, follows, amount, share
        As in `Hops`, hops last: of them only who pays whom, where they do not draw it in cash.
    weight
        How much of a receipt a hop passes on, beside the others that follow the same.
    passed
        Between which shares of a receipt are passed on in all.
    drawn
        How much of what is passed on at each place is drawn in cash, by number: float64. Nobody
        draws less than people like to, and the harder it is, the fewer draw more; more is drawn at
        a counter, and so is what nobody knows before it comes; where none is open, it is sent.
    hardness
        The harder, the longer money lies: easy, 20 minutes at the median; never more than a day.
        And the more often it waits for an hour at which people pay, or for one at the counter.
    longer
        How many times as long it lies.

    """
    split = _split_up(rng, here * weight, follows, passed)
    share = np.where(follows < 0, _wide(share, here), split)
    sums = _wide(amount, here)
    for hop in np.flatnonzero(follows >= 0):
        sums[:, hop] = sums[:, follows[hop]] * share[:, hop]
    least, most = (graph.world.place.amount(name) for name in ("drawn_least", "drawn_most"))
    is_usual = (sums <= 0) | ((sums >= least) & (sums <= most))
    cash = (rng.random(here.shape) < drawn) & (is_usual | (rng.random(here.shape) >= hardness))
    cash &= (sums <= 0) | (sums >= least)
    at_machine = cash & (sums > 0) & (sums <= most)
    first = _wide(at, here).astype(np.int64)
    moments, cash = _moments(graph, rng, first, follows, payer, cash, at_machine, hardness, longer)
    return Hops(
        within(graph, moments, here),
        here,
        payer,
        np.where(cash, -1, payee),
        follows,
        cash,
        at_machine,
        np.where(follows < 0, sums, 0).astype(np.int64),
        share,
    )


def _split_up(
    rng: np.random.Generator, weight: Array, follows: Array, passed: tuple[float, float]
) -> Array:
    """Draw the share of a receipt that each hop passes on, by weight: float64 (cases, payments)."""
    part = weight * rng.uniform(0.7, 1.3, weight.shape)
    total = np.zeros(part.shape)
    np.add.at(total.T, follows, part.T)
    in_all = rng.uniform(*passed, part.shape)[:, follows]
    return np.asarray(part / np.maximum(1e-9, total[:, follows]) * in_all)


def _moments(
    graph: Graph,
    rng: np.random.Generator,
    first: Array,
    follows: Array,
    person: Array,
    cash: Array,
    at_machine: Array,
    hardness: float,
    longer: float,
) -> tuple[Array, Array]:
    """Draw when hops are made, at `first` where nothing is followed: int64 ms.

    And which are drawn in cash (bool): of those at a counter, those that find it open.
    """
    at, shape, cash = first.copy(), first.shape, cash.copy()
    is_open = np.append(open_days(graph), False)
    lies = _LIES_MS * (1 + _LONGER * hardness) * longer
    # no two hops wait for just as long
    most = (DAY_MS * rng.uniform(0.7, 1, shape)).astype(np.int64)
    wait = np.minimum(dwell(rng, shape, lies, _LIES_SPREAD), most)
    asleep = rng.random(shape) < hardness
    for hop in np.flatnonzero(follows >= 0):
        before, late = at[:, follows[hop]], asleep[:, hop]
        on = before + wait[:, hop]
        day = (on - graph.world.start_ms) // DAY_MS
        visit, awake = (times(graph, rng, person[:, hop], day, w) for w in ("counter", "people"))
        visit = np.where(visit <= on, visit + DAY_MS, visit)
        day = (visit - graph.world.start_ms) // DAY_MS
        cash[:, hop] &= at_machine[:, hop] | is_open[np.minimum(day, len(is_open) - 1)]
        on = np.where(late & (awake > on), np.minimum(awake, before + most[:, hop]), on)
        at[:, hop] = np.where(cash[:, hop], visit, on)
    return at, cash


def _wide(values: Array | float, here: Array) -> Array:
    """Lay values of the first places out over all of a grid, 0 at the others: float64."""
    grid, some = np.zeros(here.shape), np.atleast_2d(values)
    grid[:, : some.shape[1]] = some
    return grid


def through(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    case: Array,
    hops: Hops,
    *,
    begins: str,
    roles: Mapping[str, Array],
    device: Mapping[str, Array] | None = None,
    span: tuple[Array, Array] | None = None,
    is_fraud: bool,
    **columns: Any,  # noqa: ANN401 - whatever broadcasts
) -> Iterator[Table]:
    """Yield the payments of cases, the cases, and who plays which part with which account.

    Parameters
    ----------
    graph, rng, pattern, case, hops
        What is planted on, where chance comes from, whose cases they are, their rows, and who pays
        whom when. What leaves, and not in cash, goes to one account a case of the world outside.
    begins
        A crime's stage where nothing is passed on.
    roles, device
        For each of the crime's roles a grid of users (cases, members), -1 for nobody; for each role
        a device a case, int32. A look-alike's are called by the pattern's `counterparts`.
    span
        From when to when cases go on, int64 ms, where that is more than their payments.
    is_fraud
        Whether it is the crime.
    columns
        Other columns of the payments.

    """
    main, payer, payee, cash = holders(graph).main, hops.payer, hops.payee, hops.cash
    alone = rng.random((len(case), 1)) < _ALONE * pattern.hardness
    sources, away = (outside(graph, rng, (len(case), many)) for many in (payer.shape[1], 1))
    sources = np.where(alone, sources[:, :1], sources)
    vault = graph["bank"]["vault_account_id"][graph["account"]["bank_id"][main[payer]]]
    back = (hops.follows >= 0) & (payee >= 0) & (payee == payer[:, hops.follows])
    stage = np.where(back, _RECOVERY, np.where(payee >= 0, _LAYERING, _INTEGRATION))
    stage = np.where(hops.follows < 0, words.STAGES.index(begins), stage)
    outward = np.where(payer < 0, _FILE, _ONLINE)
    yield errands(
        graph,
        hops.at,
        case=case[:, None],
        here=hops.here,
        follows=hops.follows,
        debtor_account_id=np.where(payer >= 0, main[payer], sources),
        creditor_account_id=np.where(payee >= 0, main[payee], np.where(cash, vault, away)),
        user_id=payer,
        habit=np.where(cash, _DRAWN, _SENT),
        rail=np.where(cash, _BY_CASH, _INSTANT),
        channel=np.select([hops.at_machine, cash], [_ATM, _BRANCH], outward),
        stage=stage if is_fraud else None,
        amount_minor=hops.amount,
        share=hops.share,
        **columns,
    )
    first, last = span or (hops.first, hops.last)
    first, last = np.minimum(first, hops.first), np.maximum(last, hops.last)
    yield cases(graph, pattern, case, first, last, is_fraud=is_fraud)
    users = pattern.called(roles, is_fraud=is_fraud)
    account = {role: main_accounts(graph, user) for role, user in users.items()}
    things = {role: rows[:, None] for role, rows in (device or {}).items()}
    yield from members(case, user=users, account=account, device=things)
