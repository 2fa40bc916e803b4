"""Chains: money that comes in, and goes on from hand to hand.

Everything works on grids: a row for each case, along the last axis its payments. A chain begins
with cash or with a transfer from the world outside, neither of which is ever declined; each hop
passes on what another payment has brought. The hands are people's, or those of firms, which pay
each other as suppliers are paid: by file, for a purpose, at the hours of trade.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graphgen.pattern import cases, choose, errands, members
from graphgen.planting.flow import (
    banking,
    blend,
    dwell,
    firing,
    first_day,
    main_accounts,
    open_days,
    outside,
    times,
    within,
)
from graphgen.planting.payees import as_of_old
from graphgen.planting.rings import recruits
from graphgen.population.holders import holders
from graphgen.schedule import BY_RATE, ONCE, stands_for
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["acquainted_hands", "chained", "firms", "hands", "sums"]

_SWIFTEST = 0.25
"""Part of the days that the swiftest cases take; our assumption."""
_LIES_MS, _LIES_SPREAD = 20 * 60_000, 1.2
"""Median of how long money lies where it goes on the same day, and the spread of its logarithm:
as with mules; our assumption."""
_BY_BATCH = 0.1
"""Share of hops that go by batch, about as of honest transfers; our assumption."""
_TRADE_BY_BATCH = 0.4
"""The same between firms, as of what honest ones order from each other."""
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
_CASH, _BATCH, _INSTANT = (words.RAILS.index(w) for w in ("cash", "batch", "instant"))
_PAID_IN, _SENT, _REVENUE, _SUPPLY = (
    words.HABITS.index(w) for w in ("cash_deposit", "transfer", "revenue", "supply")
)
_BUSINESS, _OWNER = words.ACCOUNT_TYPES.index("business"), words.ACCOUNT_ROLES.index("owner")
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


def acquainted_hands(
    graph: Graph, rng: np.random.Generator, people: Array, some: Array
) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Let the hands of some cases (bool) be people each of whom pays the next by habit.

    Gives `people` (int32, cases by places, -1 for nobody) with whoever can be put in; where nobody
    whom the last one pays is left, there stays who was there.
    """
    first, other = graph.once("habitual payees", lambda: _payees(graph))
    grid = people.copy()
    for place in range(1, grid.shape[1]):
        before = grid[:, place - 1]
        low, high = first[before], first[before + 1]
        drawn = low + (rng.random(len(grid)) * (high - low)).astype(np.int64)
        goes = some & (grid[:, place] >= 0) & (low < high)
        friend = other[np.minimum(drawn, max(0, len(other) - 1))] if len(other) else before
        goes &= ~(grid == friend[:, None]).any(axis=1)
        grid[goes, place] = friend[goes]
    return grid


def _payees(graph: Graph) -> tuple[Array, Array]:
    """Look up whom each person pays online by habit: where they begin, who they are."""
    pays, main = graph["pays"], holders(graph).main
    owner = np.full(graph.size("account"), -1, np.int32)
    people = banking(graph)
    owner[main[people]] = people
    usual = (pays["habit"] == _SENT) & (pays["schedule"] == BY_RATE)
    usual &= pays["channel"] == _ONLINE
    one, other = (owner[pays[f"{end}_account_id"][usual]] for end in ("debtor", "creditor"))
    known = (one >= 0) & (other >= 0) & (one != other)
    one, other = one[known], other[known]
    order = np.argsort(one, kind="stable")
    # nobody, -1, is the last and pays nobody
    first = np.searchsorted(one[order], np.arange(graph.size("user") + 2))
    return np.append(first[:-1], [first[-1]] * 2), other[order]


def firms(graph: Graph, rng: np.random.Generator, pattern: Pattern, here: Array) -> Array:
    """Choose firms whose hands the money goes through: int32 business accounts, -1 for nobody.

    No firm is in a case twice.
    """
    pool = np.flatnonzero(graph["account"]["type"] == _BUSINESS).astype(np.int32)
    return recruits(rng, pool, here, f"{pattern.name}: firms")


def _owners(graph: Graph) -> Array:
    """Say who owns each account: int32 users, -1 for nobody, as of firms that are no person's."""
    held, owner = graph["has_account"], np.full(graph.size("account") + 1, -1, np.int32)
    own = held["role"] == _OWNER
    owner[held["account_id"][own]] = held["user_id"][own]
    return owner


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
    in_trade: bool = False,
) -> Array:
    """Draw what is sent on: int64 minor units; a look-alike's are as those of hard cases.

    What firms pay each other is more than what people do.
    """
    hardness = _NEARLY * (pattern.hardness if is_fraud else 1.0) ** _SOONER
    own = median * rng.lognormal(0, _DIFFER, shape)
    if in_trade:
        return blend(graph, rng, own, hardness, habit="supply", rail="instant", channel="file")
    return blend(graph, rng, own, hardness, habit="transfer", rail="instant", channel="online")


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
    in_trade: bool = False,
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
        int32 users, or accounts in trade, grids as `here`; where the payer is -1, the payee is paid
        from outside, or pays cash in.
    after
        int64 (payments,): the place of the payment that a hop passes on, before it; -1 for what
        comes in.
    level
        int64 (payments,): how many hops there are to each place.
    last
        bool, as `here`: the hops after which a crime's money is where it was to come.
    in_trade
        Whether it is firms that pay each other; the people who own them are members too.
    amount, share
        As `here`: what comes in, in minor units; the share of a receipt that a hop passes on.
    roles
        For each role a grid of users, or of accounts in trade (cases, members), -1 for nobody.
    is_fraud
        Whether it is the crime.

    """
    pace = pattern.hardness if is_fraud else 1.0
    comes, main = np.broadcast_to(after < 0, here.shape), holders(graph).main
    account = np.arange(graph.size("account"), dtype=np.int32) if in_trade else main
    is_cash = comes & (rng.random(here.shape) < _IN_CASH)
    # who is nobody in particular keeps the hours of the region's first city
    person = np.full(here.shape, -1) if in_trade else np.where(comes, payee, payer)
    at = _moments(graph, rng, person, is_cash | in_trade, after, level, here, days, pace, in_trade)
    vault = graph["bank"]["vault_account_id"][graph["account"]["bank_id"][account[payee]]]
    elsewhere = np.where(is_cash, vault, outside(graph, rng, here.shape))
    some = _TRADE_BY_BATCH if in_trade else _BY_BATCH
    sent = np.where(rng.random(here.shape) < some, _BATCH, _INSTANT)
    stage = np.where(comes, _PLACEMENT, np.where(last, _INTEGRATION, _LAYERING))
    came, by, over, on, through = (
        (_REVENUE, _BATCH, _BRANCH, _SUPPLY, _FILE)
        if in_trade
        else (_SENT, _INSTANT, _ATM, _SENT, _ONLINE)
    )
    case = graph.new("case", len(here))
    if is_fraud and not in_trade:
        yield as_of_old(graph, rng, payer, payee, here & ~comes, pace)
    yield errands(
        graph,
        at,
        case=case[:, None],
        here=here,
        follows=after,
        debtor_account_id=np.where(comes, elsewhere, account[payer]),
        creditor_account_id=account[payee],
        user_id=person if in_trade else np.where(is_cash, payee, payer),
        habit=np.select([is_cash, comes], [_PAID_IN, came], on),
        rail=np.select([is_cash, comes], [_CASH, by], sent),
        channel=np.select([is_cash, comes], [over, _FILE], through),
        stage=stage if is_fraud else None,
        amount_minor=amount,
        share=share,
    )
    never = graph.world.end_ms
    start = at.min(axis=1, where=here, initial=never)
    yield cases(
        graph, pattern, case, start, at.max(axis=1, where=here, initial=0), is_fraud=is_fraud
    )
    if in_trade:
        owner = _owners(graph)
        people, accounts = {role: owner[rows] for role, rows in roles.items()}, dict(roles)
    else:
        people = dict(roles)
        accounts = {role: main_accounts(graph, user) for role, user in roles.items()}
    yield from members(case, user=people, account=accounts)


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
    in_trade: bool,  # noqa: FBT001 - as of `chained`
) -> Array:
    """Draw when the payments of each case happen: int64 ms (cases, payments).

    Each level has a part of the days to itself: cash and cheques keep to the hours of the counter,
    all else to those at which people pay, or it comes minutes after the payment that it follows.
    Firms trade on business days.
    """
    taken = round(days * (_SWIFTEST + (1 - _SWIFTEST) * pace))
    taken = max(1, min(taken, graph.world.days) - 1)  # what runs late is still within the days
    part = (level + rng.random(here.shape)) * taken / (level.max(initial=0) + 1)
    first = first_day(graph, rng, len(here), taken)[:, None]
    day = first + part.astype(np.int64)
    if in_trade:
        day = _on_business_days(graph, first, part / taken, taken, day)
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


def _on_business_days(
    graph: Graph, first: Array, part: Array, taken: int, otherwise: Array
) -> Array:
    """Find the business day to a part (0 to 1) of so many days from the first on: int64.

    Each of them as often; where none of these days is one, it is the day that was thought of.
    """
    business = np.flatnonzero(open_days(graph))
    low, high = (np.searchsorted(business, first + days) for days in (0, taken))
    there = low + (part * (high - low)).astype(np.int64)
    found = np.append(business, 0)[np.minimum(there, len(business))]
    return np.where(low < high, found, otherwise)
