"""Through: planned hops become payments, of people who let a crime's money pass through.

Everything works on grids: a row for each case, along the last axis its people or payments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.pattern import cases, errands, members
from graphgen.planting.flow import main_accounts, outside
from graphgen.population.holders import holders
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern
    from graphgen.planting.hops import Hops

__all__ = ["through"]

_ALONE = 0.8
"""Share of hard cases in which all that comes in does so from one account; our assumption."""
_DRAWN, _SENT = words.HABITS.index("cash_withdrawal"), words.HABITS.index("transfer")
_BY_CASH, _INSTANT = (words.RAILS.index(w) for w in ("cash", "instant"))
_ATM, _BRANCH, _FILE, _ONLINE = (
    words.CHANNELS.index(w) for w in ("atm", "branch", "file", "online")
)
_LAYERING, _INTEGRATION, _RECOVERY = (
    words.STAGES.index(w) for w in ("layering", "integration", "recovery")
)


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
    debtor, creditor = _ends(graph, rng, hops, _ALONE * pattern.hardness)
    yield errands(
        graph,
        hops.at,
        case=case[:, None],
        here=hops.here,
        follows=hops.follows,
        debtor_account_id=debtor,
        creditor_account_id=creditor,
        user_id=hops.payer,
        stage=_stages(hops, begins) if is_fraud else None,
        amount_minor=hops.amount,
        share=hops.share,
        **_ways(hops),
        **columns,
    )
    first, last = span or (hops.first, hops.last)
    first, last = np.minimum(first, hops.first), np.maximum(last, hops.last)
    yield cases(graph, pattern, case, first, last, is_fraud=is_fraud)
    users = pattern.called(roles, is_fraud=is_fraud)
    account = {role: main_accounts(graph, user) for role, user in users.items()}
    things = {role: rows[:, None] for role, rows in (device or {}).items()}
    yield from members(case, user=users, account=account, device=things)


def _ends(graph: Graph, rng: np.random.Generator, hops: Hops, alone: float) -> tuple[Array, Array]:
    """Say from which account to which each payment goes: int32, grids as the hops.

    Of cases a share `alone` has all that comes in from one account of the world outside; to one
    such goes what leaves, unless it is cash, which the vault of the payer's bank gives.
    """
    main, payer, payee = holders(graph).main, hops.payer, hops.payee
    is_alone = rng.random((len(payer), 1)) < alone
    sources, away = (outside(graph, rng, (len(payer), many)) for many in (payer.shape[1], 1))
    sources = np.where(is_alone, sources[:, :1], sources)
    vault = graph["bank"]["vault_account_id"][graph["account"]["bank_id"][main[payer]]]
    leaves_to = np.where(hops.cash, vault, away)
    return (
        np.where(payer >= 0, main[payer], sources),
        np.where(payee >= 0, main[payee], leaves_to),
    )


def _ways(hops: Hops) -> dict[str, Any]:
    """Say how each payment is made: columns `habit`, `rail` and `channel`."""
    outward = np.where(hops.payer < 0, _FILE, _ONLINE)
    return {
        "habit": np.where(hops.cash, _DRAWN, _SENT),
        "rail": np.where(hops.cash, _BY_CASH, _INSTANT),
        "channel": np.select([hops.at_machine, hops.cash], [_ATM, _BRANCH], outward),
    }


def _stages(hops: Hops, begins: str) -> Array:
    """Say which stage of a crime each payment is: what goes back to who paid recovers it."""
    payee, follows = hops.payee, hops.follows
    back = (follows >= 0) & (payee >= 0) & (payee == hops.payer[:, follows])
    onward = np.where(payee >= 0, _LAYERING, _INTEGRATION)
    return np.where(follows < 0, words.STAGES.index(begins), np.where(back, _RECOVERY, onward))
