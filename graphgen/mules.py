"""Mules: people whose accounts a crime's money passes through, and how it leaves them.

Sources: Cifas, "Money mule activity" (https://www.cifas.org.uk/newsroom/money-mule-activity-over-40):
83 % of mules are younger than 40; a report of its figures of 2017
(http://www.credit-connect.co.uk/consumer-news/increase-young-people-acting-money-mules/): 35 % are
18 to 24. That newcomers to the bank are recruited more often is our assumption, and so are the
shares that are drawn in cash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from graphgen.flow import banking, outside, times
from graphgen.pattern import choose, errands
from graphgen.population.holders import holders
from graphgen.schema import NULL_CATEGORY, words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["at_the_counter", "dealt", "passing", "recruits", "through"]

Rows: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int32]]

_YEAR_MS = 365.25 * DAY_MS
_AGES, _OF_MULES = (25, 40), (0.35, 0.48, 0.17)
_NEWCOMER_YEARS, _NEWCOMERS = 2.0, 2.0
"""Who has been a customer for fewer years than this is so many times as likely to be recruited."""
_CASH, _INSTANT = words.RAILS.index("cash"), words.RAILS.index("instant")
_DRAWN, _SENT = words.HABITS.index("cash_withdrawal"), words.HABITS.index("transfer")
_ATM, _BRANCH, _ONLINE = (words.CHANNELS.index(w) for w in ("atm", "branch", "online"))


def recruits(
    graph: Graph,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    what: str,
    *,
    hardness: float = 0.5,
    besides: Array | None = None,
) -> Rows:
    """Choose people whose accounts are used: int32 rows of `user`, distinct, none of `besides`.

    They are young and new to the bank more often than others; the harder, the less so.
    """
    pool = banking(graph)
    if besides is not None:
        pool = np.setdiff1d(pool, besides)
    user, start = graph["user"], graph.world.start_ms
    age = np.digitize((start - user["birth_date"][pool]) / _YEAR_MS, _AGES)
    new = start - user["customer_since"][pool] < _NEWCOMER_YEARS * _YEAR_MS
    people = np.maximum(1, np.bincount(age, minlength=len(_OF_MULES)))
    weight = (np.array(_OF_MULES) / people)[age] * np.where(new, _NEWCOMERS, 1.0)
    # the largest of these keys are a draw without replacement by weight (Efraimidis and Spirakis)
    key = (1 - 0.8 * hardness) * np.log(weight) + rng.gumbel(size=len(pool))
    need = int(np.prod(shape))
    likely = pool[np.argsort(-key)][:need] if need <= len(pool) else pool
    return choose(rng, likely, shape, what)


def passing(
    graph: Graph,
    rng: np.random.Generator,
    mule: Array,
    *,
    cash: Array,
    at_machines: bool = False,
    onward: Array | None = None,
) -> dict[str, Array]:
    """Give the columns of hops by which money leaves mules' accounts: a grid as `mule`.

    Where `cash` is true it is drawn at a counter or a machine, elsewhere it is sent out of the
    world, to one account a case, or to the account `onward`, if that is not -1.
    """
    account = holders(graph).main[mule]
    away = outside(graph, rng, (len(mule), *(1,) * (mule.ndim - 1)))
    if onward is not None:
        away = np.where(onward >= 0, onward, away)
    vault = graph["bank"]["vault_account_id"][graph["account"]["bank_id"][account]]
    return {
        "debtor_account_id": account,
        "creditor_account_id": np.where(cash, vault, away),
        "user_id": mule,
        "habit": np.where(cash, _DRAWN, _SENT),
        "rail": np.where(cash, _CASH, _INSTANT),
        "channel": np.where(cash, _ATM if at_machines else _BRANCH, _ONLINE),
    }


def at_the_counter(graph: Graph, rng: np.random.Generator, person: Array, at: Array) -> Array:
    """Give for each moment the next one at which a person is at a counter: int64 ms, a grid."""
    day = (at - graph.world.start_ms) // DAY_MS
    visit = times(graph, rng, person, day, "counter")
    return np.asarray(np.where(visit <= at, visit + DAY_MS, visit), np.int64)


def dealt(payee: Array, here: Array) -> tuple[Array, Array]:
    """Deal payments out to payees, one payee after the other.

    `payee` is a grid (cases, payees), `here` says which payments there are (cases, payments). Gives
    the payee of each payment, and the payees with -1 for those that are paid nothing.
    """
    turn = np.arange(here.shape[1]) * payee.shape[1] // here.shape[1]
    paid = [here[:, turn == place].any(axis=1) for place in range(payee.shape[1])]
    return payee[:, turn], np.where(np.stack(paid, axis=1), payee, -1)


def through(
    graph: Graph,
    rng: np.random.Generator,
    at: Array,
    here: Array,
    *,
    case: Array,
    payer: Array,
    mule: Array,
    cash: Array,
    at_machines: bool = False,
    onward: Array | None = None,
    passed: tuple[float, float],
    stages: tuple[str, str] | None,
    amount_of: str,
    amount: Array | int = 0,
    share: Array | float = 0.0,
    via: Array | int = -1,
) -> Table:
    """Give payments to mules, and of each the hop by which the mule passes it on.

    `at` and `here` are grids of which the left half is payments and the right half hops; all else
    broadcasts to one half. `passed` is between which shares of a receipt a mule passes on.
    """
    count, many = at.shape[0], at.shape[1] // 2
    main, half = holders(graph).main, (count, many)
    payments: dict[str, Array | float] = {
        "debtor_account_id": main[payer],
        "creditor_account_id": main[mule],
        "user_id": payer,
        "habit": _SENT,
        "rail": _INSTANT,
        "channel": _ONLINE,
        "amount_minor": amount,
        "share": share,
        "via": via,
        "stage": NULL_CATEGORY if stages is None else words.STAGES.index(stages[0]),
    }
    mule, cash = np.broadcast_to(mule, half), np.broadcast_to(cash, half)
    hops: dict[str, Array | float] = {
        **passing(graph, rng, mule, cash=cash, at_machines=at_machines, onward=onward),
        "amount_minor": 0,
        "share": rng.uniform(*passed, half),
        "via": -1,
        "stage": NULL_CATEGORY if stages is None else words.STAGES.index(stages[1]),
    }
    columns: dict[str, Any] = {
        name: np.concatenate(
            [np.broadcast_to(side[name], half) for side in (payments, hops)], axis=1
        )
        for name in hops
    }
    follows = np.append(np.full(many, -1), np.arange(many))
    return errands(graph, at, case=case, here=here, follows=follows, amount_of=amount_of, **columns)
