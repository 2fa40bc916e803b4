"""Chains: money that comes in, and goes on from hand to hand.

Everything works on grids: a row for each case, along the last axis its payments. A chain begins
with cash or with a transfer from the world outside, neither of which is ever declined; each hop
passes on what another payment has brought. The hands are people's, or those of firms, which pay
each other as suppliers are paid: by file, for a purpose, at the hours of trade.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.pattern import cases, errands, members
from graphgen.planting.flow import blend, main_accounts, outside
from graphgen.planting.payees import as_of_old
from graphgen.planting.timing import level_by_level
from graphgen.population.holders import holders
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["Chain", "chained", "sums"]

_NEARLY = 0.95
"""How close the sums of hard cases come to honest ones: not all the way, as what comes in is the
sum of several, and is to come close too; our assumption."""
_SOONER = 0.3
"""By how much sums come near to honest ones sooner than all else does: the power of the hardness;
our assumption."""
_DIFFER = 0.8
"""Spread of the logarithm of a crime's own sums; our assumption."""
_IN_CASH = 0.4
"""Share of what comes in that does so in cash; our assumption."""
_CASH, _BATCH, _INSTANT = (words.RAILS.index(w) for w in ("cash", "batch", "instant"))
_PAID_IN, _SENT, _REVENUE, _SUPPLY = (
    words.HABITS.index(w) for w in ("cash_deposit", "transfer", "revenue", "supply")
)
_OWNER = words.ACCOUNT_ROLES.index("owner")
_ATM, _BRANCH, _FILE, _ONLINE = (
    words.CHANNELS.index(w) for w in ("atm", "branch", "file", "online")
)
_PLACEMENT, _LAYERING, _INTEGRATION = (
    words.STAGES.index(w) for w in ("placement", "layering", "integration")
)


@dataclass(frozen=True)
class Chain:
    """Who pays whom in each case, and what: grids (cases, payments)."""

    here: Array
    """Which payments there are: bool."""
    payer: Array
    payee: Array
    """int32 users, or accounts in trade; where the payer is -1, the payee is paid from outside, or
    pays cash in."""
    after: Array
    """int64 (payments,): the place of the payment that a hop passes on, before it; -1 for what
    comes in."""
    level: Array
    """int64 (payments,): how many hops there are to each place."""
    last: Array
    """The hops after which a crime's money is where it was to come: bool."""
    amount: Array
    """What comes in, in minor units; 0 for hops."""
    share: Array
    """Of a receipt, what a hop passes on: float64; 0 for what comes in."""
    in_trade: bool = False
    """Whether it is firms that pay each other; the people who own them are members too."""

    @property
    def comes(self) -> Array:
        """Which payments come in: bool."""
        return np.broadcast_to(self.after < 0, self.here.shape)

    @property
    def whose_hours(self) -> Array:
        """The users whose hours payments keep to; -1: those of the region's first city, as firms.

        Who is nobody in particular keeps these too.
        """
        if self.in_trade:
            return np.full(self.here.shape, -1)
        return np.where(self.comes, self.payee, self.payer)


@dataclass(frozen=True)
class _Ways:
    """How such hands are paid: codes of words."""

    came: int
    """Habit of what comes in, and not in cash."""
    by: int
    """The rail that it comes by."""
    over: int
    """The channel by which cash is paid in."""
    on: int
    """Habit of what goes on."""
    through: int
    """The channel by which it goes on."""
    by_batch: float
    """Share of hops that go by batch, others at once."""


_OF_PEOPLE = _Ways(_SENT, _INSTANT, _ATM, _SENT, _ONLINE, by_batch=0.1)
"""About as many go by batch as of honest transfers; our assumption."""
_OF_FIRMS = _Ways(_REVENUE, _BATCH, _BRANCH, _SUPPLY, _FILE, by_batch=0.4)
"""The same, as of what honest ones order from each other."""


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
    chain: Chain,
    *,
    days: int,
    roles: Mapping[str, Array],
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield the payments of all cases, the cases, and who plays which part with which account.

    Parameters
    ----------
    graph, rng, pattern, chain
        What is planted on, where chance comes from, whose cases they are, and who pays whom.
    days
        Within so many days a case is done: a crime in haste, as far as its difficulty lets it, a
        look-alike at leisure.
    roles
        For each role a grid of users, or of accounts in trade (cases, members), -1 for nobody.
    is_fraud
        Whether it is the crime.

    """
    here, pace = chain.here, pattern.hardness if is_fraud else 1.0
    is_cash = chain.comes & (rng.random(here.shape) < _IN_CASH)
    at = level_by_level(graph, rng, chain, is_cash, days=days, pace=pace)
    ends, ways = _ends(graph, rng, chain, is_cash), _ways(rng, chain, is_cash)
    case = graph.new("case", len(here))
    if is_fraud and not chain.in_trade:
        yield as_of_old(graph, rng, chain.payer, chain.payee, here & ~chain.comes, pace)
    hop_stage = np.where(chain.last, _INTEGRATION, _LAYERING)
    yield errands(
        graph,
        at,
        case=case[:, None],
        here=here,
        follows=chain.after,
        stage=np.where(chain.comes, _PLACEMENT, hop_stage) if is_fraud else None,
        amount_minor=chain.amount,
        share=chain.share,
        **ends,
        **ways,
    )
    start = at.min(axis=1, where=here, initial=graph.world.end_ms)
    end = at.max(axis=1, where=here, initial=0)
    yield cases(graph, pattern, case, start, end, is_fraud=is_fraud)
    yield from _parts(graph, case, roles, in_trade=chain.in_trade)


def _ends(graph: Graph, rng: np.random.Generator, chain: Chain, is_cash: Array) -> dict[str, Any]:
    """Say from which account to which each payment goes, and who orders it: columns of `pays`.

    What comes in comes from accounts of the world outside, which are drawn, or as cash from the
    vault of the payee's bank.
    """
    payer, payee = chain.payer, chain.payee
    account = holders(graph).main
    if chain.in_trade:
        account = np.arange(graph.size("account"), dtype=np.int32)
    vault = graph["bank"]["vault_account_id"][graph["account"]["bank_id"][account[payee]]]
    elsewhere = np.where(is_cash, vault, outside(graph, rng, chain.here.shape))
    return {
        "debtor_account_id": np.where(chain.comes, elsewhere, account[payer]),
        "creditor_account_id": account[payee],
        "user_id": chain.whose_hours if chain.in_trade else np.where(is_cash, payee, payer),
    }


def _ways(rng: np.random.Generator, chain: Chain, is_cash: Array) -> dict[str, Any]:
    """Draw how each payment is made: columns `habit`, `rail` and `channel`."""
    ways, kinds = _OF_FIRMS if chain.in_trade else _OF_PEOPLE, [is_cash, chain.comes]
    goes = np.where(rng.random(chain.here.shape) < ways.by_batch, _BATCH, _INSTANT)
    return {
        "habit": np.select(kinds, [_PAID_IN, ways.came], ways.on),
        "rail": np.select(kinds, [_CASH, ways.by], goes),
        "channel": np.select(kinds, [ways.over, _FILE], ways.through),
    }


def _parts(
    graph: Graph, case: Array, roles: Mapping[str, Array], *, in_trade: bool
) -> Iterator[Table]:
    """Yield who plays which part with which account: people, or firms and those who own them."""
    if in_trade:
        owner = _owners(graph)
        people, accounts = {role: owner[rows] for role, rows in roles.items()}, dict(roles)
    else:
        people = dict(roles)
        accounts = {role: main_accounts(graph, user) for role, user in roles.items()}
    yield from members(case, user=people, account=accounts)


def _owners(graph: Graph) -> Array:
    """Say who owns each account: int32 users, -1 for nobody, as of firms that are no person's."""
    held, owner = graph["has_account"], np.full(graph.size("account") + 1, -1, np.int32)
    own = held["role"] == _OWNER
    owner[held["account_id"][own]] = held["user_id"][own]
    return owner
