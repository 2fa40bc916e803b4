"""Visits to the bank in which, in the end, nothing is ordered: they are not paid.

What an order is for is known only once the book has been asked: for some there is neither money nor
stock, and nobody gives them. Then there was no reason for the visit either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.market.orders import Orders
from graphgen.proposals import Actions, Payments, Sessions
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.day import Proposed
    from graphgen.ledger import Booked

__all__ = ["without_idle"]


def without_idle(proposed: Proposed, booked: Booked) -> tuple[Proposed, Booked]:
    """Leave out the visits of orders that nobody gave, and what was done in them."""
    orders, sessions = proposed[Orders], proposed[Sessions]
    given = booked.traded.status >= 0
    idle = np.zeros(len(sessions) + 1, bool)  # the last is of what has no session
    idle[orders.session[~given]] = True
    for busy in (orders.session[given], proposed[Payments].session, -1):
        idle[busy] = False
    if not idle.any():
        return proposed, booked
    rank = np.where(idle, -1, np.cumsum(~idle) - 1).astype(np.int32)
    rank[-1] = -1
    kinds = dict(proposed.kinds)
    kinds[Sessions] = sessions.take(~idle[:-1])
    actions = proposed[Actions]
    kinds[Actions] = actions.take(~idle[actions.session])
    kinds = {kind: _moved(rows, rank) for kind, rows in kinds.items()}
    return replace(proposed, kinds=kinds), replace(booked, proposals=_moved(booked.proposals, rank))


def _moved(rows: Any, rank: Array) -> Any:  # noqa: ANN401 - rows of any kind
    return replace(rows, session=rank[rows.session]) if hasattr(rows, "session") else rows
