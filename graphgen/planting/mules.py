"""Mules: whose accounts a crime's money passes through.

Everything works on grids: a row for each case, along the last axis its people or payments.

Sources: Cifas, "Money mule activity" (https://www.cifas.org.uk/newsroom/money-mule-activity-over-40):
83 % of mules are younger than 40; a report of its figures of 2017
(http://www.credit-connect.co.uk/consumer-news/increase-young-people-acting-money-mules/): 35 % are
18 to 24. That newcomers to the bank are recruited more often, and that of several who would do the
crime takes those whose accounts are least busy, is our assumption, and so are all shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from graphgen.order import among
from graphgen.pattern import choose
from graphgen.planting.flow import banking, firing, held, holding, without
from graphgen.population.holders import holders
from graphgen.schedule import ONCE, stands_for
from graphgen.schema import words
from graphgen.table import Array
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["dealt", "parties"]

Rows: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int32]]

_YEAR_MS = 365.25 * DAY_MS
_AGES, _OF_MULES = (25, 40), (0.35, 0.48, 0.17)
_NEWCOMER_YEARS, _NEWCOMERS = 2.0, 2.0
"""Who has been a customer for fewer years than this is so many times as likely to be recruited."""
_BLENDED, _LATE = 0.3, 9
"""By how much less ages count at hard, as a logarithm, so that age or newness alone hardly tells
who is a mule, and to which power of the hardness; our assumption."""
_SHY = 25.0
"""How much less likely at hard, as a logarithm, are those who would deal with more others than
anybody, beside those who would deal with as many as half of all people do."""
_SWAPS = 20
"""How often those who know each other are parted, if they have come together again."""
_CARD, _ONLINE = words.RAILS.index("card"), words.CHANNELS.index("online")
_TRANSFERS = [words.RAILS.index(w) for w in ("instant", "batch", "cheque")]


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
    least: int = 0,
    is_fraud: bool,
) -> Rows:
    """Choose people for a case's parts: int32 users, -1 where `here` says nobody is. Nobody twice.

    Mules are young and new to the bank more often than others, however hard it is to see. `payers`
    and `payees` say how many pay each of them in the case, and how many each pays: the harder, the
    fewer others they deal with, so that in all it is hardly more than with other people; the
    people of look-alikes are anybody. The more `short`, and the harder, the more often these are
    people with little on their accounts, but all begin with `least` at least, in minor units.
    """
    pool = holding(graph, banking(graph), least)
    if besides is not None:
        pool = without(graph, pool, besides)
    hard = pattern.hardness
    likely = -short * hard * graph.once("rank of means", lambda: _rank_of_means(graph))[pool]
    payers, payees = (np.broadcast_to(more, here.shape) for more in (payers, payees))
    grid = np.full(here.shape, -1, np.int32)
    # those with the most to do in it first: there are fewest for them
    for more in np.unique(np.stack([payees[here], payers[here]]), axis=1).T[::-1]:
        some = here & (payees == more[0]) & (payers == more[1])
        key = likely - _SHY * is_fraud * hard**2 * _busy(graph, pool, *more)
        if are_mules:
            key += _recruited(graph, pool, key, 1 - _BLENDED * hard**_LATE)
        key += rng.gumbel(size=len(pool))
        # as Efraimidis and Spirakis draw by weight: the largest of these keys, nobody twice
        best = _largest(key, int(some.sum()))
        grid[some] = choose(rng, pool[best], (int(some.sum()),), f"{pattern.name}: people")
        pool, likely = np.delete(pool, best), np.delete(likely, best)
    return grid


def _recruited(graph: Graph, pool: Array, key: Array, age_counts: float) -> Array:
    """Say how much likelier people of a pool are to be mules: float64, logarithms.

    Newcomers are, and of each age so many as the source says, however few of it are likely by
    `key`, as far as `age_counts`.
    """
    user, start = graph["user"], graph.world.start_ms
    age = np.digitize((start - user["birth_date"][pool]) / _YEAR_MS, _AGES)
    new = start - user["customer_since"][pool] < _NEWCOMER_YEARS * _YEAR_MS
    often = np.where(new, np.log(_NEWCOMERS), 0.0)
    weight = np.exp(key + often - (key + often).max(initial=0.0))
    there = np.maximum(1e-9, np.bincount(age, weight, len(_OF_MULES)))
    return np.asarray(often + age_counts * np.log(np.array(_OF_MULES) / there)[age])


def _largest(values: Array, count: int) -> Array:
    """Find the places of the largest values, as many as there are of these: int64."""
    count = min(count, len(values))
    return np.sort(np.argpartition(-values, count - 1)[:count]) if count else np.arange(0)


def _rank_of_means(graph: Graph) -> Array:
    """Rank people by what their main accounts begin with: float64 (users,), 0 to 1."""
    has = held(graph, np.arange(graph.size("user")))
    rank = np.empty(len(has))
    rank[np.argsort(has, kind="stable")] = np.arange(len(has)) / max(1, len(has))
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
    least: int = 0,
    is_fraud: bool,
) -> tuple[Array, Array, Array, Array]:
    """Choose who makes the payments of each case, and to whom: one payee, and the harder also two.

    `here` says which payments there are: bool (cases, payments); the payer begins with `least` at
    least, in minor units. Gives int32 users: the payer
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
        least=least,
        is_fraud=is_fraud,
    )
    payees = mules[:, others:]
    payer = _apart(graph, payer, payees)
    return payer, payees[:, turn], np.where(paid, payees, -1), mules[:, :others]


def _apart(graph: Graph, payer: Array, payees: Array) -> Array:
    """Swap payers of cases who pay one of the payees by habit: nobody adds whom they pay anyway."""
    pays, main = graph["pays"], holders(graph).main
    theirs = np.zeros(graph.size("account"), bool)
    theirs[main[payer]] = True
    rows = np.flatnonzero(theirs[pays["debtor_account_id"]])
    both = (pays[f"{end}_account_id"][rows] for end in ("debtor", "creditor"))
    usual = next(both).astype(np.int64) << 32 | next(both)
    payer, count = payer.copy(), len(payer)
    for _ in range(_SWAPS):
        pair = main[payer].astype(np.int64) << 32 | main[payees]
        known = (among(pair, usual) & (payees >= 0)).any(axis=1)
        # of two cases side by side, one at a time
        one = np.flatnonzero(known & ~np.roll(known, 1))
        if not len(one):
            break
        two = (one + 1) % count
        payer[one], payer[two] = payer[two], payer[one]
    return payer
