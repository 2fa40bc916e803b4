"""Chains: cash that is paid in, and goes on from hand to hand.

Everything works on grids: a row for each case, along the last axis its payments. A chain begins
with cash at a machine, so that its money surely comes; each hop passes on what another has brought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graphgen.flow import banking, blend, dwell, first_day, times, within
from graphgen.pattern import cases, choose, errands, members
from graphgen.population.holders import holders
from graphgen.schedule import BY_RATE
from graphgen.schema import words
from graphgen.table import Array, Table

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
_NEARLY = 0.85
"""How close the sums of hard cases come to honest ones: not all the way, as what comes in is the
sum of several, and is to come close too; our assumption."""
_DIFFER = 0.4
"""Spread of the logarithm of a crime's own sums; our assumption."""
_QUIETEST = 0.25
"""Share of all people, those paid by the fewest, among whom hard cases have their hands; our
assumption."""
_CASH, _BATCH, _INSTANT = (words.RAILS.index(w) for w in ("cash", "batch", "instant"))
_PAID_IN, _SENT = words.HABITS.index("cash_deposit"), words.HABITS.index("transfer")
_ATM, _ONLINE = words.CHANNELS.index("atm"), words.CHANNELS.index("online")
_PLACEMENT, _LAYERING, _INTEGRATION = (
    words.STAGES.index(w) for w in ("placement", "layering", "integration")
)


def hands(graph: Graph, rng: np.random.Generator, pattern: Pattern, here: Array) -> Array:
    """Choose whose hands the money goes through: int32 users, -1 where there is nobody.

    Nobody twice. The harder, the fewer others pay them, so that in all they are paid by no more
    people than others are.
    """
    people, need = banking(graph), int(here.sum())
    pays = graph["pays"]
    sent = (pays["rail"] == _INSTANT) | (pays["rail"] == _BATCH)
    fires = -np.expm1(-pays["rate"][sent].astype(np.float64) * graph.world.days)
    fires = np.where(pays["schedule"][sent] == BY_RATE, fires, 1.0)
    payers = np.bincount(pays["creditor_account_id"][sent], fires, graph.size("account"))
    # among equals, anybody
    known = payers[holders(graph).main[people]] + 1e-6 * rng.random(len(people))
    share = 1 - (1 - _QUIETEST) * pattern.hardness
    quiet = people[np.argsort(known)][: max(need, round(share * len(people)))]
    grid = np.full(here.shape, -1, np.int32)
    grid[here] = choose(rng, quiet, (need,), f"{pattern.name}: members")
    return grid


def sums(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    shape: tuple[int, ...],
    median: float,
    *,
    is_fraud: bool,
) -> Array:
    """Draw what is sent on: int64 minor units; a look-alike's are as those of hard cases."""
    hardness = _NEARLY * (pattern.hardness if is_fraud else 1.0)
    own = median * rng.lognormal(0, _DIFFER, shape)
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
        int32 users, grids as `here`; where the payer is -1, the payee pays cash in.
    after
        int64 (payments,): the place of the payment that a hop passes on, before it; -1 for cash.
    level
        int64 (payments,): how many hops there are to each place.
    last
        bool, as `here`: the hops after which a crime's money is where it was to come.
    amount, share
        As `here`: the cash, in minor units; the share of a receipt that a hop passes on.
    roles
        For each role a grid of users (cases, members), -1 for nobody.
    is_fraud
        Whether it is the crime.

    """
    pace = pattern.hardness if is_fraud else 1.0
    at = _moments(graph, rng, np.where(after < 0, payee, payer), after, level, here, days, pace)
    main = holders(graph).main
    vault = graph["bank"]["vault_account_id"][graph["account"]["bank_id"][main[payee]]]
    is_cash = np.broadcast_to(after < 0, here.shape)
    by_batch = rng.random(here.shape) < _BY_BATCH
    stage = np.where(is_cash, _PLACEMENT, np.where(last, _INTEGRATION, _LAYERING))
    case = graph.new("case", len(here))
    yield errands(
        graph,
        at,
        case=case[:, None],
        here=here,
        follows=after,
        debtor_account_id=np.where(is_cash, vault, main[payer]),
        creditor_account_id=main[payee],
        user_id=np.where(is_cash, payee, payer),
        habit=np.where(is_cash, _PAID_IN, _SENT),
        rail=np.where(is_cash, _CASH, np.where(by_batch, _BATCH, _INSTANT)),
        channel=np.where(is_cash, _ATM, _ONLINE),
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
    after: Array,
    level: Array,
    here: Array,
    days: int,
    pace: float,
) -> Array:
    """Draw when the payments of each case happen: int64 ms (cases, payments).

    Each hop has a part of the days to itself: cash is paid in at the hours of the counter, and
    hops happen at hours at which people pay, or minutes after the one that they follow.
    """
    taken = round(days * (_SWIFTEST + (1 - _SWIFTEST) * pace))
    taken = max(1, min(taken, graph.world.days) - 1)  # what runs late is still within the days
    part = (level + rng.random(here.shape)) * taken / (level.max(initial=0) + 1)
    day = first_day(graph, rng, len(here), taken)[:, None] + part.astype(np.int64)
    counter, people = (times(graph, rng, person, day, hours) for hours in ("counter", "people"))
    at = np.where(after < 0, counter, people)
    wait = dwell(rng, here.shape, _LIES_MS, _LIES_SPREAD)
    for hop in np.flatnonzero(after >= 0):
        at[:, hop] = np.maximum(at[:, hop], at[:, after[hop]] + wait[:, hop])
    return within(graph, at, here)
