"""Chains: money that comes in, and goes on from hand to hand.

Everything works on grids: a row for each case, along the last axis its payments. A chain begins
with cash at a machine or with a transfer from the world outside, neither of which is ever declined;
each hop passes on what another payment has brought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graphgen.pattern import cases, choose, errands, members
from graphgen.planting.flow import banking, blend, dwell, firing, first_day, outside, times, within
from graphgen.population.holders import holders
from graphgen.schedule import ONCE, stands_for
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["chained", "hands", "sums"]

_SWIFTEST = 0.25
"""Part of the days that the swiftest cases take; our assumption."""
_LIES_MS, _LIES_SPREAD = 20 * 60_000, 1.2
"""Median of how long money lies where it goes on the same day, and the spread of its logarithm:
as with mules; our assumption."""
_BY_BATCH = 0.1
"""Share of hops that go by batch, about as of honest transfers; our assumption."""
_NEARLY = 0.95
"""How close the sums of hard cases come to honest ones: not all the way, as what comes in is the
sum of several, and is to come close too; our assumption."""
_SOONER = 0.3
"""By how much sums come near to honest ones sooner than all else does: the power of the hardness;
our assumption."""
_DIFFER = 0.8
"""Spread of the logarithm of a crime's own sums; our assumption."""
_QUIETEST = 0.35
"""Share of all people, those who deal with the fewest, among whom hard cases have their hands; our
assumption."""
_IN_CASH = 0.4
"""Share of what comes in that does so in cash; our assumption."""
_CASH, _CHEQUE, _BATCH, _INSTANT = (
    words.RAILS.index(w) for w in ("cash", "cheque", "batch", "instant")
)
_PAID_IN, _SENT = words.HABITS.index("cash_deposit"), words.HABITS.index("transfer")
_ATM, _BRANCH, _FILE, _ONLINE = (
    words.CHANNELS.index(w) for w in ("atm", "branch", "file", "online")
)
_PLACEMENT, _LAYERING, _INTEGRATION = (
    words.STAGES.index(w) for w in ("placement", "layering", "integration")
)


def hands(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    here: Array,
    *,
    gets: Array,
    sends: Array,
) -> Array:
    """Choose whose hands the money goes through: int32 users, -1 where `here` says nobody is.

    Nobody twice. The harder, the fewer others pay those who get hops and the fewer new payees have
    those who send them (`gets` and `sends`, bool, one for each column), so that in all they deal
    with hardly more people than others do.
    """
    payers, payees = graph.once("dealings of hands", lambda: _dealings(graph))
    free = np.zeros(graph.size("user"), bool)
    free[banking(graph)] = True
    share = 1 - (1 - _QUIETEST) * pattern.hardness
    grid = np.full(here.shape, -1, np.int32)
    for got, sent in np.unique(np.stack([gets, sends]), axis=1).T:
        columns = here & (gets == got) & (sends == sent)
        need, pool = int(columns.sum()), np.flatnonzero(free)
        quiet = pool[np.argsort((got * payers + sent * payees)[pool], kind="stable")]
        quiet = quiet[: max(need, round(share * len(pool)))]
        grid[columns] = choose(rng, quiet, (need,), f"{pattern.name}: members")
        free[grid[columns]] = False
    return grid


def _dealings(graph: Graph) -> tuple[Array, Array]:
    """Count who else deals with each person in the window: float64 (users,), as is to be expected.

    Those who send money to their main account, and those whom they send it to only once.
    """
    pays, main = graph["pays"], holders(graph).main
    sent = np.flatnonzero((pays["rail"] == _INSTANT) | (pays["rail"] == _BATCH))
    size = graph.size("account")
    payers = np.bincount(pays["creditor_account_id"][sent], firing(graph, sent), size)
    once = sent[(pays["schedule"][sent] == ONCE) & (pays["channel"][sent] == _ONLINE)]
    payees = np.bincount(pays["debtor_account_id"][once], minlength=size)
    return payers[main], payees[main] * stands_for(graph.world)


def sums(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    shape: tuple[int, ...],
    median: float,
    *,
    is_fraud: bool,
    by_cheque: bool = False,
) -> Array:
    """Draw what is sent on: int64 minor units; a look-alike's are as those of hard cases.

    What people send by cheque is larger than what they send online.
    """
    hardness = _NEARLY * (pattern.hardness if is_fraud else 1.0) ** _SOONER
    own = median * rng.lognormal(0, _DIFFER, shape)
    rail, channel = ("cheque", "branch") if by_cheque else ("instant", "online")
    return blend(graph, rng, own, hardness, habit="transfer", rail=rail, channel=channel)


def chained(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    *,
    days: int,
    here: Array,
    payer: Array,
    payee: Array,
    after: Array,
    level: Array,
    last: Array,
    by_cheque: Array | bool = False,
    amount: Array,
    share: Array,
    roles: Mapping[str, Array],
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield the payments of all cases, the cases, and who plays which part with which account.

    Parameters
    ----------
    graph, rng, pattern
        What is planted on, where chance comes from, and whose cases they are.
    days
        Within so many days a case is done: a crime in haste, as far as its difficulty lets it, a
        look-alike at leisure.
    here
        bool (cases, payments): which payments there are.
    payer, payee
        int32 users, grids as `here`; where the payer is -1, the payee is paid from outside, or pays
        cash in.
    after
        int64 (payments,): the place of the payment that a hop passes on, before it; -1 for what
        comes in.
    level
        int64 (payments,): how many hops there are to each place.
    last
        bool, as `here`: the hops after which a crime's money is where it was to come.
    by_cheque
        bool, as `here`: the hops that go by cheque, at a counter; others are ordered online.
    amount, share
        As `here`: what comes in, in minor units; the share of a receipt that a hop passes on.
    roles
        For each role a grid of users (cases, members), -1 for nobody.
    is_fraud
        Whether it is the crime.

    """
    pace = pattern.hardness if is_fraud else 1.0
    comes, main = np.broadcast_to(after < 0, here.shape), holders(graph).main
    is_cash = comes & (rng.random(here.shape) < _IN_CASH)
    is_cheque = ~comes & by_cheque
    person = np.where(comes, payee, payer)
    at = _moments(graph, rng, person, is_cash | is_cheque, after, level, here, days, pace)
    vault = graph["bank"]["vault_account_id"][graph["account"]["bank_id"][main[payee]]]
    elsewhere = np.where(is_cash, vault, outside(graph, rng, here.shape))
    online = np.where(rng.random(here.shape) < _BY_BATCH, _BATCH, _INSTANT)
    stage = np.where(comes, _PLACEMENT, np.where(last, _INTEGRATION, _LAYERING))
    case = graph.new("case", len(here))
    yield errands(
        graph,
        at,
        case=case[:, None],
        here=here,
        follows=after,
        debtor_account_id=np.where(comes, elsewhere, main[payer]),
        creditor_account_id=main[payee],
        user_id=np.where(is_cash, payee, payer),
        habit=np.where(is_cash, _PAID_IN, _SENT),
        rail=np.select([is_cash, comes, is_cheque], [_CASH, _INSTANT, _CHEQUE], online),
        channel=np.select([is_cash, comes, is_cheque], [_ATM, _FILE, _BRANCH], _ONLINE),
        stage=stage if is_fraud else None,
        amount_minor=amount,
        share=share,
    )
    never = graph.world.end_ms
    start = at.min(axis=1, where=here, initial=never)
    yield cases(
        graph, pattern, case, start, at.max(axis=1, where=here, initial=0), is_fraud=is_fraud
    )
    accounts = {role: np.where(user >= 0, main[user], -1) for role, user in roles.items()}
    yield from members(case, user=roles, account=accounts)


def _moments(
    graph: Graph,
    rng: np.random.Generator,
    person: Array,
    at_counter: Array,
    after: Array,
    level: Array,
    here: Array,
    days: int,
    pace: float,
) -> Array:
    """Draw when the payments of each case happen: int64 ms (cases, payments).

    Each level has a part of the days to itself: cash and cheques keep to the hours of the counter,
    all else to those at which people pay, or it comes minutes after the payment that it follows.
    """
    taken = round(days * (_SWIFTEST + (1 - _SWIFTEST) * pace))
    taken = max(1, min(taken, graph.world.days) - 1)  # what runs late is still within the days
    part = (level + rng.random(here.shape)) * taken / (level.max(initial=0) + 1)
    day = first_day(graph, rng, len(here), taken)[:, None] + part.astype(np.int64)
    counter, people = (times(graph, rng, person, day, hours) for hours in ("counter", "people"))
    at = np.where(at_counter, counter, people)
    wait = dwell(rng, here.shape, _LIES_MS, _LIES_SPREAD)
    for hop in np.flatnonzero(after >= 0):
        at[:, hop] = np.maximum(at[:, hop], at[:, after[hop]] + wait[:, hop])
    # where there are more hops than the days have room for, they come closer together
    begin = at.min(axis=1, keepdims=True, where=here, initial=np.iinfo(np.int64).max)
    span = at.max(axis=1, keepdims=True, where=here, initial=0) - begin
    closer = np.minimum(1.0, days * DAY_MS / np.maximum(span, 1))
    return within(
        graph, np.where(closer < 1, begin + ((at - begin) * closer).astype(np.int64), at), here
    )
