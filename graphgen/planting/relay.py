"""Relays: money that goes from person to person in a case, hop by hop.

Everything works on grids: a row for each case, along the last axis its hops.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.pattern import cases, errands, members
from graphgen.planting.flow import (
    blend,
    held,
    kept,
    main_accounts,
    outside,
)
from graphgen.planting.payees import as_of_old
from graphgen.planting.timing import hop_by_hop
from graphgen.population.holders import holders
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["relay", "split", "sums"]

_OF_MEANS = 0.3
"""Nobody sends more of their own than this share of what their account held; our assumption."""
_DIFFER = 0.3
"""Spread of the logarithm of a crime's own sums, between cases and within one; our assumption."""
_ABOUT = 10
"""Among so many honest sums below and above a sum it is looked who pays it; our assumption."""
_HELD = 10
"""Firms that pay held so many times as much when the window began; our assumption."""
_LONG_AGO = np.iinfo(np.int64).max
_BUSINESS, _CHECKING = (words.ACCOUNT_TYPES.index(w) for w in ("business", "checking"))
_SENT, _INSTANT = words.HABITS.index("transfer"), words.RAILS.index("instant")
_FILE, _ONLINE = words.CHANNELS.index("file"), words.CHANNELS.index("online")
_PLACEMENT, _LAYERING = words.STAGES.index("placement"), words.STAGES.index("layering")


def sums(
    graph: Graph,
    rng: np.random.Generator,
    shape: tuple[int, int],
    median: float,
    hardness: float,
    *,
    large: float = 0.0,
) -> Array:
    """Draw what is sent: int64 minor units, a grid (cases, payments), alike within a case.

    The harder it is to be, the more they are as what honest people send each other at once; a
    `large` share of them as what they send by batch, which is more.
    """
    own = median * rng.lognormal(0, _DIFFER, (shape[0], 1)) * rng.lognormal(0, _DIFFER, shape)
    small, more = (
        blend(graph, rng, own, hardness, habit="transfer", rail=rail, channel="online")
        for rail in ("instant", "batch")
    )
    least = graph.world.place.amount("passed_on") * rng.lognormal(0, _DIFFER, shape)
    sent = np.maximum(least, np.where(rng.random(shape) < large, more, small))
    return np.rint(sent).astype(np.int64)


def split(rng: np.random.Generator, parts: Array, keeps: float) -> tuple[Array, Array]:
    """Say what must come in so that it can be split into such parts, and the share of each.

    `parts` are minor units, a grid (cases, parts), 0 where there is none. Who splits it keeps a
    share of at most `keeps`, with what its parts are rounded by. Gives int64 (cases, 1), and
    float64, a grid as `parts`.
    """
    rest = 1 - kept(keeps) * rng.uniform(0.2, 1, (len(parts), 1))
    total = np.ceil(parts.sum(axis=1, keepdims=True) / rest)
    return total.astype(np.int64), parts / np.maximum(total, 1)


def _elsewhere(graph: Graph, rng: np.random.Generator, amount: Array) -> Array:
    """Draw firms, or accounts of the world outside, that pay people about such sums: int32.

    Firms have held several times as much.
    """
    pays, sort = graph["pays"], graph["account"]["type"]
    alike = (pays["habit"] == _SENT) & (pays["rail"] == _INSTANT) & (pays["channel"] == _FILE)
    rows = np.flatnonzero(alike & (sort[pays["creditor_account_id"]] == _CHECKING))
    payer = pays["debtor_account_id"][rows]
    held = graph["account"]["opening_balance_minor"][payer]
    rows = rows[(sort[payer] != _BUSINESS) | (held >= _HELD * pays["amount_minor"][rows])]
    if not len(rows):
        return outside(graph, rng, amount.shape)
    rows = rows[np.argsort(pays["amount_minor"][rows], kind="stable")]
    near = np.searchsorted(pays["amount_minor"][rows], amount)
    near = near + rng.integers(-_ABOUT, _ABOUT + 1, amount.shape)
    return np.asarray(pays["debtor_account_id"][rows[np.clip(near, 0, len(rows) - 1)]], np.int32)


def relay(
    graph: Graph,
    rng: np.random.Generator,
    pattern: Pattern,
    *,
    days: int,
    here: Array,
    payer: Array,
    payee: Array,
    after: Array,
    into: Array | None = None,
    amount: Array | int = 0,
    share: Array | float = 0.0,
    roles: Mapping[str, Array],
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield the hops of all cases as people's transfers, the cases, and who plays which part.

    Parameters
    ----------
    graph, rng, pattern
        What is planted on, where chance comes from, and what is planted.
    days
        Within so many days a case is done: a crime in haste, as far as its difficulty lets it, a
        look-alike at leisure.
    here
        bool (cases, hops): which hops there are.
    payer, payee
        int32 users, grids as `here`; where the payer is -1, money comes from the world outside
        or from a firm, whoever pays people such sums.
    after
        int64 (hops,): the earlier place whose receipt a place passes on, or -1 - n for a place that
        comes after all of the first n, and passes on none but what comes by `into`.
    into
        A grid of places as `here`: which later place passes on what a place has brought; -1: none.
    amount, share
        Grids as `here`: the sum, in minor units, or the share of a receipt that is passed on.
    roles
        For each role a grid of users (cases, members), -1 for nobody.
    is_fraud
        Whether it is the crime.

    """
    person = np.where(payer < 0, payee, payer)
    pace = pattern.hardness if is_fraud else 1.0
    at = hop_by_hop(graph, rng, person, after, here, days=days, pace=pace)
    case = graph.new("case", len(at))
    if is_fraud:
        yield as_of_old(graph, rng, payer, np.broadcast_to(payee, here.shape), here, pace)
    yield errands(
        graph, at, case=case[:, None], here=here,
        follows=np.maximum(after, -1), into=into, share=share,
        stage=np.where(payer < 0, _PLACEMENT, _LAYERING) if is_fraud else None,
        **_sent(graph, rng, payer, payee, np.broadcast_to(amount, at.shape)),
    )  # fmt: skip
    start, end = at.min(1, where=here, initial=_LONG_AGO), at.max(1, where=here, initial=0)
    yield cases(graph, pattern, case, start, end, is_fraud=is_fraud)
    accounts = {role: main_accounts(graph, user) for role, user in roles.items()}
    yield from members(case, user=roles, account=accounts)


def _sent(
    graph: Graph, rng: np.random.Generator, payer: Array, payee: Array, amount: Array
) -> dict[str, Any]:
    """Give what is sent by whom to whom: columns of `pays`; nobody sends more than their means.

    Where the payer is -1, it is sent by whoever pays people such sums.
    """
    main, is_from_elsewhere = holders(graph).main, payer < 0
    has = held(graph, np.where(is_from_elsewhere, payee, payer))
    means = np.maximum(graph.world.place.amount("passed_on"), has * _OF_MEANS)
    within_means = np.minimum(amount, means).astype(np.int64)
    elsewhere = _elsewhere(graph, rng, amount)
    return {
        "debtor_account_id": np.where(is_from_elsewhere, elsewhere, main[payer]),
        "creditor_account_id": main[payee],
        "user_id": payer,
        "habit": "transfer",
        "rail": "instant",
        "channel": np.where(is_from_elsewhere, _FILE, _ONLINE),
        "amount_minor": np.where(is_from_elsewhere, amount, within_means),
    }
