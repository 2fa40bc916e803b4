"""Mules: people whose accounts a crime's money passes through, and how it leaves them.

Everything works on grids: a row for each case, along the last axis its people or payments.

Sources: Cifas, "Money mule activity" (https://www.cifas.org.uk/newsroom/money-mule-activity-over-40):
83 % of mules are younger than 40; a report of its figures of 2017
(http://www.credit-connect.co.uk/consumer-news/increase-young-people-acting-money-mules/): 35 % are
18 to 24. That newcomers to the bank are recruited more often, and that of several who would do the
crime takes those whose accounts are least busy, is our assumption, and so are all shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from graphgen.flow import banking, dwell, firing, outside, times, within, without
from graphgen.pattern import cases, choose, errands, members
from graphgen.population.holders import holders
from graphgen.schedule import ONCE, stands_for
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["Hops", "dealt", "parties", "planned", "through", "tree"]

Rows: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int32]]

_YEAR_MS = 365.25 * DAY_MS
_AGES, _OF_MULES = (25, 40), (0.35, 0.48, 0.17)
_NEWCOMER_YEARS, _NEWCOMERS = 2.0, 2.0
"""Who has been a customer for fewer years than this is so many times as likely to be recruited."""
_SHY = 25.0
"""How much less likely at hard, as a logarithm, are those who would deal with more others than
anybody, beside those who would deal with as many as half of all people do."""
_ALONE = 0.8
"""Share of hard cases in which all that comes in does so from one account."""
_LIES_MS, _LIES_SPREAD, _LONGER = 20 * 60_000, 1.2, 10
"""For how long mules let money lie when it is easy to see: the median, and the spread of its
logarithm; and how many times longer still at hard."""
_DRAWN, _SENT = words.HABITS.index("cash_withdrawal"), words.HABITS.index("transfer")
_BY_CASH, _CARD, _INSTANT = (words.RAILS.index(w) for w in ("cash", "card", "instant"))
_ATM, _BRANCH, _FILE, _ONLINE = (
    words.CHANNELS.index(w) for w in ("atm", "branch", "file", "online")
)
_TRANSFERS = [words.RAILS.index(w) for w in ("instant", "batch", "cheque")]
_LAYERING, _INTEGRATION, _RECOVERY = (
    words.STAGES.index(w) for w in ("layering", "integration", "recovery")
)


def parties(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    here: Array,
    *,
    payers: Array | int = 0,
    payees: Array | int = 0,
    besides: Array | None = None,
    are_mules: bool = True,
    short: float = 0.0,
    is_fraud: bool,
) -> Rows:
    """Choose people for a case's parts: int32 users, -1 where `here` says nobody is. Nobody twice.

    Mules are young and new to the bank more often than others; the harder, the less so. `payers`
    and `payees` say how many pay each of them in the case, and how many each pays: the harder, the
    fewer others they deal with, so that in all it is hardly more than with other people; the
    people of look-alikes are anybody. The more `short`, and the harder, the more often these are
    people with little on their accounts.
    """
    pool = banking(graph)
    if besides is not None:
        pool = without(graph, pool, besides)
    user, start, hard = graph["user"], graph.world.start_ms, pattern.hardness
    likely = np.zeros(len(pool))
    if are_mules:
        age = np.digitize((start - user["birth_date"][pool]) / _YEAR_MS, _AGES)
        new = start - user["customer_since"][pool] < _NEWCOMER_YEARS * _YEAR_MS
        people = np.maximum(1, np.bincount(age, minlength=len(_OF_MULES)))
        weight = (np.array(_OF_MULES) / people)[age] * np.where(new, _NEWCOMERS, 1.0)
        likely = (1 - 0.8 * hard) * np.log(weight)
    likely -= short * hard * graph.once("rank of means", lambda: _rank_of_means(graph))[pool]
    payers, payees = (np.broadcast_to(more, here.shape) for more in (payers, payees))
    grid = np.full(here.shape, -1, np.int32)
    # those with the most to do in it first: there are fewest for them
    for more in np.unique(np.stack([payees[here], payers[here]]), axis=1).T[::-1]:
        some = here & (payees == more[0]) & (payers == more[1])
        key = (
            likely
            - _SHY * is_fraud * hard**2 * _busy(graph, pool, *more)
            + rng.gumbel(size=len(pool))
        )
        # as Efraimidis and Spirakis draw by weight: the largest of these keys, nobody twice
        best = _largest(key, int(some.sum()))
        grid[some] = choose(rng, pool[best], (int(some.sum()),), f"{pattern.name}: people")
        pool, likely = np.delete(pool, best), np.delete(likely, best)
    return grid


def _largest(values: Array, count: int) -> Array:
    """Find the places of the largest values, as many as there are of these: int64."""
    count = min(count, len(values))
    return np.sort(np.argpartition(-values, count - 1)[:count]) if count else np.arange(0)


def _rank_of_means(graph: Graph) -> Array:
    """Rank people by what their main accounts begin with: float64 (users,), 0 to 1."""
    held = graph["account"]["opening_balance_minor"][holders(graph).main]
    rank = np.empty(len(held))
    rank[np.argsort(held, kind="stable")] = np.arange(len(held)) / max(1, len(held))
    return rank


def _busy(graph: Graph, pool: Array, payees: int, payers: int) -> Array:
    """Say how far above the middle people would be with so many payees and payers more: 0 to 1.5.

    By payees, by those of them who are new, and by payers, as far as there are any more of them.
    """
    excess = np.zeros(len(pool))
    for number, more in enumerate((payees, payees, payers)):
        if more > 0:
            excess += np.maximum(0, _place(graph, number, int(more))[pool] - 0.5)
    return excess


def _place(graph: Graph, number: int, more: int) -> Array:
    """Say what share of those who bank deal with fewer than each would with so many more.

    Float64 (users,), of the numbers that `_dealings` gives one; ties count half.
    """
    return graph.once(f"place {number} with {more}", lambda: _placed(graph, number, more))


def _placed(graph: Graph, number: int, more: int) -> Array:
    before = graph.once("dealings of parties", lambda: _dealings(graph))[number]
    everybody = banking(graph)
    order = everybody[np.argsort(before[everybody], kind="stable")]
    known, place = before[order], np.zeros(len(before))
    place[order] = sum(np.searchsorted(known, known + more, side) for side in ("left", "right"))
    return place / (2 * max(1, len(known)))


def _dealings(graph: Graph) -> tuple[Array, Array, Array]:
    """Count whom each user deals with in the window, as is to be expected: float64 (users,).

    Those whom their main account pays, those of them who are new payees online, who pays it.
    """
    pays, main = graph["pays"], holders(graph).main
    size, start = graph.size("account"), graph.world.start_ms
    sent = np.flatnonzero(np.isin(pays["rail"], _TRANSFERS))
    fires = firing(graph, sent)
    payees, payers = (
        np.bincount(pays[f"{end}_account_id"][sent], fires, size)[main]
        for end in ("debtor", "creditor")
    )
    ordered = (pays["channel"] == _ONLINE) & (pays["rail"] != _CARD) & (pays["user_id"] >= 0)
    new = ordered & ((pays["schedule"] == ONCE) | (pays["valid_from"] >= start))
    weight = np.where(pays["schedule"][new] == ONCE, stands_for(graph.world), 1.0)
    return payees, np.bincount(pays["user_id"][new], weight, len(main)), payers


def dealt(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    here: Array,
    *,
    others: int = 0,
    short: float = 0.0,
    is_fraud: bool,
) -> tuple[Array, Array, Array, Array]:
    """Choose who makes the payments of each case, and to whom: one payee, and the harder also two.

    `here` says which payments there are: bool (cases, payments). Gives int32 users: the payer
    (cases, 1), the payee of each payment (cases, payments), those who are paid at all (cases,
    payees), -1 for nobody, and so many `others` whom payees may pay (cases, others).
    """
    count, payments = here.shape
    most = min(payments, 1 + round(1.2 * pattern.hardness))
    some, is_paid = np.ones((count, others + most), bool), np.arange(others + most) >= others
    mules = parties(
        graph,
        rng,
        pattern,
        some,
        payers=1,
        payees=is_paid,
        are_mules=is_fraud,
        short=short,
        is_fraud=is_fraud,
    )
    turn = np.arange(payments) * most // payments
    paid = np.stack([here[:, turn == place].any(axis=1) for place in range(most)], axis=1)
    payer = parties(
        graph,
        rng,
        pattern,
        some[:, :1],
        payees=paid.sum(axis=1, keepdims=True),
        besides=mules,
        are_mules=False,
        short=short / 2,
        is_fraud=is_fraud,
    )
    payees = mules[:, others:]
    return payer, payees[:, turn], np.where(paid, payees, -1), mules[:, :others]


def tree(layers: int, fan: int, width: int) -> tuple[Array, Array, Array]:
    """Lay accounts out, layer by layer, each paying at most `fan` of the next: int64 (accounts,).

    Gives the layer of each, the place of the one that pays it (-1 for the first), and the place of
    the one of the second layer through whom that comes (of those before their own).
    """
    size = [min(width, fan**place) for place in range(layers)]
    first = np.cumsum([0, *size])
    parent = [
        first[place - 1] + np.arange(size[place]) * size[place - 1] // size[place]
        for place in range(1, layers)
    ]
    payer = np.concatenate([[-1], *parent])
    branch = np.arange(len(payer))
    for place in range(sum(size[:2]), len(payer)):
        branch[place] = branch[payer[place]]
    return np.repeat(np.arange(layers), size), payer, branch


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
    usual: tuple[int, int],
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
        How much of what is passed on at each place is drawn in cash, by number: float64.
    usual
        What people draw from machines, in minor units: the harder, the more of it is within that.
        What is more is drawn at a counter, and so is what nobody knows before it comes.
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
    is_usual = (sums >= usual[0]) & (sums <= usual[1])
    cash = (rng.random(here.shape) < drawn) & (is_usual | (rng.random(here.shape) >= hardness))
    cash &= (sums <= 0) | (sums >= usual[0])  # less than that nobody draws, or can
    first = _wide(at, here).astype(np.int64)
    moments = _moments(graph, rng, first, follows, payer, cash, hardness, longer)
    return Hops(
        within(graph, moments, here),
        here,
        payer,
        np.where(cash, -1, payee),
        follows,
        cash,
        cash & (sums > 0) & (sums <= usual[1]),
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
    hardness: float,
    longer: float,
) -> Array:
    """Draw when hops are made, at `first` where nothing is followed: int64 ms."""
    at, shape = first.copy(), first.shape
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
        on = np.where(late & (awake > on), np.minimum(awake, before + most[:, hop]), on)
        at[:, hop] = np.where(cash[:, hop], visit, on)
    return at


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
        For each role a grid of users (cases, members), -1 for nobody; for each role a device a
        case, int32.
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
    account = {role: np.where(user >= 0, main[user], -1) for role, user in roles.items()}
    things = {role: rows[:, None] for role, rows in (device or {}).items()}
    yield from members(case, user=roles, account=account, device=things)
